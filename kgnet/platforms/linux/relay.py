"""Tries to have a mail server send to strangers, in earnest and in all known ways; what it says to that.

The server asks itself, over an address that others reach: so it is a stranger to itself, unless its own
address is among those that it trusts.  No attempt goes further than RCPT (RFC 5321 §4.1.1.3).
"""

from __future__ import annotations

import json

from kgnet.errors import ReadError
from kgnet.model.mailing import RelayTries, RelayTry

SCRIPT = r"""
import json, smtplib, ssl, subprocess, sys

def told(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

domain = told("postconf", "-h", "mydomain")[0]
address = next((each for each in told("hostname", "-I") if not each.startswith("fe80")), "")
if not address:
    sys.exit("no address of its own")
away, name = "example.net", "relay-test"
aim = name + "@" + away
literal = "[IPv6:" + address + "]" if ":" in address else "[" + address + "]"
plain = "relay-test@example.org"
TRICKS = (
    ("plain", plain, aim),
    ("own sender", "postmaster@" + domain, aim),
    ("null sender", "", aim),
    ("sender by address", "relay-test@" + literal, aim),
    ("percent", plain, name + "%" + away + "@" + domain),
    ("percent by address", plain, name + "%" + away + "@" + literal),
    ("source route", plain, "@" + domain + ":" + aim),
    ("bang path", plain, away + "!" + name),
    ("bang path and domain", plain, away + "!" + name + "@" + domain),
    ("quoted", plain, '"' + aim + '"'),
    ("quoted and domain", plain, '"' + aim + '"@' + domain),
    ("quoted percent", plain, '"' + name + "%" + away + '"@' + domain),
)
anybody = ssl._create_unverified_context()

def connected(port):
    if port == 465:
        client = smtplib.SMTP_SSL(address, port, away, timeout=5, context=anybody)
    else:
        client = smtplib.SMTP(address, port, away, timeout=5)
    client.ehlo()
    if port == 587 and client.has_extn("starttls"):
        client.starttls(context=anybody)
        client.ehlo()
    return client

tries = []
for port in (25, 587, 465):
    for trick, sender, recipient in TRICKS:
        try:
            with connected(port) as client:
                code, reply = client.docmd("MAIL FROM:<" + sender + ">")
                if code == 250:
                    code, reply = client.docmd("RCPT TO:<" + recipient + ">")
        except (ConnectionRefusedError, TimeoutError):
            break
        except (OSError, smtplib.SMTPException) as reason:
            code, reply = 0, str(reason).encode()
        tries.append([port, trick, sender, recipient, code, reply.decode("utf-8", "replace")])
print(json.dumps({"source": address, "tries": tries}))
"""
COMMAND: tuple[str, ...] = ("python3", "-c", SCRIPT)


def read(text: str) -> RelayTries:
    try:
        told = json.loads(text)
        tries = [
            RelayTry(int(port), str(trick), str(sender), str(recipient), int(code), str(reply))
            for port, trick, sender, recipient, code, reply in told["tries"]
        ]
        return RelayTries(str(told["source"]), tuple(tries))
    except (ValueError, KeyError, TypeError) as reason:
        raise ReadError(f"what came of the attempts to relay cannot be read: {reason!r}") from reason
