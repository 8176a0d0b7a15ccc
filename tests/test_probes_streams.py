"""Probes that measure by streams and clocks: STAMP, voice, classes, NTP against chronyd."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import pytest

from kgnet.measure import measure
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire import ntp, stamp
from kgnet.wire.emodel import Codec, opinion, rating
from kgnet.wire.reflector import Reflector

HOME = "127.0.0.1"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def samples(module: str, target: str = HOME, **options: object) -> tuple[Sample, ...]:
    return measure(one(Probe, module), target, {name: str(value) for name, value in options.items()})


def told(module: str, target: str = HOME, **options: object) -> dict[str, float]:
    """Return what a probe measures; with labels, `name label`."""
    found = samples(module, target, **options)
    return {" ".join((sample.name, *sample.labels.values())): sample.value for sample in found}


@contextmanager
def reflecting(host: str = HOME, allowed: tuple[object, ...] = LOOPBACK) -> Iterator[int]:
    reflector, over = Reflector(allowed, host=host, port=0), Event()  # type: ignore[arg-type]
    serving = Thread(target=reflector.serve, args=(lambda: not over.is_set(),))
    serving.start()
    try:
        yield reflector.port
    finally:
        over.set()
        serving.join()
        reflector.close()


@contextmanager
def path(port: int, fate: Callable[[int, bool], float | None]) -> Iterator[int]:
    """A path to *port*: *fate* says of packet n, there or back, how late it is in seconds; None: lost."""
    outer, inner = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    outer.bind((HOME, 0))
    inner.connect((HOME, port))
    peer: list[tuple[str, int]] = []

    def carry(there: bool) -> None:
        number = 0
        while True:
            try:
                data, source = (outer if there else inner).recvfrom(2048)
            except OSError:
                return
            if there:
                peer[:] = [source]
            late = fate(number, there)
            number += 1
            if late is not None and data:
                time.sleep(late)
                inner.send(data) if there else outer.sendto(data, peer[0])

    carriers = [Thread(target=carry, args=(there,), daemon=True) for there in (True, False)]
    for carrier in carriers:
        carrier.start()
    try:
        yield outer.getsockname()[1]
    finally:
        for each in (outer, inner):
            each.shutdown(socket.SHUT_RDWR) if each is inner else None
            each.close()


# ── STAMP ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("host", "target"), [(HOME, HOME), ("::", "::1"), ("::", HOME)])
def test_every_packet_of_a_good_path_comes_back(host: str, target: str) -> None:
    with reflecting(host) as port:
        good = told("stamp", target, port=port, count=5, stateful="yes", dscp=46)
    assert good["probe_success"] == 1
    assert good["stamp_loss_ratio"] == good["stamp_one_way_loss_ratio there"] == 0
    assert 0 < good["stamp_rtt_seconds"] < 0.5


def test_loss_is_told_for_each_way() -> None:
    """A full queue towards an office and one from it are two troubles of two carriers' ends."""

    def fate(number: int, there: bool) -> float | None:
        return None if (there and number in (3, 4)) or (not there and number == 1) else 0.0

    with reflecting() as port, path(port, fate) as lossy:
        found = told("stamp", port=lossy, count=10, stateful="yes")
    assert found["stamp_loss_ratio"] == pytest.approx(0.3)
    assert found["stamp_one_way_loss_ratio there"] == pytest.approx(0.2)
    assert found["stamp_one_way_loss_ratio back"] == pytest.approx(0.1)


def test_jitter_is_told_for_the_way_that_has_it() -> None:
    with reflecting() as port, path(port, lambda n, there: 0.012 * (n % 2) if there else 0.0) as uneven:
        found = told("stamp", port=uneven, count=30)
    assert found["stamp_jitter_seconds there"] > 3 * found["stamp_jitter_seconds back"]
    assert 0.003 < found["stamp_jitter_seconds there"] < 0.02


def test_jitter_is_reckoned_as_rtp_reckons_it() -> None:
    """RFC 3550 §6.4.1: J += (|D| - J) / 16."""
    assert stamp.jitter_s([0.0, 0.016]) == pytest.approx(0.001)
    assert stamp.jitter_s([5.0, 5.016, 5.016]) == pytest.approx(0.001 - 0.001 / 16)


def test_a_reflector_answers_its_own_networks_only_and_says_nothing_to_nonsense() -> None:
    with reflecting(allowed=(ip_network("192.0.2.0/24"),)) as port:
        assert told("stamp", port=port, count=3, timeout_s=0.2)["probe_success"] == 0
    with reflecting() as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.connect((HOME, port))
        opened.settimeout(0.2)
        opened.send(b"nonsense")
        with pytest.raises(TimeoutError):
            opened.recv(100)


