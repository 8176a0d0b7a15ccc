"""A Linux server: its packet filter is kgnet's, all else on it is the work of Ansible's roles."""

from __future__ import annotations

import re

from kgnet.model.facts import System
from kgnet.platforms import _linux, _nftables
from kgnet.platforms.linux import services
from kgnet.ports import Platform, Reader

PLATFORM = Platform(
    name="linux",
    driver="ssh",
    parts=(_nftables.part("linux/nftables.j2"),),
    state={**_linux.STATE, _linux.SYSTEM: Reader(System, _linux.system), **services.STATE},
    secrets=_linux.SECRETS,
    signs=re.compile(r"^table (?:inet|ip6?|arp|bridge|netdev) \S+ \{", re.MULTILINE),
)
