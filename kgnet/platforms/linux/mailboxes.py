"""What Dovecot and Postfix tell of mailboxes that are full, guessed at, or send mail on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.mailing import MailboxTroubles

# Only mailboxes that are there are asked for: to look at another would make it.  doveadm reads their names
# from a file and not from a pipe, since it seeks in it (-F of doveadm(1)).
COMMAND: tuple[str, ...] = (
    "sh",
    "-c",
    "echo '# quota'; cd /var/vmail || exit; f=$(mktemp) || exit; trap 'rm -f \"$f\"' EXIT;"
    ' for h in */*/Maildir; do u=${h%/Maildir}; [ -d "$h" ] && echo "${u#*/}@${u%%/*}"; done > "$f";'
    ' [ ! -s "$f" ] || doveadm -f tab quota get -F "$f" || exit; echo "# failed";'
    " journalctl -u dovecot -o cat --no-pager -q -S -1d | grep 'auth failed'; echo '# aliases';"
    " for m in $(postconf -hx virtual_alias_maps | tr , ' '); do cat \"${m#*:}\"; done 2>/dev/null;"
    " echo '# redirects'; grep -rHE '^[[:space:]]*redirect' --include=*.sieve /var/vmail 2>/dev/null; true",
)
FAILED = re.compile(r"\(auth failed, (?P<times>\d+) attempts.*?user=<(?P<user>[^>]*)>")
REDIRECT = re.compile(
    r"^/var/vmail/(?P<domain>[^/]+)/(?P<user>[^/]+)/[^:]*:\s*redirect\s.*?\"(?P<to>[^\"]+)\""
)
PARTS = ("quota", "failed", "aliases", "redirects")


def read(text: str) -> MailboxTroubles:
    parts = dict(each.partition("\n")[::2] for each in re.split(r"^# (?=\w+$)", text, flags=re.MULTILINE)[1:])
    if any(name not in parts for name in PARTS):
        raise ReadError("Dovecot tells nothing of quotas and logins")
    failed: Counter[str] = Counter()
    for found in FAILED.finditer(parts["failed"]):
        failed[found["user"]] += int(found["times"])
    sent_on = filter(None, map(REDIRECT.search, parts["redirects"].splitlines()))
    redirects = ((f"{each['user']}@{each['domain']}", each["to"]) for each in sent_on)
    return MailboxTroubles(
        tuple(_used(parts["quota"])),
        tuple(sorted(failed.items())),
        tuple(_aliases(parts["aliases"])),
        tuple(redirects),
    )


def _used(table: str) -> Iterator[tuple[str, int]]:
    """Yield who uses how much of his storage: `user, quota, type, value, limit, %` (doveadm-quota(1))."""
    for line in table.splitlines()[1:]:
        match line.split("\t"):
            case [user, _, "STORAGE", _, limit, percent] if limit not in ("-", "0"):
                yield user, int(percent)


def _aliases(table: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of virtual(5)."""
    for line in table.splitlines():
        alias, _, targets = line.strip().partition(" ")
        if alias and not alias.startswith("#"):
            yield from ((alias, each) for each in re.split(r"[\s,]+", targets.strip()) if each)
