"""address, host name → the device of ours that told; whoever else tells is counted, and never named."""

from __future__ import annotations

from ipaddress import ip_address

from kgnet.model.fleet import Fleet


class Sources:
    """Knows the fleet by address, and by name where somebody else handed a message on.

    A host name is anybody's to write: it is believed only from *relays*, such as rsyslog on this host.
    """

    def __init__(self, fleet: Fleet, relays: frozenset[str] = frozenset()) -> None:
        self._relays = relays
        self.adopt(fleet)

    def adopt(self, fleet: Fleet) -> None:
        """Know *fleet* from now on, and no other."""
        self._domain = f".{fleet.domain}".lower()
        self._names = {name.lower(): name for name in fleet.devices}
        self._addresses = {
            str(address): device.name
            for device in fleet.devices.values()
            for address in (
                device.management,
                *(one.ip for port in device.interfaces for one in port.addresses),
            )
        }

    def device(self, address: str, host: str = "") -> str | None:
        """Return the device; None: it is none of ours."""
        plain = _plain(address)
        if plain not in self._relays and (plain in self._addresses or not ip_address(plain).is_loopback):
            return self._addresses.get(plain)
        return self._names.get(host.lower().removesuffix(self._domain)) or self._addresses.get(_plain(host))


def _plain(written: str) -> str:
    """Return an address as we write it: an IPv4 one that came to an IPv6 socket is IPv4; else the text."""
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return written
    return str(getattr(address, "ipv4_mapped", None) or address)
