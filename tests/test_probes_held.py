"""What holds for probes whatever they ask: deadlines, partial results, a debug page, few rights."""

from __future__ import annotations

import re
import socket
import socketserver
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic

import jinja2
import pytest
import yaml

from kgnet.export.server import Pages
from kgnet.measure import measure
from kgnet.plugins import found, one
from kgnet.ports import Probe
from kgnet.wire.icmp import Echoes

HOME = "127.0.0.1"
UNIT = Path(__file__).parent.parent / "roles/exporter/templates/kgnet-exporter.service.j2"
EXPOSURE_WITH_PORTS = 1.7  # that it may bind any port of the system counts for itself
EXPOSURE = 1.5  # of 10, as systemd-analyze counts: what is left is the network, which it is there for
DEADLINE_S = 0.3
QUICK = {"classes": {"count": "2"}, "voice": {"count": "2"}, "stamp": {"count": "2"}}
LATE_S = 1.5  # a try or two, and a stream that has to be sent before it can be missed
ANSWERED_BY_THE_KERNEL = {
    "icmp",
    "classes",
    "tcp",
    "h323",
}  # loopback itself answers; nobody can be silent there


@contextmanager
def silent() -> Iterator[int]:
    """A port, of UDP and of TCP, that takes everything and says nothing."""
    with ExitStack() as stack:
        listens = stack.enter_context(socket.create_server((HOME, 0)))
        port = listens.getsockname()[1]
        hears = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        hears.bind((HOME, port))
        yield port


@pytest.mark.parametrize("name", sorted(set(found(Probe)) - ANSWERED_BY_THE_KERNEL))
def test_who_accepts_and_says_nothing_costs_no_more_than_the_deadline(name: str) -> None:
    """One such host is enough to hold a scrape up, if the probe waits for what never comes."""
    probe = one(Probe, name)
    assert "port" in probe.options, f"{name}: how can this test be silent at it?"
    with silent() as port:
        options = {"port": str(port), "timeout_s": str(DEADLINE_S)}
        if "count" in probe.options:
            options |= QUICK.get(name, {})
        started = monotonic()
        told = {sample.name: sample.value for sample in measure(probe, HOME, options)}
    assert monotonic() - started < LATE_S
    assert told["probe_success"] == 0


