"""Marking what a socket sends."""

from __future__ import annotations

import socket


def mark(opened: socket.socket, dscp: int) -> None:
    """Have *opened* send with *dscp*, 0 to 63 (RFC 2474 §3), by IPv4 or IPv6 as it is."""
    if opened.family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    else:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
