"""Polling by SNMP: of agents that answer as they should, of real ones, and of those that do not."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from snmp_agents import AUTH, CREDENTIALS, HOME, PRIV, an_agent, net_snmp, served, until

from kgnet.emulate.agent import Agent, Script, Tree, answers
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.wire.snmp import SYS_UPTIME, Agents, Credentials

HC_IN = "1.3.6.1.2.1.31.1.1.1.6"
NAMES = "1.3.6.1.2.1.31.1.1.1.1"
FULL = 2**64 - 1
WALK = [
    f"{SYS_UPTIME}|67|4242",
    *(f"{NAMES}.{index}|4|Ethernet{index}" for index in range(1, 81)),
    *(f"{HC_IN}.{index}|70|{FULL - index}" for index in range(1, 81)),
]
COUNTERS = {f"{HC_IN}.{index}": FULL - index for index in range(1, 81)}


def asked(agents: Agents, *oids: str) -> dict[str, object]:
    return asyncio.run(agents.get(HOME, oids))


@pytest.mark.parametrize("credentials", [CREDENTIALS, Credentials.v2c("open")], ids=["v3", "v2c"])
def test_counters_have_all_their_64_bits_and_many_come_in_few_questions(credentials: Credentials) -> None:
    """80 objects in two GETs, 80 names in four GETBULKs and one that finds the end; gaps stay gaps."""
    requests: list[bytes] = []

    def counted(agent: Agent, request: bytes) -> Iterator[bytes]:
        requests.append(request)
        return answers(agent, request)

    with served(an_agent(WALK), counted) as port:
        agents = Agents(credentials, port=port)
        asked(agents, SYS_UPTIME)
        requests.clear()
        assert asked(agents, *COUNTERS, f"{HC_IN}.99") == COUNTERS
        assert len(requests) == 2
        assert len(asyncio.run(agents.walk(HOME, NAMES))) == 80
        assert len(requests) <= 2 + 5


@pytest.mark.parametrize(
    "words", ["SHA-224 AES-128", "SHA-384 AES-128", "SHA-512 AES-128", "SHA-512 AES-256"]
)
def test_a_real_agent_takes_every_digest_of_sha_2(words: str, tmp_path: Path) -> None:
    digest, cipher = words.split()
    with net_snmp(tmp_path, digest, cipher) as port:
        known = Credentials.of("watcher", AUTH, PRIV, digest=digest, cipher=cipher)
        agents = Agents(known, port=port, timeout_s=0.3)
        assert until(lambda: asked(agents, "1.3.6.1.2.1.1.5.0")) == {"1.3.6.1.2.1.1.5.0": b"real"}


def test_an_agent_that_knows_no_sha_2_is_spoken_to_by_the_digest_of_its_platform(tmp_path: Path) -> None:
    usual = Credentials.of("watcher", AUTH, PRIV)
    with net_snmp(tmp_path, "SHA", "AES-128") as port:
        digest = one(Platform, "mikrotik_routeros").snmp_digest
        weaker = Credentials.of("watcher", AUTH, PRIV, digest=digest)
        agents = Agents(usual, others={HOME: weaker}, port=port, timeout_s=0.3)
        assert until(lambda: asked(agents, "1.3.6.1.2.1.1.5.0")) == {"1.3.6.1.2.1.1.5.0": b"real"}
        with pytest.raises(PermissionError, match="refused"):
            asked(Agents(usual, port=port, timeout_s=0.3), "1.3.6.1.2.1.1.5.0")


# ── agents that do not answer as they should ────────────────────────────────


@dataclass
class Held:
    """Sends each answer only with the next one, and in the wrong order."""

    last: list[bytes] = field(default_factory=list)

    def __call__(self, agent: Agent, request: bytes) -> list[bytes]:
        now = list(answers(agent, request))
        sent, self.last = [*now, *self.last], now
        return sent


def twice(agent: Agent, request: bytes) -> list[bytes]:
    return list(answers(agent, request)) * 2


def after_garbage(agent: Agent, request: bytes) -> list[bytes]:
    """Somebody else's datagram, with the right source, comes first."""
    return [b"\x30\x82\xff", *answers(agent, request)]


