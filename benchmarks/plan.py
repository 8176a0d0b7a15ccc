"""How long the plan of a change takes, with its commands, against hier_config and netutils on the same texts.

    python benchmarks/plan.py [PAIRS [ROUNDS]]      (pip install -e '.[bench]')

A pair is what an IOS device has and what is wanted of it, some 600 lines each: a handful of differences, and
in every tenth pair a tenth of the device. Each does what it is made for: kgnet the plan and the commands,
hier_config the remediation, netutils the compliance of every section. They take turns.

Bar: at least 20 times less CPU than each; linear to 40,000 lines.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import hier_config
from netutils.config.compliance import compliance

from kgnet.model.config import Config
from kgnet.plan import commands, plan

LINES = 600
TURN = 50  # pairs before the next one has its turn
LARGE = (600, 6_000, 40_000)
PART = "cisco_ios"
SECTIONS = (
    *("hostname", "service", "vrf definition", "aaa", "ip prefix-list", "ip access-list", "route-map"),
    *("class-map", "policy-map", "interface", "router bgp", "logging", "ntp", "snmp-server", "line", "vlan"),
)
FEATURES = [{"name": name, "ordered": False, "section": [name]} for name in SECTIONS]
Work = Callable[[str, str], object]


# ── texts ───────────────────────────────────────────────────────────────────


def device(lines: int) -> Iterator[list[str]]:
    """Yield the blocks of a device with some *lines* lines."""
    ports = max(2, (lines - 140) // 9)
    yield ["hostname hub1"]
    yield from (
        [line] for line in ("service timestamps log datetime", "aaa new-model", "ip domain name example.net")
    )
    yield ["vrf definition MGMT", " address-family ipv4", " exit-address-family"]
    for number in range(10):
        yield [f"vlan {100 + number}", f" name office-{number}"]
    for number in range(20):
        yield [f"ip prefix-list OFFICE-{number} seq 5 permit 10.{number}.0.0/16 le 24"]
    for number in range(5):
        entries = (f" permit tcp 10.{number}.{host}.0 0.0.0.255 any eq 443" for host in range(8))
        yield [f"ip access-list extended USERS-{number}", *entries, " deny ip any any log"]
    for number in range(5):
        yield [f"route-map OUT-{number} permit 10", f" match ip address prefix-list OFFICE-{number}"]
    yield ["class-map match-any VOICE", " match dscp ef"]
    yield ["policy-map WAN", " class VOICE", "  priority percent 20", " class class-default", "  fair-queue"]
    for port in range(ports):
        yield [
            f"interface TenGigabitEthernet0/0/{port // 4000}.{port % 4000 + 1}",
            f" description office {port}",
            f" encapsulation dot1Q {port % 4000 + 1}",
            f" ip address 10.{100 + port // 16384}.{port // 64 % 256}.{port % 64 * 4 + 1} 255.255.255.252",
            f" ip access-group USERS-{port % 5} in",
            " no ip redirects",
            " no ip proxy-arp",
            " bfd interval 300 min_rx 300 multiplier 3",
            " service-policy output WAN",
        ]
    neighbors = [line for port in range(10) for line in neighbor(port)]
    yield ["router bgp 65000", *neighbors]
    yield from ([f"logging host 192.0.2.{host}"] for host in range(3))
    yield from ([f"ntp server 192.0.2.{host}"] for host in range(4))
    yield ["snmp-server location somewhere"]
    yield ["line vty 0 4", " access-class USERS-0 in vrf-also", " transport input ssh"]


def neighbor(number: int) -> list[str]:
    address = f"10.100.0.{number * 4 + 2}"
    return [
        f" neighbor {address} remote-as {65001 + number}",
        f" neighbor {address} description office {number}",
        f" neighbor {address} route-map OUT-{number % 5} out",
    ]


def pair(chance: random.Random, lines: int, *, many: bool) -> tuple[str, str]:
    """Return what is wanted and what a device has: a handful of differences, or *many*."""
    want = list(device(lines))
    have = [list(block) for block in want]
    for block in chance.sample(have, len(have) // 10 if many else 5):
        place = chance.randrange(len(block))
        if place == 0 and not block[0].startswith(("interface", "router", "policy", "class")):
            block.clear()  # it lacks it
        elif block[place].startswith(" description"):
            block[place] += " (moved)"
        elif place:
            del block[place]
        else:
            block.append(" description by hand")
    chance.choice(have).append("ip http server")
    if many:
        lists = next(block for block in have if block[:1] and block[0].startswith("ip access-list"))
        lists.insert(2, " permit udp any any eq 53")
    return text(want), text(have)


def text(blocks: list[list[str]]) -> str:
    return "".join(f"{line}\n" for block in blocks for line in block)


# ── who compares ────────────────────────────────────────────────────────────


def ours(want: str, have: str) -> object:
    had = Config("hub1", {PART: have})
    return commands(plan(Config("hub1", {PART: want}), had), had)


def hier(want: str, have: str) -> object:
    platform = hier_config.Platform.CISCO_IOS
    workflow = hier_config.WorkflowRemediation(
        hier_config.get_hconfig(platform, have), hier_config.get_hconfig(platform, want)
    )
    return workflow.remediation_config.dump_simple()


def netutils(want: str, have: str) -> object:
    return compliance(FEATURES, have, want, "cisco_ios", "string")


WHO: dict[str, Work] = {"kgnet": ours, "hier_config": hier, "netutils": netutils}


def cpu(work: Work, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the seconds of CPU for *pairs*; what others left behind is swept up before."""
    gc.collect()
    started = time.process_time()
    for want, have in pairs:
        work(want, have)
    return time.process_time() - started


def main(pairs: int, rounds: int) -> None:
    chance = random.Random(1)
    texts = [pair(chance, LINES, many=number % 10 == 0) for number in range(pairs)]
    size = statistics.mean(want.count("\n") for want, _ in texts)
    print(f"{pairs} pairs of {size:.0f} lines, median of {rounds} rounds, CPU")
    for work in WHO.values():
        cpu(work, texts[:1])  # what is imported on first use is not counted for anybody
    spent: dict[str, list[float]] = {name: [0.0] * rounds for name in WHO}
    for number in range(rounds):
        for start in range(0, pairs, TURN):
            for name, work in WHO.items():
                spent[name][number] += cpu(work, texts[start : start + TURN])
    medians = {name: statistics.median(seconds) for name, seconds in spent.items()}
    for name, seconds in medians.items():
        print(f"  {name:12} {seconds / pairs * 1000:8.2f} ms a pair   {seconds / medians['kgnet']:6.1f} ×")
    for lines in LARGE:
        want, have = pair(chance, lines, many=False)
        seconds = statistics.median(cpu(ours, [(want, have)]) for _ in range(9))
        count = want.count("\n")
        print(f"  {count:6} lines {seconds * 1000:8.2f} ms   {seconds / count * 1e6:5.2f} µs a line")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(1000, 3)[len(given) :])
