"""Accounts on vendors' devices: one's own changes in place, and a stranger goes without a rest."""

from __future__ import annotations

import pytest
import shipped

from kgnet.model.config import Config
from kgnet.plan import commands, plan, ways

FLEET = shipped.fleet("kiengiang")

JUNOS = """system {
    login {
        user noc {
            uid 2000;
            class %s;
            authentication {
                encrypted-password "$6$a$b";
            }
        }
    }
}
"""
VRP = "sysname r\n#\n%s#\nreturn\n"
OURS = "ssh user noc authentication-type password\nssh user noc service-type stelnet\n"
STRANGER = "ssh user bo\nssh user bo authentication-type password\nssh user bo service-type all\n"


def junos(login_class: str) -> Config:
    return Config("r", {"juniper_junos": JUNOS % login_class})


def test_a_class_of_login_is_a_value_of_the_user_and_no_name() -> None:
    """`delete system login user noc class super-user` is a syntax error on Junos."""
    typed = commands(plan(junos("admins"), junos("super-user")), junos("super-user"))
    assert typed == ("delete system login user noc class", "set system login user noc class admins")


def test_the_number_that_junos_gives_an_account_is_left_to_it() -> None:
    without = Config("r", {"juniper_junos": str(junos("admins").parts["juniper_junos"]).replace(
        "            uid 2000;\n", "")})  # fmt: skip
    assert not plan(without, junos("admins"))
    assert not plan(without, junos("admins"), whole=True)


def vrp(*users: str) -> Config:
    from kgnet.platforms.huawei_vrp.text import canonical

    return Config("r", {"huawei_vrp": canonical(VRP % "".join(users))})


def test_vrp_may_tell_a_user_of_ssh_without_its_settings_too() -> None:
    """Newer releases do; a user that has nothing else is told of all the same."""
    assert vrp("ssh user noc\n", OURS) == vrp(OURS)
    assert "ssh user bo\n" in vrp("ssh user bo\n").parts["huawei_vrp"]


def test_a_stranger_among_the_users_of_ssh_goes_as_a_whole() -> None:
    have, want = vrp(OURS, STRANGER), vrp(OURS)
    assert commands(plan(want, have), have) == ("undo ssh user bo",)
    assert not plan(want, ways(plan(want, have), have).predicted)


@pytest.mark.parametrize(
    ("device", "asks"), [("r-31069", True), ("sw-913", True), ("r-31114", False), ("r-31064", False)]
)
def test_who_asks_radius_knows_its_secret(device: str, asks: bool) -> None:
    """RouterOS has no TACACS+: its logins are decided by RADIUS, as 802.1X is on access switches."""
    assert ("aaa/radius" in FLEET.devices[device].secrets) is asks
