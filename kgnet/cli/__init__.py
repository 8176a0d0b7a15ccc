"""The command line: one file here is one command, found by its name, imported only when asked for."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from kgnet import __version__
from kgnet.errors import KgnetError

ERROR, PENDING = 1, 2  # exit codes beside 0: could not do it; there is something to do
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class Commands(TyperGroup):
    """The modules of this folder as commands; `kgnet plan` never imports what `kgnet twin` needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(__path__))
        return sorted(name for name in names if not name.startswith("_"))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name}")
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(rich_markup_mode="markdown")
            app.command(cmd_name)(getattr(module, cmd_name))
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"kgnet {__version__}")
        raise typer.Exit


@app.callback()
def kgnet(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Provision, audit and watch a province's network from one written intent.

    An inventory folder says what the province is; every command reads it
    (`-i DIR`, or the environment variable `KGNET_INVENTORY`).

    Exit codes: 0 as wanted; 1 an error, told in one line; 2 something is left to do or was found.
    """


def main() -> None:
    """Run the command line; an error of ours, of the system or of the typist is one line and exit code 1."""
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:  # Typer made that of a Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code)
    except KgnetError as reason:
        sys.exit(_told(reason))
    except TyperException as reason:
        what = " ".join(reason.format_message().split())
        context = getattr(reason, "ctx", None)
        asked = context.command_path if context else "kgnet"
        sys.exit(_told(f"{what} — see `{asked} --help`") if what else 0)  # nothing asked: help was shown
    except BrokenPipeError:
        sys.exit(ERROR)
    except OSError as reason:
        where = f"{reason.filename}: " if reason.filename else ""
        sys.exit(_told(f"{where}{reason.strerror or reason}"))
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)


def colourless() -> bool:
    """Return whether the person asked for no colour (no-color.org), or the terminal has none."""
    return "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"


def red(text: str) -> str:
    """Return *text* in red, where there is colour."""
    return text if colourless() else typer.style(text, fg="red", bold=True)


def _told(reason: object) -> int:
    typer.echo(red("error: ") + str(reason), err=True)
    return ERROR
