"""The twin's own promises, kept by small twins of real daemons; the lab's are in tests/lab."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kgnet.errors import TwinError
from kgnet.twin import blueprint, can, linux
from kgnet.twin.blueprint import Blueprint, Lan, Link, Node, Shape
from kgnet.twin.wires import Place, Wires

KGNET = str(Path(sys.executable).with_name("kgnet"))
FRR = "hostname {name}\nservice integrated-vtysh-config\nagentx\n!\nend\n"
SLOW = Shape(rate_mbps_down=10, rate_mbps_up=10, delay_ms=20)


def small(name: str) -> Blueprint:
    """Two routers with a slow circuit and a plain cable between them, and a workstation."""

    def router(number: int) -> Node:
        faces = {
            "eth0": (f"10.200.0.{number}/24",),
            "wan0": (f"10.9.0.{number}/30", f"2001:db8::{number}/64"),
            "fab0": (f"10.9.1.{number}/30",),
        }
        files = {
            "/etc/frr/frr.conf": FRR.format(name=f"r{number}"),
            "/etc/snmp/snmpd.conf": "master agentx\n",
        }
        return Node(f"r{number}", faces, services=("ssh", "frr"), files=files)

    desk = Node("operator", {"eth0": ("10.200.0.254/24",)}, services=(), desk=True)
    return Blueprint(
        name,
        (router(1), router(2), desk),
        (
            Link("slow", ("r1", "wan0"), ("r2", "wan0"), SLOW),
            Link("cable", ("r1", "fab0"), ("r2", "fab0")),
        ),
        (Lan("mgmt", (("r1", "eth0"), ("r2", "eth0"), ("operator", "eth0"))),),
    )


@dataclass(frozen=True)
class Twin:
    name: str
    folder: Path

    def kgnet(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KGNET, "twin", *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"KGNET_TWIN_DIR": str(self.folder), "KGNET_TWIN": self.name},
        )

    def up(self, plan: Blueprint | None = None) -> subprocess.CompletedProcess[str]:
        file = self.folder / f"{self.name}.json"
        file.write_text(blueprint.dumps(plan or small(self.name)))
        return self.kgnet("up", "--blueprint", str(file))

    def at(self, node: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a node as `kgnet twin exec` does, but without the time that Python takes."""
        pids = self.state()["nodes"]
        assert isinstance(pids, dict)
        enter = ["nsenter", "-t", str(pids[node]), "-U", "-m", "-n", "-u", "-p", "--preserve-credentials"]
        done = [*enter, "--wd=/", "--", *command]
        return subprocess.run(done, capture_output=True, text=True, timeout=60, check=False)

    def out(self, node: str, *command: str) -> str:
        done = self.at(node, *command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / self.name / "state.json").read_text())
        return found


def until(look: Callable[[], bool], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not look():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def carrier(twin: Twin, node: str, face: str) -> bool:
    return "NO-CARRIER" not in twin.out(node, "ip", "link", "show", "dev", face)


def rtt_ms(twin: Twin, address: str) -> float:
    said = twin.out("r1", "ping", "-n", "-c", "3", "-i", "0.1", "-W", "2", address)
    found = re.search(r"rtt min/avg/max/mdev = ([\d.]+)/", said)
    assert found, said
    return float(found[1])


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    one = Twin("one", tmp_path_factory.mktemp("twins"))
    up = one.up()
    assert up.returncode == 0, up.stderr
    yield one
    one.kgnet("down")


# ── as a value ──────────────────────────────────────────────────────────────


def test_a_blueprint_reads_back_what_it_writes() -> None:
    plan = small("x")
    assert blueprint.loads(blueprint.dumps(plan)) == plan


def test_a_blueprint_tells_everything_that_is_wrong_at_once() -> None:
    """Whoever writes one by hand should not have to try five times."""
    plan = small("x")
    wrong = replace(
        plan,
        nodes=(*plan.nodes, Node("r1", {"eth9": ()}, files={"/usr/bin/x": ""})),
        links=(*plan.links, Link("cable", ("r9", "x"), ("r1", "a-name-of-17-chars"))),
    )
    with pytest.raises(TwinError) as reason:
        wrong.checked()
    told = str(reason.value)
    for what in ("two of node r1", "two of circuit", "r9 x", "17-chars", "/usr/bin/x", "eth9: on no circuit"):
        assert what in told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1, "nodes": [{"nome": 1}]}'])
