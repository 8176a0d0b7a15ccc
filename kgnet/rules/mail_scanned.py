"""KG-MAIL-12: Mail gateway scans for malware/spam and limits attachment types."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import MailServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import RunningServices
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import words

SPAM = ("rspamd", "spamd", "spamassassin", "amavis", "amavisd", "spamass-milter")
MALWARE = ("clamav-daemon", "clamav-milter", "clamd@amavisd", "savdid", "kse")
LISTS = ("mime_header_checks", "header_checks")


@control("KG-MAIL-12", needs=[RunningServices, MailServer], roles=[Role.MAIL])
def mail_scanned(
    want: Device, have: Snapshot, *, spam: tuple[str, ...] = SPAM, malware: tuple[str, ...] = MALWARE
) -> Iterator[Wrong]:
    """Most break-ins begin with a letter; *spam* and *malware* are services of which one each has to run."""
    services, server = have.get(RunningServices).services, have.get(MailServer)
    for what, known in (("spam", spam), ("malware", malware)):
        if not set(known) & set(services):
            yield f"nothing looks for {what}: one of {', '.join(known)} has to run"
    if not (words(server, "smtpd_milters") or words(server, "content_filter")):
        yield "smtpd_milters and content_filter are empty: no letter is handed to a scanner"
    if not any(words(server, key) for key in LISTS):
        yield f"{' and '.join(LISTS)} are empty: programs come in as attachments"
