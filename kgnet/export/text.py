"""samples → text: the exposition format of Prometheus, version 0.0.4, and OpenMetrics 1.0.0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kgnet.export.catalogue import BY_NAME, FAMILIES, PREFIX, Family
from kgnet.model.outcome import Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNITS = ("bytes_per_second", "seconds", "bytes", "ratio", "degrees", "celsius")  # that names end in


def text(samples: Iterable[Sample]) -> str:
    """Return *samples* grouped by metric, in the catalogue's order; KeyError if one is not in it."""
    return "".join(
        line for family, own in _grouped(samples) for line in (_head(family), *_samples(family, own))
    )


def openmetrics(samples: Iterable[Sample]) -> str:
    """Return *samples* as OpenMetrics (prometheus.io/docs/specs/om/open_metrics_spec), without its EOF."""
    return "".join(
        line for family, own in _grouped(samples) for line in (_open_head(family), *_samples(family, own))
    )


def _grouped(samples: Iterable[Sample]) -> Iterator[tuple[Family, list[Sample]]]:
    by_name: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    for unknown in by_name.keys() - BY_NAME.keys():
        raise KeyError(unknown)
    return ((family, by_name[family.name]) for family in FAMILIES if family.name in by_name)


def _head(family: Family) -> str:
    name = PREFIX + family.name
    return f"# HELP {name} {_help(family.help)}\n# TYPE {name} {family.kind}\n"


def _open_head(family: Family) -> str:
    """Return what stands above a family: there it is named without `_total` and `_info`, and has a unit."""
    name = PREFIX + family.name.removesuffix("_total")
    kind = str(family.kind)
    if name.endswith("_info"):
        name, kind = name.removesuffix("_info"), "info"
    unit = next((unit for unit in UNITS if name.endswith(f"_{unit}")), "")
    told = f"# UNIT {name} {unit}\n" if unit else ""
    return f"# HELP {name} {_value(family.help)}\n# TYPE {name} {kind}\n{told}"


def _samples(family: Family, samples: Iterable[Sample]) -> list[str]:
    name = PREFIX + family.name
    return [
        f"{name}{_labels(tuple(labels.items()))} {value if type(value) is int else _number(value)}\n"
        for _, value, labels in samples
    ]


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
