"""--limit speaks Ansible's patterns; what Ansible chooses is the measure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import shipped
from hypothesis import given
from hypothesis import strategies as st

from kgnet import paths
from kgnet.errors import UsageError
from kgnet.limit import groups, select
from kgnet.model.groups import DOMAINS

ROOT = Path(__file__).resolve().parent.parent
LAB = paths.inventories() / "lab"
FLEET = shipped.fleet("lab")

PATTERNS = (
    "all", "*", "hub1", "hub1:hub2", "hub1,hub2", "wan", "wan:!hub1", "wan:&datacenter", "district:commune",
    "!wan", "&wan", "!wan:!mon1", "below_902", "below_902:&commune", "site_899", "role_hub:role_border",
    "r-*", "r-9??", "*1", "~r-9\\d+", "~hub1|fw1", "~(dist|comm)", "wan[0]", "wan[-1]", "wan[0:1]",
    "commune[1:]", "dns*", "servers:!dns:!mail", "islands", "mail", "mail*", "wan,!role_branch,&datacenter",
    "hub1, hub2", "platform_linux", "conference:monitoring", "r-899:r-902:!below_902", "all:!islands",
)  # fmt: skip

ASK_ANSIBLE = """
import json, sys
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
manager = InventoryManager(loader=DataLoader(), sources=[sys.argv[1]])
found = {pattern: [host.name for host in manager.list_hosts(pattern)] for pattern in sys.argv[2:]}
print(json.dumps(found))
"""


@pytest.fixture(name="ansible", scope="module")
def ansible_() -> dict[str, list[str]]:
    """What Ansible chooses by each pattern."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_ANSIBLE, str(LAB), *PATTERNS],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(paths.ansible_config())},
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def names(pattern: str) -> list[str]:
    return [device.name for device in select(FLEET, pattern)]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_we_choose_as_ansible_does(pattern: str, ansible: dict[str, list[str]]) -> None:
    assert sorted(names(pattern)) == sorted(ansible[pattern])


def test_no_pattern_is_everything() -> None:
    assert names("") == list(FLEET.devices)


def test_the_order_is_the_fleets() -> None:
    """Waves and reports do not depend on how a pattern was typed."""
    assert names("hub2:hub1") == ["hub1", "hub2"]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("hub3", "did you mean 'hub"),
        ("wan:!hub3", "no device or group is named 'hub3'"),
        ("wan:&hub3", "no device or group is named 'hub3'"),
        ("x*", "no device or group is named 'x*'"),
        ("hub1:!wan", "leaves no device"),
        ("hub1:&hub2", "leaves no device"),
        ("wan[99]", "leaves no device"),
        ("hub[12]", "no device or group is named 'hub'"),  # a subscript to Ansible, too
        ("~(", "is no regular expression"),
        ("!", "no device or group is named ''"),
        ("below_920", "did you mean 'below_902'?"),
    ],
)
def test_an_unknown_name_or_an_empty_choice_is_an_error(pattern: str, told: str) -> None:
    """A deploy to nothing, or to less than was meant, would look like a success."""
    with pytest.raises(UsageError) as caught:
        select(FLEET, pattern)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="ahubrwn1289-_*?]~!&:,|().", max_size=12))
def test_no_pattern_makes_it_stumble(pattern: str) -> None:
    with suppress(UsageError):
        assert select(FLEET, pattern)


def test_groups_are_plain_names() -> None:
    """Ansible would rename others."""
    assert all(name.replace("_", "a").isalnum() for name in groups(FLEET))


def test_every_device_is_in_a_domain() -> None:
    told = groups(FLEET)
    assert {member for name in DOMAINS if name in told for member in told[name]} == set(FLEET.devices)


def test_below_a_district_is_the_district_too() -> None:
    assert groups(FLEET)["below_902"] == ("r-902", "r-30787", "r-30790")
