"""environment → Access: how the operator gets in, as the variables KGNET_… say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kgnet.errors import SecretError, UsageError
from kgnet.ports import Access, Endpoint
from kgnet.secrets import kept

SERVICES = ("ssh", "netconf", "https")
SHAPE = 'it is written {"device": {"ssh": ["127.0.0.1", 40022]}}'
MOST_LOGINS = 1000


def access(environ: Mapping[str, str]) -> Access:
    """Return how to get in; UsageError or SecretError if a variable names what cannot be used.

    KGNET_SSH_USER               the user, else root
    KGNET_SSH_KEY                file of the private key; else the agent and one's own keys
    KGNET_SSH_PASSWORD_FILE      file of the password, also for prompts and `enable`; nobody else may read it
    KGNET_KNOWN_HOSTS            file of host keys, else one's own
    KGNET_SSH_CONFIG             OpenSSH's client file: jump hosts, algorithms
    KGNET_CA_FILE                file of the authorities for eAPI's certificates, else the system's
    KGNET_ENDPOINTS              JSON file: the only services that are spoken to, and where they are
    KGNET_LOGINS, _PER_S         how many logins may be under way at once (16), and begin a second
    """
    known = Access(
        user=environ.get("KGNET_SSH_USER") or "root",
        key_file=environ.get("KGNET_SSH_KEY") or None,
        known_hosts=environ.get("KGNET_KNOWN_HOSTS") or None,
        password_file=_private(environ.get("KGNET_SSH_PASSWORD_FILE")),
        ssh_config=environ.get("KGNET_SSH_CONFIG") or None,
        ca_file=environ.get("KGNET_CA_FILE") or None,
        endpoints=_endpoints(environ.get("KGNET_ENDPOINTS")),
    )
    return _paced(known, environ)


def _paced(known: Access, environ: Mapping[str, str]) -> Access:
    logins = _number(environ, "KGNET_LOGINS", known.logins, least=1)
    per_s = _number(environ, "KGNET_LOGINS_PER_S", known.logins_per_s, least=0)
    if logins != int(logins):
        raise UsageError(f"KGNET_LOGINS={logins:g} is no whole number")
    return replace(known, logins=int(logins), logins_per_s=per_s)


def _number(environ: Mapping[str, str], name: str, otherwise: float, *, least: float) -> float:
    text = environ.get(name)
    if not text:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= MOST_LOGINS:
        raise UsageError(f"{name}={text}: a number from {least:g} to {MOST_LOGINS} is wanted")
    return value


def _private(name: str | None) -> str | None:
    """Return the file if it holds a password that nobody else may read."""
    if not name:
        return None
    try:
        kept(Path(name), "write the password into it, in one line")
    except FileNotFoundError:
        raise SecretError(f"KGNET_SSH_PASSWORD_FILE={name}: there is no such file") from None
    return name


def _endpoints(name: str | None) -> dict[tuple[str, str], Endpoint]:
    if not name:
        return {}
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as reason:
        raise UsageError(f"KGNET_ENDPOINTS={name}: {reason.strerror}") from reason
    except ValueError as reason:
        raise UsageError(f"{name}: no JSON: {reason}") from reason
    return dict(_read(found, name))


def _read(found: Any, name: str) -> Iterator[tuple[tuple[str, str], Endpoint]]:
    if not isinstance(found, dict) or not found:
        raise UsageError(f"{name}: names no device — {SHAPE}")
    for device, services in found.items():
        if not isinstance(services, dict):
            raise UsageError(f"{name}: {device}: no services — {SHAPE}")
        for service, place in services.items():
            if service not in SERVICES:
                raise UsageError(f"{name}: {device}: {service} is none of {', '.join(SERVICES)}")
            yield (device, service), _place(place, f"{name}: {device}: {service}")


def _place(place: Any, where: str) -> Endpoint:
    match place:
        case [str(host), int(port)] if host and 0 < port < 65536:
            return Endpoint(host, port)
    raise UsageError(f"{where}: no host and port — {SHAPE}")