def test_an_answer_is_as_long_as_its_question_and_tells_the_hops() -> None:
    """Else a forged source would make it an amplifier."""
    for size in (44, 46, 48, 172, 1400):
        request = stamp.packet(7, 99, time.time(), size)
        reply = stamp.answer(request, number=3, received=time.time(), ttl=61)
        assert reply is not None and len(reply) == len(request) <= size
        number, _, _, session, _, sequence, _, _, ttl = stamp.REFLECTED.unpack_from(reply)
        assert (number, session, sequence, ttl) == (3, 99, 7, 61)


def test_a_closed_port_and_a_foolish_stream_fail_in_words() -> None:
    with reflecting() as port:
        pass
    assert told("stamp", port=port, count=3, timeout_s=0.2)["probe_success"] == 0
    for wrong in ({"count": 1}, {"size": 40}, {"dscp": 64}, {"interval_s": 0}):
        assert told("stamp", port=port, **wrong) == {
            "probe_success": 0,
            "probe_duration_seconds": pytest.approx(0, abs=0.5),
        }


def test_the_command_reflects_until_it_is_told_to_stop() -> None:
    command = ["kgnet", "reflect", "--from", "127.0.0.0/8", "--listen", f"{HOME}:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as far_end:
        assert far_end.stderr is not None
        said = far_end.stderr.readline()
        port = int(said.split()[3])
        found = told("stamp", port=port, count=3)
        far_end.terminate()
        assert far_end.wait(10) == 0
    assert found["probe_success"] == 1
    refused = subprocess.run(
        [*command[:2], "--from", "10.0.0.1/8"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr == "error: --from 10.0.0.1/8: 10.0.0.1/8 has host bits set\n"


# ── voice ───────────────────────────────────────────────────────────────────


def test_the_e_model_gives_what_the_recommendation_says_of_its_defaults() -> None:
    """ITU-T G.107 §7.1: with all default values R is 93.2; annex B: that is an opinion of 4.41."""
    assert rating(delay_ms=0, loss_ratio=0) == pytest.approx(93.2, abs=0.05)
    assert opinion(93.2) == pytest.approx(4.41, abs=0.005)
    assert (opinion(-5), opinion(100), opinion(60)) == (1.0, 4.5, pytest.approx(3.1))


def test_delay_and_loss_and_bursts_make_a_call_worse() -> None:
    by_delay = [rating(delay_ms=delay, loss_ratio=0) for delay in (0, 50, 150, 250, 400, 800)]
    by_loss = [rating(delay_ms=50, loss_ratio=loss) for loss in (0, 0.01, 0.03, 0.1, 0.3)]
    assert by_delay == sorted(by_delay, reverse=True)
    assert by_loss == sorted(by_loss, reverse=True)
    assert rating(delay_ms=50, loss_ratio=0.03, burst_ratio=2) < rating(delay_ms=50, loss_ratio=0.03)
    worse = Codec("one without concealment", 0, 4.3)
    assert rating(delay_ms=50, loss_ratio=0.02, codec=worse) < rating(delay_ms=50, loss_ratio=0.02) - 10


def test_a_call_over_a_good_path_is_good_and_over_a_bad_one_is_not() -> None:
    dice = random.Random(4)

    def bad(number: int, there: bool) -> float | None:
        return None if there and dice.random() < 0.25 else 0.0

    with reflecting() as port:
        good = told("voice", port=port, seconds=0.6)
        with path(port, bad) as lossy:
            poor = told("voice", port=lossy, seconds=0.6)
            strict = told("voice", port=lossy, seconds=0.6, least_mos=4)
    assert good["voice_mos"] > 4.2
    assert poor["voice_loss_ratio"] > 0.05
    assert poor["voice_mos"] < good["voice_mos"] - 0.5
    assert (poor["probe_success"], strict["probe_success"]) == (1, 0)


def test_what_comes_too_late_for_the_buffer_is_lost_to_the_ear() -> None:
    with reflecting() as port, path(port, lambda n, there: 0.015 if there and n % 10 == 5 else 0.0) as late:
        heard = told("voice", port=late, seconds=0.6, buffer_ms=60)
        missed = told("voice", port=late, seconds=0.6, buffer_ms=5)
    assert heard["voice_discard_ratio"] == 0
    assert missed["voice_discard_ratio"] > 0.05
    assert missed["voice_loss_ratio"] == 0


# ── classes ─────────────────────────────────────────────────────────────────


def test_a_path_is_measured_in_every_class() -> None:
    found = told("classes", count=3)
    assert found["probe_success"] == 1
    assert {name for name in found if name.startswith("class_loss")} == {
        f"class_loss_ratio {name}" for name in ("EF", "AF41", "BE")
    }
    assert told("classes", "nobody")["probe_success"] == 0


# ── NTP ─────────────────────────────────────────────────────────────────────


@contextmanager
def chronyd(folder: Path, *lines: str) -> Iterator[int]:
    """A chronyd of its own that leaves the system's clock alone; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind((HOME, 0))
        port = int(chosen.getsockname()[1])
    own = f"port {port}\ncmdport 0\nbindcmdaddress /\npidfile {folder}/pid\nallow 127.0.0.0/8\n"
    (folder / "chrony.conf").write_text(own + "\n".join(lines) + "\n")
    program = shutil.which("chronyd", path="/usr/sbin:/usr/bin:/sbin")
    assert program, "chronyd is missing: apt install chrony"
    user = pwd.getpwuid(os.getuid()).pw_name
    command = [program, "-x", "-d", "-U", "-u", user, "-f", str(folder / "chrony.conf")]
    with (folder / "log").open("w") as log:
        clock = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _answers(port)
        yield port
    finally:
        clock.terminate()
        clock.wait(10)


def _answers(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            ntp.ask(HOME, port=port, timeout_s=0.3)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("chronyd does not answer")


def test_a_time_server_tells_how_far_its_clock_is_from_ours(tmp_path: Path) -> None:
    with chronyd(tmp_path, "local stratum 5") as port:
        good = told("ntp", port=port, most_s=0.1)
    assert (good["probe_success"], good["ntp_stratum"]) == (1, 5)
    assert abs(good["ntp_offset_seconds"]) < 0.05
    assert 0 <= good["ntp_delay_seconds"] < 0.5


def test_a_time_server_that_has_no_time_itself_fails(tmp_path: Path) -> None:
    with chronyd(tmp_path) as port:
        lost = told("ntp", port=port)
    assert lost["probe_success"] == 0
    assert "ntp_offset_seconds" not in lost


@contextmanager
def clock(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, 0))

        def serve() -> None:
            with suppress(OSError):  # closed at the end
                while True:
                    data, peer = server.recvfrom(512)
                    server.sendto(answer(data), peer)

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def reply_to(
    request: bytes, *, ahead_s: float = 0, stratum: int = 2, leap: int = 0, name: bytes = b"GPS\0"
) -> bytes:
    now = stamp.timestamp(time.time() + ahead_s)
    first = leap << 6 | ntp.VERSION << 3 | ntp.SERVER
    return ntp.HEADER.pack(first, stratum, 0, 0, bytes(4), bytes(4), name, now, request[40:48], now, now)


def test_a_clock_that_is_ahead_is_told_with_its_sign() -> None:
    with clock(lambda request: reply_to(request, ahead_s=2.5)) as port:
        off, wrong = told("ntp", port=port), told("ntp", port=port, most_s=1)
    assert off["ntp_offset_seconds"] == pytest.approx(2.5, abs=0.1)
    assert (off["probe_success"], wrong["probe_success"]) == (1, 0)


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: reply_to(request, stratum=0, name=b"RATE"),
        lambda request: reply_to(request, leap=3),
        lambda request: reply_to(request, stratum=16),
        lambda request: reply_to(bytes(48)),
        lambda request: request,
        lambda request: b"nonsense",
    ],
    ids=["kiss of death", "leap unknown", "stratum 16", "another's question", "an echo", "nonsense"],
)
def test_what_is_no_time_is_not_taken_for_one(answer: Callable[[bytes], bytes]) -> None:
    with clock(answer) as port:
        found = told("ntp", port=port, count=1, timeout_s=0.3)
    assert found["probe_success"] == 0
    assert "ntp_offset_seconds" not in found


def test_the_next_era_begins_in_2036_and_is_read() -> None:
    """RFC 5905 §6: 32 bits of seconds run over on 2036-02-07."""
    after = 2_100_000_000.25
    assert ntp._unix(stamp.timestamp(after), after - 3) == pytest.approx(after, abs=1e-6)
    assert ntp._unix(stamp.timestamp(1_700_000_000.5), 1_700_000_001) == pytest.approx(
        1_700_000_000.5, abs=1e-6
    )
