"""The dashboards of Grafana, as JSON: one file here is one of them; what it is made of stands in _grafana.py.

Their titles are in the reader's language; names of sites, rooms and carriers come from the metrics.
"""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module

from kgnet.export.dashboards._grafana import Board
from kgnet.model.language import ENGLISH, Language


def dashboards(language: Language = ENGLISH) -> dict[str, str]:
    """Return each dashboard by the name of its file; Grafana takes them as they are, from 11 on."""
    return {
        f"{name}.json": json.dumps(board(name, language).json(), ensure_ascii=False, indent=1) + "\n"
        for name in names()
    }


def names() -> list[str]:
    """Return what dashboards there are: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def board(name: str, language: Language) -> Board:
    found = import_module(f"{__name__}.{name}").board(language.say)
    assert isinstance(found, Board)
    return found
