"""The digest of a backup, handed to the province's own mail server."""

from __future__ import annotations

import sys
from uuid import uuid4

from conftest import Lab
from test_roles_mail import BOB, OUTSIDE, fetched, secret

from kgnet.platforms.linux import mailboxes

SEND = """
import sys
from kgnet.wire.letter import send
to, subject, ca = sys.argv[1:]
send("hub1 đổi cấu hình\\n", to=to, sender="kgnet@mon1.example", subject=subject,
     server="smtp://mail1.kg.example:25", ca_file=ca)
"""


def test_the_digest_reaches_a_mailbox_over_verified_tls(lab: Lab) -> None:
    subject = uuid4().hex
    authority = "/run/digest-ca.pem"
    lab.must(OUTSIDE, "sh", "-c", f"cat > {authority}", stdin=secret(lab, "tls/ca.crt"))
    lab.must(OUTSIDE, sys.executable, "-c", SEND, BOB, subject, authority)
    assert "Auto-Submitted: auto-generated" in fetched(lab, BOB, subject)
    troubles = mailboxes.read(lab.must("mail1", *mailboxes.COMMAND))
    assert BOB in dict(troubles.used_percent), "a mailbox with a letter tells how full it is"


def test_a_server_of_another_name_gets_no_letter(lab: Lab) -> None:
    """Who answers in the mail server's place does not read what changed."""
    authority = "/run/digest-ca.pem"
    lab.must(OUTSIDE, "sh", "-c", f"cat > {authority}", stdin=secret(lab, "tls/ca.crt"))
    program = SEND.replace("mail1.kg.example:25", "localhost:25")
    done = lab.exec(OUTSIDE, sys.executable, "-c", program, BOB, "x", authority)
    assert done.returncode != 0