def test_what_is_no_blueprint_is_told_in_one_line(text: str) -> None:
    with pytest.raises(TwinError, match=r"^here: not a blueprint: .*$"):
        blueprint.loads(text, "here")


def test_with_netem_each_port_shapes_what_leaves_to_its_node() -> None:
    """The kernel of this machine may lack netem; what it would be told is the same everywhere."""
    shape = Shape(rate_mbps_down=8, rate_mbps_up=2, delay_ms=5, jitter_ms=1, loss_ratio=0.01)
    plan = Blueprint("x", (Node("a"), Node("b")), (Link("c", ("a", "w"), ("b", "w"), shape),))
    wires = Wires(
        plan, True, {"a": Place(1, 1), "b": Place(2, 2)}, shapes={"c": shape}, ports={"c": ("pa", "pb")}
    )
    towards_a, towards_b = wires._netem("c")
    assert towards_a == "qdisc replace dev pa root netem limit 1000 delay 5ms 1ms loss 1.0000% rate 2mbit"
    assert towards_b == "qdisc replace dev pb root netem limit 1000 delay 5ms 1ms loss 1.0000% rate 8mbit"


def test_this_machine_can_run_a_twin() -> None:
    """The tests below need one; if not, this says in one line what is missing."""
    assert [str(lack) for lack in can.lacking(small("x"))] == []


# ── alive ───────────────────────────────────────────────────────────────────


