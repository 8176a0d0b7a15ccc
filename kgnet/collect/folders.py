"""folder → the configurations in it: which device each is of, where it stands, and since when.

Understood are files of any name, alone or in folders of groups, as Oxidized writes them; Git repositories of
such, bare ones too; RANCID's groups with their `router.db`; and what `kgnet backup` and `kgnet render` write.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kgnet.collect import git
from kgnet.collect.printed import LARGEST_BYTES, TOO_LARGE
from kgnet.errors import UsageError

SUFFIXES = (".cfg", ".conf", ".config", ".txt", ".rsc", ".log")  # a name may have other dots in it
VERSIONS = {"CVS", "RCS", "SVN", "lost+found"}  # folders of version control
OTHERS = (".sealed", ".new", ".bak", ".orig", ".swp", ".lock", ",v", "~", ".md", ".yml", ".yaml", ".csv")
ABOUT = ("readme", "license", "makefile", "routers.", "waivers.")  # what such files' names begin with
LIST = "router.db"  # RANCID's list of a group: name;type;state
CONFIGS = "configs"  # the folder of a group's texts
GIT = ".git"  # a checkout's own; what is in it is asked by `git`
DEEPEST = 4  # folders in each other


@dataclass(frozen=True, slots=True)
class Held:
    """A configuration in a folder; *path* is the file, or the repository that has it as *blob*."""

    name: str  # of the device, as the folder calls it
    where: str  # for people
    place: PurePosixPath  # within the folder
    path: Path
    blob: str = ""
    group: str = ""
    kind: str = ""  # what the folder's list calls its platform
    when: datetime | None = None  # when it was written, or its last change committed
    unusable: str = ""  # why it is no evidence
    passed: bool = (
        False  # over: by its name or place it is no configuration; so is all in it, if it is a folder
    )

    def content(self) -> bytes:
        """Return its bytes: of a file at most one more than the largest configuration has."""
        if self.blob:
            return git.content(self.path, self.blob)
        with self.path.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size  # a buffer for the largest would cost more than the file
            return opened.read(min(size or LARGEST_BYTES, LARGEST_BYTES) + 1)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is in a folder; nothing of it is left unsaid."""

    held: tuple[Held, ...]
    passed: tuple[str, ...]  # places of files and folders that were passed over; those of folders end in /


def holdings(folder: Path, at: str = "") -> Holdings:
    """Return the configurations in *folder*; those of its Git repository as they were *at* a commit or day.

    UsageError if there are none.
    """
    bare = bool(_repositories(folder))
    found = _committed(folder, at or "HEAD") if at or bare else _walked(folder)
    every = tuple(_laid_out(found))
    held = tuple(each for each in every if not each.passed)
    if not held:
        raise UsageError(
            f"{folder}: no configuration in it — `kgnet backup -o {folder}` writes some; "
            "folders of Oxidized and RANCID are read as well"
        )
    return Holdings(held, tuple(sorted(each.name for each in every if each.passed)))


# ── where the texts are ─────────────────────────────────────────────────────


def _repositories(folder: Path) -> list[Path]:
    """Return the bare repositories that *folder* is, or holds: Oxidized may keep one a group."""
    if git.is_repository(folder):
        return [folder]
    beside = (each for each in folder.glob("*.git") if each.name != ".git")  # that one belongs to a checkout
    return sorted(each for each in beside if git.is_repository(each))


def _walked(folder: Path) -> Iterator[Held]:
    """Yield the files; where Git has them too, the older date holds: a clone's files are all of today."""
    dates = git.changed(folder, "HEAD") if (folder / ".git" / "HEAD").is_file() else {}
    for root, folders, files in os.walk(folder):
        here = Path(root)
        depth = len(here.relative_to(folder).parts)
        files += [name for name in folders if name.lower().endswith(SUFFIXES)]  # told as what they are
        below = sorted({*folders} - {*files} - {GIT})
        folders[:] = [name for name in below if depth < DEEPEST and not _is_other(name)]
        for name in sorted({*below} - {*folders}):
            place = PurePosixPath((here / name).relative_to(folder))
            yield Held(f"{place}/", str(here / name), place, here / name, passed=True)
        for name in sorted(files):
            path = here / name
            place = PurePosixPath(path.relative_to(folder))
            written = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            when = min(written, dates.get(place, written))
            yield Held(name, str(path), place, path, when=when, unusable=_odd(path, folder))


