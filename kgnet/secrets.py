"""Secrets as files of one private folder; the intent only names them.

The first part of a name says what it is:

    snmp/… bgp/… sip/… mailbox/…   a random pass phrase
    dkim/<selector>                an RSA-2048 key in PEM (RFC 6376 §3.3.3, RFC 8301)
    wireguard/<end>.key, .pub      both halves of a tunnel end's X25519 key, in base64 (wg(8))
    tls/ca.crt                     the certificate authority of this store
    tls/<name>.key, tls/<name>.crt a server's key and the certificate for that DNS name (RFC 6125)

Values never leave through `repr`, logs or errors; a file that others may read is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets as random
from collections.abc import Callable, Iterable
from pathlib import Path

from kgnet.errors import SecretError
from kgnet.files import write

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)+")
ENVIRONMENT = "KGNET_SECRETS"
ALWAYS = ("salt/fingerprint", "tls/ca.crt", "journal/key", "backup/key")  # what every store has
ANEW = "remove it, and `kgnet secrets init` makes it anew"


def kept(path: Path, remedy: str) -> str:
    """Return the secret in *path* without a final newline; SecretError if open to others or no secret.

    FileNotFoundError is the caller's to explain.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise SecretError(f"{path}: others may read this secret — chmod go= {path}")
        text = path.read_text(encoding="utf-8").rstrip("\n")
    except FileNotFoundError:
        raise
    except OSError as reason:
        raise SecretError(f"{path}: {reason.strerror}") from reason
    except UnicodeDecodeError:
        raise SecretError(f"{path}: is no text — {remedy}") from None
    if not text or ("\n" in text and not text.startswith("-----BEGIN ")):
        raise SecretError(f"{path}: one line is wanted — {remedy}")
    return text


class Secrets:
    """The secrets below *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"Secrets({str(self.folder)!r})"

    def path(self, name: str) -> Path:
        """Return the file that holds *name*; SecretError if the name is malformed."""
        if not NAME.fullmatch(name) or ".." in name:
            raise SecretError(f"{name!r} is no name of a secret — a name is written like snmp/auth")
        return self.folder / name

    def get(self, name: str) -> str:
        """Return the secret's text without a final newline; SecretError if missing or open to others."""
        path = self.path(name)
        try:
            return kept(path, ANEW)
        except FileNotFoundError:
            raise SecretError(f"no secret {name} in {self.folder} — `kgnet secrets init` makes it") from None

    def fingerprint(self, name: str) -> str:
        """Return six digits that change with the secret; keyed, so that they give nothing away."""
        return self.mark(self.get(name))

    def mark(self, value: str) -> str:
        """Return the fingerprint of a *value* seen on a device, to compare with `fingerprint`."""
        return hmac.new(self._salt(), value.encode(), hashlib.sha256).hexdigest()[:6]

    def _salt(self) -> bytes:
        return self.get("salt/fingerprint").encode()

    def make(self, names: Iterable[str]) -> list[str]:
        """Create what is missing of *names*; return what was created, in order."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made: list[str] = []
        for name in (*ALWAYS, *sorted(set(names))):
            if self.path(name).exists():
                self.get(name)  # what is there has to be fit for use
            else:
                for created, text in self._new(name):
                    self._write(created, text)
                    made.append(created)
        return made

    def _new(self, name: str) -> Iterable[tuple[str, str]]:
        from kgnet.wire import pki as keys  # cryptography takes a tenth of a second to load

        kind, _, rest = name.partition("/")
        if kind == "dkim":
            return [(name, keys.rsa_key())]
        if name == "tls/ca.crt":
            key, certificate = keys.authority("kgnet internal authority")
            return [("tls/ca.key", key), (name, certificate)]
        if kind == "wireguard":
            end = rest.removesuffix(".key").removesuffix(".pub")
            private, public = keys.tunnel_key()
            return [(f"wireguard/{end}.key", private), (f"wireguard/{end}.pub", public)]
        if kind == "tls":
            host = rest.removesuffix(".key").removesuffix(".crt")
            key, certificate = keys.leaf(host, self.get("tls/ca.key"), self.get("tls/ca.crt"))
            return [(f"tls/{host}.key", key), (f"tls/{host}.crt", certificate)]
        return [(name, random.token_urlsafe(24))]

    def _write(self, name: str, text: str) -> None:
        path = self.path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(path, text.rstrip("\n") + "\n", mode=0o600)


def from_environment() -> Secrets | None:
    """Return the store that `KGNET_SECRETS` names, or None; SecretError if that is no folder."""
    named = os.environ.get(ENVIRONMENT)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise SecretError(f"{ENVIRONMENT}={named}: no such folder — `kgnet secrets init` makes it")
    return Secrets(folder)


def teller(store: Secrets | None) -> Callable[[str], str]:
    """Return what stands in a text in place of the secret *name*, for people and for comparing."""
    if store is None:
        return lambda name: "<secret>"
    return lambda name: f"<secret {store.fingerprint(name)}>"
