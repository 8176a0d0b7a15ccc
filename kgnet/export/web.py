"""Who may ask, and over what: the web configuration file of Prometheus' own exporters (exporter-toolkit).

The file is read again when it changes; one that does not read is told in the log, and the last good one
holds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import os
import re
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal

import bcrypt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgnet.errors import UsageError

LOG = logging.getLogger(__name__)

Version = Literal["TLS10", "TLS11", "TLS12", "TLS13"]
VERSIONS = {
    "TLS10": ssl.TLSVersion.TLSv1,
    "TLS11": ssl.TLSVersion.TLSv1_1,
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
ASKED = {  # the two kinds that take a certificate without looking at it are no protection, and not to be had
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
CIPHER = re.compile(r"AES_(128|256)")
NOBODY = bcrypt.hashpw(b"", bcrypt.gensalt(10))  # compared where a user is unknown, so that both take as long


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tls(_Strict):
    """What `tls_server_config` says; files are beside the configuration, unless their path is absolute."""

    cert_file: Path
    key_file: Path
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = (
        "NoClientCert"
    )
    client_ca_file: Path | None = None
    client_allowed_sans: tuple[str, ...] = ()
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Value = Annotated[
    str, Field(pattern=r"^[\t -~]*$")
]  # RFC 9110 §5.5: an end of line would begin another header


class Http(_Strict):
    http2: bool = False  # not spoken here; without TLS nobody's client asks for it
    headers: Mapping[Name, Value] = Field(default_factory=dict)


class WebConfig(_Strict):
    tls_server_config: Tls | None = None
    http_server_config: Http = Http()
    basic_auth_users: Mapping[str, str] = Field(default_factory=dict)  # name → bcrypt hash


class Web:
    """The configuration at *path*, as it stands now; UsageError if it is wrong when we start."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._salt = os.urandom(16)
        self._known: set[bytes] = set()  # passwords that were right, hashed: bcrypt is slow by design
        self._compared: dict[bytes, Lock] = {}  # those that are just being compared
        self.config, self.context = _read(path)
        self._stamp = self._stamps()

    def current(self) -> None:
        """Read the file again if it, or a certificate, has changed."""
        with self._lock:
            if self._stamps() == self._stamp:
                return
            try:
                self.config, self.context = _read(self._path)
                self._known.clear()
                LOG.info("%s: read again", self._path)
            except UsageError as reason:
                LOG.warning("%s — what held before holds on", reason)
            self._stamp = self._stamps()

    def lets_in(self, authorization: str) -> bool:
        """Return whether a request with this header may come in (RFC 7617)."""
        users = self.config.basic_auth_users
        if not users:
            return True
        kind, _, told = authorization.partition(" ")
        try:
            name, colon, password = base64.b64decode(told, validate=True).partition(b":")
        except binascii.Error:
            return False
        if kind.lower() != "basic" or not colon:
            return False
        wanted = users.get(name.decode("utf-8", "replace"))
        return self._right(password, wanted.encode() if wanted else NOBODY) and wanted is not None

    def takes(self, certificate: Mapping[str, Any] | None) -> bool:
        """Return whether a client with this (verified) certificate is one of those that are named."""
        tls = self.config.tls_server_config
        if tls is None or not tls.client_allowed_sans:
            return True
        names = {str(name) for _, name in (certificate or {}).get("subjectAltName", ())}
        return bool(names & set(tls.client_allowed_sans))

    def _right(self, password: bytes, wanted: bytes) -> bool:
        """Compare; who comes with the same password meanwhile waits, and is spared a comparison."""
        seen = hmac.digest(self._salt, wanted + b"\0" + password, hashlib.sha256)
        if seen in self._known:
            return True
        with self._lock:
            turn = self._compared.setdefault(seen, Lock())
        with turn:
            right = seen in self._known or (
                len(password) <= 72 and bcrypt.checkpw(password, wanted)  # bcrypt reads no further
            )
            if right:
                self._known.add(seen)
        with self._lock:
            self._compared.pop(seen, None)
        return right

    def _stamps(self) -> tuple[object, ...]:
        tls = self.config.tls_server_config
        files = (tls.cert_file, tls.key_file, tls.client_ca_file) if tls else ()
        return tuple(_stamp(self._path.parent / file) for file in (self._path, *files) if file)


def _stamp(file: Path) -> object:
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size, told.st_ino


def _read(path: Path) -> tuple[WebConfig, ssl.SSLContext | None]:
    """Read the file and what it names; UsageError says what is wrong, and where."""
    try:
        config = WebConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as reason:
        raise UsageError(f"{path}: {reason.strerror}") from reason
    except (yaml.YAMLError, UnicodeDecodeError) as reason:
        raise UsageError(f"{path}: no YAML: {' '.join(str(reason).split())}") from reason
    except ValidationError as wrong:
        raise UsageError(f"{path}: {'; '.join(_said(each) for each in wrong.errors())}") from wrong
    for user, hashed in config.basic_auth_users.items():
        try:
            bcrypt.checkpw(b"", hashed.encode())
        except ValueError as reason:
            raise UsageError(
                f"{path}: basic_auth_users.{user}: is no bcrypt hash — `htpasswd -nBC 10 ''`"
            ) from reason
    tls = config.tls_server_config
    return config, _context(path, tls) if tls else None


def _said(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg'].lower()}"


def _context(path: Path, tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = path.parent
    for file in filter(None, (tls.cert_file, tls.key_file, tls.client_ca_file)):
        if not (folder / file).is_file():
            raise UsageError(f"{path}: tls_server_config: {folder / file}: there is no such file")
    try:
        context.load_cert_chain(folder / tls.cert_file, folder / tls.key_file)
        if tls.client_ca_file:
            context.load_verify_locations(folder / tls.client_ca_file)
        if tls.cipher_suites:
            context.set_ciphers(":".join(_openssl(tls.cipher_suites)))
    except OSError as reason:
        raise UsageError(f"{path}: tls_server_config: {reason}") from reason
    if tls.client_auth_type != "NoClientCert" and not tls.client_ca_file:
        raise UsageError(f"{path}: client_auth_type {tls.client_auth_type} needs a client_ca_file")
    context.verify_mode = ASKED[tls.client_auth_type]
    context.minimum_version, context.maximum_version = VERSIONS[tls.min_version], VERSIONS[tls.max_version]
    if tls.prefer_server_cipher_suites:
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def _openssl(suites: Iterable[str]) -> list[str]:
    """Return OpenSSL's names for the IANA's: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and its like."""
    named = (
        suite.removeprefix("TLS_").removeprefix("RSA_WITH_").replace("_WITH_", "_").replace("_CBC_", "_")
        for suite in suites
    )
    return [
        CIPHER.sub(r"AES\1", name).replace("POLY1305_SHA256", "POLY1305").replace("_", "-") for name in named
    ]
