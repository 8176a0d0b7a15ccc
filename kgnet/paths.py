"""Where the files are that come along: beside the package in a checkout, in `kgnet/share` of a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHARE = PACKAGE / "share" if (PACKAGE / "share").is_dir() else PACKAGE.parent


def templates() -> Path:
    return SHARE / "templates"


def playbooks() -> Path:
    return SHARE / "playbooks"


def roles() -> Path:
    return SHARE / "roles"


def inventories() -> Path:
    return SHARE / "inventories"
