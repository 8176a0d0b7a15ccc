"""What a Linux host tells of its logs: who writes them, where they go, how long they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile

from kgnet.errors import ReadError
from kgnet.model.facts import System
from kgnet.model.managed import LogHosts
from kgnet.model.operations import (
    ChangeLog,
    LocalLog,
    LogArchive,
    Logging,
    LogStamps,
    WebLogs,
)
from kgnet.platforms._operations import severity

LOGS: tuple[str, ...] = (
    "sh",
    "-c",
    "hostname; pgrep -l -x 'rsyslogd|systemd-journal'; ls -d /var/log/journal 2>/dev/null;"
    " cat /etc/systemd/journald.conf /etc/systemd/journald.conf.d/*.conf 2>/dev/null;"
    " echo '# rsyslog'; cat /etc/rsyslog.conf /etc/rsyslog.d/*.conf 2>/dev/null; true",
)
AUDIT: tuple[str, ...] = (
    "sh",
    "-c",
    "echo '# auditctl -l'; command -v auditctl >/dev/null || exit 0; auditctl -l",
)
ROTATION: tuple[str, ...] = ("sh", "-c", "cat /etc/logrotate.conf /etc/logrotate.d/* 2>/dev/null; true")
WEB: tuple[str, ...] = (
    "sh",
    "-c",
    "grep -hsE '^[[:space:]]*(access_log|log)[[:space:]]' /etc/haproxy/haproxy.cfg /etc/nginx/nginx.conf"
    " /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*; true",
)
PARTS = "# rsyslog\n"

# ── who writes, and where to ────────────────────────────────────────────────

TARGET = re.compile(r"^([^#\s]*)\s+@@?(?:\([^)]*\))?(\[[^]]+\]|[^\s:;@]+)\S*?(?:;(\S+))?\s*$", re.MULTILINE)
FORWARD = re.compile(r"^([^#\s]*)[ \t]*action\(([^)]*\btype=\"omfwd\"[^)]*)\)", re.MULTILINE)
OPTION = r"\b{name}=\"([^\"]+)\""
PRECISE = ("RSYSLOG_SyslogProtocol23Format", "RSYSLOG_ForwardFormat", "RSYSLOG_FileFormat")
FORWARD_DEFAULT = re.compile(r"^\$ActionForwardDefaultTemplate\s+(\S+)", re.MULTILINE)
FILE_DEFAULT = re.compile(
    r"^(?:\$ActionFileDefaultTemplate\s+(\S+)|module\(load=\"builtin:omfile\"[^)]*[Tt]emplate=\"([^\"]+)\")",
    re.MULTILINE,
)
WRITTEN = re.compile(r"^([^#\s]\S*)\s+-?/\S+", re.MULTILINE)
Forwarded = tuple[str, str, str]  # selector, host, template


def _parts(text: str) -> tuple[str, str, str]:
    """Return the host's name, what is said of the journal, and rsyslog's configuration."""
    hostname, _, rest = text.partition("\n")
    if not hostname.strip():
        raise ReadError("the host tells no name of its own")
    journal, _, rsyslog = rest.partition(PARTS)
    return hostname.strip(), journal, rsyslog


def _elsewhere(host: str) -> bool:
    """Whether what is sent there leaves the host: who listens on its own loopback is no log server."""
    return host != "localhost" and not host.startswith("127.") and host != "::1"


def _forwards(rsyslog: str) -> Iterator[Forwarded]:
    default = FORWARD_DEFAULT.search(rsyslog)
    template = default[1] if default else "RSYSLOG_TraditionalForwardFormat"
    for selector, host, own in TARGET.findall(rsyslog):
        if _elsewhere(host.strip("[]")):
            yield selector, host.strip("[]"), own or template
    for selector, inside in FORWARD.findall(rsyslog):  # without a selector: all that come there
        found = {name: re.search(OPTION.format(name=name), inside, re.I) for name in ("target", "template")}
        if found["target"] and _elsewhere(found["target"][1]):
            yield (
                selector or "*.*",
                found["target"][1],
                found["template"][1] if found["template"] else template,
            )


def system(text: str) -> System:
    """Log targets are hosts that rsyslog forwards to."""
    hostname, _, rsyslog = _parts(text)
    return System(hostname, tuple(dict.fromkeys(host for _, host, _ in _forwards(rsyslog))))


def log_hosts(text: str) -> LogHosts:
    """Return the least urgent that any of them gets: `*.*` is all there is."""
    forwards = list(_forwards(_parts(text)[2]))
    levels = [_level(selector) for selector, _, _ in forwards]
    least = "debug" if "debug" in levels else next(iter(levels), "")
    return LogHosts(tuple(dict.fromkeys(host for _, host, _ in forwards)), least, None, 0)


def _level(selector: str) -> str:
    """Return the severity of a selector that takes every facility; "" for one that takes some only."""
    facility, _, level = selector.partition(";")[0].rpartition(".")
    if facility != "*":
        return ""
    return "debug" if level == "*" else severity(level)


def stamps(text: str) -> LogStamps:
    """rsyslog's own default is precise in files and coarse to others, unless a template is named."""
    rsyslog = _parts(text)[2]
    default = FILE_DEFAULT.search(rsyslog)
    names = [template for _, _, template in _forwards(rsyslog)]
    names += [found for found in default.groups() if found] if default else []
    fine = all(name in PRECISE for name in names)
    return LogStamps(dated=True, fraction=fine, zone=fine, line=0)


