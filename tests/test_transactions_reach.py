"""What a device reaches: through its management VRF what stands there, and in band all else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from arista import as_file
from vendors import FLEETS, PLATFORMS, store, text

from kgnet import environment
from kgnet.drivers.napalm import DRIVER
from kgnet.emulate import lab
from kgnet.emulate.specs import specs_of, started
from kgnet.model.fleet import Device
from kgnet.ports import Access
from kgnet.transactions.napalm import TRANSACTION

DEVICES = FLEETS["kiengiang"].devices
OFFICES = ("r-899", "r-910", "r-911")  # of IOS, EOS and Junos, all on circuits to hub1
HUB = DEVICES["hub1"]


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """Three offices and their hub, as provisioned."""
    every = [HUB, *(DEVICES[name] for name in OFFICES)]
    bare = specs_of(every, secret=store, ports=lambda each: PLATFORMS[each.platform].ports(each), configs={})
    specs = [started(spec, as_file(text("kiengiang", spec.name)) if spec.dialect == "arista_eos"
             else text("kiengiang", spec.name)) for spec in bare]  # fmt: skip
    with lab.running(specs, tmp_path_factory.mktemp("reach"), speed=0) as running:
        yield running


@pytest.fixture
def access(net: lab.Lab, tmp_path: Path) -> Access:
    account = HUB.accounts[0]
    secret = tmp_path / "password"
    secret.write_text(store(account.secret), encoding="utf-8")
    secret.chmod(0o600)
    return environment.access(
        {
            "KGNET_SSH_USER": account.name,
            "KGNET_SSH_PASSWORD_FILE": str(secret),
            "KGNET_KNOWN_HOSTS": str(net.folder.known_hosts),
            "KGNET_CA_FILE": str(net.folder.ca_file),
            "KGNET_ENDPOINTS": str(net.folder.endpoints),
        }
    )


def beside(device: Device) -> str:
    """Return the hub's address on its circuit to *device*."""
    (address,) = (
        str(each.ipv4.ip)
        for each in HUB.interfaces
        if each.ipv4 and each.circuit and each.peer and each.peer.device == device.name
    )
    return address


@pytest.mark.parametrize("name", OFFICES)
def test_a_device_pings_by_the_way_that_the_intent_has(name: str, net: lab.Lab, access: Access) -> None:
    device = DEVICES[name]
    out_of_band, in_band, nobody = str(HUB.management), beside(device), "172.20.250.250"
    with DRIVER.open(device, access) as session:
        assert TRANSACTION.reaches(session, [out_of_band, in_band, nobody]) == {out_of_band, in_band}