def _odd(path: Path, folder: Path) -> str:
    """Return why a file is not to be read; empty: it is."""
    if path.is_symlink() and not _real(path).is_relative_to(_real(folder)):
        return f"leads out of {folder}"
    return "" if path.is_file() else "is no file"


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # a loop of links is no error here, as it is to `resolve`


def _committed(folder: Path, at: str) -> Iterator[Held]:
    repositories = _repositories(folder) or [folder]
    if not _repositories(folder) and not (folder / ".git").exists():
        raise UsageError(f"{folder}: is no Git repository, so that nothing is known of {at}")
    for repository in repositories:
        revision = git.commit(repository, at)
        dates = git.changed(repository, revision)
        group = "" if repository == folder else repository.stem
        for blob in git.tree(repository, revision):
            yield Held(
                blob.path.name,
                f"{repository / blob.path}@{revision[:8]}",
                PurePosixPath(group) / blob.path,
                repository,
                blob.name,
                when=dates.get(blob.path),
                unusable=TOO_LARGE if blob.size > LARGEST_BYTES else "",
            )


# ── which of them are configurations, and of what ───────────────────────────


def _laid_out(found: Iterable[Held]) -> Iterator[Held]:
    texts: dict[PurePosixPath, Held] = {}
    for each in found:
        if each.passed or any(map(_is_other, each.place.parts)):
            yield _passed(each)
        else:
            texts[each.place] = each
    listed = {place.parent: each for place, each in texts.items() if place.name == LIST}
    for group, listing in listed.items():
        yield from _of_rancid(group, _rows(listing), texts, listing)
    for place, each in texts.items():
        if not any(place.is_relative_to(group) for group in listed):
            yield replace(each, name=_bare(each.name), group="/".join(place.parent.parts))
        elif place.name != LIST and not any(place.parent == group / CONFIGS for group in listed):
            yield _passed(each)


def _passed(each: Held) -> Held:
    return each if each.passed else replace(each, name=str(each.place), passed=True)


def _is_other(name: str) -> bool:
    """Whether such a file or folder holds no configuration."""
    low = name.lower()
    return name.startswith(".") or name in VERSIONS or low.endswith(OTHERS) or low.startswith(ABOUT)


def _bare(name: str) -> str:
    stem, dot, last = name.rpartition(".")
    return stem if f"{dot}{last}".lower() in SUFFIXES and stem else name


def _of_rancid(
    group: PurePosixPath,
    rows: Mapping[str, tuple[str, str]],
    texts: Mapping[PurePosixPath, Held],
    listing: Held,
) -> Iterator[Held]:
    """Yield what a group's list names, and what stands beside without being named."""
    files = {place.name: each for place, each in texts.items() if place.parent == group / CONFIGS}
    for name, (kind, state) in rows.items():
        each = files.pop(name, None)
        missing = "" if each else f"names {name}, and there is no file of it"
        down = "" if state in ("", "up") else f"says that {name} is {state}: its file is an old one"
        held = each or replace(listing, place=group / CONFIGS / name, blob="")
        why = f"{LIST} {missing or down}" if missing or down else ""
        yield replace(held, name=name, kind=kind, group=str(group), unusable=why or held.unusable)
    for name, each in files.items():
        why = each.unusable or f"is not named in {LIST}: nobody collects it any more"
        yield replace(each, name=name, group=str(group), unusable=why)


def _rows(listing: Held) -> dict[str, tuple[str, str]]:
    """Return name → type and state (router.db(5)); releases before 3 put colons between them."""
    rows: dict[str, tuple[str, str]] = {}
    for line in listing.content().decode("utf-8", "replace").splitlines():
        told = line.partition("#")[0].strip()
        name, kind, state, *_ = [*told.split(";" if ";" in told else ":"), "", ""]
        if name and kind:
            rows[name.lower()] = kind.lower(), state.lower()
    return rows
