"""`kgnet checklist`: what is asked of the data center's building, what is answered, and until when?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli import PENDING, colourless
from kgnet.cli._options import DEFAULT_INVENTORY, Format, Inventory, OutputFormat
from kgnet.cli._report import Lang

if TYPE_CHECKING:
    from kgnet.model.facility import Checklist, Item

COLUMNS = ("item", "question", "answer", "by", "date", "evidence")


class FormFormat(StrEnum):
    CSV = "csv"
    MARKDOWN = "markdown"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="The checklist of the data center's building: answers in `facility.csv`, and for how long.",
)


@app.command("list")
def list_(
    inventory: Inventory = DEFAULT_INVENTORY, format_: Format = OutputFormat.TEXT, lang: Lang = "en"
) -> None:
    """List every question with its answer, and the last day on which that holds."""
    found = _read(inventory)
    _show([_row(found, item, lang) for item in found.items], format_)


@app.command("open")
def open_(
    inventory: Inventory = DEFAULT_INVENTORY,
    soon: Annotated[
        int, typer.Option("--soon", min=0, help="Also answers that run out within so many days.")
    ] = 30,
    format_: Format = OutputFormat.TEXT,
    lang: Lang = "en",
) -> None:
    """List what nobody has answered, what is answered with no, and what has run out or soon will.

    Exit codes: 0 nothing; 1 an error; 2 something is open.
    """
    found = _read(inventory)
    rows = [_row(found, item, lang) for item in found.items if _is_open(found, item, soon)]
    _show(rows, format_)
    if rows:
        raise typer.Exit(PENDING)


@app.command()
def form(
    inventory: Inventory = DEFAULT_INVENTORY,
    format_: Annotated[
        FormFormat, typer.Option("--format", help="To fill in, or to print.")
    ] = FormFormat.CSV,
    lang: Lang = "en",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write it there.", metavar="FILE")
    ] = None,
) -> None:
    """Print the form: as CSV it is the inventory's `facility.csv` once it is filled in.

    Answers that still hold are in it already; those that ran out are empty again.  An answer is `yes`,
    `no` or `n/a`, with who says so, the day (2026-12-31) and where it is written down.
    """
    found = _read(inventory)
    rows = [_form_row(found, item, lang) for item in found.items]
    text = _csv(rows) if format_ is FormFormat.CSV else _markdown(rows, lang)
    if output:
        from kgnet import files

        files.write(output, text)
    else:
        typer.echo(text, nl=False)


def _read(inventory: Path) -> Checklist:
    from kgnet.audit.facility import checklist
    from kgnet.inventory import load

    return checklist(load(inventory).facility.values(), datetime.now(UTC).date())


def _is_open(found: Checklist, item: Item, soon: int) -> bool:
    answer = found.of(item)
    left = (answer.until(item.days) - found.asked).days if answer else 0
    return bool(found.wrong(item)) or left <= soon


def _row(found: Checklist, item: Item, lang: str) -> dict[str, Any]:
    answer = found.of(item)
    return {
        "item": item.name,
        "state": _state(found, item),
        "answer": answer.word.value if answer else None,
        "by": answer.by if answer else None,
        "date": answer.on.isoformat() if answer else None,
        "until": answer.until(item.days).isoformat() if answer else None,
        "evidence": answer.proof if answer else None,
        "question": _question(item, lang),
        "references": list(item.references),
    }


def _state(found: Checklist, item: Item) -> str:
    """Say in one word how an item stands."""
    answer = found.of(item)
    if answer is None:
        return "unanswered"
    if answer.on > found.asked:
        return "future"
    if answer.until(item.days) < found.asked:
        return "expired"
    return {"yes": "holds", "no": "no"}.get(answer.word.value, "n/a")


def _question(item: Item, lang: str) -> str:
    from kgnet import language

    return language.load(lang).say(item.question)


def _show(rows: Sequence[dict[str, Any]], format_: OutputFormat) -> None:
    if format_ is OutputFormat.JSON:
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    colours = {"holds": "green", "n/a": "green"}
    for row in rows:
        state = f"{row['state']:<10}"
        shown = state if colourless() else typer.style(state, fg=colours.get(row["state"], "red"))
        said = f"  ({row['by']}, {row['date']}, until {row['until']}; {row['evidence']})" if row["by"] else ""
        typer.echo(f"{shown}  {row['item']:<26}  {row['question']}{said}")


def _form_row(found: Checklist, item: Item, lang: str) -> tuple[str, ...]:
    answer = found.of(item)
    if answer is None or not _holds(answer.on, answer.until(item.days), found.asked):
        return (item.name, _question(item, lang), "", "", "", "")
    said = (answer.word.value, answer.by, answer.on.isoformat(), answer.proof)
    return (item.name, _question(item, lang), *said)


def _holds(on: date, until: date, today: date) -> bool:
    return on <= today <= until


def _csv(rows: Sequence[Sequence[str]]) -> str:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerows([COLUMNS, *rows])
    return page.getvalue()


def _markdown(rows: Sequence[Sequence[str]], lang: str) -> str:
    from kgnet import language

    say = language.load(lang).say
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return f"# {say('Checklist of the data center')}\n\n" + "".join(
        f"{line}\n" for line in _table(lines, say)
    )


def _table(rows: Sequence[Sequence[str]], say: Any) -> Iterator[str]:
    head, *body = rows
    for row in ([say(column) for column in head], *body):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
