"""The settings fit: the blocks of the address plan, the zone of time, who serves time, logs and more."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.words import did_you_mean
from kgnet.model.province import AddressPlan
from kgnet.wire.address import is_address

LONGEST_PREFIX = {  # what `kgnet.design` derives from numbers fits in blocks of this size
    "sites": 10,
    "datacenter": 16,
    "loopbacks": 16,
    "circuits": 15,
    "fabric": 20,
    "tunnels": 15,
    "management": 16,
    "ipv6": 32,
}


def blocks_are_apart(draft: Draft) -> Iterator[Problem]:
    for (one, first), (two, second) in combinations(_blocks(draft).items(), 2):
        if first.overlaps(second):
            what = f"addresses.{two} {second} overlaps addresses.{one} {first}"
            yield draft.setting_problem(("addresses", two), what, "every block stands alone")


def blocks_are_large_enough(draft: Draft) -> Iterator[Problem]:
    for name, longest in LONGEST_PREFIX.items():
        block = getattr(draft.settings.row.addresses, name) if draft.settings else None
        if block is not None and block.prefixlen > longest:
            what = f"addresses.{name} {block} is too small"
            yield draft.setting_problem(("addresses", name), what, f"a /{longest} is needed")


def _blocks(draft: Draft) -> dict[str, IPv4Network]:
    if draft.settings is None:
        return {}
    addresses = draft.settings.row.addresses
    blocks = {name: getattr(addresses, name) for name in AddressPlan.model_fields}
    return {name: block for name, block in blocks.items() if isinstance(block, IPv4Network)}


def timezone_exists(draft: Draft) -> Iterator[Problem]:
    if draft.settings and not _is_timezone(draft.settings.row.timezone) and _is_timezone("Etc/UTC"):
        what = f"no time zone is named {draft.settings.row.timezone!r}"
        yield draft.setting_problem(("timezone",), what, "an IANA name is wanted, e.g. Asia/Ho_Chi_Minh")


def _is_timezone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def time_and_logs_go_somewhere(draft: Draft) -> Iterator[Problem]:
    """Each is the name of a device, or an address outside."""
    if draft.settings is None:
        return
    for field in ("ntp", "syslog", "tacacs", "radius"):
        for index, name in enumerate(getattr(draft.settings.row.management, field)):
            if draft.lacks_device(name) and not is_address(name):
                what = f"management.{field}: {name!r} is neither a device nor an IP address"
                remedy = did_you_mean(name, sorted(draft.device_names))
                yield draft.setting_problem(("management", field, index), what, remedy)


def accounts_have_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    accounts = draft.settings.row.management.accounts if draft.settings else []
    names = [account.name for account in accounts]
    for index, name in enumerate(names):
        if name in names[:index]:
            place = ("management", "accounts", index, "name")
            yield draft.setting_problem(place, f"management.accounts: {name!r} is here again", "keep one")


def branch_platform_exists(draft: Draft) -> Iterator[Problem]:
    name = draft.settings.row.branch_platform if draft.settings else None
    if name is not None and name not in draft.platforms:
        what = f"no platform is named {name!r}"
        yield draft.setting_problem(("branch_platform",), what, did_you_mean(name, draft.platforms))


CHECKS = (
    blocks_are_apart,
    blocks_are_large_enough,
    timezone_exists,
    time_and_logs_go_somewhere,
    accounts_have_names_of_their_own,
    branch_platform_exists,
)
