"""What a mail server finds in the DNS of its own domain and host, and how its mailboxes are used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgnet.errors import ReadError
from kgnet.model.mailing import (
    Answer,
    HeloNames,
    MailboxTroubles,
    MailboxUse,
    MailNames,
    MailRecords,
    RelayTries,
    StsPolicy,
)
from kgnet.model.province import Role
from kgnet.platforms.linux import mailboxes, relay
from kgnet.ports import Reader

DIG = "dig +noall +answer +time=3 +tries=2"
DOMAIN = "d=$(postconf -h mydomain) || exit;"
NAMES = (
    f'{DOMAIN} echo "domain $d"; {DIG} "$d" MX || exit;'
    f' for n in "$d" "_dmarc.$d" "_mta-sts.$d"; do {DIG} "$n" TXT || exit; done'
)
SERVICES = "_submission _submissions _imaps _imap _pop3s _pop3"
RECORDS = (
    f'{DOMAIN} s=$(sed -n "s/^Selector[[:space:]]*//p" /etc/opendkim.conf 2>/dev/null); echo "domain $d";'
    f' h=$(postconf -h myhostname); {DIG} "$d" MX || exit; for n in "$d" "$h" "_dmarc.$d" "_mta-sts.$d"'
    f' "_smtp._tls.$d" "${{s:-default}}._domainkey.$d"; do {DIG} "$n" TXT || exit; done;'
    f' for n in {SERVICES}; do {DIG} "$n._tcp.$d" SRV || exit; done;'
    f' for m in $(dig +short "$d" MX | cut -d " " -f 2); do {DIG} "$m" A || exit; {DIG} "$m" AAAA || exit;'
    f' {DIG} "_25._tcp.$m" TLSA || exit; done; dig +adflag +noall +comments "$d" MX | grep "^;; flags:"; true'
)
POLICY = f'{DOMAIN} curl -fsS --max-time 10 "https://mta-sts.$d/.well-known/mta-sts.txt"'
HELO = (
    'h=$(postconf -hx smtp_helo_name) || exit; echo "helo $h"; '
    f'for t in A AAAA; do {DIG} "$h" $t || exit; done; '
    f'for a in $(dig +short "$h" A "$h" AAAA); do echo "address $a"; {DIG} -x "$a"; done'
)
USE = (
    "echo '# mailboxes'; doveadm user '*' || exit; echo '# log';"
    ' journalctl -u dovecot -o short-unix --no-pager -q | head -n 1; echo "now $(date +%s)";'
    " echo '# logins'; journalctl -u dovecot -o cat --no-pager -q -S -45d"
    " | sed -n 's/.*-login: Login: user=<\\([^>]*\\)>.*/\\1/p' | sort -u; echo '# forwards';"
    " grep -rHE '^[[:space:]]*redirect' --include=*.sieve /var/vmail 2>/dev/null; true"
)
ANSWER = re.compile(r"^(?P<name>\S+?)\.?\s+\d+\s+IN\s+(?P<type>[A-Z]+)\s+(?P<data>.+)$", re.MULTILINE)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _answers(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and data of dig's answers; the strings of a TXT record are one (RFC 7208 §3.3)."""
    for found in ANSWER.finditer(text):
        data = found["data"].strip()
        if found["type"] == "TXT":
            data = "".join(STRING.findall(data))
        yield found["name"].lower(), found["type"], data


def mail_names(text: str) -> MailNames:
    """Read dig's answers on a mail domain."""
    first, _, told = text.partition("\n")
    word, _, domain = first.partition(" ")
    if word != "domain" or not domain:
        raise ReadError("postfix tells no domain of its own")
    domain = domain.strip().lower()
    records = list(_answers(told))

    def texts(name: str, start: str) -> tuple[str, ...]:
        return tuple(
            data
            for owner, kind, data in records
            if (owner, kind) == (name, "TXT") and data.lower().startswith(start)
        )

    return MailNames(
        domain,
        tuple(data.split()[-1].rstrip(".").lower() for _, kind, data in records if kind == "MX"),
        spf=texts(domain, "v=spf1"),
        dmarc=texts(f"_dmarc.{domain}", "v=dmarc1"),
        sts=texts(f"_mta-sts.{domain}", "v=stsv1"),
    )


