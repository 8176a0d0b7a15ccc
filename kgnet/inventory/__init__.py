"""folder → Province: typed, strict, every error with its file and line, all of them in one go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from kgnet.errors import InventoryError, Problem
from kgnet.inventory.checks import CHECKS
from kgnet.inventory.documents import Document, document
from kgnet.inventory.draft import Draft
from kgnet.inventory.rows import (
    Table,
    columns_of,
    from_list,
    from_mapping,
    from_sheet,
    optional_of,
)
from kgnet.inventory.sheets import Sheet, sheet
from kgnet.inventory.text import read
from kgnet.model.province import (
    Circuit,
    DeviceRow,
    FacilityAnswer,
    Flow,
    Freeze,
    Mailbox,
    MailSettings,
    Meeting,
    Outage,
    Province,
    Room,
    Service,
    Settings,
    Site,
    Written,
    Zone,
)

R = TypeVar("R", bound=Written)


def load(folder: Path) -> Province:
    """Read the inventory in *folder*; InventoryError tells everything that is wrong with it."""
    return checked(folder).province()


def checked(folder: Path) -> Draft:
    """Read the inventory in *folder* and keep the lines; InventoryError as from `load`."""
    draft, problems = _draft(folder)
    problems += [problem for check in CHECKS for problem in check(draft)]
    if problems:
        raise InventoryError(list(dict.fromkeys(problems)))
    return draft


def expired(draft: Draft, today: date) -> Iterator[Problem]:
    """Yield what is well written and has run out: an inventory does not become unreadable overnight."""
    for entry in draft.flows:
        if entry.row.until is not None and entry.row.until < today:
            what = f"{entry.row.id} ended on {entry.row.until}"
            yield draft.flows.problem(entry, what, f"remove it, or ask {entry.row.owner} for a later day")


def _draft(folder: Path) -> tuple[Draft, list[Problem]]:
    if not folder.is_dir():
        known = sorted(path.parent.name for path in folder.parent.glob("*/province.yml"))
        there = f"in {folder.parent} there are: {', '.join(known)}" if known else "name the folder with -i"
        raise InventoryError([Problem(str(folder), 0, "is no folder", there)])
    settings_file, mail_file = _document(folder / "province.yml"), _document(folder / "mail.yml")
    settings, wrong = from_mapping(Settings, settings_file)
    mail, wrong_mail = from_mapping(MailSettings, mail_file)
    draft = Draft(
        settings=settings,
        settings_file=settings_file,
        mail=mail,
        mail_file=mail_file,
        sites=_table(Site, folder / "sites.csv"),
        devices=_table(DeviceRow, folder / "devices.csv"),
        circuits=_table(Circuit, folder / "circuits.csv"),
        rooms=_table(Room, folder / "rooms.csv"),
        meetings=_table(Meeting, folder / "meetings.csv"),
        freezes=_table_if_there(Freeze, folder / "freezes.csv"),
        outages=_table_if_there(Outage, folder / "outages.csv"),
        flows=_table(Flow, folder / "flows.csv"),
        mailboxes=_table(Mailbox, folder / "mailboxes.csv"),
        zones=from_list(Zone, _document(folder / "zones.yml")),
        services=from_list(Service, _document(folder / "services.yml")),
        facility=_table_if_there(FacilityAnswer, folder / "facility.csv"),
    )
    return draft, [*wrong, *wrong_mail, *(each for table in draft.tables for each in table.problems)]


def _table(model: type[R], path: Path) -> Table[R]:
    text = read(path)
    if isinstance(text, Problem):
        return from_sheet(model, Sheet(str(path), problems=(text,)))
    return from_sheet(model, sheet(str(path), text, wanted=columns_of(model), optional=optional_of(model)))


def _table_if_there(model: type[R], path: Path) -> Table[R]:
    """Return the rows of a file that an inventory need not have."""
    there = path.exists() or path.is_symlink()
    return _table(model, path) if there else Table(str(path), (), frozenset())


def _document(path: Path) -> Document:
    text = read(path)
    if isinstance(text, Problem):
        return Document(str(path), problems=(text,))
    return document(str(path), text)
