"""FRR on Linux: routing by FRR, packet filter by nftables, queues by tc."""

from __future__ import annotations

import re

from kgnet.model.facts import BfdPeers, BgpPeers
from kgnet.model.managed import Unsaved
from kgnet.platforms import _linux, _linux_asked, _loads, _nftables, _watchers
from kgnet.platforms.frr import read, state, tc, text, wireguard
from kgnet.ports import Part, Platform, Reader

PLATFORM = Platform(
    name="frr",
    driver="ssh",
    parts=(
        wireguard.PART,  # first: FRR gives the tunnels their addresses
        Part(
            name="frr",
            template="frr/frr.j2",
            show=text.SHOW,
            read=read.read,
            check=text.CHECK,
            load=text.LOAD,
            save=text.SAVE,
            canonical=text.canonical,
            prepare=text.prepare,
            closers=text.CLOSERS,
            close=text.close,
            silent_check=True,
            ending="end",
            opening=r"\s*Building configuration",
        ),
        _nftables.part("frr/nftables.j2"),
        tc.PART,
    ),
    state={
        ("vtysh", "-c", "show bgp summary json"): Reader(BgpPeers, state.bgp_peers),
        ("vtysh", "-c", "show bfd peers json"): Reader(BfdPeers, state.bfd_peers),
        state.BOTH_TEXTS: Reader(Unsaved, state.unsaved),
        **_linux_asked.ROUTER,
        **_watchers.STATE,
        **_loads.STATE,
    },
    secrets=(*text.SECRETS, wireguard.SECRET, wireguard.PEER, *_linux.SECRETS),
    kinds=("frr", "quagga"),
    signs=re.compile(r"^frr (?:version|defaults) ", re.MULTILINE),
)
