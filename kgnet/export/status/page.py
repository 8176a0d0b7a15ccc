"""The status page itself: one file that loads nothing from elsewhere and asks for its data every while."""

from __future__ import annotations

import html
import json
from functools import cache
from pathlib import Path
from string import Template

from kgnet.export.status.chart import Chart
from kgnet.wire.csp import digest

HERE = Path(__file__).parent


def page(chart: Chart, title: str) -> tuple[str, str]:
    """Return the page and its Content-Security-Policy: its own script and style, data from its server."""
    style, script = _part("page.css"), _part("page.js")
    drawn = {
        "width": chart.width,
        "height": chart.height,
        "outlines": [{"name": name, "path": path} for name, path in chart.outlines],
    }
    text = Template(_part("page.html")).substitute(
        title=html.escape(title),
        style=style,
        script=script,
        chart=json.dumps(drawn, ensure_ascii=False).replace("<", "\\u003c"),
        credit=html.escape(chart.credit),
    )
    policy = (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


@cache
def _part(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
