"""Tunnels of a Linux router: under a line `interface <name>`, the file that wg-quick(8) takes for it.

wg-quick makes the interface by the kernel, or by wireguard-go where the kernel has no WireGuard; addresses
and routes are FRR's (`Table = off`). Verified against wireguard-tools 1.0.20210914.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.facts import ConfiguredTunnel, ConfiguredTunnels
from kgnet.model.fleet import Device
from kgnet.platforms._names import natural
from kgnet.ports import Part

SECRET = re.compile(r"^ PrivateKey = (.+)$", re.MULTILINE)
PEER = re.compile(r"^ PublicKey = (.+)$", re.MULTILINE)  # no secret, but known only with the store at hand


def _one_line(script: str) -> str:
    """Return a script as one argument: commands go to a device line by line."""
    return " ".join(script.split())


# In all three: $1 is the candidate, $2 its private folder.
CHECK = _one_line(r"""
    awk '/^ P[a-z]+Key = / && $3 !~ /^[A-Za-z0-9+\/]+=$/ { print "line " NR ": no key: " $1; bad = 1 }
         END { exit bad }' "$1"
""")
SPLIT = _one_line("""
    set -e; umask 077; new="$2/tunnels"; rm -rf "$new"; mkdir "$new";
    awk -v to="$new/" '/^interface /{ file = to $2 ".conf"; next } { sub(/^ /, ""); print > file }' "$1";
""")
LOAD = SPLIT + _one_line("""
    for dev in $(wg show interfaces); do
      [ -e "$new/$dev.conf" ] || ip link del "$dev";
    done;
    for file in "$new"/*.conf; do
      [ -e "$file" ] || continue; dev=$(basename "$file" .conf);
      if ip link show dev "$dev" >/dev/null 2>&1; then
        wg-quick strip "$file" >"$file.wg"; wg syncconf "$dev" "$file.wg";
      else
        wg-quick up "$file";
      fi;
    done
""")
SAVE = SPLIT + _one_line("""
    saved=/etc/wireguard; mkdir -p -m 0700 $saved;
    for file in $saved/*.conf; do
      [ -e "$file" ] || continue; dev=$(basename "$file" .conf);
      [ -e "$new/$dev.conf" ] || { systemctl disable "wg-quick@$dev"; rm -f "$file"; };
    done;
    for file in "$new"/*.conf; do
      [ -e "$file" ] || continue; dev=$(basename "$file" .conf);
      install -m 0600 "$file" "$saved/$dev.new"; mv -f "$saved/$dev.new" "$saved/$dev.conf";
      systemctl enable "wg-quick@$dev";
    done
""")
BODY = """\
interface {name}
 [Interface]
 ListenPort = {port}
 PrivateKey = {private}
 MTU = 1420
 Table = off
 [Peer]
 PublicKey = {public}
 AllowedIPs = 0.0.0.0/0, ::/0
 Endpoint = {endpoint}
 PersistentKeepalive = 25
"""


def prepare(device: Device) -> Mapping[str, Any]:
    """Return the interfaces that are tunnels, in the order in which the device's text is sorted."""
    tunnels = [interface for interface in device.interfaces if interface.tunnel]
    return {"tunnels": sorted(tunnels, key=lambda interface: natural(interface.name))}


def canonical(dump: str) -> str:
    """Return what `wg show all dump` tells as the files that make it so; ReadError on anything else."""
    rows = [line.split("\t") for line in dump.splitlines()]
    by_name = groupby(sorted(rows, key=lambda row: natural(row[0])), key=lambda row: row[0])
    return "".join(_body(name, list(lines)) for name, lines in by_name)


def _body(name: str, rows: list[list[str]]) -> str:
    """Return the file of one interface; its own row has five fields, a peer's has nine."""
    own = [row for row in rows if len(row) == 5]
    peers = [row for row in rows if len(row) == 9]
    if len(own) != 1 or len(own) + len(peers) != len(rows):
        raise ReadError(f"tunnel {name}: not what `wg show all dump` prints")
    _, private, _, port, _ = own[0]
    if len(peers) != 1:
        return f"interface {name}\n # not ours: {len(peers)} peers\n"
    _, public, _, endpoint, allowed, *_, keepalive = peers[0]
    text = BODY.format(name=name, port=port, private=private, public=public, endpoint=endpoint)
    return text.replace("0.0.0.0/0, ::/0", allowed.replace(",", ", ")).replace("= 25", f"= {keepalive}")


def read(text: str, part: str) -> Iterator[ConfiguredTunnels]:
    """Read the lines that `canonical` writes."""
    yield ConfiguredTunnels(tuple(_tunnels(text.splitlines(), part)))


def _tunnels(lines: Iterable[str], part: str) -> Iterator[ConfiguredTunnel]:
    name, start, values = "", 0, dict[str, str]()
    for number, line in enumerate((*lines, "interface "), 1):
        if line.startswith("interface "):
            if name:
                yield _tunnel(name, start, values, part)
            name, start, values = line.removeprefix("interface ").strip(), number, {}
        else:
            key, _, value = line.strip().partition(" = ")
            values[key] = value


def _tunnel(name: str, line: int, values: Mapping[str, str], part: str) -> ConfiguredTunnel:
    try:
        return ConfiguredTunnel(name, int(values["ListenPort"]), values["Endpoint"], line)
    except (KeyError, ValueError) as reason:
        raise ReadError(f"{part}:{line}: tunnel {name} has no {reason}") from reason


PART = Part(
    name="tunnels",
    template="frr/tunnels.j2",
    show=("sh", "-c", "command -v wg >/dev/null || exit 0; wg show all dump"),
    read=read,
    check=("sh", "-c", CHECK, "sh", "{file}"),
    load=("sh", "-c", LOAD, "sh", "{file}", "{folder}"),
    save=(("sh", "-c", SAVE, "sh", "{file}", "{folder}"),),
    canonical=canonical,
    prepare=prepare,
)
