"""Hosts, names, clock, logs, SNMP, portal and balancer: the roles' work, seen by those who use it."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import LAB, Lab

from kgnet import paths
from kgnet.secrets import Secrets

CA = "tls/ca.crt"
PORTAL = "https://portal.kg.example"
SKIP = ("--skip-tags", "packages")  # nodes share the machine's


def eventually(look: Callable[[], bool], within_s: float) -> bool:
    """Whether *look* came true in time."""
    deadline = time.monotonic() + within_s
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def fetch(lab: Lab, node: str, url: str, *options: str) -> tuple[int, str]:
    """Fetch *url*, trusting the store's authority alone; return curl's exit code and what it printed."""
    authority = Secrets(lab.state / "secrets").get(CA)
    done = lab.exec(node, "curl", "-sS", "-m", "10", "--cacert", "/dev/stdin", *options, url, stdin=authority)
    return done.returncode, done.stdout


def asked_by_snmp(lab: Lab, device: str, *user: str) -> str:
    address = str(lab.fleet.devices[device].management)
    system_name = "1.3.6.1.2.1.1.5.0"
    argv = ["env", "MIBS=", "snmpget", "-Oqv", "-t", "2", "-r", "1", *user, address, system_name]
    return lab.exec("mon1", *argv).stdout.strip()


def monitor(lab: Lab, auth: str | None = None) -> list[str]:
    store = Secrets(lab.state / "secrets")
    keys = ["-a", "SHA-256", "-A", auth or store.get("snmp/auth"), "-x", "AES", "-X", store.get("snmp/priv")]
    return ["-v3", "-l", "authPriv", "-u", "kgnet-monitor", *keys]


# ── the playbooks ───────────────────────────────────────────────────────────


def test_check_mode_shows_the_change_and_makes_none(lab: Lab) -> None:
    """Somebody edited a file on the host: `--check --diff` tells the lines, the run puts them right."""
    names = ("datacenter", "--limit", "dns1", "--tags", "names", *SKIP)
    lab.must("dns1", "sed", "-i", "s/hide-version: yes/hide-version: no/", "/etc/nsd/nsd.conf")
    check = lab.playbook(*names, "--check", "--diff")
    assert check.returncode == 0, check.stdout
    assert re.search(r"^-\s+hide-version: no$", check.stdout, re.M), check.stdout
    assert re.search(r"^\+\s+hide-version: yes$", check.stdout, re.M)
    assert "hide-version: no" in lab.must("dns1", "cat", "/etc/nsd/nsd.conf")
    assert lab.playbook(*names).returncode == 0
    assert "hide-version: yes" in lab.must("dns1", "cat", "/etc/nsd/nsd.conf")


def test_no_secret_is_shown_or_logged(lab: Lab) -> None:
    """Not by the most talkative run that replaces every file with a secret in it, nor in the hosts' logs."""
    store = Secrets(lab.state / "secrets")
    lab.must(
        "lb1",
        "sh",
        "-c",
        "for f in /etc/haproxy/certificates/*.pem /etc/snmp/snmpd.conf; do echo '#' >> $f; done",
    )
    run = lab.playbook("datacenter", "--limit", "lb1", "--tags", "snmp,balancer", "--diff", "-vvv", *SKIP)
    assert run.returncode == 0
    logs = lab.must("lb1", "sh", "-c", "cat /var/log/*log* 2>/dev/null")
    key = store.get("tls/portal.kg.example.key").splitlines()[1]
    for secret in (key, store.get("snmp/auth"), "createUser kgnet-monitor"):
        assert secret not in run.stdout + run.stderr + logs


def test_a_daemon_that_does_not_start_keeps_its_former_settings(lab: Lab) -> None:
    """What no checker noticed and only the daemon refuses must not lie in wait for the next boot."""
    wrong = {"path": "/etc/nsd/nsd.conf", "content": "server:\n    username: nobody-at-all\n", "unit": "nsd"}
    arguments = ["-i", str(LAB), "dns1", "-m", "kgnet_files", "-a", json.dumps({"files": [wrong]})]
    before = lab.must("dns1", "cat", "/etc/nsd/nsd.conf")
    settings = [f"{key}={value}" for key, value in paths.ansible_environment().items()]
    run = lab.run("env", *settings, str(Path(sys.executable).with_name("ansible")), *arguments)
    assert run.returncode != 0
    assert "the former files are in place again" in run.stdout
    assert lab.must("dns1", "cat", "/etc/nsd/nsd.conf") == before
    assert lab.must("pc-899", "dig", "+short", "mail1.kg.example").strip()


# ── names ───────────────────────────────────────────────────────────────────


def test_an_office_gets_names_both_ways(lab: Lab) -> None:
    mail = str(lab.fleet.devices["mail1"].address)
    assert lab.must("pc-30787", "dig", "+short", "mail1.kg.example").strip() == mail
    assert lab.must("pc-30787", "dig", "+short", "-x", mail).strip() == "mail1.kg.example."


def test_the_key_of_the_mail_is_published_whole(lab: Lab) -> None:
    """It is longer than one string of a TXT record may be."""
    answer = lab.must("pc-899", "dig", "+short", "+tcp", "k2026._domainkey.kg.example", "TXT")
    published = "".join(re.findall(r'"([^"]*)"', answer))
    assert published.startswith("v=DKIM1; h=sha256; k=rsa; p=MII")
    assert len(published) > 400


def test_names_of_others_are_refused(lab: Lab) -> None:
    """An open resolver is a weapon for whoever wants to flood a third party."""
    assert "status: REFUSED" in lab.must("pc-899", "dig", "example.com")


