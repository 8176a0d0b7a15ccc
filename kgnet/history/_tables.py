"""The tables of the history, the same in SQLite and PostgreSQL, and the steps that bring up an older one.

What stands is kept as intervals: a finding that stands for a year is one row, not one a day.

A step is a function; their number is the version of the tables. Steps run in the transaction that opens the
history: they are done whole or not at all. Three tables that only this program writes need no more than that:
Alembic's folder of revisions, its configuration and command would be larger than what it looks after.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """An aware time; SQLite keeps none of its zone, so it is UTC there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        told: datetime = value
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


TABLES = MetaData()

VERSION = Table("kgnet_history", TABLES, Column("version", Integer, nullable=False))

SUBJECT = Table(
    "kgnet_subject",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

RUN = Table(
    "kgnet_run",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False, unique=True),
    Column("subject", ForeignKey(SUBJECT.c.id), nullable=False),
    Column("began", Utc, nullable=False),
    Column("inventory", Text, nullable=False),
    Column("pack", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("devices", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("pass", "fail", "skip", "error", "waived")),
    Column("opened", Integer, nullable=False),
    Column("fixed", Integer, nullable=False),
    Index("kgnet_run_subject", "subject", "number"),
)

FINDING = Table(
    "kgnet_finding",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("subject", ForeignKey(SUBJECT.c.id), nullable=False),
    Column("rule", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("status", String(8), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("what", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("finding_since", Utc, nullable=False),
    Column("first_run", Integer, nullable=False),
    Column("last_run", Integer, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("until_run", Integer),
    Column("until_at", Utc),
    Column("fixed", Boolean, nullable=False),
    Index("kgnet_finding_until", "subject", "until_run"),
)


def _first(connection: Connection) -> None:
    TABLES.create_all(connection, checkfirst=False)


STEPS: tuple[Callable[[Connection], None], ...] = (_first,)
