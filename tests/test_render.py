"""want → Config: every device of both inventories has a text, and what is wrong with a template is told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.errors import PluginError, TemplateError
from kgnet.model.config import Config
from kgnet.model.fleet import Fleet
from kgnet.platforms.frr import text as frr
from kgnet.plugins import found
from kgnet.ports import Platform
from kgnet.render import leftovers, render, write


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return shipped.fleet("lab")


@pytest.fixture
def templates(tmp_path: Path) -> Iterator[Path]:
    """A copy of the templates that a test may spoil."""
    copy = tmp_path / "templates"
    shutil.copytree(paths.templates(), copy)
    yield copy


def text(fleet: Fleet, device: str, part: str) -> str:
    return render(fleet.devices[device], paths.templates()).parts[part]


@pytest.mark.parametrize("name", ["lab", "kiengiang"])
def test_every_device_has_all_the_parts_of_its_platform(name: str) -> None:
    devices = shipped.fleet(name).devices.values()
    assert devices
    for device in devices:
        config = render(device, paths.templates())
        assert list(config.parts) == [part.name for part in found(Platform)[device.platform].parts]
        assert all("\n\n" not in part and part.endswith(("\n", "")) for part in config.parts.values())
        assert Config.parse(device.name, str(config), default="frr").parts == config.parts


def test_no_secret_is_in_a_text_unless_it_is_handed_in(fleet: Fleet) -> None:
    shown = text(fleet, "hub1", "frr")
    assert "password <secret>" in shown
    true = render(fleet.devices["hub1"], paths.templates(), secret=lambda name: f"key-of-{name}").parts["frr"]
    assert "password key-of-bgp/899-1" in true
    assert found(Platform)["frr"].redacted(true) == shown


def test_a_session_without_a_key_has_no_password_line(fleet: Fleet) -> None:
    device = fleet.devices["hub1"]
    assert device.routing is not None
    bare = tuple(replace(neighbor, secret=None) for neighbor in device.routing.neighbors)
    bare_device = replace(device, routing=replace(device.routing, neighbors=bare))
    assert "password" not in render(bare_device, paths.templates()).parts["frr"]


def test_frr_sections_stand_in_the_order_of_the_daemons(fleet: Fleet) -> None:
    """What is printed is already what `canonical` makes of a device's text."""
    for device in fleet.devices.values():
        if device.platform == "frr":
            printed = text(fleet, device.name, "frr")
            assert frr.canonical(printed) == printed


def test_every_session_is_filtered_guarded_and_limited(fleet: Fleet) -> None:
    for device in fleet.devices.values():
        if device.routing is None:
            continue
        printed = text(fleet, device.name, "frr")
        assert "no bgp ebgp-requires-policy" not in printed  # RFC 8212 holds by default
        for neighbor in device.routing.neighbors:
            about = f" neighbor {neighbor.address}"
            assert f"{about} bfd\n" in printed
            assert f"{about} password <secret>\n" in printed
            assert f"{about} ttl-security hops 1\n" in printed
            assert f" {about} maximum-prefix " in printed
            assert f" {about} route-map {neighbor.import_policy} in\n" in printed
            assert f" {about} route-map {neighbor.export_policy} out\n" in printed


def test_a_flow_of_the_world_opens_nothing_inside(fleet: Fleet) -> None:
    """`internet-web` lets the Internet in to the portal, and not the cameras of an office."""
    lines = text(fleet, "fw1", "nftables").splitlines()
    fence = next(n for n, line in enumerate(lines) if 'drop comment "inside"' in line)
    worldly = [n for n, line in enumerate(lines) if line.strip().startswith("ip daddr 10.0.10.12")]
    assert worldly
    assert min(worldly) > fence


def test_guests_reach_nothing_of_the_province(fleet: Fleet) -> None:
    lines = text(fleet, "r-899", "nftables").splitlines()
    fence = next(n for n, line in enumerate(lines) if 'drop comment "inside"' in line)
    guests = [n for n, line in enumerate(lines) if "guest-" in line]
    assert guests
    assert min(guests) > fence


def test_detection_takes_its_time_over_the_internet(fleet: Fleet) -> None:
    """A second without a packet is nothing unusual there; on a leased line it is a failure."""
    for device in fleet.devices.values():
        for neighbor in device.routing.neighbors if device.routing else ():
            slow = device.interface(neighbor.interface).tunnel or neighbor.address.version == 6
            profile = f" neighbor {neighbor.address} bfd profile {'steady' if slow else 'fast'}\n"
            assert profile in text(fleet, device.name, "frr")
    assert any(link.tunnel for device in fleet.devices.values() for link in device.interfaces)


