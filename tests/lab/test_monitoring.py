"""The exporter, Prometheus and Alertmanager in the lab: real routers, real agents, real cuts."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from kgnet.model.province import Role

if TYPE_CHECKING:
    from conftest import Lab

EXPORTER, PROMETHEUS, ALERTMANAGER = "127.0.0.1:10910", "127.0.0.1:9090", "127.0.0.1:9093"
MONITOR = "mon1"
CAP_NET_BIND_SERVICE = 10  # linux/capability.h
BEHIND_902 = {"902", "30787", "30790"}


def asked(lab: Lab, url: str) -> str:
    """Return what the URL gives; a service that was just started may take a moment to listen."""
    patience = ("--max-time", "20", "--retry", "20", "--retry-delay", "1", "--retry-connrefused")
    return lab.must(MONITOR, "curl", "--silent", "--show-error", "--fail", *patience, url)


def scraped(lab: Lab) -> dict[str, dict[tuple[str, ...], float]]:
    """Return a scrape: metric → label values, in their order → value."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(asked(lab, f"http://{EXPORTER}/metrics")):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def alerts(lab: Lab) -> list[dict[str, Any]]:
    """Return the alerts that fire."""
    said = json.loads(asked(lab, f"http://{PROMETHEUS}/api/v1/alerts"))
    return [alert for alert in said["data"]["alerts"] if alert["state"] == "firing"]


def about(lab: Lab, sites: set[str]) -> set[tuple[str, str]]:
    """Return (alert, circuit or site) of what fires about these sites."""
    labels = [alert["labels"] for alert in alerts(lab)]
    return {
        (each["alertname"], each.get("circuit", each["site"])) for each in labels if each.get("site") in sites
    }