def test_ssh_is_open_to_the_key_of_the_twin_and_the_host_key_is_known(twin: Twin) -> None:
    options = "-o UserKnownHostsFile=$KGNET_KNOWN_HOSTS -o StrictHostKeyChecking=yes -o BatchMode=yes"
    script = f'ssh {options} -i $KGNET_SSH_KEY "$1" hostname'
    for address, name in (("root@10.200.0.1", "r1"), ("root@r2", "r2")):
        assert twin.kgnet("exec", "--", "sh", "-c", script, "sh", address).stdout == f"{name}\n"
    stranger = ("ssh", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes", "root@r1", "id")
    assert twin.at("operator", *stranger).returncode == 255


def test_exec_passes_through_input_output_and_exit_code(twin: Twin) -> None:
    done = twin.kgnet("exec", "r1", "--", "sh", "-c", "cat; echo oops >&2; exit 7", stdin="hello\n")
    assert (done.stdout, done.stderr, done.returncode) == ("hello\n", "oops\n", 7)
    assert twin.kgnet("exec", "r1", "--", "no-such-command").returncode == 127
    assert twin.kgnet("exec", "--", "hostname").stdout == "operator\n"


def test_exec_passes_signals_on(twin: Twin) -> None:
    command = [
        KGNET,
        "twin",
        "exec",
        "r1",
        "--",
        "sh",
        "-c",
        "trap 'exit 9' TERM; echo ready; sleep 20 & wait",
    ]
    env = os.environ | {"KGNET_TWIN_DIR": str(twin.folder), "KGNET_TWIN": twin.name}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as running:
        assert running.stdout and running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 9


def test_a_node_has_its_own_name_files_processes_and_devices(twin: Twin) -> None:
    twin.out("r1", "sh", "-c", "echo mine | tee /etc/mine /var/mine /run/mine /root/mine /tmp/mine /dev/mine")
    for folder in ("/etc", "/var", "/run", "/root", "/tmp", "/dev"):
        assert twin.at("r2", "test", "-e", f"{folder}/mine").returncode == 1
        assert not Path(folder, "mine").exists()
    assert "r1" in twin.out("r1", "cat", "/etc/hostname")
    assert len(twin.out("r1", "ps", "-e").splitlines()) < 15


def test_nodes_have_no_power_over_the_machine(twin: Twin) -> None:
    """Root of a node is nobody to the kernel: no clock, no settings that are not its network's."""
    assert twin.at("r1", "date", "-s", "2001-01-01").returncode != 0
    for path in (
        "/proc/sys/vm/drop_caches",
        "/proc/sys/kernel/printk",
        "/proc/sysrq-trigger",
        "/sys/power/state",
    ):
        assert twin.at("r1", "sh", "-c", f"echo 1 > {path}").returncode != 0
    assert twin.at("r1", "sysctl", "-w", "net.ipv4.ip_forward=1").returncode == 0
    assert time.gmtime().tm_year > 2001


def test_a_circuit_has_its_delay_and_takes_another_while_it_runs(twin: Twin) -> None:
    assert 40 <= rtt_ms(twin, "10.9.0.2") < 60
    assert rtt_ms(twin, "10.9.1.2") < 5
    assert twin.kgnet("shape", "slow", "delay_ms=2").returncode == 0
    assert rtt_ms(twin, "10.9.0.2") < 15
    assert twin.kgnet("shape", "slow", "delay_ms=20").returncode == 0


def test_a_circuit_loses_what_it_should(twin: Twin) -> None:
    twin.kgnet("shape", "slow", "loss_ratio=1")
    assert twin.at("r1", "ping", "-c", "2", "-i", "0.1", "-W", "1", "10.9.0.2").returncode == 1
    twin.kgnet("shape", "slow", "loss_ratio=0")
    assert twin.at("r1", "ping", "-c", "1", "-W", "1", "10.9.0.2").returncode == 0


@pytest.mark.parametrize(("circuit", "face"), [("slow", "wan0"), ("cable", "fab0"), ("mgmt", "eth0")])
def test_cut_takes_the_carrier_from_both_ends_and_heal_gives_it_back(
    twin: Twin, circuit: str, face: str
) -> None:
    """A cut cable is seen at both ends at once, and no address is lost by it."""
    before = twin.out("r1", "ip", "-br", "address", "show", "dev", face).split()[2:]
    assert twin.kgnet("cut", circuit).returncode == 0
    assert not carrier(twin, "r1", face) and not carrier(twin, "r2", face)
    status = twin.kgnet("status", "--format", "json")
    assert status.returncode == 2
    assert [link["name"] for link in json.loads(status.stdout)["links"] if link["cut"]] == [circuit]
    assert twin.kgnet("heal", "--all").stdout == f"{circuit}: healed\n"
    assert carrier(twin, "r1", face) and carrier(twin, "r2", face)
    assert set(before) <= set(twin.out("r1", "ip", "-br", "address", "show", "dev", face).split()[2:])
    assert twin.kgnet("status").returncode == 0


def test_frr_sees_a_cut(twin: Twin) -> None:
    def line() -> str:
        return twin.out("r2", "vtysh", "-c", "show interface wan0").splitlines()[0]

    assert line().endswith("line protocol is up")
    twin.kgnet("cut", "slow")
    until(lambda: line().endswith("line protocol is down"))
    twin.kgnet("heal", "slow")
    until(lambda: line().endswith("line protocol is up"))


def test_an_unknown_circuit_or_node_is_told_with_those_there_are(twin: Twin) -> None:
    done = twin.kgnet("cut", "slo")
    assert done.returncode == 1
    assert done.stderr == "error: twin one: no circuit slo; there are slow\n"
    assert "no node r9; there are operator, r1, r2" in twin.kgnet("exec", "r9", "--", "true").stderr


@pytest.mark.parametrize("unit", ["ssh", "frr", "snmpd", "nginx"])
def test_systemctl_tells_the_truth(twin: Twin, unit: str) -> None:
    """A unit is active while its processes live: Ansible decides by it what to change."""

    def active() -> str:
        return twin.at("r2", "systemctl", "is-active", unit).stdout.strip()

    for verb, state in (("restart", "active"), ("stop", "inactive"), ("start", "active")):
        done = twin.at("r2", "systemctl", verb, unit)
        assert (done.returncode, active()) == (0, state), done.stderr
    main = re.search(r"^MainPID=(\d+)$", twin.out("r2", "systemctl", "show", unit), re.M)
    assert main
    twin.out("r2", "sh", "-c", f"kill -9 {main[1]}; pkill -9 -P {main[1]}; sleep 0.1")
    until(lambda: active() in ("failed", "active" if unit == "frr" else "failed"))
    assert twin.at("r2", "systemctl", "restart", unit).returncode == 0
    assert active() == "active"


def test_systemctl_enables_masks_and_refuses_as_systemd_does(twin: Twin) -> None:
    script = """
        systemctl is-enabled nginx; systemctl enable nginx; systemctl is-enabled nginx
        systemctl mask nginx; systemctl is-enabled nginx; systemctl start nginx 2>&1; systemctl unmask nginx
        systemctl disable nginx; systemctl is-enabled nginx; systemctl start no-such 2>&1; echo $?
    """
    assert twin.out("r1", "sh", "-c", script).splitlines() == [
        "disabled",
        "enabled",
        "masked",
        "Failed to start nginx.service: Unit nginx.service is masked.",
        "disabled",
        "Failed to start no-such.service: Unit no-such.service not found.",
        "5",
    ]


# ── coming and going ────────────────────────────────────────────────────────


def _of_the_host() -> tuple[str, str]:
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"qlen.*", "", links), Path("/proc/self/mountinfo").read_text()


