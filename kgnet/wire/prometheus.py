"""Prometheus' HTTP API, version 1 (prometheus.io, "HTTP API"): a query over a time → series.

Its user and password, where it asks for them, stand in `~/.netrc`: none belongs in an address.
"""

from __future__ import annotations

import json
import math
import netrc
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

MOST_BYTES = 256 << 20


class NoAnswer(Exception):
    """Prometheus could not be asked, or refused; says why in its own words."""


@dataclass(frozen=True, slots=True)
class Series:
    labels: Mapping[str, str]
    values: tuple[float, ...]  # one a step; steps without a sample are left out


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, e.g. `https://mon1:9090/prometheus`."""

    url: str
    timeout_s: float = 30.0
    ca_file: str | None = None  # else the system's authorities

    def over(self, query: str, *, start: float, end: float, step_s: float) -> list[Series]:
        """Return what *query* gives from *start* to *end*, in Unix seconds; NoAnswer if it cannot be had."""
        form = urlencode({"query": query, "start": start, "end": end, "step": step_s}).encode()
        told = self._asked(Request(f"{self.url.rstrip('/')}/api/v1/query_range", data=form))  # noqa: S310
        try:
            return list(_series(told["data"]["result"]))
        except (KeyError, TypeError, ValueError) as reason:
            raise NoAnswer(f"{self.url}: what it says is not Prometheus' API: {reason!r}") from reason

    def _asked(self, request: Request) -> dict[str, Any]:
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise NoAnswer(f"{self.url}: is no address — write http://… or https://…")
        request.add_header("Accept", "application/json")
        for name, value in _entry(urlsplit(self.url).hostname or ""):
            request.add_header(name, value)
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urlopen(request, timeout=self.timeout_s, context=context) as answer:  # noqa: S310
                text = answer.read(MOST_BYTES)
        except HTTPError as reason:
            raise NoAnswer(f"{self.url}: {_refusal(reason)}") from reason
        except (OSError, HTTPException) as reason:
            raise NoAnswer(f"{self.url}: {getattr(reason, 'reason', '') or reason}") from reason
        try:
            told = json.loads(text)
        except ValueError as reason:
            raise NoAnswer(f"{self.url}: what it says is no JSON") from reason
        return told if isinstance(told, dict) else {}


def _entry(host: str) -> Iterator[tuple[str, str]]:
    """Yield the header that lets one in, if one's own netrc(5) has an entry for *host*."""
    try:
        found = netrc.netrc().authenticators(host)
    except (FileNotFoundError, netrc.NetrcParseError):
        return
    if found:
        word = b64encode(f"{found[0]}:{found[2]}".encode()).decode()
        yield "Authorization", f"Basic {word}"


def _refusal(reason: HTTPError) -> str:
    """Return what Prometheus says is wrong, else what HTTP does."""
    try:
        told = json.loads(reason.read(65_536))["error"]
    except (ValueError, KeyError, TypeError, OSError):
        return f"HTTP status {reason.code}"
    return f"HTTP status {reason.code}: {told}"


def _series(result: list[dict[str, Any]]) -> Iterator[Series]:
    for each in result:
        labels, values = each["metric"], each["values"]
        if not isinstance(labels, dict) or not isinstance(values, list):
            raise TypeError(f"a series has {labels!r}")
        numbers = (float(value) for _, value in values)
        yield Series(labels, tuple(number for number in numbers if math.isfinite(number)))
