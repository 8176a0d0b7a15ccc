"""What dashboards are made of: panels, queries and variables, as the JSON of Grafana (schema version 39).

Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ and the
types of grafana-foundation-sdk, by which the tests judge every dashboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

SCHEMA_VERSION = 39  # of Grafana 11
COLUMNS = 24  # of the grid that panels stand on
SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
NEVER_SHOWN = ("Time", "__name__", "job", "instance")  # columns of a table that say nothing to a reader
GREEN, YELLOW, ORANGE, RED, BLUE = "green", "yellow", "orange", "red", "blue"
LAST: Json = {"calcs": ["lastNotNull"], "values": False, "fields": ""}


class Say(Protocol):
    """A text of ours → the reader's language."""

    def __call__(self, english: str, /, **holes: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression; *legend* names its series, `{{label}}` for a label's value."""

    expr: str
    legend: str = ""
    instant: bool = False

    def json(self, letter: str, *, table: bool = False) -> Json:
        now = self.instant or table
        told: Json = {
            "refId": letter,
            "expr": self.expr,
            "instant": now,
            "range": not now,
            "datasource": SOURCE,
        }
        told["format"] = "table" if table else "time_series"
        return told | ({"legendFormat": self.legend} if self.legend else {})


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel, *width* of 24 columns wide and *height* rows of 30 pixels high."""

    body: Json
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard; *name* makes its uid, by which others link to it."""

    name: str
    title: str
    panels: tuple[Panel, ...]
    variables: tuple[Json, ...] = ()
    refresh: str = "30s"

    def json(self) -> Json:
        source: Json = {"type": "datasource", "name": "datasource", "query": "prometheus", "refresh": 1}
        link: Json = {"title": "kgnet", "type": "dashboards", "tags": ["kgnet"], "icon": "external link"}
        link |= {
            "tooltip": "",
            "asDropdown": True,
            "targetBlank": False,
            "includeVars": False,
            "keepTime": True,
        }
        return {
            "uid": f"kgnet-{self.name}",
            "title": self.title,
            "tags": ["kgnet"],
            "timezone": "browser",
            "schemaVersion": SCHEMA_VERSION,
            "editable": False,
            "graphTooltip": 1,
            "refresh": self.refresh,
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [source, *self.variables]},
            "annotations": {"list": []},
            "links": [link],
            "panels": list(_placed(self.panels)),
        }


def _placed(panels: Iterable[Panel]) -> Iterator[Json]:
    """Yield the panels as they stand: from left to right, a new row where the next does not fit."""
    x = y = tallest = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        yield {"id": number, **panel.body, "gridPos": place}
        x, tallest = x + panel.width, max(tallest, panel.height)


def variable(name: str, label: str, query: str) -> Json:
    """Return a choice from what *query* finds, such as `label_values(kgnet_site_info, site)`."""
    asked = {"query": query, "refId": name}
    return {"type": "query", "name": name, "label": label, "datasource": SOURCE, "query": asked} | {
        "refresh": 2,  # whenever the time range changes
        "sort": 1,
    }


# ── colours ─────────────────────────────────────────────────────────────────


def steps(*each: tuple[float | None, str]) -> Json:
    """Return thresholds: from each value on, its colour; the first is None, from below."""
    return {
        "thresholds": {
            "mode": "absolute",
            "steps": [{"value": value, "color": color} for value, color in each],
        },
        "color": {"mode": "thresholds"},
    }


NONE_IS_GOOD = steps((None, GREEN), (1, RED))
ALL_IS_GOOD = steps((None, RED), (1, GREEN))


def words(*each: tuple[int, str, str]) -> Json:
    """Return how values are shown: value, word and colour."""
    told = {
        str(value): {"text": text, "color": color, "index": index}
        for index, (value, text, color) in enumerate(each)
    }
    return {"mappings": [{"type": "value", "options": told}]}


def up_or_down(say: Say) -> Json:
    return words((1, say("Up"), GREEN), (0, say("Down"), RED))


# ── panels ──────────────────────────────────────────────────────────────────


