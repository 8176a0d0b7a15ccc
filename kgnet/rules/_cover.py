"""Which rules of a list are never asked, because those before them take every packet: exact over 5-tuples.

A rule is a set of boxes: a family, and a range each of protocols, sources, source ports, destinations and
ports.  Which earlier boxes meet one, and which hold it whole, is told by sets of bits, a look-up in each
dimension (Lakshman and Stiliadis, SIGCOMM 1998).  Only where no single one holds it, the box is cut up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product
from operator import attrgetter

from kgnet.errors import MissingFact
from kgnet.model.facts import FilterRule
from kgnet.rules._asked import all_asked, ends_there
from kgnet.rules._permits import ANY, PORTS, Range, ends_of, named

Box = tuple[Range, ...]  # family, protocol, source, source port, destination, port
Held = list[tuple[FilterRule, Box]]  # the boxes of one entry, each with the part that it is of
ANY_PROTOCOL: Range = (0, 1 << 20)
DESTINATION = 4
STRIDE = 64  # boxes between two sets of bits that are kept
MOST_CUTS = 50_000  # pieces that one rule may be cut into before we give up


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it is written: what a device prints on one line may be several of ours."""

    parts: tuple[FilterRule, ...]

    @property
    def first(self) -> FilterRule:
        return self.parts[0]

    @property
    def verdict(self) -> str:
        return self.first.verdict


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule that is never asked, and those before it that take its packets."""

    entry: Entry
    by: tuple[Entry, ...]


def lists(rules: Iterable[FilterRule]) -> dict[str, list[FilterRule]]:
    """Return the rules of each list in their order."""
    found: dict[str, list[FilterRule]] = defaultdict(list)
    for name, held in groupby(rules, attrgetter("within")):
        if name:
            found[name] += held
    return found


def covered(rules: Sequence[FilterRule]) -> Iterator[Covered]:
    """Yield the entries of one list that are never asked; MissingFact where one takes too long to tell."""
    return iter(()) if all_asked(rules) else looked_into(rules)


def looked_into(rules: Sequence[FilterRule]) -> Iterator[Covered]:
    """Yield the same for a list that a glance is not enough for."""
    every = _entries(rules)
    held = _boxes(every)
    suspects = _suspects(held)
    return _List(every, held).covered(suspects) if suspects else iter(())


def _entries(rules: Iterable[FilterRule]) -> list[Entry]:
    """Return the rules of one list as they are written; of a list that works for two chains, for one."""
    lines: dict[tuple[int, str], list[FilterRule]] = {}
    for rule in rules:
        parts = lines.setdefault((rule.line, rule.text), [])
        if rule not in parts and all(part.chain == rule.chain for part in parts):
            parts.append(rule)
    return [Entry(tuple(parts)) for parts in lines.values()]


def _boxes(every: Iterable[Entry]) -> list[Held]:
    """Return the boxes of each entry, each with the part that it is of."""
    numbers: dict[str, int] = {}
    return [[(part, box) for part in entry.parts for box in _boxes_of(part, numbers)] for entry in every]


def _boxes_of(rule: FilterRule, numbers: dict[str, int]) -> Iterator[Box]:
    name = named(rule.protocol)
    number = numbers.setdefault(name, len(numbers))
    protocol = ANY_PROTOCOL if name == ANY else (number, number)
    ports, source_ports = rule.ports or (PORTS,), rule.source_ports or (PORTS,)
    for family, *sides in ends_of(rule):
        for reached, source, destination, from_ in product(ports, *sides, source_ports):
            yield ((family, family), protocol, source, from_, destination, reached)


def _suspects(every: Iterable[Held]) -> set[int]:
    """Return the places of the entries that those before may hold, on the safe side: most hold none."""
    found: set[int] = set()
    all_sizes = wide_sizes = 0  # of the boxes so far; wide: with more than one destination
    to_hosts: dict[int, int] = {}  # destination → the sizes of those that go there alone
    for place, held in enumerate(every):
        sized = [(part, box[DESTINATION], _size(box)) for part, box in held]
        if sized and all(
            size <= (wide_sizes + to_hosts.get(first, 0) if first == last else all_sizes)
            for _, (first, last), size in sized
        ):
            found.add(place)
        for part, (first, last), size in sized:
            if not ends_there(part):
                continue
            all_sizes += size
            if first == last:
                to_hosts[first] = to_hosts.get(first, 0) + size
            else:
                wide_sizes += size
    return found


class _List:
    def __init__(self, every: Sequence[Entry], held: Sequence[Held]) -> None:
        self.every = every
        self.own = held
        self.boxes: list[Box] = []
        self.owners: list[int] = []
        self.conditions: dict[frozenset[str], int] = defaultdict(int)  # → the boxes that have these alone
        for place, own in enumerate(held):
            for part, box in own:
                if ends_there(part):
                    self.conditions[frozenset(part.conditions)] |= 1 << len(self.boxes)
                    self.boxes.append(box)
                    self.owners.append(place)

    @cached_property
    def _sides(self) -> list[tuple[_Ends, _Ends]]:
        return [
            (_Ends([box[side][0] for box in self.boxes]), _Ends([box[side][1] for box in self.boxes]))
            for side in range(6)
        ]

    def covered(self, suspects: Collection[int]) -> Iterator[Covered]:
        for place in sorted(suspects):
            earlier = (1 << bisect_left(self.owners, place)) - 1  # the boxes that stand before the entry
            takers: set[int] = set()
            if all(
                self._taken(box, frozenset(part.conditions), earlier, takers) for part, box in self.own[place]
            ):
                yield Covered(self.every[place], tuple(self.every[each] for each in sorted(takers)))

    def _taken(self, box: Box, conditions: frozenset[str], earlier: int, takers: set[int]) -> bool:
        usable = 0
        for told, bits in self.conditions.items():
            if told <= conditions:
                usable |= bits
        usable &= earlier
        whole = self._holding(box, usable)
        if whole:
            takers.add(self.owners[(whole & -whole).bit_length() - 1])
            return True
        meeting = list(_bits(self._meeting(box, usable)))
        if len(meeting) < 2:
            return False
        cuts = _Cuts(self.boxes, self.owners)
        done = cuts.taken(box, sorted(meeting, key=lambda each: -_size(self.boxes[each])))
        takers |= cuts.takers if done else set()
        return done

    def _holding(self, box: Box, bits: int) -> int:
        """Return those of *bits* that hold the whole box."""
        for (starts, ends), (low, high) in zip(self._sides, box, strict=True):
            bits &= starts.upto(low)
            if bits:
                bits &= ~ends.upto(high - 1)
            if not bits:
                return 0
        return bits

    def _meeting(self, box: Box, bits: int) -> int:
        """Return those of *bits* that have anything in common with the box."""
        for (starts, ends), (low, high) in zip(self._sides, box, strict=True):
            bits &= starts.upto(high) & ~ends.upto(low - 1)
            if not bits:
                return 0
        return bits


class _Ends:
    """One end of all boxes in one dimension, in order: which of them lie at or below a value?"""

    def __init__(self, values: list[int]) -> None:
        order = sorted(range(len(values)), key=values.__getitem__)
        self._values = [values[each] for each in order]
        self._order = order
        self._kept = [0]
        for start in range(0, len(order), STRIDE):
            self._kept.append(self._kept[-1] | _of(order[start : start + STRIDE]))
        self._known: dict[int, int] = {}

    def upto(self, value: int) -> int:
        number = bisect_right(self._values, value)
        if number not in self._known:
            whole, over = divmod(number, STRIDE)
            some = self._order[whole * STRIDE : whole * STRIDE + over]
            if len(self._known) >= STRIDE:
                self._known.clear()
            self._known[number] = self._kept[whole] | _of(some)
        return self._known[number]


class _Cuts:
    """Takes box after box away from one, until nothing is left or something is found that stays."""

    def __init__(self, boxes: Sequence[Box], owners: Sequence[int]) -> None:
        self._boxes, self._owners = boxes, owners
        self.takers: set[int] = set()
        self._cuts = 0

    def taken(self, box: Box, by: Sequence[int]) -> bool:
        """Return whether the boxes *by* take all of *box*."""
        todo = [(box, 0)]
        while todo:
            here, place = todo.pop()
            meeting = [each for each in by[place:] if _meets(here, self._boxes[each])]
            if sum(_common(here, self._boxes[each]) for each in meeting) < _size(here):
                return False  # together they are smaller than it
            first = meeting[0]
            self.takers.add(self._owners[first])
            after = by.index(first, place) + 1
            todo += ((piece, after) for piece in _without(here, self._boxes[first]))
            self._cuts += 1
            if self._cuts > MOST_CUTS:
                raise MissingFact("a rule overlaps too many others to tell whether it is ever asked")
        return True


def _of(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def _bits(bits: int) -> Iterator[int]:
    while bits:
        last = bits & -bits
        yield last.bit_length() - 1
        bits ^= last


def _meets(one: Box, other: Box) -> bool:
    return all(low <= last and first <= high for (low, high), (first, last) in zip(one, other, strict=True))


def _size(box: Box) -> int:
    size = 1
    for low, high in box:
        if low != high:
            size *= high - low + 1
    return size


def _common(one: Box, other: Box) -> int:
    size = 1
    for (low, high), (first, last) in zip(one, other, strict=True):
        size *= min(high, last) - max(low, first) + 1
    return size


def _without(box: Box, other: Box) -> Iterator[Box]:
    """Yield what is left of *box*, which *other* meets: no more than two boxes a dimension."""
    mine = list(box)
    for side, (low, high) in enumerate(other):
        first, last = mine[side]
        for outside in ((first, low - 1), (high + 1, last)):
            if outside[0] <= outside[1]:
                yield (*mine[:side], outside, *mine[side + 1 :])
        mine[side] = (max(first, low), min(last, high))
