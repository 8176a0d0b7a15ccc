"""What is fuzzed: bytes → nothing, or one of our own errors.  Any other exception is a bug."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath

from kgnet import paths, plugins
from kgnet.audit import pack as packs
from kgnet.audit import waivers
from kgnet.collect import told as read_out
from kgnet.collect.folders import Held
from kgnet.collect.reading import Reading
from kgnet.design import design
from kgnet.errors import KgnetError, ReadError
from kgnet.inventory import load
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Platform, Rule
from kgnet.render import render

Target = Callable[[bytes], None]

PLATFORMS = plugins.found(Platform)
RULES = plugins.found(Rule)
LAB = paths.inventories() / "lab"
PROVINCE = paths.inventories() / "kiengiang"
RECORDED = Path(__file__).parents[1] / "recorded"
PIECE = 1500  # characters: what is small is varied well


@cache
def desk() -> Path:
    """Return a folder that goes with this process, with an inventory in it that may be spoilt."""
    kept = tempfile.TemporaryDirectory(prefix="fuzz-")
    _kept.append(kept)
    shutil.copytree(LAB, Path(kept.name) / "inventory")
    return Path(kept.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def platform(name: str, told: bytes) -> None:
    """Read a file as an audit does, every fact; and as a plan does."""
    file = desk() / "r-1.cfg"
    file.write_bytes(told)
    device = Device("r-1", "DC", Role.BRANCH, name, 1, IPv4Address("172.20.0.9"))
    held = Held("r-1", str(file), PurePosixPath(file.name), file)
    have = read_out(Reading(file.parent).read(device, held)[1], device)
    assert all(isinstance(fact, kind) for kind, fact in have.facts.items())
    for part in PLATFORMS[name].parts:
        if part.name in have.config.parts:
            try:
                part.canonical(have.config.parts[part.name])
            except ReadError:
                continue


def pack(told: bytes) -> None:
    file = desk() / "office.yml"
    file.write_bytes(told)
    packs.load(str(file), RULES)


def waiver(told: bytes) -> None:
    file = desk() / "waivers.yml"
    file.write_bytes(told)
    waivers.load(file, RULES)


def inventory(told: bytes) -> None:
    """Spoil one file of an inventory, the one that the first byte says; design what it still tells."""
    folder = desk() / "inventory"
    files = sorted(path for path in LAB.rglob("*") if path.suffix in (".yml", ".csv"))
    chosen = files[told[0] % len(files)] if told else files[0]
    spoilt = folder / chosen.relative_to(LAB)
    spoilt.write_bytes(told[1:])
    try:
        design(load(folder))
    finally:
        shutil.copyfile(chosen, spoilt)


TARGETS: dict[str, Target] = {
    **{name: partial(platform, name) for name in PLATFORMS},
    "pack": pack,
    "waivers": waiver,
    "inventory": inventory,
}


def tried(name: str, told: bytes) -> None:
    """Give *told* to the target; its own errors, told in lines of text, are as good as facts."""
    try:
        TARGETS[name](told)
    except KgnetError as reason:
        assert str(reason).strip()


# ── what the fuzzer begins with ─────────────────────────────────────────────


def seeds(name: str) -> Iterator[bytes]:
    """Yield texts that the target knows, in pieces."""
    if name == "inventory":
        files = sorted(path for path in LAB.rglob("*") if path.suffix in (".yml", ".csv"))
        for number, path in enumerate(files):
            yield bytes([number]) + path.read_bytes()
    elif name == "pack":
        yield from (path.read_bytes()[:PIECE] for path in packs.SHIPPED.glob("*.yml"))
        yield b"title: x\nlines:\n  A: {title: t, part: frr, inside: '^a ', must: 'b', must_not: c}\n"
        yield b"title: x\nextends: [baseline, intent]\nonly: {severities: [high], intent: true}\n"
    elif name == "waivers":
        yield (
            b"waivers:\n  - {rule: KG-RTG-01, devices: [r-1, 'r-9*'], reason: they go, owner: o, ticket: T-1,"
            b" expires: 2027-03-31}\n"
        )
    else:
        yield from (each.encode() for text in _texts(name) for each in _pieces(text))


def _texts(name: str) -> Iterator[str]:
    for path in sorted(RECORDED.glob(f"{name}/**/running*")):
        yield path.read_text(encoding="utf-8")
    for folder in (LAB, PROVINCE):
        devices = [each for each in design(load(folder)).devices.values() if each.platform == name]
        for device in (*devices[:1], *devices[-1:]):
            yield str(render(device, paths.templates()))


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces that begin where a block does."""
    piece: list[str] = []
    for line in text.splitlines(keepends=True):
        if sum(map(len, piece)) > PIECE and not line.startswith((" ", "\t", "}")):
            yield "".join(piece)
            piece = []
        piece.append(line)
    yield "".join(piece)
