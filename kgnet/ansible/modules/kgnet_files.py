"""Ansible module `kgnet_files`: files of daemons, all or none, and the daemons told, in one run."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: kgnet_files
author: kgnet
short_description: Write the files of daemons, all or none, and have the daemons run with them
description:
  - Writes the files that differ. Every candidate is validated first; if one is refused, none is put in place.
  - Then the units that read the files are enabled and started, or told of the change if they ran already.
  - If a unit does not take it, the former files are put back, and the task fails with what the unit said.
  - One run on the host instead of two a file and one a unit, as with C(template), C(service) and handlers.
options:
  files:
    description: The files.
    type: list
    elements: dict
    required: true
    options:
      path:
        description: Where the file stands; missing folders are made, with mode 0755.
        type: path
        required: true
      content:
        description: What it holds; a final newline is added if there is none.
        type: str
        required: true
      owner:
        description: Its owner.
        type: str
      group:
        description: Its group.
        type: str
      mode:
        description: Its permissions, in octal.
        type: str
      validate:
        description: A command that judges the candidate, which stands for C(%s); no shell.
        type: str
      apply:
        description: A command that makes it count, run if it changed; C(%s) stands for its path; no shell.
        type: str
      proof:
        description: A command that exits with 0 while the file is what counts; if not, it is applied.
        type: str
      unit:
        description: The systemd units that read it; kept enabled and running, and told if the file changed.
        type: list
        elements: str
        default: []
      reload:
        description: Whether that unit is told by a reload instead of a restart.
        type: bool
        default: false
      start:
        description: Whether that unit is kept running; if not, it is only enabled, for the next boot.
        type: bool
        default: true
  owner:
    description: The owner of files that do not say theirs.
    type: str
    default: root
  group:
    description: The group of files that do not say theirs.
    type: str
    default: root
  mode:
    description: The permissions of files that do not say theirs, in octal.
    type: str
    default: "0644"
attributes:
  check_mode: {support: full, description: Candidates are not validated.}
  diff_mode: {support: full, description: Shows every file that differs.}
"""
EXAMPLES = """
- name: Keep sshd strict
  kgnet_files:
    files:
      - path: /etc/ssh/sshd_config.d/10-kgnet.conf
        content: "{{ lookup('ansible.builtin.template', 'sshd.conf.j2') }}"
        validate: /usr/sbin/sshd -t -f %s
        unit: ssh
        reload: true
"""
RETURN = """
paths:
  description: The files that changed, or would in check mode.
  type: list
  elements: str
  returned: always
units:
  description: What was done, or would be in check mode, such as C(restart chrony) or C(apply /etc/x).
  type: list
  elements: str
  returned: always
"""

FILE = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True, "no_log": False},
    **{key: {"type": "str"} for key in ("owner", "group", "mode", "validate", "apply", "proof")},
    "unit": {"type": "list", "elements": "str", "default": []},
    "reload": {"type": "bool", "default": False},
    "start": {"type": "bool", "default": True},
}
COMMON = {
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0644"},
}
UNITS = "/etc/systemd/system/"

File = dict[str, Any]  # one of `files`


class UnitRefused(Exception):
    """A unit, or a command that applies a file, did not do what was asked."""


def main() -> None:
    """Compare, validate, write, then tell the units: in this order for all files at once."""
    asked = {"files": {"type": "list", "elements": "dict", "required": True, "options": FILE}}
    module = AnsibleModule({**asked, **COMMON}, supports_check_mode=True, no_log=True)
    files: list[File] = module.params["files"]
    before = {each["path"]: read(module, each["path"]) for each in files}
    stale = [each for each in files if before[each["path"]] != text_of(each)]
    if not module.check_mode:
        put(module, stale)
    attributes = {each["path"]: attribute_diff(module, each) for each in files}
    changed = [each for each in files if each in stale or attributes[each["path"]]]
    done = tell(module, files, changed, before)
    diffs = [difference(each, before[each["path"]]) for each in stale] + [
        each for each in attributes.values() if each
    ]
    paths = [each["path"] for each in changed]
    module.exit_json(changed=bool(paths or done), paths=paths, units=done, diff=diffs)


def text_of(wanted: File) -> str:
    """What the file should hold."""
    content: str = wanted["content"]
    return content if content.endswith("\n") or not content else content + "\n"


def read(module: AnsibleModule, path: str) -> str | None:
    """What the file holds; None if there is none."""
    try:
        return Path(path).read_bytes().decode(errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as reason:
        refuse(module, f"{path}: {reason.strerror}")


def refuse(module: AnsibleModule, why: str) -> NoReturn:
    """End the module."""
    module.fail_json(msg=why)
    raise AssertionError(why)  # fail_json does not return


def put(module: AnsibleModule, stale: list[File]) -> None:
    """Write candidates, have each judged, then move all into place."""
    candidates = [(candidate(module, text_of(wanted)), wanted) for wanted in stale]
    for file, wanted in candidates:
        judge(module, file, wanted)
    for file, wanted in candidates:
        Path(wanted["path"]).parent.mkdir(0o755, parents=True, exist_ok=True)
        module.atomic_move(file, wanted["path"])


def candidate(module: AnsibleModule, text: str) -> str:
    """Write a text to a private temporary file, which Ansible removes if it is still there at the end."""
    handle, path = tempfile.mkstemp(dir=str(module.tmpdir))
    module.add_cleanup_file(path)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode(errors="surrogateescape"))
    return path