def until(true: Callable[[], bool], patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(1)


@contextmanager
def cut(lab: Lab, *circuits: str) -> Iterator[None]:
    """Cut circuits, and mend them and wait until all is well again, whatever happens."""
    try:
        for circuit in circuits:
            lab.cut(circuit)
        yield
    finally:
        for circuit in circuits:
            lab.heal(circuit)
        until(lambda: {scraped(lab)["kgnet_circuit_up"][circuit,] for circuit in circuits} == {1.0}, 90)


def test_every_circuit_session_and_device_of_the_lab_is_told_to_be_well(lab: Lab) -> None:
    until(lambda: set(scraped(lab)["kgnet_circuit_up"].values()) == {1.0}, 90)
    found = scraped(lab)
    assert len(found["kgnet_circuit_up"]) == len(lab.fleet.circuits)
    assert set(found["kgnet_device_scrape_success"]) == {(name,) for name in lab.fleet.devices}
    for name in ("device_scrape_success", "device_up", "bgp_session_up", "site_reachable", "circuit_oper_up"):
        assert set(found[f"kgnet_{name}"].values()) == {1.0}, name
    assert set(found["kgnet_device_objects_missing"].values()) == {0.0}
    assert found["kgnet_collector_success"]["echo",] == found["kgnet_collector_success"]["snmp",] == 1
    assert len(found["kgnet_circuit_receive_bytes_total"]) == len(lab.fleet.circuits)


def test_rooms_mail_names_and_applications_of_the_lab_are_told_to_be_well(lab: Lab) -> None:
    until(lambda: set(scraped(lab)["kgnet_room_registered"].values()) == {1.0})
    found = scraped(lab)
    for name in (
        "room_answering",
        "registrar_up",
        "mail_up",
        "dns_up",
        "application_up",
        "certificate_verified",
    ):
        assert set(found[f"kgnet_{name}"].values()) == {1.0}, name


def test_mail_servers_refuse_strangers_and_no_port_takes_what_is_retired(lab: Lab) -> None:
    """Tried for real by the exporter itself: rarely, so a try that failed comes again after a minute."""
    until(lambda: set(scraped(lab)["kgnet_tls_up"].values()) == {1.0}, 150)
    found = scraped(lab)
    assert set(found["kgnet_mail_relay_refused"].values()) == {1.0}
    assert set(found["kgnet_smtp_relays"].values()) == {0.0}
    assert set(found["kgnet_tls_weak_cipher_accepted"].values()) == {0.0}
    by_version = found["kgnet_tls_version_accepted"]
    old = [accepted for labels, accepted in by_version.items() if {"1.0", "1.1"} & set(labels)]
    assert old and not any(old)


def test_a_circuit_takes_as_long_as_it_was_ordered_to(lab: Lab) -> None:
    """There over the circuit itself; back the way the site prefers, which for a backup is its primary."""
    took = scraped(lab)["kgnet_circuit_rtt_seconds"]
    for name, circuit in lab.fleet.circuits.items():
        assert took[name,] > circuit.row.delay_ms / 1000 * 0.8, name


def test_promtool_has_nothing_to_say_about_the_real_output(lab: Lab) -> None:
    said = asked(lab, f"http://{EXPORTER}/metrics")
    ours = "".join(line for line in said.splitlines(keepends=True) if "kgnet_" in line)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=ours, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_prometheus_scrapes_and_takes_every_series(lab: Lab) -> None:
    def value(query: str) -> str:
        said = json.loads(asked(lab, f"http://{PROMETHEUS}/api/v1/query?query={quote(query)}"))
        return "".join(row["value"][1] for row in said["data"]["result"])

    until(lambda: value('up{job="kgnet"}') == "1")
    assert value("count(kgnet_circuit_expected)") == str(len(lab.fleet.circuits))
    assert float(value('scrape_duration_seconds{job="kgnet"}')) < 4


def test_the_exporter_runs_as_nobody_in_particular(lab: Lab) -> None:
    pid = lab.must(MONITOR, "systemctl", "show", "--property=MainPID", "--value", "kgnet-exporter").strip()
    status = dict(
        line.split(":\t", 1)
        for line in lab.must(MONITOR, "cat", f"/proc/{pid}/status").splitlines()
        if ":\t" in line
    )
    assert status["Uid"].split()[0] != "0"
    assert int(status["CapEff"], 16) == 1 << CAP_NET_BIND_SERVICE  # for notifications, which come to port 162
    arguments = lab.must(MONITOR, "cat", f"/proc/{pid}/cmdline")
    secret = (lab.state / "secrets/snmp/auth").read_text().strip()
    assert secret not in arguments
    assert secret not in asked(lab, f"http://{EXPORTER}/metrics")


def test_check_mode_finds_nothing_to_change(lab: Lab) -> None:
    done = lab.playbook("monitoring", "--check", "--diff")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0" in done.stdout


def test_who_fails_to_log_in_at_a_router_is_counted_by_way_of_the_log_server(lab: Lab) -> None:
    """Its rsyslog tells that of the monitoring host, which hands it on with the address it came from."""
    router = next(device.name for device in lab.fleet.with_role(Role.BRANCH))

    def counted(device: str) -> float:
        series = scraped(lab).get("kgnet_device_events_total", {})
        return series.get((device, "authentication_failure", "syslog"), 0)

    for device in (router, MONITOR):
        before = counted(device)
        text = "Failed password for root from 198.51.100.9 port 53144 ssh2"
        lab.must(device, "logger", "--priority", "auth.info", "--tag", "sshd", "--id=99", text)
        until(lambda name=device, had=before: counted(name) == had + 1)


def test_a_restart_of_an_agent_is_told_by_a_trap_that_is_signed_and_encrypted(lab: Lab) -> None:
    """It crosses the borders of the zones; none is refused, and none comes from a stranger."""
    routers = [device.name for device in lab.fleet.with_role(Role.BRANCH)][:2]

    def counted(device: str) -> float:
        series = scraped(lab).get("kgnet_device_events_total", {})
        return series.get((device, "restart", "trap"), 0)

    for device in (*routers, "mail1"):
        before = counted(device)
        lab.must(device, "systemctl", "restart", "snmpd")
        until(lambda name=device, had=before: counted(name) > had)
    assert not {
        why: number
        for (why,), number in scraped(lab).get("kgnet_notifications_refused_total", {}).items()
        if number and why != "time"
    }


def test_a_cut_primary_is_told_by_circuit_carrier_and_contract(lab: Lab) -> None:
    """And by a trap of the router, which looks at its interfaces itself, by way of the backup."""

    def trapped(kind: str) -> float:
        series = scraped(lab).get("kgnet_device_events_total", {})
        return series.get(("r-902", kind, "trap"), 0)

    row = lab.fleet.circuits["902-1"].row
    before = {kind: trapped(kind) for kind in ("link_down", "link_up")}
    with cut(lab, "902-1"):
        until(lambda: trapped("link_down") > before["link_down"])
        until(lambda: ("KgnetCircuitDown", "902-1") in about(lab, BEHIND_902))
        assert about(lab, BEHIND_902) == {("KgnetCircuitDown", "902-1")}
        (told,) = [alert for alert in alerts(lab) if alert["labels"].get("circuit") == "902-1"]
        assert told["labels"]["severity"] == "warning"
        for word in (row.carrier, row.contract, row.upstream):
            assert word in told["annotations"]["description"]
    until(lambda: trapped("link_up") > before["link_up"])
    until(lambda: not about(lab, BEHIND_902))


def test_a_cut_district_is_one_alert_that_names_its_circuits(lab: Lab) -> None:
    """And not one for each commune behind it; Alertmanager has nothing left to silence."""
    with cut(lab, "902-1", "902-2"):
        until(lambda: ("KgnetSiteDown", "902") in about(lab, BEHIND_902))
        time.sleep(12)  # longer than the rules wait: a symptom would fire by now
        assert about(lab, BEHIND_902) == {("KgnetSiteDown", "902")}
        (told,) = [alert for alert in alerts(lab) if alert["labels"].get("site") == "902"]
        assert told["labels"]["severity"] == "critical"
        assert told["labels"]["circuits"] == "902-1, 902-2"
        for circuit in ("902-1", "902-2"):
            assert lab.fleet.circuits[circuit].row.contract in told["annotations"]["description"]
        heard = json.loads(asked(lab, f"http://{ALERTMANAGER}/api/v2/alerts"))
        assert [
            each["labels"]["alertname"] for each in heard if each["labels"].get("site") in BEHIND_902
        ] == ["KgnetSiteDown"]
    until(lambda: not about(lab, BEHIND_902))


def test_a_silent_agent_delays_nobody(lab: Lab) -> None:
    """One device that does not answer costs its own samples, and the others nothing."""
    pid = lab.must("r-911", "systemctl", "show", "--property=MainPID", "--value", "snmpd").strip()
    try:
        lab.must("r-911", "kill", "-STOP", pid)
        found = scraped(lab)
        assert [name for (name,), up in found["kgnet_device_scrape_success"].items() if not up] == ["r-911"]
        took = found["kgnet_device_scrape_duration_seconds"]
        assert max(took, key=lambda device: took[device]) == ("r-911",)
        assert found["kgnet_device_up"]["r-911",] == 1, "it still answers echoes"
    finally:
        lab.must("r-911", "kill", "-CONT", pid)
    until(lambda: set(scraped(lab)["kgnet_device_scrape_success"].values()) == {1.0})


def test_one_address_is_measured_on_demand_and_strangers_are_not(lab: Lab) -> None:
    hub = lab.fleet.devices["hub1"].address
    said = asked(lab, f"http://{EXPORTER}/probe?module=icmp&target={hub}")
    assert "kgnet_probe_success 1" in said
    refused = lab.exec(MONITOR, "curl", "--silent", f"http://{EXPORTER}/probe?module=icmp&target=192.0.2.1")
    assert refused.stdout == "192.0.2.1 is no address of this fleet\n"
