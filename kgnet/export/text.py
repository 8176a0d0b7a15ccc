"""samples → text: the exposition format of Prometheus, version 0.0.4."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kgnet.export.catalogue import BY_NAME, FAMILIES, PREFIX, Family
from kgnet.model.outcome import Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(samples: Iterable[Sample]) -> str:
    """Return *samples* grouped by metric, in the catalogue's order; KeyError if one is not in it."""
    by_name: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[BY_NAME[sample.name].name].append(sample)
    given = (family for family in FAMILIES if family.name in by_name)
    return "".join(line for family in given for line in _family(family, by_name[family.name]))


def _family(family: Family, samples: Iterable[Sample]) -> Iterator[str]:
    name = PREFIX + family.name
    yield f"# HELP {name} {_help(family.help)}\n# TYPE {name} {family.kind}\n"
    for sample in samples:
        yield f"{name}{_labels(tuple(sample.labels.items()))} {_number(sample.value)}\n"


@lru_cache(maxsize=65536)
def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    """Return `{name="value",…}`; the same few thousand come with every scrape."""
    return "{" + ",".join(f'{name}="{_value(value)}"' for name, value in labels) + "}" if labels else ""


def _value(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _help(line: str) -> str:
    return line.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)
