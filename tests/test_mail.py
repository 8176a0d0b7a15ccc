"""Mail as designed: records that say who may send, what the mail host is told, and passwords as kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import dns.rdata
import dns.rdataclass
import pytest
import shipped

from kgnet import paths
from kgnet.design import design
from kgnet.errors import DesignError, SecretError
from kgnet.model.fleet import Fleet, Record
from kgnet.passwords import passwd, scram
from kgnet.published import published
from kgnet.secrets import Secrets

LAB = paths.inventories() / "lab"


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return shipped.fleet("lab")


def data(fleet: Fleet, name: str, kind: str) -> list[str]:
    return [record.data for record in fleet.records if (record.name, record.type) == (name, kind)]


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("kg.example.", "MX", "10 mail1.kg.example."),
        ("kg.example.", "TXT", "v=spf1 mx -all"),
        ("mail1.kg.example.", "TXT", "v=spf1 a -all"),
        ("k2026._domainkey.kg.example.", "TXT", "v=DKIM1; h=sha256; k=rsa; p={dkim:k2026}"),
        ("_smtp._tls.kg.example.", "TXT", "v=TLSRPTv1; rua=mailto:postmaster@kg.example"),
        ("_imaps._tcp.kg.example.", "SRV", "0 1 993 mail1.kg.example."),
        ("_imap._tcp.kg.example.", "SRV", "0 0 0 ."),
        ("mta-sts.kg.example.", "A", "10.0.10.12"),
    ],
)
def test_the_domain_says_who_sends_and_who_receives_its_mail(
    fleet: Fleet, name: str, kind: str, wanted: str
) -> None:
    assert wanted in data(fleet, name, kind)


def test_forged_mail_is_to_be_rejected_and_reported(fleet: Fleet) -> None:
    (policy,) = data(fleet, "_dmarc.kg.example.", "TXT")
    assert policy.startswith("v=DMARC1; p=reject;")
    assert "rua=mailto:postmaster@kg.example" in policy


def test_the_name_of_the_mail_host_resolves_both_ways(fleet: Fleet) -> None:
    """Others distrust a host whose HELO, address and PTR disagree (RFC 1912 §2.1)."""
    host = fleet.devices["mail1"]
    assert str(host.address) in data(fleet, f"{host.vars['mail_server_hostname']}.", "A")
    pointers = [
        r.data for r in fleet.records if r.type == "PTR" and r.name == host.address.reverse_pointer + "."
    ]
    assert pointers == ["mail1.kg.example."]


def test_the_policy_of_mta_sts_changes_its_id_with_its_text(fleet: Fleet) -> None:
    """Senders fetch the policy again only when the id is new (RFC 8461 §3.1)."""
    (text,) = fleet.devices["lb1"].vars["load_balancer_texts"]
    (record,) = data(fleet, "_mta-sts.kg.example.", "TXT")
    assert text["text"].splitlines()[:3] == ["version: STSv1", "mode: enforce", "mx: mail1.kg.example"]
    assert record == f"v=STSv1; id={hashlib.sha256(text['text'].encode()).hexdigest()[:20]}"
    assert {"tls/mta-sts.kg.example.crt", "tls/mta-sts.kg.example.key"} <= set(fleet.devices["lb1"].secrets)


def test_without_a_balancer_nobody_promises_a_policy() -> None:
    province = shipped.province("lab")
    services = {key: each.model_copy(update={"balanced": False}) for key, each in province.services.items()}
    devices = {name: row for name, row in province.devices.items() if row.role != "balancer"}
    flows = {key: f for key, f in province.flows.items() if "lb1" not in (f.source, f.destination)}
    bare = design(province.model_copy(update={"devices": devices, "services": services, "flows": flows}))
    assert not [record for record in bare.records if "mta-sts" in record.name]


def test_a_mail_host_that_is_no_device_cannot_be_built() -> None:
    province = shipped.province("lab")
    wrong = province.model_copy(update={"mail": province.mail.model_copy(update={"host": "mail9"})})
    with pytest.raises(DesignError, match="mail9"):
        design(wrong)


def test_every_mailbox_is_on_the_host_and_has_its_secret(fleet: Fleet) -> None:
    host, province = fleet.devices["mail1"], shipped.province("lab")
    assert set(host.vars["mail_server_mailboxes"]) == set(province.mailboxes)
    assert {f"mailbox/{name}" for name in province.mailboxes} <= set(host.secrets)
    assert set(host.vars["mail_server_aliases"].values()) == {"postmaster"}


def test_a_postmaster_there_is_even_if_nobody_wrote_one_down() -> None:
    """Every domain that takes mail has one (RFC 5321 §4.5.1)."""
    province = shipped.province("lab")
    rest = {name: box for name, box in province.mailboxes.items() if name != "postmaster"}
    host = design(province.model_copy(update={"mailboxes": rest})).devices["mail1"]
    assert "postmaster" in host.vars["mail_server_mailboxes"]
    assert "mailbox/postmaster" in host.secrets


def test_what_is_published_of_a_key_is_its_public_half(tmp_path: Path) -> None:
    store = Secrets(tmp_path / "store")
    store.make(["dkim/k1"])
    text = published("v=DKIM1; k=rsa; p={dkim:k1}", store.get)
    key = base64.b64decode(text.rpartition("p=")[2], validate=True)
    assert len(key) == 294  # an RSA-2048 SubjectPublicKeyInfo
    assert "{" not in text
    assert published("v=spf1 mx -all", store.get) == "v=spf1 mx -all"
    with pytest.raises(SecretError, match="dkim/k2"):
        published("p={dkim:k2}", store.get)


@pytest.mark.parametrize("kind", ["MX", "SRV", "NAPTR"])
def test_records_are_well_formed(fleet: Fleet, kind: str) -> None:
    def parsed(record: Record) -> dns.rdata.Rdata:
        return dns.rdata.from_text(dns.rdataclass.IN, record.type, record.data)

    assert [parsed(record) for record in fleet.records if record.type == kind]


def test_a_password_is_kept_as_the_standard_has_it() -> None:
    """The example of RFC 7677 §3, whose server signature follows from what is stored."""
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    first = "n=user,r=rOprNGfwEbeRWgbNEkqO"
    said = f"{first},r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={nonce}"
    server_key = base64.b64decode(scram("pencil", salt).rpartition(",")[2])
    signature = hmac.digest(server_key, said.encode(), "sha256")
    assert base64.b64encode(signature).decode() == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_same_secrets_give_the_same_file_and_salts_do_not_follow_from_passwords() -> None:
    """A salt made of the password would let one guess without the work factor."""
    store = {"salt/mailboxes": "s1", "mailbox/a": "pass", "mailbox/b": "pass"}
    text = passwd(["a", "b"], "kg.example", store.__getitem__)
    assert text == passwd(["a", "b"], "kg.example", store.__getitem__)
    salts = [line.split(",")[1] for line in text.splitlines()]
    assert len(set(salts)) == 2
    other = passwd(["a", "b"], "kg.example", {**store, "mailbox/a": "other"}.__getitem__)
    assert [line.split(",")[1] for line in other.splitlines()] == salts
    assert other.splitlines()[0] != text.splitlines()[0]
    assert other.splitlines()[1] == text.splitlines()[1]
    salted = passwd(["a"], "kg.example", {**store, "salt/mailboxes": "s2"}.__getitem__)
    assert salted.split(",")[1] not in salts


def test_what_another_pass_wrote_is_kept(fleet: Fleet) -> None:
    """Passes add to variables and secrets; none takes away."""
    from kgnet.design import mail

    province = shipped.province("lab")
    device = replace(fleet.devices["mail1"], vars={"chrony": 1}, secrets=("snmp/auth",))
    changed = mail.run(province, fleet.with_devices({"mail1": device})).devices["mail1"]
    assert changed.vars["chrony"] == 1
    assert changed.secrets[0] == "snmp/auth"
