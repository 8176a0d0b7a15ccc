"""Grafana's published types → dashboard.schema.json: run where `grafana-foundation-sdk` is installed.

The SDK's Python types are written by Grafana's own generator from the schemas of dashboards and panels.
"""

from __future__ import annotations

import ast
import enum
import inspect
import json
import sys
import textwrap
import types
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

PANELS = {  # type of a panel → the module of its options
    "bargauge": "bargauge",
    "geomap": "geomap",
    "state-timeline": "statetimeline",
    "stat": "stat",
    "table": "table",
    "text": "text",
    "timeseries": "timeseries",
}
SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    object: {},
    typing.Any: {},
    type(None): {"type": "null"},
}


class Schemas:
    """Collects the schema of each class that is met."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def of(self, hint: Any) -> dict[str, Any]:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint in SIMPLE:
            return SIMPLE[hint]
        if origin in (typing.Union, types.UnionType):
            kinds = [self.of(each) for each in arguments if each is not type(None)]
            return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if origin is list:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if issubclass(hint, enum.Enum):
            return {"enum": [each.value for each in hint]}
        if hint.__name__ == "Dataquery" and hint.__module__.endswith("variants"):
            hint = import_module("grafana_foundation_sdk.models.prometheus").Dataquery
        return self.ref(hint)

    def ref(self, model: type) -> dict[str, Any]:
        name = f"{model.__module__.rpartition('.')[2]}.{model.__name__}"
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = self._of_class(model)
        return {"$ref": f"#/$defs/{name}"}

    def _of_class(self, model: type) -> dict[str, Any]:
        hints = typing.get_type_hints(model, vars(sys.modules[model.__module__]))
        keys, required = written(model)
        properties = {key: self.of(hints[attribute]) for key, attribute in keys.items()}
        for key in required:  # always there: null is a value then
            if type(None) in typing.get_args(hints[keys[key]]):
                properties[key] = {"anyOf": [properties[key], SIMPLE[type(None)]]}
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


def written(model: Any) -> tuple[dict[str, str], list[str]]:
    """Return key → attribute as `to_json` writes them, and the keys that it always writes."""
    keys: dict[str, str] = {}
    always: list[str] = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(model.to_json)))):
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
            always += [ast.literal_eval(key) for key, _ in pairs if key]
            keys |= {ast.literal_eval(key): value.attr for key, value in pairs if key}  # type: ignore[attr-defined]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            keys[ast.literal_eval(node.targets[0].slice)] = node.value.attr  # type: ignore[attr-defined]
    return keys, always


def main() -> None:
    schemas = Schemas()
    dashboard = import_module("grafana_foundation_sdk.models.dashboard")
    top = schemas.ref(dashboard.Dashboard)
    cases = []
    for kind, module in PANELS.items():
        models = import_module(f"grafana_foundation_sdk.models.{module}")
        then: dict[str, Any] = {"options": schemas.ref(models.Options)}
        if hasattr(models, "FieldConfig"):
            custom = {"properties": {"custom": schemas.ref(models.FieldConfig)}}
            then["fieldConfig"] = {"properties": {"defaults": custom}}
        cases.append({"if": {"properties": {"type": {"const": kind}}}, "then": {"properties": then}})
    panel = schemas.found["dashboard.Panel"]
    panel["allOf"] = cases
    panel["properties"]["type"] = {"enum": list(PANELS)}
    schemas.found["dashboard.RowPanel"]["properties"]["type"] = {"const": "row"}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": schemas.found}
    Path(__file__).with_name("dashboard.schema.json").write_text(json.dumps(schema, indent=1) + "\n")


if __name__ == "__main__":
    main()
