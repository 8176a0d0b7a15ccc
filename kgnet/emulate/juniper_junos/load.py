"""Loading configuration into an emulated Junos: commands, text in curly braces, or XML; and what differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from kgnet.emulate.juniper_junos.tree import Missing, Node, Wrong, empty

WORD = re.compile(r'\s+|#[^\n]*|/\*.*?\*/|([{};])|((?:[^\s{};"]|"(?:\\.|[^"\\])*")+)', re.DOTALL)
TAGS = ("inactive:", "active:", "replace:", "delete:", "protect:", "unprotect:")
EDITS = ("set", "delete", "insert", "activate", "deactivate", "annotate", "rename", "copy")
Told = Callable[
    [str], str | None
]  # a line that would be stored → what the device says to it; "": it is ignored


@dataclass(slots=True)
class Failed(Exception):
    """The device does not take a line of what is loaded."""

    message: str
    line: int
    bad: str = ""

    def __str__(self) -> str:
        return self.message


@dataclass(slots=True)
class Loader:
    """Edits *root*; *told* may refuse or ignore a line, *stored* hears of every line that took effect."""

    root: Node
    told: Told = lambda line: None
    stored: Callable[[str], object] = lambda line: None
    warnings: list[str] = field(default_factory=list)

    # ── commands ────────────────────────────────────────────────────────────

    def commands(self, text: str) -> None:
        """Do what the commands in *text* say; the first that is wrong ends it."""
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                try:
                    self.command(line.strip())
                except Wrong as reason:
                    raise Failed(str(reason), number, line.strip()) from reason

    def command(self, line: str, path: tuple[str, ...] = ()) -> None:
        """Do one command, at the place *path* of the hierarchy; Wrong if it is none."""
        verb, *words = split(line)
        if verb not in EDITS:
            raise Wrong("unknown command.")
        said = self.told(line)
        if said is not None:
            if said:
                raise Wrong(said)
            return
        try:
            self._edit(verb, [*path, *words], len(path))
        except Missing:
            self.warnings.append("statement not found")
            return
        self.stored(line)

    def _edit(self, verb: str, words: list[str], given: int) -> None:
        match verb:
            case "set":
                self.root.set(words)
            case "delete" if len(words) == 0:
                self.root.inside.clear()
            case "delete":
                self.root.delete(words)
            case "activate" | "deactivate":
                self.root.seek(words)[1].inactive = verb == "deactivate"
            case "annotate":
                self.root.seek(words[:-1])[1].note = words[-1].strip('"')
            case "insert":
                self._insert(words)
            case _:
                raise Wrong("syntax error.")

    def _insert(self, words: list[str]) -> None:
        place = next((n for n, word in enumerate(words) if word in ("before", "after")), None)
        if place is None:
            raise Wrong("missing argument.")
        self.root.insert(words[:place], words[place], words[place + 1 :])

    # ── text ────────────────────────────────────────────────────────────────

    def text(self, text: str) -> None:
        """Merge a text in curly braces; `delete:` and `replace:` do as they say."""
        path: list[list[str]] = []
        words: list[str] = []
        for number, mark, word in _tokens(text):
            if word:
                words.append(word)
                continue
            if mark == "{":
                path.append(self._entered(path, words, number))
            elif mark == ";":
                self._stated(path, words, number)
            elif not path or words:
                raise Failed("syntax error", number, " ".join(words) or "}")
            else:
                path.pop()
            words = []
        if path or words:
            raise Failed("syntax error: missing closing brace", text.count("\n"), " ".join(words))

    def _entered(self, path: list[list[str]], words: list[str], number: int) -> list[str]:
        plain = [word for word in words if word not in TAGS]
        if "replace:" in words or "delete:" in words:
            self._try(self.root.delete, path, plain, number)
        if "delete:" not in words:
            self._try(self.root.set, path, plain, number, flag=words)
        return plain

    def _stated(self, path: list[list[str]], words: list[str], number: int) -> None:
        plain = [word for word in words if word not in TAGS]
        if "delete:" in words:
            self._try(self.root.delete, path, plain, number)
        else:
            self._try(self.root.set, path, plain, number, flag=words)

    def _try(
        self,
        act: Callable[[list[str]], object],
        path: list[list[str]],
        words: list[str],
        number: int,
        *,
        flag: list[str] | None = None,
    ) -> None:
        whole = [word for each in (*path, words) for word in each]
        line = " ".join(whole)
        said = self.told(f"set {line}")
        if said is not None:
            if said:
                raise Failed(said, number, line)
            return
        try:
            act(whole)
            if flag and "inactive:" in flag:
                self.root.seek(whole)[1].inactive = True
        except Missing:
            self.warnings.append("statement not found")
        except Wrong as reason:
            raise Failed(str(reason), number, line) from reason
        self.stored(f"set {line}")

    # ── XML ─────────────────────────────────────────────────────────────────

    def xml(self, element: ElementTree.Element) -> None:
        """Merge what stands below `<configuration>`."""
        for line in _of_xml(element, ()):
            try:
                self.command(line)
            except Wrong as reason:
                raise Failed(str(reason), 0, line) from reason


def _of_xml(element: ElementTree.Element, path: tuple[str, ...]) -> Iterator[str]:
    for each in element:
        name = local(each.tag)
        if name == "name" and path:
            continue
        keys = [child.text or "" for child in each if local(child.tag) == "name"]
        anonymous = name in ("interface", "contents") and not path[1:]
        here = (*path, *([] if anonymous else [name]), *keys)
        inner = [child for child in each if local(child.tag) != "name"]
        if each.get("delete") or each.get("operation") == "delete":
            yield f"delete {' '.join(here)}"
        elif inner:
            yield from _of_xml(each, here)
        else:
            text = (each.text or "").strip()
            value = f' "{text}"' if " " in text else f" {text}" if text else ""
            yield f"set {' '.join(here)}{value}"


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def split(line: str) -> list[str]:
    """Return the words of a command; what stands in quotes is one."""
    return re.findall(r'(?:[^\s"]|"(?:\\.|[^"\\])*")+', line)


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    line = 1
    for found in WORD.finditer(text):
        if found[1] or found[2]:
            yield line, found[1] or "", found[2] or ""
        line += found[0].count("\n")


def read(text: str) -> Node:
    """Return the tree of a whole text."""
    root = empty()
    Loader(root).text(text)
    return root


# ── what differs ────────────────────────────────────────────────────────────


def compare(old: Node, new: Node) -> str:
    """Return what `show | compare` prints."""
    return "".join(f"{line}\n" for line in _compared(old, new, ()))


def _compared(old: Node, new: Node, path: tuple[str, ...]) -> Iterator[str]:
    before = {(each.schema.place, each.words): each for each in old.inside}
    after = {(each.schema.place, each.words): each for each in new.inside}
    own: list[str] = []
    deeper: list[tuple[Node, Node]] = []
    for key, each in before.items():
        if key not in after:
            own += [f"-{line}" for line in each.lines(1)]
    for key, each in after.items():
        was = before.get(key)
        if was is None:
            own += [f"+{line}" for line in each.lines(1)]
        elif was.values != each.values or was.inactive != each.inactive or was.note != each.note:
            own += [f"-{line}" for line in was.lines(1)]
            own += [f"+{line}" for line in each.lines(1)]
        else:
            deeper.append((was, each))
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        own += [f"!    {each.line()} {{ ... }}" for each in new.inside]
    if own:
        yield f"[edit{' ' if path else ''}{' '.join(path)}]"
        yield from own
    for was, each in deeper:
        yield from _compared(was, each, (*path, each.name))