class Postman(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as is needed to be asked, and remembers every word it was told."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        for line in self.rfile:
            verb = line.split()[0].upper().decode()
            self.server.heard.append(verb)  # type: ignore[attr-defined]
            answer = self.server.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok")  # type: ignore[attr-defined]
            self.wfile.write(f"{answer}\r\n".encode())
            if verb == "QUIT":
                return


@contextmanager
def postman(**answers: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a mail server that gives these *answers*, and what it heard."""
    with socketserver.ThreadingTCPServer((HOME, 0), Postman) as server:
        server.daemon_threads, server.answers, server.heard = True, answers, []  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1], server.heard  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize(
    ("answers", "success", "relays"),
    [
        ({"RCPT": "554 5.7.1 Relay access denied"}, 1, 0),
        ({"RCPT": "250 2.1.5 Ok"}, 0, 1),
        ({"RCPT": "251 will forward"}, 0, 1),
        ({"RCPT": "451 4.7.1 later"}, 0, None),
        ({"MAIL": "550 5.7.1 not you"}, 0, None),
    ],
)
def test_a_relay_is_known_before_any_letter_is_sent(
    answers: dict[str, str], success: float, relays: float | None
) -> None:
    """A refusal of something else is no proof, and DATA would make us a sender of spam."""
    with postman(**answers) as (port, heard):
        told = {each.name: each.value for each in measure(one(Probe, "relay"), HOME, {"port": str(port)})}
    assert (told["probe_success"], told.get("smtp_relays")) == (success, relays)
    assert "DATA" not in heard


def test_quantiles_are_round_trips_that_were_met() -> None:
    """The nearest rank: no number between two packets that no packet had.  Lost ones have no round trip."""
    echoes = Echoes((0.010, 0.030, None, 0.020, 0.500))
    assert [echoes.quantile_s(part) for part in (0.25, 0.5, 0.75, 0.95, 1.0)] == [0.01, 0.02, 0.03, 0.5, 0.5]
    assert Echoes((None,)).quantile_s(0.5) is None
    samples = measure(one(Probe, "icmp"), HOME, {"count": "3", "interval_s": "0.01"})
    told = [each.value for each in samples if each.name == "icmp_rtt_quantile_seconds"]
    assert len(told) == 4
    assert told == sorted(told)


def test_debug_tells_what_was_done_when_and_why_it_failed() -> None:
    """What a probe knew before it failed stands there too, and a target cannot write lines of its own."""

    def ask(module: str, target: str, options: dict[str, str], tell: object) -> object:
        return measure(one(Probe, module), target, options, tell)  # type: ignore[arg-type]

    pages = Pages(lambda _: (), ask, modules=(), timeout_s=2)  # type: ignore[arg-type]
    with postman(RCPT="451 later\x1b[2J") as (port, _):
        asked = f"/probe?module=relay&target={HOME}&port={port}"
        plain, debug = pages.get(asked).body, pages.get(f"{asked}&debug=true").body
    assert "relay asks" not in plain
    did, measured = debug.split("Metrics:")
    assert re.search(rf"^ +0\.\d{{3}}  relay asks 127\.0\.0\.1: port={port} ", did, re.MULTILINE)
    assert re.search(r"^ +\d\.\d{3}  failed: .*cannot be judged: 451 later·\[2J$", did, re.MULTILINE)
    assert "did not succeed after" in did
    assert "kgnet_probe_success 0" in measured
    late = pages.get("/probe?module=icmp&target=127.0.0.1&count=2&debug=1").body
    assert re.search(r"icmp_loss_ratio is 0$", late, re.MULTILINE)
    assert pages.get(f"{asked}&debug=maybe").status == 400


def the_unit(**told: object) -> str:
    """Return the role's unit with its defaults, but for what is *told*."""
    defaults = yaml.safe_load((UNIT.parents[1] / "defaults/main.yml").read_text())
    render = jinja2.Template(UNIT.read_text(), undefined=jinja2.StrictUndefined, trim_blocks=True).render
    return render(defaults | {"exporter_command": "/bin/true"} | told)


def exposed(unit: Path, text: str, allowed: float = EXPOSURE) -> bool:
    """Whether systemd itself counts more than *allowed* that the unit would let a taken exporter do."""
    unit.write_text(text)
    threshold = round(allowed * 10)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={threshold}"]
    done = subprocess.run([*command, str(unit)], capture_output=True, text=True, timeout=20, check=False)
    assert "Overall exposure level" in done.stdout, done.stderr
    return done.returncode != 0


def test_the_exporter_runs_with_next_to_no_rights(tmp_path: Path) -> None:
    unit = tmp_path / "kgnet-exporter.service"
    assert not exposed(unit, the_unit())
    assert not exposed(unit, the_unit(exporter_traps="[::]:162"), EXPOSURE_WITH_PORTS)
    weaker = the_unit().replace("NoNewPrivileges=yes\n", "").replace("CapabilityBoundingSet=\n", "")
    assert exposed(unit, weaker), "the bound holds nothing"


def test_the_exporter_may_bind_a_port_of_the_system_only_where_it_is_told_one() -> None:
    quiet, high, low = (
        the_unit(),
        the_unit(exporter_syslog_tcp="[::1]:10514"),
        the_unit(exporter_traps=":162"),
    )
    assert "--events-file" not in quiet
    assert "--syslog-tcp [::1]:10514 --events-file /var/lib/kgnet-exporter/events.json\n" in high
    assert "Ambient" not in quiet + high
    assert "--traps :162 " in low
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in low
    told = the_unit(
        exporter_syslog_tls="[::]:6514",
        exporter_syslog_tls_config="/etc/kgnet/web.yml",
        exporter_syslog_relays=["192.0.2.1", "192.0.2.2"],
    )
    assert (
        "--syslog-tls [::]:6514 --syslog-tls-config /etc/kgnet/web.yml"
        " --syslog-relay 192.0.2.1 --syslog-relay 192.0.2.2 --events-file"
    ) in told
