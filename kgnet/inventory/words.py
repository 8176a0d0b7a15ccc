"""What pydantic finds wrong → words for the one who wrote the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

REMEDIES = {
    "bool_parsing": "write yes or no",
    "bool_type": "write yes or no",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "date_from_datetime_parsing": "write the day as 2026-12-31",
    "date_parsing": "write the day as 2026-12-31",
    "datetime_from_date_parsing": "write the minute as 2026-12-31 17:00",
    "datetime_parsing": "write the minute as 2026-12-31 17:00",
    "datetime_type": "write the minute as 2026-12-31 17:00",
    "timezone_naive": "write the minute as 2026-12-31 17:00, without a time zone: the province's is meant",
    "ip_v4_network": "an IPv4 network without host bits is wanted, e.g. 10.64.0.0/10",
    "ip_v6_network": "an IPv6 network without host bits is wanted, e.g. 2001:db8::/32",
    "list_type": "a list is wanted: `- item` on lines of its own, or [item, item]",
    "model_type": "`name: value` lines are wanted",
    "dict_type": "`name: value` lines are wanted",
    "string_type": "a text is wanted",
}
LONGEST = 60


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown *name*: the nearest of *known*, or the first of them."""
    names = list(known)
    folded = {each.casefold(): each for each in reversed(names)}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    if not names:
        return ""
    more = " …" if len(names) > 12 else ""
    return f"there are {', '.join(names[:12])}{more}"


def shown(value: object) -> str:
    """Return *value* for a message, cut short."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def field_name(place: tuple[int | str, ...]) -> str:
    """Return where in a document: `addresses.sites`, `names[0]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place if part != "[key]")
    return "".join(parts).removeprefix(".")


def told(error: Mapping[str, Any], known: Iterable[str]) -> tuple[str, str]:
    """Return what is wrong and the remedy for an *error* of pydantic; *known* are the fields there are."""
    name, value, kind = field_name(error["loc"]) or "this", error["input"], str(error["type"])
    if kind == "missing":
        return f"{name!r} is missing", ""
    if kind == "extra_forbidden":
        return f"unknown field {name!r}", did_you_mean(str(error["loc"][-1]), known)
    if kind == "value_error":
        return _sentence(error), ""
    if value == "" or value is None:
        return f"{name!r} is empty", REMEDIES.get(kind, "") or _sentence(error)
    return f"{name} is {shown(value)}", _remedy(kind, error, value)


def _remedy(kind: str, error: Mapping[str, Any], value: object) -> str:
    if kind in {"enum", "literal_error"}:
        wanted = [each.strip("'") for each in str(error["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
        return did_you_mean(str(value), wanted)
    return REMEDIES.get(kind) or _sentence(error)


def _sentence(error: Mapping[str, Any]) -> str:
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]
