"""`kgnet rules`: what can an audit ask?"""

from __future__ import annotations

import json

import typer

from kgnet.cli._options import Format, OutputFormat


def rules(format_: Format = OutputFormat.TEXT) -> None:
    """List the rules of the audit: id, severity, title; as JSON with their references too.

    A reference that is not known at first hand carries its mark in brackets; `kgnet explain ID` tells more.
    """
    from kgnet import plugins
    from kgnet.ports import Rule

    every = sorted(plugins.found(Rule).values(), key=lambda rule: rule.id)
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