def test_every_queue_gets_its_code_points(fleet: Fleet) -> None:
    shown = text(fleet, "r-899", "nftables")
    assert "\t\tip dscp ef meta priority set 1:20\n" in shown
    assert "\t\tip6 dscp { af41, af42, af43 } meta priority set 1:40\n" in shown
    queues = text(fleet, "r-899", "qos")
    assert "class replace dev wan1 parent 1:1 classid 1:20 htb prio 0 " in queues


# ── what is wrong is told ───────────────────────────────────────────────────


def test_an_undefined_name_is_told_with_template_and_line(fleet: Fleet, templates: Path) -> None:
    (templates / "frr/bfd.j2").write_text("bfd\n profile {{ device.nonsense }}\n")
    with pytest.raises(TemplateError, match=r"frr/bfd\.j2:2: hub1: .*no attribute 'nonsense'"):
        render(fleet.devices["hub1"], templates)


def test_a_syntax_error_is_told_with_template_and_line(fleet: Fleet, templates: Path) -> None:
    (templates / "frr/bgp.j2").write_text("router bgp 1\n{% for %}\n")
    with pytest.raises(TemplateError, match=r"frr/bgp\.j2:2: "):
        render(fleet.devices["hub1"], templates)


def test_a_wrong_value_in_a_template_is_told_with_its_line(fleet: Fleet, templates: Path) -> None:
    (templates / "linux/nftables.j2").write_text("\n\n{{ device.name + 1 }}\n")
    with pytest.raises(TemplateError, match=r"linux/nftables\.j2:3: dns1: "):
        render(fleet.devices["dns1"], templates)


def test_a_missing_template_is_told(fleet: Fleet, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"no template frr/\w+\.j2, which the part \w+ needs"):
        render(fleet.devices["hub1"], tmp_path)


def test_an_unknown_platform_is_told(fleet: Fleet) -> None:
    with pytest.raises(PluginError, match="no platform is named 'vax' — known: arista_eos, cisco_ios, "):
        render(replace(fleet.devices["hub1"], platform="vax"), paths.templates())


# ── files ───────────────────────────────────────────────────────────────────


def test_files_are_written_whole_and_leftovers_are_found(fleet: Fleet, tmp_path: Path) -> None:
    configs = [render(device, paths.templates()) for device in fleet.devices.values()]
    write(configs, tmp_path / "out")
    assert {file.stem for file in (tmp_path / "out").iterdir()} == set(fleet.devices)
    assert (tmp_path / "out/hub1.cfg").read_text(encoding="utf-8") == str(
        render(fleet.devices["hub1"], paths.templates())
    )
    (tmp_path / "out/gone.cfg").touch()
    assert leftovers(tmp_path / "out", fleet.devices) == [tmp_path / "out/gone.cfg"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "hub1.cfg").mkdir()  # stands in the way of the final move
    (tmp_path / "hub1.cfg/kept").touch()
    with pytest.raises(OSError):
        write([render(fleet.devices["hub1"], paths.templates())], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["hub1.cfg"]


# ── the command ─────────────────────────────────────────────────────────────

KGNET = str(Path(sys.executable).with_name("kgnet"))


def kgnet(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [KGNET, "render", "-i", str(paths.inventories() / "lab"), *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_prints_one_device(fleet: Fleet) -> None:
    done = kgnet("--limit", "dns1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == str(render(fleet.devices["dns1"], paths.templates()))


def test_the_command_tells_what_to_do_with_many_devices() -> None:
    done = kgnet()
    assert done.returncode == 1
    assert done.stdout == ""
    assert "devices: name a folder with -o, or one device with --limit" in done.stderr


def test_the_command_writes_a_folder_and_tells_leftovers(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "gone.cfg").touch()
    done = kgnet("-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {file.stem for file in tmp_path.iterdir()} == {*fleet.devices, "gone"}
    assert "1 files of no device" in done.stderr
    assert "gone.cfg" in done.stderr


def test_the_command_tells_a_bad_template_in_one_line(templates: Path) -> None:
    (templates / "frr/bgp.j2").write_text("{{ nonsense }}\n")
    done = kgnet("--limit", "hub1", "--templates", str(templates))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "frr/bgp.j2:1: hub1: 'nonsense' is undefined" in done.stderr
