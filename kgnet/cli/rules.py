"""`kgnet rules`: what can an audit ask?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from kgnet.cli._options import Format, OfPack, OutputFormat

if TYPE_CHECKING:
    from kgnet.model.pack import Choice
    from kgnet.ports import Rule


def rules(format_: Format = OutputFormat.TEXT, pack: OfPack = "") -> None:
    """List the rules of the audit, or of one pack: id, severity, title; as JSON with their references too.

    A reference that is not known at first hand carries its mark in brackets; `kgnet explain ID` tells more.
    """
    from kgnet import plugins
    from kgnet.audit import pack as packs
    from kgnet.ports import Rule

    known = plugins.found(Rule)
    if pack:
        asked, own = packs.load(pack, known)
        known = {id: _as_asked(own[id], choice) for id, choice in asked.rules.items()}
    every = sorted(known.values(), key=lambda rule: rule.id)
    if format_ is OutputFormat.JSON:
        rows = [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity.value,
                "references": list(rule.references),
            }
            for rule in every
        ]
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for rule in every:
        typer.echo(f"{rule.id:<11}  {rule.severity:<8}  {'live' if rule.live else 'any ':<4}  {rule.title}")


def _as_asked(rule: Rule, choice: Choice) -> Rule:
    """Return the rule with the severity that the pack gives it."""
    return replace(rule, severity=choice.severity or rule.severity)
