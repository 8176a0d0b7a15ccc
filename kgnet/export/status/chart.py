"""Where sites and outlines stand on the map: degrees → units of a drawing, north up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from pathlib import Path
from typing import Any

from kgnet.errors import UsageError
from kgnet.model.province import Site

WIDTH = 1000.0
MARGIN = 40.0
GOLDEN = pi * (3 - sqrt(5))  # the angle by which sites at one place are laid around it
APART = 9.0
FILE = "boundary.geojson"  # in an inventory's folder; may be missing

Point = tuple[float, float]  # degrees east and north (RFC 7946 §4)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing *width* × *height*; *outlines* are SVG paths with the name of each."""

    width: float
    height: float
    places: Mapping[str, Point]
    outlines: tuple[tuple[str, str], ...]
    credit: str = ""

    @classmethod
    def of(cls, sites: Iterable[Site], file: Path | None = None) -> Chart:
        """Lay *sites* out, with the outlines in the GeoJSON *file*; UsageError if it is none."""
        every, shapes, credit = list(sites), *_outlines(file)
        points = [(site.lon, site.lat) for site in every]
        points += [point for _, rings in shapes for ring in rings for point in ring]
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        narrow = cos(radians((south + north) / 2))  # a degree of longitude in degrees of latitude
        scale = (WIDTH - 2 * MARGIN) / max((east - west) * narrow, 0.01)

        def drawn(point: Point) -> Point:
            return MARGIN + (point[0] - west) * narrow * scale, MARGIN + (north - point[1]) * scale

        return cls(
            WIDTH,
            round((north - south) * scale + 2 * MARGIN, 1),
            dict(_places(every, [drawn((site.lon, site.lat)) for site in every])),
            tuple(
                (name, "".join(_path([drawn(each) for each in ring]) for ring in rings))
                for name, rings in shapes
            ),
            credit,
        )


def _places(sites: Iterable[Site], drawn: Iterable[Point]) -> Iterator[tuple[str, Point]]:
    """Yield each site's place; those that share one are laid around it, the first in the middle."""
    taken: dict[Point, int] = {}
    for site, (x, y) in zip(sites, drawn, strict=True):
        number = taken.get((x, y), 0)
        taken[x, y] = number + 1
        away, angle = APART * sqrt(number), number * GOLDEN
        yield site.code, (round(x + away * cos(angle), 1), round(y + away * sin(angle), 1))


def _path(ring: list[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z"


Shapes = list[tuple[str, list[list[Point]]]]


def _outlines(file: Path | None) -> tuple[Shapes, str]:
    """Return each feature's name and rings, and whom they are owed to."""
    if file is None or not file.exists():
        return [], ""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        shapes = [(_name(each), list(_rings(each["geometry"]))) for each in told["features"]]
        return shapes, str(told.get("metadata", {}).get("source", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise UsageError(
            f"{file}: is no GeoJSON with polygons: {type(reason).__name__}: {reason}"
        ) from reason


def _name(feature: Mapping[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(properties.get("name") or properties.get("name_vi") or "")


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[Point]]:
    """Yield the rings of a polygon or of several (RFC 7946 §3.1.6, §3.1.7)."""
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[
        geometry["type"]
    ]
    for polygon in polygons:
        for ring in polygon:
            yield [(float(point[0]), float(point[1])) for point in ring]
