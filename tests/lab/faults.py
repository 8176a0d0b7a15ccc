"""What can go wrong on a router while it is deployed to, at a step of the deploy or at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from conftest import KGNET, Lab

# $1: the state of the guard to wait for, if any; $2: seconds to wait then; $3: what the fault wants to know
WAIT = """
[ -z "$1" ] || until [ -e "/run/kgnet/deploy/$1" ]; do sleep 0.05; done
sleep "$2"
echo now
"""
KILLED = ""  # the deployer, from here
DROPPED = "pkill -KILL -f '^sshd: [a-z]+@'"
FROZEN = "pkill -STOP -x 'zebra|bgpd|bfdd|staticd'; sleep $3; pkill -CONT -x 'zebra|bgpd|bfdd|staticd'"
FILLED = "dd if=/dev/zero of=$3/fill bs=4k 2>/dev/null; true"
# Everything ends at once, memory is lost, and what is saved starts; a tenth of the files in /run is enough.
REBOOTED = """
for one in /proc/[0-9]*; do
    words=$(tr '\\0' ' ' 2>/dev/null <$one/cmdline)
    case ${one#/proc/} in 1 | $$) continue ;; esac
    case $words in '' | 'sleep infinity ') ;; *) kill -KILL ${one#/proc/} 2>/dev/null ;; esac
done
rm -rf /run/kgnet/deploy /run/kgnet/last
nft flush ruleset
for tunnel in $(wg show interfaces 2>/dev/null); do ip link del "$tunnel"; done
ip -o link show | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/' | while read -r port; do
    tc qdisc del dev "$port" root 2>/dev/null
    [ "$port" = lo ] || [ "$port" = eth0 ] || ip address flush dev "$port" scope global
done
ip address flush dev lo scope global
for proto in zebra bgp static; do
    for family in 4 6; do ip -$family route flush proto "$proto" 2>/dev/null; done
done
sleep "$3"
tunnels=$(cd /etc/wireguard && ls *.conf 2>/dev/null | sed 's/\\(.*\\).conf/wg-quick@\\1/')
for unit in nftables kgnet-qos $tunnels frr chrony rsyslog snmpd ssh; do
    [ "$(systemctl is-enabled "$unit")" != enabled ] || systemctl restart "$unit"
done
"""
SMALL = """
mkdir -p "$1" /tmp/small && cp -a "$1/." /tmp/small && mount -t tmpfs -o size=512k,mode=755 tmpfs "$1" &&
cp -a /tmp/small/. "$1" && chown --reference=/tmp/small "$1" && rm -r /tmp/small
"""
LARGE = """
rm -f "$1/fill"; mkdir /tmp/large && cp -a "$1/." /tmp/large && umount "$1" && rm -rf "$1"/* &&
cp -a /tmp/large/. "$1" && rm -r /tmp/large
"""
STEPS = {"": 8.0, "held": 1.0, "armed": 5.0, "confirming": 0.2}  # and how long after it at most
DISKS = ("/run/kgnet", "/etc/frr", "/etc/kgnet")
SCRIPTS = {
    "kill": KILLED,
    "drop": DROPPED,
    "reboot": REBOOTED,
    "full": FILLED,
    "freeze": FROZEN,
    "second": KILLED,
}


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong on *router*: *after_s* after its guard has come to *step*."""

    kind: str
    router: str
    step: str
    after_s: float
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".strip() + f" {self.after_s:.2f} s after {self.step or 'the start'}"


def drawn(dice: Random, router: str) -> Fault:
    kind = dice.choice(tuple(SCRIPTS))
    step = dice.choice(tuple(STEPS)) if kind != "second" else ""
    value = {"full": dice.choice(DISKS), "freeze": str(dice.randint(2, 8)), "reboot": str(dice.randint(0, 3))}
    return Fault(kind, router, step, dice.uniform(0, STEPS[step]), value.get(kind, ""))


@contextmanager
def coming(lab: Lab, fault: Fault) -> Iterator[subprocess.Popen[str]]:
    """Let the fault come by itself; the process says `now` then. What it broke is mended at the end."""
    if fault.kind == "full":
        lab.must(fault.router, "sh", "-c", SMALL, "sh", fault.value)
    script = WAIT + SCRIPTS[fault.kind]
    words = [fault.router, "--", "sh", "-c", script, "sh", fault.step, f"{fault.after_s:.3f}", fault.value]
    process = subprocess.Popen(
        [str(KGNET), "twin", "exec", "--name", lab.name, *words], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if fault.kind in ("reboot", "freeze") and process.stdout and process.stdout.readline():
            process.wait(60)  # it has begun: let it come to its end
        process.terminate()
        process.communicate()
        if fault.kind == "full":
            lab.must(fault.router, "sh", "-c", LARGE, "sh", fault.value)


def killed(process: subprocess.Popen[str]) -> None:
    """`kill -9` what runs in the twin under `kgnet twin exec`; both have ended, or will."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
