"""`kgnet explain`: why is a rule asked, on whose word, of whom, and what is to be done about it?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli._options import Format, OfPack, OutputFormat
from kgnet.cli._report import Lang

if TYPE_CHECKING:
    from kgnet.model.language import Language
    from kgnet.ports import Platform, Rule

WIDTH = 12  # of the names on the left
OF = {
    "BuiltRoom": "a conference room: its system is asked, or its export read (`kgnet audit --rooms`)",
    "Facility": "the building of the data center: people answer (`kgnet checklist`)",
}


def explain(
    id: Annotated[str, typer.Argument(help="The rule, e.g. KG-RTG-01.", metavar="RULE")],
    format_: Format = OutputFormat.TEXT,
    lang: Lang = "en",
    pack: OfPack = "",
) -> None:
    """Tell all of a rule: why, on whose word, its parameters, and for each platform what is asked and told.

    A reference that is not known at first hand carries its mark in brackets.
    """
    from kgnet import language, plugins
    from kgnet.ports import Rule

    told_in = language.load(lang)
    rule = language.told_rule(_own(pack, id) or plugins.one(Rule, id), told_in)
    told = _explained(rule, told_in)
    if format_ is OutputFormat.JSON:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    platforms = told.pop("platforms")
    for name, value in told.items():
        _show(name, value)
    for name, on in platforms.items():
        typer.echo(f"\non {name}")
        for what, value in on.items():
            _show(f"  {what}", value)


def _own(pack: str, id: str) -> Rule | None:
    """Return the rule as the pack that is named knows it, be it the office's own; None: it knows none."""
    from kgnet import plugins
    from kgnet.audit import pack as packs
    from kgnet.ports import Rule

    return packs.load(pack, plugins.found(Rule))[1].get(id) if pack else None


def _show(name: str, value: Any) -> None:
    lines = value if isinstance(value, list) else str(value).splitlines()
    for place, each in enumerate(lines or ["—"]):
        typer.echo(f"{'' if place else name:<{WIDTH}} {each}")


def _explained(rule: Rule, language: Language) -> dict[str, Any]:
    from kgnet.audit.intent import looks_at_intent
    from kgnet.audit.pack import parameters

    return {
        "id": rule.id,
        "of": OF.get(rule.of.__name__, "a device"),
        "title": rule.title,
        "severity": rule.severity.value,
        "why": rule.why,
        "references": list(rule.references),
        "packs": list(_packs(rule)),
        "roles": [role.value for role in rule.roles] or ["every role"],
        "parameters": [f"{name} = {value!r}" for name, value in parameters(rule).items()],
        "judges": "the device against what was planned for it"
        if looks_at_intent(rule)
        else "the device by itself, whatever was planned for it",
        "facts": [fact.__name__ for fact in rule.needs],
        "platforms": dict(_platforms(rule, language)),
    }


def _packs(rule: Rule) -> Iterator[str]:
    """Yield the packs that come along and ask it."""
    from kgnet import plugins
    from kgnet.audit import pack as packs
    from kgnet.ports import Rule

    rules = plugins.found(Rule)
    return (name for name in packs.shipped() if rule.id in packs.load(name, rules)[0].rules)


def _platforms(rule: Rule, language: Language) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield for each platform what the control asks there, who tells it, and what mends it."""
    from kgnet import plugins
    from kgnet.collect.commands import commands
    from kgnet.model.drift import Drift
    from kgnet.model.fleet import Device
    from kgnet.ports import Platform

    if rule.of is not Device:
        return
    for name, platform in plugins.found(Platform).items():
        if rule.platforms and name not in rule.platforms:
            continue
        needs = set(rule.needs) - {Drift}
        telling = [each for each in commands(platform) if needs & set(each.facts)]
        told = {fact for each in telling for fact in each.facts}
        if Drift in rule.needs:
            telling = [each for each in commands(platform) if each.purpose == "configuration"]
        elif not needs <= told and name in _known(rule):
            continue
        yield (
            name,
            {
                "asked": rule.asks.get(name, "as the title says"),
                "told by": [f"`{each}` ({each.purpose})" for each in telling] or ["the server's own ports"],
                "remedy": _remedy(platform, rule),
                **_lines(rule, name, language),
            },
        )


def _lines(rule: Rule, platform: str, language: Language) -> dict[str, Any]:
    """Return the lines that mend it there, with `<places>` that somebody fills in, and the danger in it."""
    from kgnet import remedies
    from kgnet.audit.pack import parameters

    lines = list(remedies.example(rule.id, platform, parameters(rule)))
    note = remedies.entry(rule.id, platform).note.strip()
    told = {"lines": lines} if lines else {}
    return {**told, "beware": language.texts.get(note, note)} if note else told


def _known(rule: Rule) -> frozenset[str]:
    """Return the platforms, if any platform tells what the rule judges."""
    from kgnet import plugins
    from kgnet.ports import Platform

    every = plugins.found(Platform)
    tells = any(set(rule.needs) & platform.facts for platform in every.values())
    return frozenset(every) if tells else frozenset()


def _remedy(platform: Platform, rule: Rule) -> str:
    """Say what brings the device there."""
    from kgnet.model.drift import Drift

    configured = {fact for part in platform.parts for fact in part.facts}
    if set(rule.needs) <= configured | {Drift}:
        return "`kgnet plan -l DEVICE` shows the lines of the intent that it lacks, `kgnet deploy` types them"
    if platform.driver == "ssh" and not rule.live:
        return "`kgnet playbook site --limit DEVICE`: the roles set it"
    return "look at the device by the commands above: what runs is judged, and no line mends that"
