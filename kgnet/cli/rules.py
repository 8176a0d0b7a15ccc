"""`kgnet rules`: what can an audit ask, and why?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli._options import Format, OutputFormat

if TYPE_CHECKING:
    from kgnet.ports import Rule

app = typer.Typer(rich_markup_mode="markdown", help="List the rules of the audit, and explain one.")


@app.callback(invoke_without_command=True)
def rules(ctx: typer.Context, format_: Format = OutputFormat.TEXT) -> None:
    """List the rules of the audit: id, severity, title; as JSON with their references too.

    A reference that is not known at first hand carries its mark in brackets.
    """
    from kgnet import plugins
    from kgnet.ports import Rule

    if ctx.invoked_subcommand is not None:
        return
    every = sorted(plugins.found(Rule).values(), key=lambda rule: rule.id)
    if format_ is OutputFormat.JSON:
        typer.echo(json.dumps([_row(rule) for rule in every], indent=1, ensure_ascii=False))
        return
    for rule in every:
        typer.echo(f"{rule.id:<11}  {rule.severity:<8}  {'live' if rule.live else 'any ':<4}  {rule.title}")


@app.command()
def explain(
    id: Annotated[str, typer.Argument(help="The rule, e.g. KG-RTG-01.", metavar="ID")],
    format_: Format = OutputFormat.TEXT,
) -> None:
    """Tell why a rule is asked, of whom, with which parameters, and who else asks it."""
    from kgnet import plugins
    from kgnet.ports import Rule

    found = plugins.one(Rule, id)
    if format_ is OutputFormat.JSON:
        typer.echo(json.dumps(_explained(found), indent=1, ensure_ascii=False))
        return
    for name, value in _explained(found).items():
        told = value if isinstance(value, list) else [value] if value else []
        for place, each in enumerate(told or ["—"]):
            typer.echo(f"{name if not place else '':<11} {each}")


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "references": list(rule.references),
    }


def _explained(rule: Rule) -> dict[str, Any]:
    from kgnet.audit.pack import parameters

    return {
        **_row(rule),
        "why": rule.why,
        "judges": "running state: skipped over files" if rule.live else "configuration, live or in files",
        "facts": [fact.__name__ for fact in rule.needs],
        "roles": [role.value for role in rule.roles] or ["every role"],
        "platforms": list(rule.platforms) or ["every platform"],
        "parameters": [f"{name} = {value!r}" for name, value in parameters(rule).items()],
    }
