"""A room → the files of its node: baresip as the room's endpoint, without a sound card.

It logs in over TLS and speaks SRTP only (RFC 4568); media carry DSCP EF.  baresip 1.0 encrypts to the
registrar but does not verify its certificate; a room system of an office should.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.model.fleet import BuiltRoom, Fleet
from kgnet.model.province import Role
from kgnet.twin import endpoint

SERVICE = "baresip"
TLS_PORT = 5061
REGISTER_S = 30  # asks again this often, so that a new registrar soon knows its rooms
EF_TOS = 46 << 2  # RFC 3246; the TOS octet holds the code point in its upper six bits (RFC 2474 §3)

UNIT = f"""\
[Unit]
Description=Conference room endpoint
After=network.target

[Service]
RuntimeDirectory=baresip
ExecStart=/usr/bin/python3 {endpoint.FOLDER}/endpoint.py serve {{registrar}}
Restart=always

[Install]
WantedBy=multi-user.target
"""
CONFIG = f"""\
poll_method epoll
sip_listen {{address}}:5060
call_local_timeout 60
call_max_calls 4
audio_player aubridge,sink
audio_source aufile,{endpoint.TONE}
audio_alert aubridge,sink
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_tos {EF_TOS}
rtp_ports 10000-20000
rtp_stats yes
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module rtcpsummary.so
module srtp.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {endpoint.CONTROL[0]}:{endpoint.CONTROL[1]}
"""


def files(fleet: Fleet, room: BuiltRoom, password: str) -> Mapping[str, str]:
    """Return the files, the password among them, by path; the service is `baresip`."""
    registrar = _registrar(fleet)
    return {
        "/etc/systemd/system/baresip.service": UNIT.format(registrar=registrar),
        f"{endpoint.FOLDER}/endpoint.py": Path(endpoint.__file__).read_text(encoding="utf-8"),
        f"{endpoint.FOLDER}/config": CONFIG.format(address=room.address.ip),
        f"{endpoint.FOLDER}/accounts": _account(room, registrar, password),
    }


def _registrar(fleet: Fleet) -> str:
    for device in fleet.with_role(Role.REGISTRAR):
        return str(device.address)
    raise TwinError("the province has rooms but no registrar that they could log in to")


def _account(room: BuiltRoom, registrar: str, password: str) -> str:
    parts = (
        f"<{room.uri};transport=tls>",
        f'outbound="sip:{registrar}:{TLS_PORT};transport=tls"',
        f"auth_pass={password}",
        "answermode=auto",
        f"regint={REGISTER_S}",
        "mediaenc=srtp-mand",
    )
    return ";".join(parts) + "\n"
