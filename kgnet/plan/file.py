"""A plan as a file: what was approved, with a hash over it, so that nothing else can be done in its name.

Only sealed texts go in: of a secret no more than its fingerprint. Who may be misled by a changed file is
whoever approved it; a plan that was edited, cut short or put together by hand is refused as a whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kgnet import __version__
from kgnet.errors import UsageError
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change, Plan

FORMAT = "kgnet plan 1"
SHA256 = re.compile(r"[0-9a-f]{64}")
WHOLE, OWNED, FIXES = "whole", "owned sections", "fixes"


@dataclass(frozen=True, slots=True)
class Planned:
    """What was approved for one device."""

    plan: Plan
    running: str  # SHA-256 of the text that it was made for, see `digest`
    predicted: str  # and of the text that the device will then have
    commands: tuple[str, ...] = ()  # sealed: what one would type, without the secrets
    undo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What was approved for some devices: each appears once, also those that are as wanted."""

    created: datetime  # aware, UTC
    inventory: str  # SHA-256 of the files that say what is wanted
    whole: bool  # what the intent does not speak for goes, too
    devices: tuple[Planned, ...]
    failed: Mapping[str, str] = field(
        default_factory=dict
    )  # devices that could not be compared, with the reason
    blast: tuple[str, ...] = ()  # what is behind the devices that change, in plain words
    limit: str = ""  # which devices were asked for
    fixes: bool = False  # not all that differs, but what mends findings of an audit: nothing else is changed


def digest(config: Config) -> str:
    """Return the SHA-256 of a sealed configuration: two that differ in a line have two."""
    return hashlib.sha256(str(config).encode()).hexdigest()


def written(approved: PlanFile) -> str:
    """Return the text of the file, the hash of all else in it last."""
    body = {
        "format": FORMAT,
        "made_by": f"kgnet {__version__}",
        "created": approved.created.isoformat(timespec="seconds"),
        "inventory": approved.inventory,
        "mode": FIXES if approved.fixes else WHOLE if approved.whole else OWNED,
        "limit": approved.limit,
        "blast": list(approved.blast),
        "failed": dict(approved.failed),
        "devices": [_row(each) for each in approved.devices],
    }
    return json.dumps({**body, "sha256": _hash(body)}, indent=1, ensure_ascii=False) + "\n"


def read(text: str, source: str) -> PlanFile:
    """Return what *text* says; UsageError, naming *source*, if it is not exactly what was written."""
    try:
        body = json.loads(text)
        told = body.pop("sha256", "") if isinstance(body, dict) else ""
    except (ValueError, RecursionError) as reason:
        raise UsageError(f"{source}: is no plan: {reason} — `kgnet plan -o FILE` makes one") from reason
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise UsageError(f"{source}: is no plan that this kgnet reads — `kgnet plan -o FILE` makes one")
    if told != _hash(body):
        raise UsageError(
            f"{source}: was changed after it was made — `kgnet plan -o {source}` makes a new one"
        )
    try:
        return _file(body)
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        raise UsageError(
            f"{source}: is no whole plan: {reason!r} — `kgnet plan -o {source}` makes one"
        ) from reason


def _hash(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of *body* in one canonical form: keys sorted, no blanks (as in RFC 8785)."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _row(planned: Planned) -> dict[str, Any]:
    return {
        "device": planned.plan.device,
        "running": planned.running,
        "predicted": planned.predicted,
        "changes": [_change(change) for change in planned.plan.changes],
        "commands": list(planned.commands),
        "undo": list(planned.undo),
    }


def _change(change: Change) -> list[Any]:
    return [change.action.value, change.part, list(change.path), change.line, change.position]


def _file(body: Mapping[str, Any]) -> PlanFile:
    created = datetime.fromisoformat(body["created"])
    if created.tzinfo is None:
        raise ValueError("its time has no zone")
    if (mode := body["mode"]) not in (WHOLE, OWNED, FIXES):
        raise ValueError(f"{mode!r} is no mode")
    devices = tuple(_planned(row) for row in body["devices"])
    if len({each.plan.device for each in devices}) < len(devices):
        raise ValueError("a device stands in it twice")
    return PlanFile(
        created=created,
        inventory=_checked(body["inventory"]),
        whole=mode == WHOLE,
        fixes=mode == FIXES,
        devices=devices,
        failed={str(name): str(reason) for name, reason in body["failed"].items()},
        blast=tuple(map(str, body["blast"])),
        limit=str(body["limit"]),
    )


def _planned(row: Mapping[str, Any]) -> Planned:
    changes = tuple(
        Change(Action(action), _text(part), tuple(map(_text, path)), _text(line), position)
        for action, part, path, line, position in row["changes"]
    )
    return Planned(
        plan=Plan(_text(row["device"]), changes),
        running=_checked(row["running"]),
        predicted=_checked(row["predicted"]),
        commands=tuple(map(_text, row["commands"])),
        undo=tuple(map(_text, row["undo"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _checked(text: str) -> str:
    if not SHA256.fullmatch(text):
        raise ValueError(f"{text!r} is no SHA-256")
    return text
