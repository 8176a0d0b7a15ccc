"""Options that belong together as one value: a command takes dataclasses, Typer sees their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return *command* with the fields of each parameter that is a dataclass in its place.

    Each field names its option itself, and has a default; no two groups share a field's name.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if is_dataclass(kind) and isinstance(kind, type)}
    flat = list(_flat(signature(command).parameters.values(), hints, groups))

    @wraps(command)
    def typed(**given: Any) -> None:
        values = {
            name: kind(**{each.name: given.pop(each.name) for each in fields(kind)})
            for name, kind in groups.items()
        }
        command(**given, **values)

    typed.__signature__ = Signature(flat)  # type: ignore[attr-defined]
    typed.__annotations__ = {each.name: each.annotation for each in flat}
    return typed


def _flat(
    parameters: Iterable[Parameter], hints: dict[str, Any], groups: dict[str, type]
) -> Iterator[Parameter]:
    for parameter in parameters:
        group = groups.get(parameter.name)
        if group is None:
            yield parameter.replace(annotation=hints[parameter.name])
            continue
        own = get_type_hints(group, include_extras=True)
        for each in fields(group):
            kind = Parameter.KEYWORD_ONLY
            yield Parameter(each.name, kind, default=each.default, annotation=own[each.name])
