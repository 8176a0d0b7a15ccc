"""path → text, or the one problem that keeps us from reading it."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from kgnet.errors import Problem

LARGEST_BYTES = 16_000_000  # a province is some 500 kB; more than this is another file by mistake


def read(path: Path) -> str | Problem:
    """Return the text of *path* in Unicode's composed form (NFC), so that two spellings of `ế` are one.

    A byte-order mark, which spreadsheets write, is accepted.
    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_BYTES else b""
    except OSError as reason:
        return _unreadable(path, reason)
    if size > LARGEST_BYTES:
        return Problem(str(path), 0, f"has {size} bytes", f"at most {LARGEST_BYTES} are read")
    return _decoded(path, raw.removeprefix(codecs.BOM_UTF8))


def _unreadable(path: Path, reason: OSError) -> Problem:
    if isinstance(reason, FileNotFoundError):
        return Problem(str(path), 0, "is missing", "every inventory has this file, if need be without rows")
    return Problem(str(path), 0, f"cannot be read: {reason.strerror}")


def _decoded(path: Path, raw: bytes) -> str | Problem:
    try:
        text = raw.decode()
    except UnicodeDecodeError as reason:
        line = raw.count(b"\n", 0, reason.start) + 1
        byte = f"byte 0x{raw[reason.start]:02x}"
        return Problem(str(path), line, f"is not UTF-8 ({byte})", "save it as “CSV UTF-8” or “UTF-8”")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Problem(str(path), line, "holds a NUL character", "save it as plain UTF-8 text")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
