"""A Linux server: its packet filter is kgnet's, all else on it is the work of Ansible's roles."""

from __future__ import annotations

import re

from kgnet.platforms import _bridge, _linux, _linux_asked, _nftables, _nftables_read, _protection
from kgnet.platforms.linux import mailing, services
from kgnet.ports import Platform

PLATFORM = Platform(
    name="linux",
    driver="ssh",
    parts=(_nftables.part("linux/nftables.j2", _nftables_read.read_named),),
    state={**_linux_asked.SERVER, **services.STATE, **_bridge.STATE, **_protection.STATE, **mailing.STATE},
    secrets=_linux.SECRETS,
    kinds=("linux", "linuxgeneric", "nftables"),
    signs=re.compile(r"^table (?:inet|ip6?|arp|bridge|netdev) \S+ \{", re.MULTILINE),
)
