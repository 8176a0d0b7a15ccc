"""Postfix's settings, where one word decides and the order of words counts (postconf(5))."""

from __future__ import annotations

import re

from kgnet.model.facts import MailServer
from kgnet.rules._settings import value

OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")  # RFC 8996, RFC 7568, RFC 6176
NEW = re.compile(r">=\s*TLSv1\.[2-9]", re.IGNORECASE)


def old_protocols(server: MailServer, key: str) -> tuple[str, ...]:
    """Return the versions below TLS 1.2 that *key* lets through; `>=TLSv1.2` and `!TLSv1` are both spoken."""
    told = value(server, key)
    if NEW.fullmatch(told):
        return ()
    listed = {word.lower() for word in re.split(r"[\s,:]+", told) if word}
    positive = {word for word in listed if not word.startswith("!")}
    return tuple(
        version
        for version in OLD
        if (version.lower() in positive if positive else f"!{version.lower()}" not in listed)
    )


def restrictions(server: MailServer, key: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,]+", value(server, key)) if word)
