"""The peer of `benchmarks/render.py`: pyavd makes the texts of a fabric like the province's own.

    python benchmarks/avd.py [RUNS]        with a Python that has pyavd, in an environment of its own

Two spines and two leaves, six VLANs over EVPN, nineteen ports with an Ethernet segment each, AAA, SNMPv3, NTP
and syslog in a management VRF.  Prints JSON: for each run the seconds of CPU that a leaf takes from inputs to
text (facts, which all devices share, in equal parts), and how many lines the text of each device has.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from typing import Any

from pyavd import get_avd_facts, get_device_config, get_device_structured_config, validate_inputs

VLANS = {10: "DMZ", 20: "SRV", 30: "DB", 40: "MGT", 50: "VIDEO", 60: "IOTSRV"}
BORDERS = {3: "fw1", 4: "fw2"}
SERVERS = {
    **{11: ("dns1", 10), 12: ("lb1", 10), 13: ("mail1", 10), 14: ("dns2", 10), 15: ("lb2", 10)},
    **{21: ("web1", 20), 22: ("web2", 20), 23: ("app1", 20), 24: ("app2", 20), 25: ("app3", 20)},
    **{31: ("db1", 30), 32: ("db2", 30), 33: ("db3", 30), 41: ("mon1", 40), 51: ("sip1", 50)},
    **{61: ("pq1", 60), 62: ("pq2", 60)},
}
LEAVES, SPINES = ["leaf1", "leaf2"], ["spine1", "spine2"]


def inputs() -> dict[str, dict[str, Any]]:
    """Return what AVD is told of each device: the same for all but the type."""
    shared = {**fabric(), **endpoints(), **administration()}
    types = {**dict.fromkeys(SPINES, "spine"), **dict.fromkeys(LEAVES, "l3leaf")}
    return {name: {**copy.deepcopy(shared), "type": kind} for name, kind in types.items()}


def fabric() -> dict[str, Any]:
    switches = {
        "spine": {
            "defaults": {
                "platform": "default",
                "loopback_ipv4_pool": "10.1.0.0/27",
                "loopback_ipv4_offset": 4,
            },
            "nodes": [
                {
                    "name": name,
                    "id": place,
                    "bgp_as": str(4_200_000_004 + place),
                    "mgmt_ip": f"172.20.0.{4 + place}/16",
                }
                for place, name in enumerate(SPINES, 1)
            ],
        },
        "l3leaf": {
            "defaults": {
                "platform": "default",
                "loopback_ipv4_pool": "10.1.0.0/27",
                "loopback_ipv4_offset": 6,
                "vtep_loopback_ipv4_pool": "10.1.1.0/27",
                "uplink_ipv4_pool": "10.4.0.0/24",
                "uplink_switches": SPINES,
                "spanning_tree_mode": "mstp",
            },
            "node_groups": [
                {
                    "group": f"RACK{place}",
                    "bgp_as": str(4_200_000_006 + place),
                    "nodes": [
                        {
                            "name": name,
                            "id": place,
                            "mgmt_ip": f"172.20.0.{6 + place}/16",
                            "uplink_interfaces": ["Ethernet1", "Ethernet2"],
                            "uplink_switch_interfaces": [f"Ethernet{place}", f"Ethernet{place}"],
                        }
                    ],
                }
                for place, name in enumerate(LEAVES, 1)
            ],
        },
    }
    return {
        "fabric_name": "PROVINCE",
        "underlay_routing_protocol": "ebgp",
        "overlay_routing_protocol": "ebgp",
        "underlay_filter_peer_as": False,
        "bgp_peer_groups": {
            "ipv4_underlay_peers": {"bfd": True},
            "evpn_overlay_peers": {"bfd": True},
        },
        "mgmt_interface_vrf": "MGMT",
        "mgmt_gateway": "172.20.255.254",
        "p2p_uplinks_mtu": 9000,
        **switches,
    }


def endpoints() -> dict[str, Any]:
    def adapters(port: int, mode: dict[str, Any]) -> list[dict[str, Any]]:
        segment = {"short_esi": f"0000:0000:{port:04x}"}
        return [
            {
                "endpoint_ports": ["Eth1", "Eth2"],
                "switches": LEAVES,
                "switch_ports": [f"Ethernet{port}", f"Ethernet{port}"],
                "spanning_tree_portfast": "edge",
                "spanning_tree_bpduguard": "enabled",
                "port_channel": {"mode": "active"},
                "ethernet_segment": segment,
                **mode,
            }
        ]

    trunk = {"mode": "trunk", "vlans": ",".join(map(str, VLANS))}
    svis = [{"id": number, "name": name, "tags": ["all"]} for number, name in VLANS.items()]
    return {
        "tenants": [{"name": "PROVINCE", "mac_vrf_vni_base": 10_000, "l2vlans": svis}],
        "servers": [
            *({"name": name, "adapters": adapters(port, trunk)} for port, name in BORDERS.items()),
            *(
                {"name": name, "adapters": adapters(port, {"mode": "access", "vlans": str(vlan)})}
                for port, (name, vlan) in SERVERS.items()
            ),
        ],
    }


def administration() -> dict[str, Any]:
    """Return what all devices have in common, in words of the device model, as AVD takes it."""
    return {
        "ntp_settings": {
            "server_vrf": "use_mgmt_interface_vrf",
            "servers": [{"name": f"172.20.0.{host}"} for host in (11, 12, 14, 41)],
        },
        "logging_settings": {
            "trap": "informational",
            "hosts": [{"name": "172.20.0.41", "vrf": "use_mgmt_interface_vrf"}],
        },
        "aaa_settings": {
            "local_users": [
                {"name": name, "privilege": 15, "role": "network-admin", "sha512_password": "$6$a$b"}
                for name in ("kgnet", "noc", "noc-view")
            ],
            "tacacs": {
                "servers": [
                    {"host": f"172.20.0.{host}", "vrf": "use_mgmt_interface_vrf", "key": "060506324F41"}
                    for host in (45, 46)
                ]
            },
        },
        "snmp_settings": {
            "contact": "noc@kiengiang.gov.vn",
            "location": True,
            "groups": [{"name": "KGNET", "version": "v3", "authentication": "priv", "read": "KGNET"}],
        },
    }


def texts(told: dict[str, dict[str, Any]]) -> tuple[dict[str, str], float]:
    """Return the texts, made as AVD's documents say, and the seconds of CPU that went into one leaf."""
    started = time.process_time()
    valid = {}
    for name, one in told.items():
        done = validate_inputs(one)
        if done.validated_data is None:
            wrong = [f"{each.path}: {each.message}" for each in done.validation_result.violations]
            sys.exit(f"pyavd refuses the inputs of {name}: {'; '.join(wrong)}")
        valid[name] = done.validated_data
    facts = get_avd_facts(valid)
    shared_s = time.process_time() - started
    made, taken_s = {}, {}
    for name, one in valid.items():
        started = time.process_time()
        made[name] = get_device_config(get_device_structured_config(name, one, facts))
        taken_s[name] = time.process_time() - started
    return made, shared_s / len(told) + sum(taken_s[name] for name in LEAVES) / len(LEAVES)


def main(runs: int) -> None:
    texts(inputs())  # loads templates and schemas, which is not measured
    done = [texts(inputs()) for _ in range(runs)]
    lines = {name: text.count("\n") for name, text in done[0][0].items()}
    print(json.dumps({"seconds": [seconds for _, seconds in done], "lines": lines}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