def _spaces(twin: Twin) -> set[str]:
    """Every namespace of a twin's nodes."""
    pids = twin.state()["nodes"]
    assert isinstance(pids, dict)
    return {str(path.readlink()) for pid in pids.values() for path in _own(pid)}


def _own(pid: int) -> list[Path]:
    return [Path(f"/proc/{pid}/ns/{name}") for name in ("mnt", "net", "pid", "user", "uts")]


def _anybody_in(spaces: set[str]) -> bool:
    """Whether any process lives in one of them; a zombie does not."""
    for pid in (int(path.name) for path in Path("/proc").glob("[0-9]*")):
        with suppress(FileNotFoundError, PermissionError, ProcessLookupError):
            if linux.started_at(pid) and any(str(path.readlink()) in spaces for path in _own(pid)):
                return True
    return False


def test_two_twins_live_side_by_side_and_down_leaves_nothing(twin: Twin) -> None:
    """Both have the same addresses; the host has none of them."""
    before = _of_the_host()
    other = Twin("other", twin.folder)
    assert other.up().returncode == 0
    other.out("r1", "ip", "link", "set", "dev", "wan0", "down")
    assert rtt_ms(twin, "10.9.0.2") > 30
    assert _of_the_host() == before
    assert "several twins run: say --name, one of one, other" in Twin("", twin.folder).kgnet("status").stderr
    spaces = _spaces(other)
    assert len(spaces) == 3 * 4 + 1 and not spaces & {str(path.readlink()) for path in _own(os.getpid())}
    down = other.kgnet("down")
    assert (down.returncode, down.stdout) == (0, "twin other: down\n")
    assert not (twin.folder / "other").exists()
    assert not _anybody_in(spaces)
    assert _of_the_host() == before
    assert twin.kgnet("status").returncode == 0


def test_up_of_a_running_twin_is_refused(twin: Twin) -> None:
    again = twin.up()
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "error: twin one is already running: kgnet twin down --name one\n"
    assert twin.kgnet("status").returncode == 0


