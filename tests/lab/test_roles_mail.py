"""The mail host at work: what comes, what goes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import Lab

from kgnet.secrets import Secrets

CLIENT = Path(__file__).with_name("letters.py").read_text(encoding="utf-8")
ANN, BOB, POSTMASTER = "cb0001.899@kg.example", "cb0002.stttt@kg.example", "postmaster@kg.example"
STRANGER = "someone@elsewhere.example"
DESK, OUTSIDE = "pc-899", "mon1"  # an official's computer; a host without a login that may speak to port 25


def post(lab: Lab, node: str, **task: Any) -> dict[str, Any]:
    """Give *node* a task of the client in letters.py."""
    common = {"host": "mail1.kg.example", "helo": f"{node}.kg.example", "ca": secret(lab, "tls/ca.crt")}
    said = lab.must(node, "/usr/bin/python3", "-c", CLIENT, stdin=json.dumps(common | task))
    answer: dict[str, Any] = json.loads(said)
    return answer


def secret(lab: Lab, name: str) -> str:
    return Secrets(lab.state / "secrets").get(name)


def login(lab: Lab, address: str) -> dict[str, str]:
    return {"user": address, "password": secret(lab, f"mailbox/{address.partition('@')[0]}")}


def letter(sender: str, to: str, subject: str) -> str:
    head = (
        f"From: <{sender}>",
        f"To: <{to}>",
        f"Subject: {subject}",
        "Date: Sun, 22 Nov 2026 11:00:00 +0000",
        f"Message-ID: <{subject}@kg.example>",
    )
    return "\r\n".join((*head, "", "Xin chao.", ""))


def sent(lab: Lab, **task: Any) -> str:
    """Send a letter from Ann to Bob and return it as Bob reads it."""
    subject = uuid4().hex
    text = letter(ANN, BOB, subject)
    done = post(lab, DESK, do="send", port=587, sender=ANN, to=BOB, letter=text, **login(lab, ANN), **task)
    assert done["tls"] in ("TLSv1.2", "TLSv1.3"), done
    return fetched(lab, BOB, subject)


def fetched(lab: Lab, address: str, subject: str) -> str:
    text = post(lab, DESK, do="fetch", subject=subject, **login(lab, address))
    assert "letter" in text, text
    return str(text["letter"])


def test_a_letter_goes_from_one_mailbox_to_another_signed_and_encrypted(lab: Lab) -> None:
    """Handed in over STARTTLS, read over IMAPS; the client trusts the province's authority only."""
    text = sent(lab)
    assert "DKIM-Signature: v=1; a=rsa-sha256;" in text
    assert "d=kg.example; s=k2026;" in text
    assert "with ESMTPSA id" in text
    assert "Xin chao." in text


@pytest.mark.parametrize(("change", "verdict"), [("", "dkim=pass"), ("Xin chao!", "dkim=fail")])
def test_a_signature_is_verified_by_the_key_in_the_dns(lab: Lab, change: str, verdict: str) -> None:
    """The letter comes back from outside, as through a forwarder: whole, or altered on the way."""
    text = sent(lab)
    subject = text.partition("Subject: ")[2].partition("\r\n")[0]
    altered = text.replace("Xin chao.", change or "Xin chao.")
    assert "starttls" in post(lab, OUTSIDE, do="send", port=25, sender="", to=POSTMASTER, letter=altered)
    marked = fetched(lab, POSTMASTER, subject)
    (line,) = [each for each in marked.split("\r\n") if each.strip().startswith("dkim=")]
    assert verdict in line
    assert "header.d=kg.example" in line


def test_port_25_offers_encryption_and_no_login(lab: Lab) -> None:
    offered = post(
        lab,
        OUTSIDE,
        do="send",
        port=25,
        sender="",
        to="abuse@kg.example",
        letter=letter(STRANGER, "abuse@kg.example", uuid4().hex),
    )
    assert offered["starttls"] is True
    assert offered["auth_in_clear"] is False


@pytest.mark.parametrize(
    ("why", "node", "task", "reply"),
    [
        ("an open relay", OUTSIDE, {"port": 25, "sender": STRANGER, "to": STRANGER}, "Relay access denied"),
        ("a bounce as relay", OUTSIDE, {"port": 25, "sender": "", "to": STRANGER}, "Relay access denied"),
        ("one of us, unproven", OUTSIDE, {"port": 25, "sender": ANN, "to": BOB}, "Log in on port 465 or 587"),
        ("to nobody", OUTSIDE, {"port": 25, "sender": "", "to": "nobody@kg.example"}, "User unknown"),
        ("without a login", DESK, {"port": 587, "sender": ANN, "to": BOB}, "not logged in"),
        ("in clear", DESK, {"port": 587, "sender": ANN, "to": BOB, "tls": False}, "Must issue a STARTTLS"),
        (
            "login in clear",
            DESK,
            {"port": 587, "sender": ANN, "to": BOB, "tls": False, "as": ANN},
            "530",
        ),
        ("as somebody else", DESK, {"port": 587, "sender": BOB, "to": ANN, "as": ANN}, "not owned by user"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_refused(lab: Lab, why: str, node: str, task: dict[str, Any], reply: str) -> None:
    """Whatever makes a mail host a nuisance to others, or lets one speak for another."""
    task = dict(task)
    proof = login(lab, task.pop("as")) if "as" in task else {}
    text = letter(task["sender"] or STRANGER, task["to"], uuid4().hex)
    said = post(lab, node, do="send", letter=text, **task, **proof)
    assert reply in said.get("refused", ""), f"{why}: {said}"


@pytest.mark.parametrize(
    ("task", "reply"),
    [
        ({"do": "send", "port": 587, "sender": ANN, "to": BOB, "letter": "x"}, "535"),
        ({"do": "fetch", "subject": "x"}, "AUTHENTICATIONFAILED"),
    ],
    ids=["sending", "reading"],
)
def test_a_wrong_password_opens_nothing(lab: Lab, task: dict[str, Any], reply: str) -> None:
    assert reply in post(lab, DESK, user=ANN, password="guessed", **task)["refused"]


def test_an_alias_leads_to_the_postmaster(lab: Lab) -> None:
    """RFC 2142 names the addresses at which others expect to find somebody."""
    subject = uuid4().hex
    text = letter(STRANGER, "abuse@kg.example", subject)
    post(lab, OUTSIDE, do="send", port=25, sender="", to="abuse@kg.example", letter=text)
    assert "Delivered-To: postmaster@kg.example" in fetched(lab, POSTMASTER, subject)


def test_nobody_reads_mail_in_clear(lab: Lab) -> None:
    """IMAP without TLS and POP3 are not spoken at all."""
    ports = lab.must("mail1", "ss", "-Hlnt", "-o", "state", "listening")
    open_ports = {int(line.split()[2].rpartition(":")[2]) for line in ports.splitlines()}
    assert {25, 465, 587, 993} <= open_ports
    assert not {110, 143, 995} & open_ports


def test_the_host_holds_no_password(lab: Lab) -> None:
    kept = lab.must("mail1", "cat", "/etc/dovecot/users")
    assert f"{ANN}:{{SCRAM-SHA-256}}" in kept
    assert login(lab, ANN)["password"] not in kept
