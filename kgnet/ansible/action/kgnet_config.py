"""Ansible action `kgnet_config`: runs on the controller; the same engine as `kgnet deploy`, for one host."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from kgnet import collect, journal, paths, secrets
from kgnet.ansible.designed import fleet_of
from kgnet.deploy import Timing, deploy
from kgnet.design.calendar import closed
from kgnet.errors import KgnetError, Refused
from kgnet.line import Line, terms
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Outcome, Result
from kgnet.plan import lines

OPTIONS: dict[str, Any] = {
    "confirm_timeout": {"type": "int", "default": 60},
    "settle": {"type": "float", "default": 3.0},
    "save": {"type": "bool", "default": True},
    "templates": {"type": "path"},
    "despite_freeze": {"type": "bool"},
}
DESPITE = "kgnet_despite_freeze"  # for a whole run: `--extra-vars kgnet_despite_freeze=true`


class ActionModule(ActionBase):
    """One device is the host of the task."""

    _supports_check_mode = True
    _supports_diff = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        _, options = self.validate_argument_spec(OPTIONS)
        variables = task_vars or {}
        if options["despite_freeze"] is None:
            options["despite_freeze"] = boolean(variables.get(DESPITE, False))
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            fleet, device = _intent(variables)
            line = _line(options["templates"])
            result.update(
                self._compared(line, device)
                if self._task.check_mode
                else _deployed(line, fleet, device, options)
            )
        except KgnetError as reason:
            raise AnsibleActionFail(str(reason)) from reason
        if self._task.diff:
            result["diff"] = {"prepared": "\n".join([*result["lines"], ""])}
        return result

    def _compared(self, line: Line, device: Device) -> dict[str, Any]:
        line.true(device)  # so that a missing secret is told now, and not only when it counts
        todo = line.plan(device)
        return {"changed": bool(todo), "lines": list(lines(todo))}


def _deployed(line: Line, fleet: Fleet, device: Device, options: dict[str, Any]) -> dict[str, Any]:
    line.true(device)
    todo = line.plan(device)
    if not todo:
        return _told(Outcome(device.name, Result.UNCHANGED, todo))
    reasons = () if options["despite_freeze"] else closed(fleet, device, datetime.now(UTC))
    if reasons:
        raise Refused(
            device.name, f"no change now: {reasons[0]} — later, or with --extra-vars {DESPITE}=true"
        )
    with journal.opened(line.store) as kept:
        run = kept.begin(who=getpass.getuser(), why=f"ansible, {device.name}")
        kept.planned(run, todo)
        timing = Timing(options["confirm_timeout"], options["settle"], options["save"])
        outcome = deploy(device, line.tools(), terms=terms(kept, run, device, timing=timing), shown=todo)
        kept.ended(run, outcome)
        kept.note(run, journal.WHOLE_RUN, journal.END)
    return _told(outcome)


def _told(outcome: Outcome) -> dict[str, Any]:
    """Return what Ansible shall know; a device that was rolled back is not changed, but failed."""
    told: dict[str, Any] = {
        "changed": outcome.ok and bool(outcome.plan),
        "result": outcome.result.value,
        "lines": list(lines(outcome.plan)),
        "seconds": round(outcome.seconds, 2),
    }
    if not outcome.ok:
        told |= {"failed": True, "msg": f"{outcome.device}: {outcome.result.value}: {outcome.reason}"}
    return told


def _intent(task_vars: dict[str, Any]) -> tuple[Fleet, Device]:
    """Return the intent for all and for the host, from the inventory that the host comes from."""
    folder, name = task_vars.get("kgnet_inventory"), task_vars["inventory_hostname"]
    if not folder:
        raise AnsibleActionFail(
            f"{name} comes from no kgnet inventory — run with -i and a folder that has kgnet.yml"
        )
    fleet = fleet_of(folder)
    if name not in fleet.devices:
        raise AnsibleActionFail(f"{folder} has no device {name}")
    return fleet, fleet.devices[name]


def _line(templates: str | None) -> Line:
    folder = Path(templates) if templates else paths.templates()
    return Line(folder, secrets.from_environment(), collect.access(os.environ))
