"""fleet → specs: which emulated devices the network devices are, and who else is there and well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.dialects import dialect, known
from kgnet.errors import TwinError
from kgnet.model.fleet import Device, Fleet, InterfaceKind

ADMIN = "admin"  # of a fleet that names no accounts


def login(device: Device) -> tuple[str, str]:
    """Return the user that a bare device lets in, and the name of the secret that is the password."""
    for account in device.accounts:
        if account.role == "admin":
            return account.name, account.secret
    return ADMIN, f"login/{ADMIN}"


def specs_of(
    devices: Iterable[Device],
    *,
    secret: Callable[[str], str],
    ports: Callable[[Device], Mapping[str, str]],
    configs: Mapping[str, str],
) -> list[Spec]:
    """Return a spec for each of *devices*; *configs* are startup texts by name, else a device is bare.

    *ports* gives a device's own name of each of the design's interfaces.
    """
    return [
        _spec(device, secret, tuple(dict.fromkeys(ports(device).values())), configs.get(device.name, ""))
        for device in devices
    ]


def _spec(device: Device, secret: Callable[[str], str], ports: tuple[str, ...], text: str) -> Spec:
    user, name = login(device)
    management = next(device.of_kind(InterfaceKind.MANAGEMENT), None)
    address = str(management.ipv4 if management and management.ipv4 else f"{device.management}/24")
    aaa = {account.name: secret(account.secret) for account in device.accounts} if device.aaa else {}
    return Spec(
        device.name,
        device.platform,
        startup=text,
        management=address,
        operator=_operator(device),
        user=user,
        password=secret(name),
        ports=ports,
        aaa=aaa,
    )


def _operator(device: Device) -> str:
    """Return an address from which the device may be managed, as we come from nowhere in the province."""
    networks = (network for network in device.admins if network.version == 4)
    return str(next((network[min(1, network.num_addresses - 1)] for network in networks), ""))


def started(spec: Spec, text: str) -> Spec:
    """Return a device that starts with *text*, after what a bare one has if else nobody gets in."""
    whole = replace(spec, startup=text)
    device = dialect(spec.dialect)(whole, Clock(0))
    device.boot()
    if device.up() and device.login(spec.user, spec.password) is not None:
        return whole
    return replace(spec, startup=dialect(spec.dialect).bare(spec) + text)


def outside(fleet: Fleet, emulated: Iterable[Device]) -> dict[str, int]:
    """Return the addresses of all that is not emulated, with the AS number of who speaks BGP there."""
    inside = {device.name for device in emulated}
    return {
        str(address.ip): device.routing.asn if device.routing else 0
        for device in fleet.devices.values()
        if device.name not in inside
        for interface in device.interfaces
        for address in interface.addresses
    } | {str(room.address.ip): 0 for room in fleet.rooms.values()}


def emulated(devices: Iterable[Device]) -> list[Device]:
    """Return those that can be; TwinError if that is none of them."""
    found = [device for device in devices if device.platform in known()]
    if not found:
        raise TwinError(f"none of these devices can be emulated; known platforms: {', '.join(known())}")
    return found
