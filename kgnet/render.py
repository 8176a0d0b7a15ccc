"""want → Config: the text of a device, printed by its platform's templates.

Templates print and do not think: what has to be computed is computed in the design, or by `Part.prepare`.
A name that a template uses and nobody defined is an error, never an empty string.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from functools import cache
from pathlib import Path
from types import TracebackType

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError

from kgnet import files, plugins
from kgnet.errors import TemplateError
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.ports import Part, Platform

SUFFIX = ".cfg"
Secret = Callable[[str], str]  # name of a secret → what stands in the text for it


def hidden(name: str) -> str:
    """Stand for a secret in a text that people may read."""
    return "<secret>"


def render(device: Device, templates: Path, *, secret: Secret = hidden) -> Config:
    """Return the configuration of *device*; *secret* gives the text that stands for a secret's name.

    TemplateError tells the template and the line; PluginError if the platform is unknown.
    """
    platform = plugins.one(Platform, device.platform)
    if not templates.is_dir():
        raise TemplateError(f"{templates}: no such folder of templates")
    environment = _environment(str(templates))
    parts = {part.name: _printed(environment, part, device, secret) for part in platform.parts}
    return Config(device.name, parts, source="intent")


# ── files ───────────────────────────────────────────────────────────────────


def write(configs: Iterable[Config], folder: Path) -> None:
    """Write one file `<device>.cfg` each; a file is either the old one or the new one, never half of it."""
    for config in configs:
        files.write(folder / f"{config.device}{SUFFIX}", str(config))


def leftovers(folder: Path, devices: Container[str]) -> list[Path]:
    """Return the files in *folder* that no device of *devices* has."""
    return [file for file in sorted(folder.glob(f"*{SUFFIX}")) if file.stem not in devices]


# ── templates ───────────────────────────────────────────────────────────────


def _printed(environment: Environment, part: Part, device: Device, secret: Secret) -> str:
    try:
        template = environment.get_template(part.template)
        return template.render(device=device, secret=secret, **part.prepare(device))
    except TemplateNotFound as reason:
        folder = environment.globals["templates"]
        raise TemplateError(
            f"{folder}: no template {reason.name}, which the part {part.name} needs"
        ) from reason
    except TemplateSyntaxError as reason:
        raise TemplateError(f"{reason.filename}:{reason.lineno}: {reason.message}") from reason
    except (JinjaError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as reason:
        place = _place(environment, reason.__traceback__)
        if place is None:
            raise
        raise TemplateError(f"{place}: {device.name}: {reason}") from reason


def _place(environment: Environment, trace: TracebackType | None) -> str | None:
    """Return the innermost `template:line` that an error passed through, or None: it is not a template's."""
    folder, place = str(environment.globals["templates"]), None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(folder):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


@cache
def _environment(templates: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 — devices read no HTML
        auto_reload=False,
    )
    environment.globals["templates"] = templates
    return environment