def test_after_a_crash_everything_is_gone_and_the_next_up_says_so(tmp_path: Path) -> None:
    fallen = Twin("fallen", tmp_path)
    assert fallen.up().returncode == 0
    spaces = _spaces(fallen)
    os.kill(int(str(fallen.state()["holder"])), signal.SIGKILL)
    until(lambda: not _anybody_in(spaces))
    gone = fallen.kgnet("status")
    assert (gone.returncode, gone.stderr) == (
        1,
        "error: twin fallen is not running: kgnet twin up --name fallen\n",
    )
    again = fallen.up()
    assert again.returncode == 0
    assert "twin fallen: cleaned up what a dead twin had left\n" in again.stdout
    assert fallen.kgnet("down", "--all").stdout == "twin fallen: down\n"


def test_a_twin_that_cannot_come_up_leaves_nothing(tmp_path: Path) -> None:
    """One line says which node and why."""
    broken = Twin("broken", tmp_path)
    plan = small("broken")
    nodes = (replace(plan.nodes[0], services=("ssh", "no-such-service")), *plan.nodes[1:])
    up = broken.up(replace(plan, nodes=nodes))
    assert up.returncode == 1
    assert up.stderr.startswith("error: twin broken: node r1: Failed to")
    assert "no-such-service.service" in up.stderr
    assert len(up.stderr.splitlines()) == 1
    assert not (tmp_path / "broken").exists()


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    script = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && exec "$@"'
    rootless = ["--user", "--map-root-user", "--map-auto"] if os.geteuid() else []
    enter = ["unshare", *rootless, "--mount", "sh", "-c", script, "sh"]
    file = tmp_path.parent / "full.json"
    file.write_text(blueprint.dumps(small("full")))
    done = subprocess.run(
        [*enter, KGNET, "twin", "up", "--blueprint", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"KGNET_TWIN_DIR": str(tmp_path)},
    )
    assert done.returncode == 1
    assert re.fullmatch(r"error: .*No space left on device.*\n", done.stderr)


def test_an_ordinary_user_gets_the_same_twin() -> None:
    """A user with sub-ids needs no root."""
    script = """
        set -e
        id -u
        "$0" twin up --blueprint "$1" >&2
        trap '"$0" twin down >&2' EXIT
        "$0" twin exec r1 -- sh -c 'id -u; stat -c %U /etc/frr/frr.conf; systemctl is-active ssh frr'
        "$0" twin exec r1 -- ping -q -c 1 -W 2 10.9.0.2 | grep -o ' 0% packet loss'
        "$0" twin cut slow
        "$0" twin exec -- sh -c 'ssh -i $KGNET_SSH_KEY -o UserKnownHostsFile=$KGNET_KNOWN_HOSTS r2 \
            cat /sys/class/net/wan0/carrier'
    """
    file = Path("/var/tmp") / f"kgnet-{os.getpid()}.json"
    file.write_text(blueprint.dumps(small("rootless")))
    user = [sys.executable, str(Path(__file__).with_name("ordinary_user.py"))] if os.geteuid() == 0 else []
    try:
        done = subprocess.run(
            [*user, "sh", "-c", script, KGNET, str(file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        file.unlink()
    assert done.returncode == 0, done.stderr
    uid, *rest = done.stdout.split("\n")
    assert uid != "0"
    assert rest == ["0", "frr", "active", "active", " 0% packet loss", "slow: cut", "0", ""]


@pytest.mark.parametrize(
    "change", ["delay_ms=nan", "delay_ms=-1", "delay_ms=1e12", "loss_ratio=2", "delay=1"]
)
def test_a_property_that_no_circuit_can_have_is_refused(change: str) -> None:
    """A delay that is no number would stop every circuit of the twin."""
    shaped = subprocess.run(
        [str(Path(sys.executable).with_name("kgnet")), "twin", "shape", "--name", "nobody", "902-1", change],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shaped.returncode == 1
    assert "write one of" in shaped.stderr
