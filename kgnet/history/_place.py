"""Where the history is: a file of SQLite, or PostgreSQL by its URL; opened, checked, brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from kgnet import paths
from kgnet.errors import HistoryError, NothingRecorded
from kgnet.history import _tables

NAME = "history.sqlite"
BUSY_S = 30  # how long one run waits for another that writes
LOCK = 0x6B676E6574  # of PostgreSQL, for whoever writes the history: "kgnet"
POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
ELSEWHERE = "name another by --history, or `--history none`"


@dataclass(frozen=True, slots=True)
class Place:
    """*name* is what messages call it; it holds no secret, for a URL that holds one is refused."""

    name: str
    url: URL
    file: Path | None = None


def place(told: str) -> Place:
    """Return the place that is meant; "" is the usual one.  HistoryError if it is none that we can use."""
    if "://" not in told:
        file = Path(told) if told else paths.state() / NAME
        if file.is_dir():
            raise HistoryError(f"the history {file} is a folder — name a file in it")
        return Place(str(file), URL.create("sqlite", database=str(file)), file)
    try:
        url = make_url(told)
    except (ArgumentError, ValueError):
        raise HistoryError(
            "the URL of the history cannot be read — postgresql://USER@HOST/DATABASE"
        ) from None
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:":
            raise HistoryError("the history needs a file: sqlite:///FILE")
        return place(url.database)
    if url.drivername not in POSTGRES:
        raise HistoryError(
            f"the history is kept in SQLite or PostgreSQL, not in {url.drivername} — postgresql://…"
        )
    if url.password is not None or any("password" in key.lower() for key in url.query):
        raise HistoryError(
            "the URL of the history holds a password, which others see in lists of processes"
            " — put it into ~/.pgpass, a file that PGPASSFILE names, or a service of libpq"
        )
    url = url.set(drivername="postgresql+psycopg")
    return Place(url.render_as_string().replace("+psycopg", "", 1), url)


@contextmanager
def opened(where: Place, *, writes: bool) -> Iterator[Connection]:
    """Open a transaction; what was written in it is kept whole when it ends well, and else not at all.

    NothingRecorded if it is read before anything was written; HistoryError if the place cannot be used, is
    damaged or somebody else's, or was written by a newer kgnet.
    """
    if not writes and where.file and not where.file.exists():
        raise NothingRecorded(f"{where.name}: no audit is recorded there yet")
    with _translated(where):
        with _transaction(where, writes=writes) as connection:
            version = _version(connection, where)
            if not version and not writes:
                raise NothingRecorded(f"{where.name}: no audit is recorded there yet")
            if writes or version == len(_tables.STEPS):
                _bring_up(connection, version)
                yield connection
                return
        with _transaction(where, writes=True) as connection:
            _bring_up(connection, _version(connection, where))
            yield connection


def compact(where: Place) -> None:
    """Give the room of what was taken out back to the disk; PostgreSQL does so by itself (autovacuum)."""
    if where.file:
        with _translated(where), _engine(where, begin="").connect() as connection:
            connection.exec_driver_sql("VACUUM")


@contextmanager
def _transaction(where: Place, *, writes: bool) -> Iterator[Connection]:
    if where.file and writes:
        where.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        where.file.touch(mode=0o600)
    engine = _engine(where, begin="BEGIN IMMEDIATE" if writes else "BEGIN")
    try:
        with engine.connect() as connection, connection.begin():
            if writes and not where.file:
                connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_S}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
    finally:
        engine.dispose()


def _engine(where: Place, *, begin: str) -> Engine:
    if not where.file:
        try:
            return create_engine(where.url, poolclass=NullPool, connect_args=_postgres(where.url))
        except ImportError as reason:
            raise HistoryError(
                f"the history {where.name}: {reason} — pip install 'kgnet[postgres]'"
            ) from reason
    engine = create_engine(where.url, poolclass=NullPool, connect_args={"timeout": BUSY_S})

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # Python's sqlite3 would begin by itself, too late

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if begin:
            connection.exec_driver_sql(begin)

    return engine


def _postgres(url: URL) -> dict[str, str | int]:
    return {"application_name": "kgnet"} | ({} if "connect_timeout" in url.query else {"connect_timeout": 10})


def _version(connection: Connection, where: Place) -> int:
    """Return the version of the tables, 0 if there are none yet."""
    tables = inspect(connection).get_table_names()
    if _tables.VERSION.name not in tables:
        if where.file and tables:
            raise HistoryError(f"{where.name} is another program's database — {ELSEWHERE}")
        return 0
    version = connection.execute(select(_tables.VERSION.c.version)).scalar_one_or_none() or 0
    if version > len(_tables.STEPS):
        raise HistoryError(
            f"the history {where.name} was written by a newer kgnet (version {version} of its tables, "
            f"{len(_tables.STEPS)} is known here) — use that one"
        )
    return version


def _bring_up(connection: Connection, version: int) -> None:
    for step in _tables.STEPS[version:]:
        step(connection)
    if not version:
        connection.execute(insert(_tables.VERSION).values(version=len(_tables.STEPS)))
    elif version < len(_tables.STEPS):
        connection.execute(update(_tables.VERSION).values(version=len(_tables.STEPS)))


REMEDIES = {  # names of SQLite's result codes
    "SQLITE_BUSY": "another audit writes it: try again",
    "SQLITE_NOTADB": f"it is no database — {ELSEWHERE}",
    "SQLITE_CORRUPT": "it is damaged: move it away, and the next audit begins a new one",
    "SQLITE_READONLY": f"it may not be written — {ELSEWHERE}",
    "SQLITE_CANTOPEN": f"it cannot be opened — {ELSEWHERE}",
    "SQLITE_FULL": "make room on the disk",
    "SQLITE_ERROR": "it is not as kgnet wrote it: move it away, and the next audit begins a new one",
}


@contextmanager
def _translated(where: Place) -> Iterator[None]:
    try:
        yield
    except DBAPIError as reason:
        told = str(reason.orig).strip().splitlines()[0] if str(reason.orig).strip() else "no answer"
        name = getattr(reason.orig, "sqlite_errorname", "") or ""
        known = next((REMEDIES[each] for each in REMEDIES if name.startswith(each)), "")
        raise HistoryError(f"the history {where.name}: {told}{f' — {known}' if known else ''}") from reason
    except OSError as reason:
        raise HistoryError(f"the history {where.name}: {reason.strerror} — {ELSEWHERE}") from reason
