"""model → JSON Schemas, by which editors complete and check the files of an inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from kgnet.inventory.rows import columns_of
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
    Room,
    Service,
    Settings,
    Site,
    Written,
    Zone,
)

MAPPINGS: Mapping[str, type[Written]] = {"province": Settings, "mail": MailSettings}
LISTS: Mapping[str, type[Written]] = {"zones": Zone, "services": Service}
SHEETS: Mapping[str, type[Written]] = {
    "sites": Site,
    "devices": DeviceRow,
    "circuits": Circuit,
    "rooms": Room,
    "meetings": Meeting,
    "freezes": Freeze,
    "outages": Outage,
    "flows": Flow,
    "mailboxes": Mailbox,
    "facility": FacilityAnswer,
}
OPTIONAL = frozenset({"freezes", "outages", "facility"})  # files that an inventory need not have
DIALECT = GenerateJsonSchema.schema_dialect


def schemas() -> dict[str, dict[str, Any]]:
    """Return a schema for each file of an inventory, by the file's name without its ending.

    Those of CSV files describe the rows, one object each with its columns as keys.
    """
    found = {name: _mapping(model) for name, model in MAPPINGS.items()}
    found |= {name: _list(model) for name, model in {**LISTS, **SHEETS}.items()}
    for name, model in SHEETS.items():
        found[name]["x-columns"] = list(columns_of(model))
    return dict(sorted(found.items()))


def _mapping(model: type[Written]) -> dict[str, Any]:
    return {"$schema": DIALECT, **model.model_json_schema()}


def _list(model: type[Written]) -> dict[str, Any]:
    row = model.model_json_schema()
    definitions = row.pop("$defs", {})
    schema = {"$schema": DIALECT, "title": f"{model.__name__} rows", "type": "array", "items": row}
    return {**schema, "$defs": definitions} if definitions else schema
