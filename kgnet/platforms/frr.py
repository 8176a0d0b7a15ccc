"""FRR on Linux: routing by FRR, packet filter by nftables, queues by tc."""

from __future__ import annotations

from kgnet.model.facts import BfdPeers, BgpPeers
from kgnet.model.managed import Unsaved
from kgnet.platforms import _frr, _frr_config, _frr_state, _linux, _nftables, _tc, _wireguard
from kgnet.ports import Part, Platform, Reader

PLATFORM = Platform(
    name="frr",
    driver="ssh",
    parts=(
        _wireguard.PART,  # first: FRR gives the tunnels their addresses
        Part(
            name="frr",
            template="frr/frr.j2",
            show=_frr.SHOW,
            read=_frr_config.read,
            check=_frr.CHECK,
            load=_frr.LOAD,
            save=_frr.SAVE,
            canonical=_frr.canonical,
            prepare=_frr.prepare,
            closers=_frr.CLOSERS,
            close=_frr.close,
            silent_check=True,
            ending="end",
        ),
        _nftables.part("frr/nftables.j2"),
        _tc.PART,
    ),
    state={
        ("vtysh", "-c", "show bgp summary json"): Reader(BgpPeers, _frr_state.bgp_peers),
        ("vtysh", "-c", "show bfd peers json"): Reader(BfdPeers, _frr_state.bfd_peers),
        _frr_state.BOTH_TEXTS: Reader(Unsaved, _frr_state.unsaved),
        **_linux.STATE,
    },
    secrets=(_frr.SECRET, _wireguard.SECRET, _wireguard.PEER, *_linux.SECRETS),
)
