"""Texts under lock and key: what may lie on a disk or in Git although secrets stand in it.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key made from a secret of the store.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from kgnet.errors import SecretError


class Box:
    """Seals and opens texts; *secret* is the text of the secret *name*, which errors tell and never show."""

    def __init__(self, name: str, secret: str) -> None:
        self._name = name
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))

    def __repr__(self) -> str:
        return f"Box({self._name!r})"

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return the text; SecretError if it was sealed with another secret, or is not whole."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as reason:
            raise SecretError(f"it was sealed with another secret than the {self._name} of today") from reason
