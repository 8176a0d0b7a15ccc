"""`kgnet/platforms/<platform>/remedies.yml`: for each rule what mends it on that platform.

    KG-ACC-07:
      note: Whoever is idle now is logged out.        # a danger, or what else there is to do
      intent: true                                    # the lines are the intent's own: `kgnet plan` has them
      commands: |                                     # what one types in a shell; nothing hands it on
        kgnet playbook site --limit {{ device.name }}
      edits:                                          # what becomes of the configuration
        - of: "{port} is a trunk"                     # once for each evidence that says this
          in: "interface {{ port }} > …"              # the blocks, outermost first; without: the top level
          when: "ip address *"                        # only where such a line stands inside
          unless: "shutdown"                          # only where none does
          drop: ["ip proxy-arp", "arp *"]             # lines that go, with all inside
          turn: {"user * ro": "user {{ star1 }} rw"}  # lines that become others, and keep what is inside
          add: |                                      # lines that have to be there, one a line
            no ip proxy-arp
          first: true                                 # before the others

`*` stands for anything.  Of blocks that a star finds, those are meant that the evidence speaks of, if it
speaks of any.  `extends: linux` takes over what another platform's file says of rules that are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from kgnet.errors import PluginError
from kgnet.paths import PACKAGE

FILE = "remedies.yml"
Lines = Annotated[tuple[str, ...], BeforeValidator(lambda one: (one,) if isinstance(one, str) else one)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Edit(_Written):
    """What becomes of some lines; all texts are Jinja templates."""

    part: str = ""  # default: the platform's own
    of: str = ""
    inside: str = Field(default="", alias="in")
    when: str = ""
    unless: str = ""
    drop: Lines = ()
    turn: Mapping[str, str] = Field(default_factory=dict)
    add: str = ""
    first: bool = False


class Entry(_Written):
    """What mends a rule on a platform: edits or commands, or a note that says why no line does."""

    edits: tuple[Edit, ...] = ()
    commands: str = ""
    intent: bool = False
    note: str = ""


Entries = Mapping[str, Entry]


@cache
def book(platform: str) -> Entries:
    """Return rule → what mends it on *platform*; PluginError if its file is not well written."""
    path = PACKAGE / "platforms" / platform / FILE
    if not path.is_file():
        return {}
    written = _read(path)
    base = book(written.pop("extends")) if "extends" in written else {}
    try:
        return {**base, **TypeAdapter(dict[str, Entry]).validate_python(written)}
    except ValidationError as reason:
        raise PluginError(f"{path}: {reason}") from reason


def _read(path: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as reason:
        raise PluginError(f"{path}: is not YAML: {reason}") from reason
    return written if isinstance(written, dict) else {}
