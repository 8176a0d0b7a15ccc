"""Groups of options: Typer sees each option by itself, the command gets one value for each group."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from kgnet.cli import audit as command
from kgnet.cli._grouped import grouped


@dataclass(frozen=True)
class Size:
    high: Annotated[int, typer.Option("--high", envvar="TEST_HIGH")] = 1
    wide: Annotated[list[str] | None, typer.Option("--wide")] = None


@grouped
def draw(name: str, *, size: Size, thick: Annotated[bool, typer.Option("--thick")] = False) -> None:
    """Say what is drawn."""
    typer.echo(f"{name} {size} {thick}")


APP = typer.Typer()
APP.command()(draw)


def told(*argv: str, **env: str) -> str:
    done = CliRunner().invoke(APP, [*argv], env=env)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_a_group_is_filled_from_its_options() -> None:
    """From the command line, the environment, or by their defaults; the others are as they were."""
    assert told("box") == f"box {Size()} False"
    assert told("box", "--wide", "a", "--thick", "--wide", "b") == f"box {Size(1, ['a', 'b'])} True"
    assert told("box", TEST_HIGH="7") == f"box {Size(7)} False"


def test_help_names_each_option_and_says_what_the_command_says() -> None:
    text = told("--help")
    assert all(word in text for word in ("--high", "--wide", "--thick", "Say what is drawn."))
    assert "--size" not in text


def test_a_wrong_value_is_told_of_its_option() -> None:
    done = CliRunner().invoke(APP, ["box", "--high", "x"])
    assert done.exit_code == 2
    assert "--high" in done.output


def test_an_audit_takes_no_option_twice() -> None:
    """A name that two groups share would be one option for both."""
    app = typer.Typer()
    app.command()(command.audit)
    names = [option for each in typer.main.get_command(app).params for option in each.opts]
    assert len(names) == len({*names}) > 30
    assert len(inspect.signature(inspect.unwrap(command.audit)).parameters) < 20
