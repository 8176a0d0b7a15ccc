"""Sessions on devices' own command lines: what comes back is the answer, and nothing but the answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from toy_device import PASSWORD, USER, Toy, toy_device

from kgnet.drivers._cli import Cli, shown
from kgnet.drivers._shell import shell
from kgnet.drivers._speaks import speaks
from kgnet.errors import DeviceError, Refused, Unreachable
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Access, Endpoint, Platform

DEVICE = Device("r1", "DC", Role.BRANCH, "cisco_ios", 1, IPv4Address("127.0.0.1"))
IOS = Platform(
    name="cisco_ios",
    driver="napalm",
    parts=(),
    dialect="ios",
    refusals=(re.compile(r"^% ?(Invalid|Incomplete|Ambiguous)[^\n]*", re.MULTILINE),),
    secrets=(re.compile(r"secret (\S+)"),),
)
TYPES = {"ios": "cisco_ios"}  # Netmiko's names; the others are called alike


@contextmanager
def opened(toy: Toy, folder: Path, platform: Platform = IOS) -> Iterator[Cli]:
    kind = TYPES.get(platform.dialect, platform.dialect)
    with toy_device(toy, folder) as access, shell(DEVICE, platform, there(access), kind) as session:
        yield session


def there(access: Access) -> Access:
    return replace(access, endpoints={("r1", "ssh"): Endpoint("127.0.0.1", access.port)})


def refused(toy: Toy, folder: Path, platform: Platform = IOS) -> str:
    with pytest.raises(DeviceError) as caught, opened(toy, folder, platform):
        pass
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


WIDE = {"terminal length 0": b"", "terminal width 511": b""}


def test_an_answer_comes_without_echo_and_prompt(tmp_path: Path) -> None:
    toy = Toy(answers={**WIDE, "show clock": b"10:00:00 UTC\r\nline 2\r\n"})
    with opened(toy, tmp_path) as session:
        output = session.run(("show clock",))
    assert (output.code, output.out, output.err) == (0, "10:00:00 UTC\nline 2\n", "")


def test_a_command_that_says_nothing_has_an_empty_answer(tmp_path: Path) -> None:
    with opened(Toy(answers=WIDE), tmp_path) as session:
        assert session.run(("terminal length 0",)).out == ""


def test_a_refusal_is_code_1_in_the_devices_words(tmp_path: Path) -> None:
    with opened(Toy(answers=WIDE), tmp_path) as session:
        output = session.run(("show nonsense",))
    assert output.code == 1
    assert output.err == "% Invalid input detected at '^' marker."


def test_a_prompt_in_the_middle_of_an_answer_ends_nothing(tmp_path: Path) -> None:
    """A banner in the running configuration may hold the very prompt."""
    text = b"banner motd ^C\r\nr1#\r\nr1#show\r\n^C\r\nend\r\n"

    async def slowly(process: Any) -> None:
        for at in range(0, len(text), 9):
            process.stdout.write(text[at : at + 9])
            await asyncio.sleep(0.005)

    with opened(Toy(answers={**WIDE, "show run": slowly}), tmp_path) as session:
        assert session.run(("show run",)).out == text.decode().replace("\r\n", "\n")


def test_pages_are_turned_and_joined(tmp_path: Path) -> None:
    """Even where `terminal length 0` was ignored."""

    async def paged(process: Any) -> None:
        process.stdout.write(b"one\r\n --More-- ")
        assert await process.stdin.read(1) == b" "
        process.stdout.write(b"\b" * 10 + b" " * 10 + b"\b" * 10 + b"two\r\n --More-- ")
        assert await process.stdin.read(1) == b" "
        process.stdout.write(b"\r          \rthree\r\n")

    with opened(Toy(answers={**WIDE, "show run": paged}), tmp_path) as session:
        assert session.run(("show run",)).out == "one\ntwo\nthree\n"


def test_questions_are_answered_in_order(tmp_path: Path) -> None:
    heard = []

    async def asks(process: Any) -> None:
        for question in (b"Destination filename [running-config]? ", b"Overwrite? [confirm]"):
            process.stdout.write(question)
            heard.append(await _typed(process))
            process.stdout.write(b"\r\n")
        process.stdout.write(b"done\r\n")

    with opened(Toy(answers={**WIDE, "copy x y": asks}), tmp_path) as session:
        output = session.run(("copy x y",), stdin="z\n\n")
    assert heard == ["z", ""]
    assert output.out.endswith("done\n")


async def _typed(process: Any) -> str:
    typed = b""
    while (key := await process.stdin.read(1)) not in (b"\r", b"\n"):
        typed += key
    return typed.decode()


def test_a_question_nobody_answers_is_told(tmp_path: Path) -> None:
    async def asks(process: Any) -> None:
        process.stdout.write(b"Delete flash:/x? [confirm]")
        await asyncio.sleep(3600)

    with (
        opened(Toy(answers={**WIDE, "delete x": asks}), tmp_path) as session,
        pytest.raises(Unreachable, match=r"within 0\.5 s: it asks `Delete flash:/x\? \[confirm\]`"),
    ):
        session.run(("delete x",), timeout_s=0.5)


def test_output_that_is_no_text_is_one_clear_error(tmp_path: Path) -> None:
    toy = Toy(answers={**WIDE, "show run": b"hostname r1\r\ndescription caf\xe9\r\nend\r\n"})
    with (
        opened(toy, tmp_path) as session,
        pytest.raises(Refused, match=r"r1: `show run` gave a byte that is no UTF-8 \(0xe9\) in line 2"),
    ):
        session.run(("show run",))


def test_output_without_end_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgnet.drivers._cli.MOST_BYTES", 1 << 20)

    async def forever(process: Any) -> None:
        while True:
            process.stdout.write(b"x" * 8192 + b"\r\n")
            await process.stdout.drain()

    with (
        opened(Toy(answers={**WIDE, "show tech": forever}), tmp_path) as session,
        pytest.raises(Refused, match=r"printed 1 MB and did not end"),
    ):
        session.run(("show tech",))


def test_a_command_without_answer_is_given_up(tmp_path: Path) -> None:
    async def hangs(_: Any) -> None:
        await asyncio.sleep(3600)

    with (
        opened(Toy(answers={**WIDE, "show run": hangs}), tmp_path) as session,
        pytest.raises(Unreachable, match=r"`show run` gave no answer within 0\.3 s"),
    ):
        session.run(("show run",), timeout_s=0.3)


def test_a_line_that_drops_is_told(tmp_path: Path) -> None:
    async def drops(process: Any) -> None:
        process.stdout.write(b"half of")
        process.channel.get_connection().abort()
        await asyncio.sleep(3600)

    with (
        opened(Toy(answers={**WIDE, "show run": drops}), tmp_path) as session,
        pytest.raises(Unreachable, match="the connection broke during `show run`"),
    ):
        session.run(("show run",))


def test_no_secret_of_a_command_is_in_an_error(tmp_path: Path) -> None:
    async def hangs(_: Any) -> None:
        await asyncio.sleep(3600)

    command = "username x secret hunter2"
    with (
        opened(Toy(answers={**WIDE, command: hangs}), tmp_path) as session,
        pytest.raises(Unreachable, match="username x secret <secret>") as caught,
    ):
        session.run((command,), timeout_s=0.2)
    assert "hunter2" not in str(caught.value)


def test_two_commands_in_one_are_refused(tmp_path: Path) -> None:
    with opened(Toy(answers=WIDE), tmp_path) as session, pytest.raises(Refused, match="line break"):
        session.run(("show clock\nreload",))


def test_nothing_of_the_libraries_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with opened(Toy(answers=WIDE), tmp_path) as session:
        session.run(("username x secret hunter2",))
    assert "hunter2" not in caplog.text
    assert PASSWORD not in caplog.text


# ── at the door ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "toy",
    [
        Toy(answers=WIDE),
        Toy(answers=WIDE, prompts=("Password: ",)),
        Toy(answers=WIDE, prompts=("Username: ", "Password: ")),
        Toy(answers=WIDE, open_door=True, door=(("Username: ", USER), ("Password: ", PASSWORD))),
        Toy(answers=WIDE, greeting="\r\nMaintenance tonight\r\nr1#\r\nor r2> who knows\r\n\r\n"),
    ],
    ids=["password", "one prompt", "two prompts", "prompts in the terminal", "a greeting with prompts in it"],
)
def test_every_door_opens(toy: Toy, tmp_path: Path) -> None:
    with opened(toy, tmp_path) as session:
        assert session.run(("terminal length 0",)).code == 0


def test_user_mode_is_left_by_enable(tmp_path: Path) -> None:
    toy = Toy(prompt="r1>", answers={**WIDE, "show privilege": b"Current privilege level is 15\r\n"})

    async def enable(process: Any) -> None:
        process.stdout.write(b"Password: ")
        if await _typed(process) == PASSWORD:
            toy.prompt = "r1#"
        process.stdout.write(b"\r\n")

    toy.answers = {**toy.answers, "enable": enable}
    with opened(toy, tmp_path) as session:
        assert session.run(("terminal length 0",)).code == 0
    assert toy.prompt == "r1#"


def test_too_little_privilege_is_told(tmp_path: Path) -> None:
    answers = {
        **WIDE,
        "show privilege": b"Current privilege level is 1\r\n",
        "enable": b"% Access denied\r\n",
    }
    assert "without privilege 15" in refused(Toy(prompt="r1>", answers=answers), tmp_path)


def test_a_wrong_password_names_its_file(tmp_path: Path) -> None:
    with toy_device(Toy(), tmp_path) as access:
        Path(access.password_file or "").write_text("wrong\n", encoding="utf-8")
        with pytest.raises(Unreachable) as caught, shell(DEVICE, IOS, there(access), "cisco_ios"):
            pass
    assert f"does not let {USER} in by {access.password_file}" in str(caught.value)


def test_a_wish_for_a_new_password_is_not_granted(tmp_path: Path) -> None:
    told = refused(Toy(prompts=("New password: ",)), tmp_path)
    assert "asks for a new password" in told


def test_who_says_nothing_is_given_up(tmp_path: Path) -> None:
    assert "says nothing" in refused(Toy(silent=True), tmp_path)


def test_an_unknown_host_key_is_refused_with_its_fingerprint(tmp_path: Path) -> None:
    with (
        toy_device(Toy(), tmp_path, known=False) as access,
        pytest.raises(Unreachable) as caught,
        shell(DEVICE, IOS, there(access), "cisco_ios"),
    ):
        pass
    assert "SHA256:" in str(caught.value)
    assert "ssh-keyscan" in str(caught.value)


@pytest.mark.parametrize(
    ("toy", "name"),
    [
        (Toy(prompt="<r1>", version="HUAWEI-1.5"), "Huawei VRP"),
        (Toy(prompt="<r1>", version="x"), "Huawei VRP"),
        (Toy(prompt="[admin@r1] > ", version="ROSSSH"), "MikroTik RouterOS"),
        (Toy(prompt="r1 # ", version="x"), "FortiOS"),
        (Toy(prompt="kg@r1> ", version="OpenSSH_7.5"), "Junos"),
        (Toy(prompt="root@r1:~# ", version="OpenSSH_9.2"), "a Unix shell"),
        (Toy(answers={**WIDE, "show version": b"Arista vEOS-lab\r\n"}, version="OpenSSH_8.7"), "Arista EOS"),
    ],
)
def test_another_platform_is_told(toy: Toy, name: str, tmp_path: Path) -> None:
    told = refused(toy, tmp_path)
    assert f"speaks like {name}, and the intent says cisco_ios — correct devices.csv" in told


# ── the other dialects ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dialect", "prompt", "later", "version"),
    [
        ("huawei", "<kg-1>", "[~kg-1-aaa]", "HUAWEI-1.5"),
        ("mikrotik_routeros", "[admin@kg-1] > ", "[admin@other] <SAFE> ", "ROSSSH"),
        ("fortinet", "kg-1 # ", "kg-1 (global) # ", "x"),
    ],
)
def test_prompts_may_change_on_the_way(
    dialect: str, prompt: str, later: str, version: str, tmp_path: Path
) -> None:
    toy = Toy(prompt=prompt, version=version)

    async def change(_: Any) -> None:
        toy.prompt = later

    toy.answers = {"screen-length 0 temporary": b"", "change": change, "look": b"seen\r\n"}
    with opened(toy, tmp_path, replace(IOS, dialect=dialect)) as session:
        assert session.run(("change",)).code == 0
        assert session.run(("look",)).out == "seen\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\r\nb\r\r\n", "a\nb\n"),
        ("\x1b[7mred\x1b[m", "red"),
        ("  ---- More ----\x1b[16D                \x1b[16Dnext", "next"),
        ("--More-- \r         \rnext", "next"),
        ("typo\b\b\b\bword", "word"),
    ],
)
def test_text_is_read_as_a_screen_shows_it(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_nothing_is_guessed_of_what_shows_nothing() -> None:
    assert speaks(version="SSH-2.0-OpenSSH_9.2", prompt="r1#") == ""


# ── many at once ────────────────────────────────────────────────────────────


def test_the_budget_of_logins_is_kept(tmp_path: Path) -> None:
    """By all threads of a run together; a hanging device takes one place, and not for ever."""
    from concurrent.futures import ThreadPoolExecutor

    toy = Toy(answers=WIDE, login_s=0.05)
    with toy_device(toy, tmp_path) as access:
        few = replace(there(access), logins=3)

        def login(_: int) -> int:
            with shell(DEVICE, IOS, few, "cisco_ios") as session:
                return session.run(("terminal length 0",)).code

        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(login, range(12))) == [0] * 12
    assert len(toy.logins) == 12
    assert toy.most_at_once <= 3


def test_logins_begin_only_so_often(tmp_path: Path) -> None:
    from kgnet.drivers._budget import Budget

    paced, started = Budget(4, 50.0), time.monotonic()
    for _ in range(5):
        with paced.one():
            pass
    assert time.monotonic() - started >= 4 / 50