FLAGS = re.compile(r"^;; flags:([ a-z]*);", re.MULTILINE)


def mail_records(text: str) -> MailRecords:
    """Read dig's answers on all that mail needs of the DNS, and whether the resolver vouches for them."""
    first, _, told = text.partition("\n")
    word, _, domain = first.partition(" ")
    flags = FLAGS.search(told)
    if word != "domain" or not domain or flags is None:
        raise ReadError("the DNS was not asked, or gave no answer")
    answers = tuple(dict.fromkeys(Answer(name, kind, data) for name, kind, data in _answers(told)))
    return MailRecords(domain.strip().lower(), answers, "ad" in flags[1].split())


def sts_policy(text: str) -> StsPolicy:
    """Read a policy of MTA-STS (RFC 8461 §3.2)."""
    pairs = [
        (key.strip(), value.strip())
        for key, colon, value in (line.partition(":") for line in text.splitlines())
        if colon
    ]
    values = dict(pairs)
    if values.get("version") != "STSv1" or not values.get("max_age", "").isdecimal():
        raise ReadError("what the web server gives is no policy of MTA-STS")
    exchangers = tuple(value.lower() for key, value in pairs if key == "mx")
    return StsPolicy(values.get("mode", ""), exchangers, int(values["max_age"]))


def helo_names(text: str) -> HeloNames:
    """Read the name that postfix greets with, its addresses, and the names of these."""
    first, _, told = text.partition("\n")
    word, _, helo = first.partition(" ")
    if word != "helo" or not helo:
        raise ReadError("postfix tells no name that it greets with")
    forward, *reverse = re.split(r"^address ", told, flags=re.MULTILINE)
    names = {
        each.partition("\n")[0].strip(): tuple(
            data.rstrip(".").lower() for _, kind, data in _answers(each) if kind == "PTR"
        )
        for each in reverse
    }
    addresses = [data for _, kind, data in _answers(forward) if kind in ("A", "AAAA")]
    return HeloNames(helo.strip().lower(), tuple((each, names.get(each, ())) for each in addresses))


NOW = re.compile(r"^now (\d+)$", re.MULTILINE)
STARTED = re.compile(r"^(\d+)\.\d+ ", re.MULTILINE)
FORWARD = re.compile(r"^(?P<file>[^:]+):\s*redirect\s.*?\"(?P<to>[^\"]+)\"", re.MULTILINE)
DAY_S = 86_400


def mailbox_use(text: str) -> MailboxUse:
    """Read mailboxes, since when logins are recorded, who came in, and rules that send mail on."""
    parts = dict(each.partition("\n")[::2] for each in re.split(r"^# ", text, flags=re.MULTILINE)[1:])
    now = NOW.search(parts.get("log", ""))
    if now is None or "logins" not in parts:
        raise ReadError("dovecot tells neither mailboxes nor logins")
    started = STARTED.search(parts["log"])
    covered = (int(now[1]) - int(started[1])) / DAY_S if started else 0.0
    forwards = (
        ("@".join(reversed(found["file"].removeprefix("/var/vmail/").split("/")[:2])), found["to"])
        for found in FORWARD.finditer(parts.get("forwards", ""))
    )
    return MailboxUse(
        tuple(parts["mailboxes"].split()), tuple(parts["logins"].split()), covered, tuple(forwards)
    )


STATE: Mapping[tuple[str, ...], Reader] = {
    ("sh", "-c", NAMES): Reader(MailNames, mail_names, roles=(Role.MAIL,)),
    ("sh", "-c", RECORDS): Reader(MailRecords, mail_records, roles=(Role.MAIL,)),
    relay.COMMAND: Reader(RelayTries, relay.read, roles=(Role.MAIL,)),
    mailboxes.COMMAND: Reader(MailboxTroubles, mailboxes.read, roles=(Role.MAIL,)),
    ("sh", "-c", POLICY): Reader(StsPolicy, sts_policy, roles=(Role.MAIL,)),
    ("sh", "-c", HELO): Reader(HeloNames, helo_names, roles=(Role.MAIL,)),
    ("sh", "-c", USE): Reader(MailboxUse, mailbox_use, roles=(Role.MAIL,)),
}
