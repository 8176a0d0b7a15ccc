"""text → the same without the secrets that somebody wrote where no device keeps one.

In a description, a banner, a script, a line that a later release knows: what gives such a secret away are the
words before it.  Most lines have none of these and are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PEM = r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----((?:[^-]|-(?!----))*)"
URL = r"://[^\s:/@\"]{1,64}:((?!<secret)[^\s/\"]{1,256})@(?=[\w.\[-])"
EVERYWHERE = (
    re.compile(PEM),
    re.compile(URL),
)  # private keys, and passwords within URLs: all devices print these
HINTS = (b"pass", b"secret", b"token", b"psk", b"pwd", b"pw", b"key", b"pin:", b"pin=", b"kh?u", b"khau")
NAMES = (
    r"pass[ -]?phrase|pass(?:word|wd|code)|secret|token|psk|pwd|pw|(?:api|access|shared)[ _-]?key"
    r"|m[aậ]t kh[aẩ]u"
)
NAMED = r"(?:(?:\s\w+){0,3}?\s(?:is|la|là)\b|[ \t]*[:=])[ \t]*"  # `pw: …`, `the password of guests is …`
KINDS = (
    r"(?:\d{1,3}|sha\S*|md5|aes\S*|3?des\S*)(?:\s|$)|\S+[ \t]+<secret"  # how one is kept: that is no secret
)
TYPED = (  # and no word of a language: those that devices print here are all of small letters
    rf"[ \t]+(?:\d )?(?!{KINDS})(?=[\w$!#@%^&*+/~.])(?-i:(?=[^\s\"]*[^\sa-z\"-]))"
)
BLURTED = re.compile(
    rf"(?<![\w<-])(?:(?:{NAMES})(?:{NAMED}|{TYPED})|(?:pass|key|pin)[ \t]*[:=][ \t]*|key [05-9]{TYPED})"
    r"[\"'(]?(?!<)([^\s\"&;,)]+)",
    re.IGNORECASE,
)


def unsaid(line: str, hidden: Callable[[re.Match[str]], str]) -> str:
    """Return a line with what *hidden* makes of each such secret, which is group 1."""
    return BLURTED.sub(hidden, line)
