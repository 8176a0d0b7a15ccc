"""NAPALM's own way to a real router: facts, neighbours, a change that is confirmed, and one that is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from conftest import Lab

from kgnet import paths

ROUTER = "r-30730"
ROUTE = "ip route 198.51.100.0/24 blackhole"
# Runs at the operator's desk, which knows the keys; prints what each step gave.
SCRIPT = """
import json, os, sys, time
sys.path.insert(0, {folder!r})
from napalm import get_network_driver
options = {{"key_file": os.environ["KGNET_SSH_KEY"], "known_hosts": os.environ["KGNET_KNOWN_HOSTS"]}}
driver = get_network_driver("frr")({address!r}, "root", "", timeout=20, optional_args=options)
with driver as router:
    print(json.dumps({body}, default=str))
"""


@pytest.fixture
def address(lab: Lab) -> Iterator[str]:
    """The router's, without the route that the tests play with, before and after."""
    mend = ("vtysh", "-c", "configure", "-c", f"no {ROUTE}", "-c", "end", "-c", "write memory")
    lab.exec(ROUTER, *mend)
    yield str(lab.fleet.devices[ROUTER].management)
    lab.exec(ROUTER, "sh", "/run/napalm-frr/guard", "rollback")
    lab.exec(ROUTER, *mend)
    lab.exec(ROUTER, "rm", "-rf", "/run/napalm-frr")


def asked(lab: Lab, address: str, body: str) -> object:
    """Return what the expression *body* gives, in which *router* is the opened driver."""
    folder = str(paths.PACKAGE / "community")
    script = SCRIPT.format(folder=folder, address=address, body=body)
    return json.loads(lab.must("operator", sys.executable, "-c", script).splitlines()[-1])


def running(lab: Lab) -> str:
    return lab.must(ROUTER, "vtysh", "-c", "show running-config")


def test_it_tells_what_it_is(lab: Lab, address: str) -> None:
    facts = asked(lab, address, "router.get_facts()")
    assert isinstance(facts, dict)
    assert (facts["vendor"], facts["hostname"]) == ("FRRouting", ROUTER)
    assert facts["os_version"]
    assert facts["uptime"] > 0


def test_it_tells_its_neighbours(lab: Lab, address: str) -> None:
    found = asked(lab, address, "router.get_bgp_neighbors()")
    assert isinstance(found, dict)
    peers = found["global"]["peers"].values()
    assert any(peer["is_up"] and peer["remote_id"] for peer in peers)


def test_a_confirmed_change_stays(lab: Lab, address: str) -> None:
    steps = (
        f"[router.load_merge_candidate(config={ROUTE!r}), router.compare_config(),"
        " router.commit_config(revert_in=60), router.has_pending_commit(),"
        " router.confirm_commit(), router.has_pending_commit()]"
    )
    assert asked(lab, address, steps) == [None, f"+ {ROUTE}", None, True, None, False]
    assert ROUTE in running(lab)
    assert ROUTE in lab.must(ROUTER, "cat", "/etc/frr/frr.conf")


def test_an_unconfirmed_change_goes_by_itself(lab: Lab, address: str) -> None:
    before = running(lab)
    steps = (
        f"[router.load_merge_candidate(config={ROUTE!r}), router.commit_config(revert_in=3),"
        f" {ROUTE!r} in router.get_config()['running'],"
        " [time.sleep(0.5) for _ in range(60) if router.has_pending_commit()] and None, time.sleep(8)]"
    )
    found = asked(lab, address, steps)
    assert isinstance(found, list)
    assert found[2] is True
    assert running(lab) == before


def test_a_replacement_shows_only_what_differs(lab: Lab, address: str) -> None:
    steps = (
        "(lambda text: [router.load_replace_candidate(config=text), router.compare_config(),"
        " router.discard_config()])(router.get_config()['running'])"
    )
    assert asked(lab, address, steps) == [None, "", None]


def test_a_line_that_frr_refuses_changes_nothing(lab: Lab, address: str) -> None:
    before = running(lab)
    script = SCRIPT.format(
        folder=str(paths.PACKAGE / "community"),
        address=address,
        body="router.load_merge_candidate(config='nonsense')",
    )
    done = lab.run(sys.executable, "-c", script)
    assert done.returncode != 0
    assert "MergeConfigException" in done.stderr
    assert running(lab) == before
