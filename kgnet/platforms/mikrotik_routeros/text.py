"""RouterOS' own text: `/export` as a tree: a section's lines stand below it, each with one setting.

`set` lines that hold several settings are taken apart, one line a setting, so that a plan names what changes;
`add` lines stay whole, their settings sorted.  Written for RouterOS 7; `/export` tells no accounts, so
`/user print terse` stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgnet.errors import ReadError

PLAIN = re.compile(r"[A-Za-z0-9_.:,/@*!+-]+")
WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|<secret[^>]*>|[^\s"\[\]])+')
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "_": " ", '"': '"', "\\": "\\", "$": "$", "?": "?"}
BACK = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "$": "\\$"}
HEADED = re.compile(r'(/[^="[]*?)(?:[ /]((?:set|add)(?: .*)?))?')
VERBS = frozenset(("disable", "enable", "remove", "unset", "move"))  # typed by people, never exported
UNTOLD = re.compile(r"# ?error exporting (.+)")
SPILT = re.compile(r" +(?!(?:set|add) )[a-z][\w.-]*=")
USER = re.compile(r"^\s*\d+ +(?:[A-Z]+ +)?(?=[a-z-]+=)")
KEY = re.compile(r"(?:^|(?<= ))([a-z][a-z0-9.-]*)=")
TOLD_OF_USERS = ("comment", "group", "inactivity-policy", "inactivity-timeout", "name", "address", "disabled")
SILENT = {
    "address": "",
    "comment": "",
    "inactivity-policy": "none",
    "inactivity-timeout": "10m",
    "disabled": "no",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a section: *verb* set or add; *item* is what `set` is about, "" for the section itself."""

    verb: str
    item: str
    values: Mapping[str, str]


def quoted(value: str) -> str:
    """Return *value* as RouterOS writes it: within quotation marks where it has to be."""
    if PLAIN.fullmatch(value) or "<secret" in value:
        return value
    return '"' + "".join(BACK.get(letter, letter) for letter in value) + '"'


def words(line: str) -> list[str]:
    """Take a line apart at its blanks; what stands within quotation marks or brackets is one word."""
    left = WORD.sub("", line)
    if left.strip():
        raise ReadError(f"a quotation mark or bracket has no end: {line[:60]!r}")
    return WORD.findall(line)


def unquoted(word: str) -> str:
    """Return the value that *word* stands for."""
    if not word.startswith('"'):
        return word
    return re.sub(r"\\([0-9A-F]{2}|.)", _unescaped, word[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return ESCAPES[code] if code in ESCAPES else chr(int(code, 16)) if len(code) == 2 else code


def parse(line: str) -> Entry:
    """Read one line of a section; ReadError for what `/export` does not print."""
    verb, *rest = words(line)
    if verb not in ("set", "add"):
        raise ReadError(f"neither `set` nor `add`: {line[:60]!r}")
    named = [word for word in rest if _is_setting(word)]
    item = " ".join(word for word in rest if word not in named)
    return Entry(verb, item, {word.partition("=")[0]: unquoted(word.partition("=")[2]) for word in named})


def _is_setting(word: str) -> bool:
    return "=" in word and not word.startswith(("[", '"'))


def lines_of(entry: Entry) -> Iterator[str]:
    """Yield the canonical lines of an entry."""
    settings = [f"{name}={quoted(value)}" for name, value in sorted(entry.values.items())]
    if entry.verb == "add":
        yield " ".join(("add", *settings))
    else:
        yield from (" ".join(filter(None, ("set", entry.item, setting))) for setting in settings)


def entries(text: str) -> Iterator[tuple[int, str, Entry]]:
    """Yield each entry of an export with the number of its line, from 1, and its section.

    A section may come several times; a line of `/export terse` has its section before it.
    """
    section = ""
    for number, line in _joined(text):
        if line.startswith("#"):
            if found := UNTOLD.match(line):
                raise ReadError(f"line {number}: the device could not export {found[1]!r} — export it again")
        elif USER.match(line):
            yield number, "/user", _user(line)
        elif line.startswith("/"):
            section, told = _headed(line)
            if told:
                yield number, section, parse(told)
        elif line and not line.startswith(("Flags:", "Columns:")):
            if not section:
                raise ReadError(f"stands in no section: {line[:60]!r}")
            yield number, section, parse(line.strip())


def _headed(line: str) -> tuple[str, str]:
    """Take a line with a path apart: the section, and the entry behind it if there is one."""
    found = HEADED.fullmatch(line)
    path = found[1].replace("/", " ").split() if found else []
    if found is None or not VERBS.isdisjoint(path):
        raise ReadError(f"neither `set` nor `add`: {line[:60]!r}")
    return f"/{' '.join(path)}", found[2] or ""


def canonical(text: str) -> str:
    """Return the configuration in *text*; ReadError unless its date and release stand above it."""
    lines = [line for _, line in _joined(text)]
    if not any("RouterOS" in line for line in lines if line.startswith("#")) and not _is_canonical(lines):
        raise ReadError(
            "no `# … by RouterOS` above it — look whether the account may export with show-sensitive"
        )
    sections: dict[str, dict[str, None]] = {}
    for _, section, entry in entries(text):
        sections.setdefault(section, {}).update(dict.fromkeys(lines_of(_told(section, entry))))
    if "/system identity" not in sections:
        sections["/system identity"] = {"set name=MikroTik": None}  # which it does not print
    return "".join(
        f"{name}\n" + "".join(f" {line}\n" for line in told) for name, told in sections.items() if told
    )


def _told(section: str, entry: Entry) -> Entry:
    """Return the entry with the default that tells it from others, which some releases omit."""
    if section == "/system logging" and entry.verb == "add":
        return Entry("add", "", {"topics": "info", **entry.values})
    return entry


def _is_canonical(lines: list[str]) -> bool:
    """Tell our own text from a torn one: it names the device, and its lines are indented."""
    return "/system identity" in lines and all(line.startswith((" ", "/")) for line in lines if line)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield the lines with their numbers, those that end in `\` with what follows them.

    What a value over two lines leaves behind when it is redacted belongs to the line before it, too.
    """
    held, begun = "", 0
    lines = text.replace("\r", "").splitlines()
    for number, raw in enumerate(lines, 1):
        line = held + (raw.lstrip() if held else raw)
        begun = begun if held else number
        if line.endswith("\\") and not line.endswith("\\\\"):
            held = line[:-1]
        elif number < len(lines) and SPILT.match(lines[number]):
            held = f"{line} "
        else:
            held = ""
            yield begun, line.rstrip()
    if held:
        raise ReadError("its last line goes on and does not end: it was cut short — read it again")


def _user(line: str) -> Entry:
    """Read a row of `/user print terse`, whose values stand without quotation marks."""
    told = USER.sub("", line)
    places = list(KEY.finditer(told))
    ends = [place.start() for place in places[1:]] + [len(told)]
    values = {
        place[1]: told[place.end() : end].strip().strip('"') for place, end in zip(places, ends, strict=True)
    }
    flags = line[: len(line) - len(told)]
    values |= {"disabled": "yes"} if "X" in flags else {}
    kept = {
        name: values[name] for name in TOLD_OF_USERS if values.get(name, SILENT.get(name)) != SILENT.get(name)
    }
    return Entry("add", "", {**kept, "password": "<secret>"})