def after_a_giant(agent: Agent, request: bytes) -> list[bytes]:
    return [b"\x30" * 60000, *answers(agent, request)]


@pytest.mark.parametrize("script", [Held(), twice], ids=["late and out of order", "twice"])
def test_each_question_gets_its_own_answer(script: Script) -> None:
    with served(an_agent(WALK), script) as port:
        agents = Agents(CREDENTIALS, port=port, timeout_s=0.5)
        for index in range(1, 9):
            assert asked(agents, f"{HC_IN}.{index}") == {f"{HC_IN}.{index}": FULL - index}


@pytest.mark.parametrize("script", [after_garbage, after_a_giant])
def test_what_is_no_answer_is_told_as_one_devices_failure(script: Script) -> None:
    """It is neither a value nor a crash; when the agent is well again, it is asked again."""
    well = Event()

    def sometimes(agent: Agent, request: bytes) -> Iterable[bytes]:
        return answers(agent, request) if well.is_set() else script(agent, request)

    with served(an_agent(WALK), sometimes) as port:
        agents = Agents(CREDENTIALS, port=port, timeout_s=0.3)
        with pytest.raises(OSError, match="SNMP"):
            asked(agents, SYS_UPTIME)
        well.set()
        assert asked(agents, SYS_UPTIME) == {SYS_UPTIME: 4242}


def restarted(agent: Agent) -> None:
    agent.boots, agent.started = agent.boots + 1, time.monotonic()


def stepped(agent: Agent) -> None:
    agent.started -= 100_000


def stepped_back(agent: Agent) -> None:
    agent.started += 1_000


def renamed(agent: Agent) -> None:
    agent.name = "another"


@pytest.mark.parametrize("happens", [restarted, stepped, stepped_back, renamed])
def test_an_agent_that_starts_anew_is_met_anew_within_one_question(happens: Callable[[Agent], None]) -> None:
    """Boots, clock or engine ID are others now: the kept session is of no use, and no fault is told of it."""
    agent = an_agent(WALK)
    agent.started -= 5_000
    with served(agent) as port:
        agents = Agents(CREDENTIALS, port=port, timeout_s=0.3)
        assert asked(agents, SYS_UPTIME) == {SYS_UPTIME: 4242}
        happens(agent)
        assert asked(agents, SYS_UPTIME) == {SYS_UPTIME: 4242}


def test_an_agent_with_little_room_is_asked_for_less() -> None:
    """RFC 3416 §4.2.1: tooBig comes without a single object; that is no proof that there is none."""
    agent = an_agent(WALK)
    agent.largest = 484  # the least that RFC 3417 §3 allows
    with served(agent) as port:
        assert asked(Agents(CREDENTIALS, port=port), *COUNTERS) == COUNTERS


def lowest_free() -> int:
    number = os.dup(0)
    os.close(number)
    return number


def test_where_sockets_run_out_a_device_fails_alone_and_later_answers() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with served(an_agent(WALK)) as port:
        agents = Agents(CREDENTIALS, port=port)
        loop = asyncio.new_event_loop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free() + 5, hard))
        try:
            with pytest.raises(OSError, match=r"(?i)too many open files"):
                for number in range(1, 99):
                    loop.run_until_complete(agents.get(f"127.0.0.{number}", [SYS_UPTIME]))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert loop.run_until_complete(agents.get(HOME, [SYS_UPTIME])) == {SYS_UPTIME: 4242}
        loop.close()


def test_who_is_not_let_in_is_told_so() -> None:
    with served(an_agent(WALK)) as port:
        for wrong in (
            Credentials.of("watcher", "not the phrase", PRIV),
            Credentials.of("nobody", AUTH, PRIV),
        ):
            with pytest.raises(PermissionError, match="are refused"):
                asked(Agents(wrong, port=port, timeout_s=0.3), SYS_UPTIME)


@pytest.mark.parametrize("line", ["1.3.6.1", "1.3|2|many", "a.b|4|c", "1.3.6|64|no address"])
def test_a_record_that_is_none_names_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2: is no OID"):
        Tree([f"{SYS_UPTIME}|67|1", line])