def _panel(kind: str, title: str, queries: Sequence[Query], size: tuple[int, int], *parts: Json) -> Panel:
    options, field, custom = (*parts, {}, {}, {})[:3]
    defaults = field | ({"custom": custom} if custom else {})
    targets = [query.json(chr(ord("A") + n), table=kind in TABLES) for n, query in enumerate(queries)]
    body: Json = {"type": kind, "title": title, "datasource": SOURCE, "targets": targets, "options": options}
    return Panel(body | {"fieldConfig": {"defaults": defaults, "overrides": []}}, *size)


TABLES = ("table", "geomap")


def stat(title: str, query: Query, field: Json, *, width: int = 4) -> Panel:
    """Return one number, or a few; *query* is asked for now."""
    options = {
        "graphMode": "none",
        "colorMode": "background",
        "justifyMode": "auto",
        "textMode": "auto",
        "wideLayout": True,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
        "orientation": "auto",
        "reduceOptions": LAST,
    }
    now = Query(query.expr, query.legend, instant=True)
    return _panel("stat", title, [now], (width, 4), options, field)


def series(title: str, queries: Sequence[Query], field: Json, *, width: int = 12, height: int = 8) -> Panel:
    """Return curves over time."""
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return _panel("timeseries", title, queries, (width, height), options, field, {"fillOpacity": 10})


def timeline(title: str, queries: Sequence[Query], field: Json, *, width: int = 24, height: int = 8) -> Panel:
    """Return one bar a series, coloured by its state over time."""
    options = {
        "showValue": "never",
        "rowHeight": 0.9,
        "mergeValues": True,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return _panel("state-timeline", title, queries, (width, height), options, field, {"fillOpacity": 80})


def bars(title: str, query: Query, field: Json, *, width: int = 12, height: int = 8) -> Panel:
    """Return one bar a series, for now."""
    options = {
        "displayMode": "basic",
        "valueMode": "color",
        "namePlacement": "auto",
        "showUnfilled": True,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
        "orientation": "horizontal",
        "reduceOptions": LAST,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
    }
    now = Query(query.expr, query.legend, instant=True)
    return _panel("bargauge", title, [now], (width, height), options, field)


def table(
    title: str,
    queries: Sequence[Query],
    heads: Mapping[str, str],
    field: Json,
    *,
    by: str = "",
    width: int = 12,
) -> Panel:
    """Return a table of now, its rows joined *by* a label if there are several queries.

    *heads* names the columns: by label, and the values as `Value #A` (`Value` if there is one query only);
    one without a name is hidden.
    """
    panel = _panel("table", title, queries, (width, 8), {"frameIndex": 0, "showHeader": True}, field)
    return Panel(panel.body | {"transformations": [*_joined(by), _organized(heads)]}, width, 8)


def _joined(by: str) -> list[Json]:
    return [{"id": "joinByField", "options": {"byField": by, "mode": "outer"}}] if by else []


def _organized(heads: Mapping[str, str]) -> Json:
    hidden = dict.fromkeys((*NEVER_SHOWN, *(name for name, head in heads.items() if not head)), True)
    shown = {name: head for name, head in heads.items() if head}
    return {"id": "organize", "options": {"excludeByName": hidden, "renameByName": shown}}


def geomap(title: str, queries: Sequence[Query], heads: Mapping[str, str], field: Json, *, by: str) -> Panel:
    """Return a map of points; *heads* names the columns, among them `latitude` and `longitude` in degrees."""
    marker = {
        "size": {"fixed": 6, "min": 4, "max": 12},
        "color": {"field": "state", "fixed": "dark-green"},
        "opacity": 0.8,
    }
    layer = {
        "type": "markers",
        "name": "sites",
        "tooltip": True,
        "location": {"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
        "config": {"showLegend": True, "style": marker},
    }
    options = {
        "view": {"id": "fit", "allLayers": True, "padding": 10},
        "controls": {"showZoom": True, "mouseWheelZoom": False, "showAttribution": True},
        "basemap": {"type": "default", "name": "map"},
        "layers": [layer],
        "tooltip": {"mode": "details"},
    }
    panel = _panel("geomap", title, queries, (12, 16), options, field)
    return Panel(
        panel.body | {"transformations": [*_joined(by), _organized(heads)]}, panel.width, panel.height
    )