# ── portal and balancer ─────────────────────────────────────────────────────


def test_each_service_answers_under_its_name_with_a_certificate_that_verifies(lab: Lab) -> None:
    for name, title in (("portal", "Cổng thông tin điện tử"), ("motcua", "Một cửa điện tử")):
        code, page = fetch(lab, "pc-899", f"https://{name}.kg.example/", "-i")
        assert code == 0
        assert f"<h1>{title}</h1>" in page
        assert "strict-transport-security: max-age=31536000" in page.lower()


def test_plain_http_is_sent_to_https(lab: Lab) -> None:
    _, answer = fetch(lab, "pc-899", "http://portal.kg.example/x?y=1", "-i")
    assert answer.startswith("HTTP/1.1 301")
    assert f"location: {PORTAL}/x?y=1" in answer


@pytest.mark.parametrize("option", [["--tls-max", "1.1"], ["--resolve", "other.kg.example:443:{lb1}"]])
def test_old_tls_and_unknown_names_are_refused(lab: Lab, option: list[str]) -> None:
    host = "other" if "--resolve" in option else "portal"
    filled = [part.format(lb1=lab.fleet.devices["lb1"].address) for part in option]
    assert fetch(lab, "pc-899", f"https://{host}.kg.example/", *filled)[0] == 35  # CURLE_SSL_CONNECT_ERROR


def test_the_balancer_serves_the_policy_of_the_mail(lab: Lab) -> None:
    _, text = fetch(lab, "pc-899", "https://mta-sts.kg.example/.well-known/mta-sts.txt")
    assert text.splitlines()[:3] == ["version: STSv1", "mode: enforce", "mx: mail1.kg.example"]


def test_a_host_that_fails_its_health_check_is_left_out_and_taken_back(lab: Lab) -> None:
    def status() -> str:
        return fetch(lab, "pc-899", PORTAL, "-o", "/dev/null", "-w", "%{http_code}")[1]

    assert status() == "200"
    lab.must("web1", "systemctl", "stop", "nginx")
    try:
        assert eventually(lambda: status() == "503", within_s=20)
    finally:
        lab.must("web1", "systemctl", "start", "nginx")
    assert eventually(lambda: status() == "200", within_s=20)


# ── every host ──────────────────────────────────────────────────────────────


def test_clocks_of_servers_and_of_a_remote_router_are_in_step(lab: Lab) -> None:
    def in_step(node: str) -> bool:
        tracking = lab.must(node, "chronyc", "-n", "-c", "tracking").split(",")
        return int(tracking[2]) in range(1, 16) and tracking[-1].strip() == "Normal"

    for node in ("dns1", "lb1", "web1", "hub1", "r-31081"):
        assert eventually(lambda node=node: in_step(node), within_s=60), node


def test_snmp_answers_the_monitor_encrypted_and_nobody_else(lab: Lab) -> None:
    for device in ("lb1", "hub1", "r-31081"):
        assert asked_by_snmp(lab, device, *monitor(lab)) == f'"{device}"'
    assert asked_by_snmp(lab, "hub1", *monitor(lab, auth="not-the-phrase")) == ""
    assert asked_by_snmp(lab, "hub1", "-v2c", "-c", "public") == ""


def test_a_new_pass_phrase_of_snmp_counts_at_once_and_the_old_one_no_longer(lab: Lab) -> None:
    """snmpd keeps users that it has seen; were they not forgotten, a leaked phrase would live on."""
    store = Secrets(lab.state / "secrets")
    old, path = store.get("snmp/auth"), store.path("snmp/auth")
    snmp = ("datacenter", "--limit", "web1", "--tags", "snmp", *SKIP)
    try:
        path.write_text("another-phrase-for-this-test\n")
        assert lab.playbook(*snmp).returncode == 0
        assert asked_by_snmp(lab, "web1", *monitor(lab)) == '"web1"'
        assert asked_by_snmp(lab, "web1", *monitor(lab, auth=old)) == ""
    finally:
        path.write_text(f"{old}\n")
        assert lab.playbook(*snmp).returncode == 0
    assert asked_by_snmp(lab, "web1", *monitor(lab)) == '"web1"'


def test_logs_reach_the_centre_from_a_commune(lab: Lab) -> None:
    word = f"kgnet-test-{time.monotonic_ns()}"
    lab.must("r-31081", "logger", word)
    heard = ("sh", "-c", f"cat /var/log/remote/r-31081.log | grep -c {word}")
    assert eventually(lambda: lab.exec("mon1", *heard).stdout.strip() == "1", within_s=15)


def test_ssh_takes_keys_and_modern_algorithms_only(lab: Lab) -> None:
    told = lab.must("r-899", "sshd", "-T")
    settings = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
    assert settings["passwordauthentication"] == "no"
    assert settings["permitrootlogin"] in ("without-password", "prohibit-password")
    assert not re.search("cbc|arcfour|3des", settings["ciphers"])
    assert not re.search(r"sha1(?!\d)|md5|umac-64", settings["macs"])
    assert "sha1" not in settings["kexalgorithms"]


def test_the_kernel_takes_no_redirects(lab: Lab) -> None:
    for node in ("web1", "r-899"):
        kinds = ("accept_redirects", "send_redirects", "accept_source_route")
        told = lab.must(node, "sysctl", "--all", "--pattern", rf"ipv4\.conf\..*({'|'.join(kinds)})$")
        assert {line.rpartition(" ")[2] for line in told.splitlines()} == {"0"}, told
