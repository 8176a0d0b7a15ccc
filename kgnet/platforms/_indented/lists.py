"""Lines that list numbers, such as `switchport trunk allowed vlan 10,20-25`, and how one changes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgnet.platforms._indented.grammar import Listing, Rule, pattern


def relisted(rule: Rule, before: str, after: str) -> Iterator[str]:
    """Yield the lines that make the list of *before* that of *after*: first what comes, then what goes."""
    listing = rule.listing
    old, new = pattern(rule.pattern).fullmatch(before), pattern(rule.pattern).fullmatch(after)
    if listing is None or old is None or new is None:
        return
    had, wanted = (frozenset(numbers(match[2], listing)) for match in (old, new))
    for template, some in ((listing.add, wanted - had), (listing.remove, had - wanted)):
        if some:
            yield new.expand(template).replace("{}", ranges(some, listing))


def numbers(text: str, listing: Listing) -> Iterator[int]:
    """Yield the numbers of a list such as `10,20-25` or `10 20 to 25`."""
    joined = text.replace(listing.to, "-") if listing.to.strip() != "-" else text
    for each in joined.replace(listing.between, " ").split():
        first, _, last = each.partition("-")
        yield from range(int(first), int(last or first) + 1)


def ranges(some: Iterable[int], listing: Listing) -> str:
    """Return *some* numbers as the device lists them, those that follow one another as a range."""
    runs: list[list[int]] = []
    for number in sorted(some):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return listing.between.join(str(a) if a == b else f"{a}{listing.to}{b}" for a, b in runs)
