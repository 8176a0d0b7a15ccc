"""What is behind the paths: /metrics for the fleet, /probe for one target, /sd for what there is to probe."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from time import monotonic
from urllib.parse import parse_qsl, urlsplit

from kgnet import __version__
from kgnet.errors import KgnetError, UsageError
from kgnet.export.debug import Log, asked_for
from kgnet.export.forms import PLAIN as TEXT
from kgnet.export.forms import Form
from kgnet.export.scrapes import Collect, Scrapes
from kgnet.model.outcome import Sample

PLAIN, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
JSON = "application/json"
MARGIN_S = 0.5  # before the scraper gives up, so that it hears what is known by then
FRESH_S = 10.0  # so old a scrape is good enough for the status page
MOST_PARTS = 8  # of the fleet that one exporter keeps ready

Show = Callable[[Iterable[Sample]], str]  # samples → what the status page asks for, as JSON
Told = Callable[[], Iterable[Sample]]  # what devices told without being asked
Ask = Callable[[str, str, Mapping[str, str], Callable[[str], None]], Iterable[Sample]]
"""Module, target, options, and who hears what the probe does → samples."""


@dataclass(frozen=True, slots=True)
class Page:
    body: str
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = PLAIN
    policy: str = ""  # Content-Security-Policy


UNKNOWN = Page("who are you?\n", HTTPStatus.UNAUTHORIZED)
NOWHERE = Page("nothing is here; / lists what there is\n", HTTPStatus.NOT_FOUND)
BUSY = Page("too many scrapes at once\n", HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Scale:
    """What several exporters need to share the fleet: KgnetError if a part or a module is none."""

    split: Callable[[str], Collect]  # 2/3 → what collects that part
    discover: Callable[[str, str], str]  # module, part → targets as http_sd wants them, JSON


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The page for people: itself, its Content-Security-Policy, and what makes its data of samples."""

    body: str
    policy: str
    show: Show


class Pages:
    """What is behind the paths."""

    def __init__(
        self,
        collect: Collect,
        ask: Ask,
        *,
        modules: Iterable[tuple[str, str]],
        timeout_s: float,
        status: StatusPage | None = None,
        scale: Scale | None = None,
        told: Told | None = None,
    ) -> None:
        self._scrapes, self._ask, self._modules, self._timeout_s = (
            Scrapes(collect),
            ask,
            tuple(modules),
            timeout_s,
        )
        self._status, self._scale, self._told = status, scale, told
        self._parts: dict[str, Scrapes] = {}  # by what was asked for: `shard=2/3`
        self._looking, self._parting = Lock(), Lock()

    def get(self, path: str, patience_s: float | None = None, form: Form = TEXT) -> Page:
        """Return the page at *path*; *patience_s* is when the scraper gives up, if it said so."""
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        pages: dict[str, Callable[[], Page]] = {
            "/": lambda: Page(_landing(self._modules), content_type=PAGE),
            "/metrics": lambda: self._metrics(query.get("shard", ""), patience_s, form),
            "/probe": lambda: self._probe(query, form),
            "/sd": lambda: self._targets(query),
            "/healthz": lambda: Page("ok\n"),
            "/readyz": lambda: BUSY if self._scrapes.busy else Page("ready\n"),
        }
        if told := self._told:
            pages["/metrics/events"] = lambda: Page(form.text(told()), content_type=form.content_type)
        if status := self._status:
            pages["/status"] = lambda: Page(status.body, content_type=PAGE, policy=status.policy)
            pages["/status.json"] = lambda: self._shown(status.show)
        try:
            return pages.get(parts.path, lambda: NOWHERE)()
        except KgnetError as reason:
            return Page(f"{reason}\n", HTTPStatus.BAD_REQUEST)

    def _metrics(self, shard: str, patience_s: float | None, form: Form) -> Page:
        timeout_s = min(self._timeout_s, max((patience_s or self._timeout_s) - MARGIN_S, MARGIN_S))
        scrape = self._part(shard).get(timeout_s)
        return Page(scrape.text(form), content_type=form.content_type) if scrape else BUSY

    def _part(self, shard: str) -> Scrapes:
        if not shard:
            return self._scrapes
        with self._parting:
            if shard not in self._parts:
                if self._scale is None or len(self._parts) == MOST_PARTS:
                    raise UsageError(f"no part {shard!r} here: one exporter serves at most {MOST_PARTS}")
                self._parts[shard] = Scrapes(self._scale.split(shard))
            return self._parts[shard]

    def _targets(self, query: Mapping[str, str]) -> Page:
        if self._scale is None:
            return NOWHERE
        told = self._scale.discover(query.get("module", "icmp"), query.get("shard", "1/1"))
        return Page(told, content_type=JSON)

    def _shown(self, show: Show) -> Page:
        """Return the status of the last scrape, or of one of now if that is too long ago: many may look."""
        with self._looking:
            last = self._scrapes.last
            if last is None or monotonic() - last.when > FRESH_S:
                self._scrapes.get(self._timeout_s)
                last = self._scrapes.last
        return Page(show(last.samples), content_type=JSON) if last else BUSY

    def _probe(self, query: dict[str, str], form: Form) -> Page:
        module, target = query.pop("module", ""), query.pop("target", "")
        if not module or not target:
            return Page("a probe needs ?target= and &module=\n", HTTPStatus.BAD_REQUEST)
        log = Log()
        debug = asked_for(query.pop("debug", ""))
        measured = form.text(self._ask(module, target, query, log.tell))
        return Page(log.page(measured)) if debug else Page(measured, content_type=form.content_type)


def _landing(modules: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f"<li><code>{html.escape(name)}</code> {html.escape(told)}</li>" for name, told in modules
    )
    return (
        f"<!doctype html><html lang=en><title>kgnet exporter</title><h1>kgnet exporter {__version__}</h1>"
        '<p><a href="/status">Status</a> of the province, for people.</p>'
        '<p><a href="/metrics">Metrics</a> of the whole fleet, collected when asked for.</p>'
        "<p><code>/probe?target=ADDRESS&amp;module=NAME</code> measures one address of ours; "
        "<code>&amp;debug=true</code> tells how. Modules:</p>"
        f'<ul>{listed}</ul><p><a href="/healthz">Health</a></p></html>\n'
    )