def judge(module: AnsibleModule, file: str, wanted: File) -> None:
    """Fail with the daemon's own words if it refuses the candidate."""
    if wanted["validate"]:
        argv = [part.replace("%s", file) for part in shlex.split(wanted["validate"])]
        code, out, err = module.run_command(argv)
        if code != 0:
            said = (err.strip() or out.strip()).replace(file, wanted["path"])
            refuse(module, f"{wanted['path']}: {argv[0]} refuses it: {said}")


def attribute_diff(module: AnsibleModule, wanted: File) -> dict[str, Any]:
    """Set owner, group and mode; return their difference, empty if there was none."""
    if not Path(wanted["path"]).exists():
        return {}  # only in check mode: it would be written as wanted
    asked: dict[str, Any] = {key: wanted[key] or module.params[key] for key in COMMON}
    asked |= {"path": wanted["path"], "attributes": None, "secontext": [None, None, None]}
    diff: dict[str, Any] = {}
    return diff if module.set_fs_attributes_if_different(asked, False, diff) else {}


def difference(wanted: File, before: str | None) -> dict[str, Any]:
    """What `--diff` shows of one file."""
    path = wanted["path"]
    old = path if before is not None else "(no such file)"
    return {"before_header": old, "after_header": path, "before": before or "", "after": text_of(wanted)}


def tell(
    module: AnsibleModule, files: list[File], changed: list[File], before: dict[str, str | None]
) -> list[str]:
    """Have the units run with the files; on refusal put the former files back, and fail."""
    steps = actions(module, files, changed)
    applied = [each for each in files if each["apply"] and (each in changed or strayed(module, each))]
    commands = [shlex.split(each["apply"].replace("%s", each["path"])) for each in applied]
    commands += [["systemctl", *step.split()] for step in steps]
    if not module.check_mode:
        try:
            for argv in commands:
                run(module, argv)
        except UnitRefused as reason:
            again = put_back(module, changed, before, commands)
            refuse(module, f"{reason} — {again}")
    return [
        *(f"apply {each['path']}" for each in applied),
        *(step for step in steps if step != "daemon-reload"),
    ]


def strayed(module: AnsibleModule, wanted: File) -> bool:
    """Whether the file is right, and yet not what counts."""
    if not wanted["proof"]:
        return False
    argv = [part.replace("%s", wanted["path"]) for part in shlex.split(wanted["proof"])]
    return bool(module.run_command(argv)[0])


def actions(module: AnsibleModule, files: list[File], changed: list[File]) -> list[str]:
    """What systemctl has to be asked for, in order."""
    units = list(dict.fromkeys(unit for each in files for unit in each["unit"]))
    if not units:
        return []
    started = {unit for each in files if each["start"] for unit in each["unit"]}
    told = {unit: "restart" for each in changed if not each["reload"] for unit in each["unit"]}
    told = {unit: "reload" for each in changed for unit in each["unit"]} | told
    enabled, active = answers(module, "is-enabled", units), answers(module, "is-active", units)
    steps = ["daemon-reload"] if any(each["path"].startswith(UNITS) for each in changed) else []
    for unit in units:
        steps += [] if enabled[unit] != "disabled" else [f"enable {unit}"]
        if unit not in started:
            continue
        if active[unit] not in ("active", "reloading", "activating"):
            steps.append(f"start {unit}")
        elif unit in told:
            steps.append(f"{told[unit]} {unit}")
    return steps


def answers(module: AnsibleModule, question: str, units: list[str]) -> dict[str, str]:
    """Ask systemctl about all units at once: one line each."""
    _, out, _ = module.run_command(["systemctl", question, *units])
    lines = out.splitlines()
    if len(lines) != len(units):  # one of them does not exist: starting it will say so
        return dict.fromkeys(units, "")
    return dict(zip(units, lines, strict=True))


def run(module: AnsibleModule, argv: list[str]) -> None:
    """Run a command; UnitRefused with its own words."""
    code, out, err = module.run_command(argv)
    if code != 0:
        raise UnitRefused(f"{shlex.join(argv)}: {err.strip() or out.strip() or f'exit code {code}'}")


def put_back(
    module: AnsibleModule, changed: list[File], before: dict[str, str | None], commands: list[list[str]]
) -> str:
    """Put the former files in place and do the same commands again; say what came of it."""
    for wanted in changed:
        path, former = wanted["path"], before[wanted["path"]]
        if former is None:
            Path(path).unlink(missing_ok=True)
        else:
            module.atomic_move(candidate(module, former), path)
            attribute_diff(module, wanted)
    failed = [argv for argv in commands if module.run_command(argv)[0] != 0]
    return "the former files are in place again" + (
        f", but so fails {shlex.join(failed[0])}" if failed else ""
    )


if __name__ == "__main__":
    main()
