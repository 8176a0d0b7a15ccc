"""Files that are there whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, text: str | bytes | Iterable[str], *, mode: int = 0o644) -> None:
    """Write *text*, or its pieces, to *path* in one stroke, its folder too if need be.

    A full disk leaves what was there.  A link stays one: its target is replaced.  What is no file, such as a
    pipe or `/dev/full`, is written to.
    """
    data = (text,) if isinstance(text, bytes) else map(str.encode, (text,) if isinstance(text, str) else text)
    real = Path(os.path.realpath(path))
    fresh = real.with_name(f".{real.name}.{secrets.token_hex(4)}")
    try:
        if path.is_relative_to("/dev") or (real.exists() and not real.is_file()):
            with path.open("wb") as device:
                device.writelines(data)
            return
        real.parent.mkdir(parents=True, exist_ok=True)
        with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.writelines(data)
        fresh.replace(real)
    except OSError as reason:
        raise OSError(reason.errno, reason.strerror, str(path)) from reason
    finally:
        if fresh.exists():
            fresh.unlink()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that falls with this process, however that ends; the file is gone afterwards.

    OSError (BlockingIOError) if another one holds it.
    """
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the lock; what a dead one left of it is taken away."""
    if not path.exists():
        return False
    try:
        with locked(path):
            return False
    except BlockingIOError:
        return True


def digest(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of all files below *folder*, hidden ones left out."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if not any(part.startswith(".") for part in name.parts):
            whole.update(f"{name.as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