def logging(text: str) -> Logging:
    """Return what runs of rsyslog and the journal."""
    running = tuple(name for name in ("rsyslogd", "systemd-journal") if f" {name}\n" in _parts(text)[1])
    return Logging(bool(running), running, "debug", 0)


SIZES = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
JOURNAL = re.compile(r"^(Storage|SystemMaxUse|MaxLevelStore)=(\S+)", re.MULTILINE)


def local_log(text: str) -> LocalLog:
    """Read journald.conf(5) and rsyslog's files: one of them has to outlive a restart."""
    _, journal, rsyslog = _parts(text)
    said = dict(JOURNAL.findall(journal))
    storage = said.get("Storage", "auto")
    lasting = storage == "persistent" or (storage == "auto" and "/var/log/journal\n" in journal)
    files = [level for selector in WRITTEN.findall(rsyslog) if (level := _level(selector))]
    told = severity(said.get("MaxLevelStore", "debug")) if storage != "none" else ""
    if not lasting and files and "rsyslogd\n" in journal:
        return LocalLog("debug" if "debug" in files else files[0], None, "bytes", lasting=True, line=0)
    size = re.fullmatch(r"(\d+)([KMGT]?)", said.get("SystemMaxUse", ""))
    return LocalLog(told, int(size[1]) * SIZES[size[2]] if size else None, "bytes", lasting, 0)


# ── changes of the configuration ────────────────────────────────────────────

WATCH = re.compile(r"^-w (\S+) -p (\S+)|-F (?:dir|path)=(\S+) (?:.* )?-F perm=(\S+)", re.MULTILINE)


def change_log(text: str, *files: str) -> ChangeLog:
    """Read `auditctl -l`; it names the user (auid) and the program of whoever writes a watched file."""
    watched = [
        (path or other).rstrip("/") for path, way, other, kind in WATCH.findall(text) if "w" in (way or kind)
    ]
    unseen = tuple(file for file in files if not any(_within(file, each) for each in watched))
    return ChangeLog(not unseen, sent=True, sealed=True, unwatched=unseen, line=0)


def _within(file: str, folder: str) -> bool:
    return file == folder or file.startswith(f"{folder}/")


# ── how long they stay ──────────────────────────────────────────────────────

DAYS = {"daily": 1, "weekly": 7, "monthly": 28, "yearly": 365, "hourly": 1 / 24}


def log_archive(text: str) -> LogArchive:
    """Read logrotate.conf(5): times of rotation × what is kept of them; by size alone, nothing is sure."""
    bare = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    blocks = [each.partition("{")[::2] for each in bare.split("}")]  # what stands before each, and inside
    common = _rotation("\n".join(before for before, _ in blocks), {})
    days: dict[str, float | None] = {}
    for before, inside in blocks:
        if inside:
            told = _rotation(inside, common)
            days |= dict.fromkeys(_patterns(before), _days(told))
    return LogArchive(days)


def _patterns(before: str) -> Iterator[str]:
    """Yield the files that a block is of: the lines right before it that begin with a path."""
    lines = [line.strip() for line in before.rstrip().splitlines()]
    for line in takewhile(lambda line: line.startswith(("/", '"/')), reversed(lines)):
        yield from (word.strip('"') for word in line.split())


def _rotation(text: str, before: Mapping[str, str]) -> Mapping[str, str]:
    told = dict(before)
    for words in map(str.split, text.splitlines()):
        if words and words[0] in DAYS:
            told["every"] = words[0]
        elif len(words) > 1 and words[0] in ("rotate", "maxage", "size", "maxsize"):
            told[words[0]] = words[1]
    return told


def _days(told: Mapping[str, str]) -> float | None:
    """Return the days that a file is kept; None: no length of time is set."""
    if {"size", "maxsize"} & told.keys() or "every" not in told:
        return float(told["maxage"]) if "maxage" in told and "rotate" not in told else None
    kept = DAYS[told["every"]] * int(told.get("rotate", "0"))
    return min(kept, float(told["maxage"])) if "maxage" in told else kept


# ── the web ─────────────────────────────────────────────────────────────────

ACCESS_LOG = re.compile(r"^\s*(?:access_log\s+([^;\s]+)|log\s+(/dev/log|\S+:\d+|\d[\d.]+)\s)", re.MULTILINE)


def web_logs(text: str) -> WebLogs:
    """Read nginx's `access_log` and HAProxy's `log`; what is off on purpose does not count."""
    found = [nginx or haproxy for nginx, haproxy in ACCESS_LOG.findall(text)]
    told = (each if each.startswith("/var/") else "syslog" for each in found if each != "off")
    return WebLogs(tuple(dict.fromkeys(told)))
