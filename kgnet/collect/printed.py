"""bytes → the text that a device printed, without what terminals and collectors put around it.

Every line stays where it stood, so that evidence names the right one: what goes leaves an empty line.
"""

from __future__ import annotations

import re

from kgnet.model.config import unfit
from kgnet.model.credentials import MARK

LARGEST_BYTES = 1 << 25  # of a configuration; the largest firewalls print some 10 MB
TOO_LARGE = f"is larger than {LARGEST_BYTES} bytes: no configuration is"
FREE = re.compile(
    rb"\s*(?:[!#]|\d+ remark |remark )|(?:.*[ \t])?(?:description|comment|contact|location|name)[ =]"
)
NOISE = re.compile(
    r"\x1b\[[\d;?]*[A-Za-z]|^ ?[-<]+ ?[Mm]ore ?[->]+[ \x08]*|(?<!\r)\r+(?=\n|\Z)", re.MULTILINE
)
PAGERS = tuple(f"{dash}{blank}{more}" for dash in "-<" for blank in ("", " ") for more in ("More", "more"))
NAME = r"[\w.@:~/-]+(?:\([\w./-]+\))?"
PROMPT = rf"(?:<[~*]?[\w./-]+>|\[[~*\w@. /:-]+\] ?[>/]?|{NAME} ?(?:\([\w./-]+\) )?[>#$%])"
ECHO = re.compile(
    rf"{PROMPT} ?(?:sh[ow]* .*(?:run|conf|start)|dis[play]* .*cur|/?exp[ort]*\b|more |cat |show$|show full)"
)
TYPED = re.compile(r"[]/>#$%] ?(?:sh|dis|/?exp|more |cat )")  # is in each of these
ENDING = re.compile(rf"(?:{PROMPT} ?(?:exit|quit|logout|logoff)?|Connection to .* closed.*|logout)\s*")
WORDS = r"secret|configuration|password|key|license key|community|value"
TAKEN = re.compile(  # what Oxidized, RANCID and others put where a secret was
    rf"<(?:(?:{WORDS}) )?(?:removed|hidden|encrypted|redacted|stripped|masked|sanitized)>", re.IGNORECASE
)
SILENCED = re.compile(
    rf"^([ \t]*)[!#](?=[ \t]*[a-z].*{MARK})", re.MULTILINE
)  # RANCID: the line is a comment then
HEAD, TAIL = 30, 4  # lines at the ends of a recorded session that are looked at
LAST = 512  # characters: few last lines are longer


def decoded(told: bytes) -> tuple[str, str]:
    """Return the text of a file, and why no device prints such; what is free text may be Latin-1."""
    if len(told) > LARGEST_BYTES:
        return "", TOO_LARGE
    try:
        text = told.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        text = _lenient(told)
        if not text:
            return "", f"is not UTF-8 text at byte {reason.start} — `iconv -f latin1 -t utf-8` makes it so"
    return text, unfit(text)


def unwrapped(text: str) -> str:
    """Return *text* without the prompts, echoes and pagers of the terminal that it was recorded from."""
    paged = "ore" in text and any(each in text for each in PAGERS)
    if paged or "\x1b" in text or "\r" in text:
        text = NOISE.sub("", text)
    head = text.split("\n", HEAD)[:HEAD]
    echoed = TYPED.search("\n".join(head)) and any(map(ECHO.match, head))
    end = text[-LAST:].rstrip()
    end = end if "\n" in end else text.rstrip()
    if not echoed and not ENDING.fullmatch(end, end.rfind("\n") + 1):
        return text
    lines = text.split("\n")
    echoes = [place for place, line in enumerate(lines[:HEAD]) if ECHO.match(line)]
    for place in range(echoes[-1] + 1 if echoes else 0):
        lines[place] = ""
    last = [place for place in range(len(lines) - 1, -1, -1) if lines[place].strip()][:TAIL]
    for place in last:
        if not ENDING.fullmatch(lines[place]):
            break
        lines[place] = ""
    return "\n".join(lines)


def restored(text: str) -> str:
    """Return *text* with our own mark where a collector removed a secret; the line is no comment any more."""
    marked, times = TAKEN.subn(MARK, text) if "<" in text else (text, 0)
    return SILENCED.sub(r"\1", marked) if times else text


def _lenient(told: bytes) -> str:
    """Return the text if all that is not UTF-8 stands in lines of free words; else nothing."""
    lines: list[str] = []
    for line in told.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError:
            if not FREE.match(line):
                return ""
            lines.append(line.decode("latin-1"))
    return "\n".join(lines)
