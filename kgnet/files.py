"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write *text* to *path* in one stroke, its folder too if need be; a full disk leaves what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.touch(mode=mode)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as reason:
        raise OSError(reason.errno, reason.strerror, str(path)) from reason
    finally:
        fresh.unlink(missing_ok=True)
