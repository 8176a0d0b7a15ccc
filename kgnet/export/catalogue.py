"""Every metric that the exporter gives, with its type and its help: the page to read when writing an alert.

Names are without the prefix `kgnet_`.  Labels that describe (names, carriers, contracts) stand in the
`…_info` metrics only; join them on with `* on(circuit) group_left(carrier) kgnet_circuit_info`.
"""

from __future__ import annotations

from kgnet.export.family import PREFIX, Family, Kind
from kgnet.export.family import counter as _counter
from kgnet.export.family import gauge as _gauge
from kgnet.export.health import HEALTH
from kgnet.export.probed import PROBED
from kgnet.export.rooms import ROOMS
from kgnet.export.security import SECURITY

__all__ = ["BY_NAME", "FAMILIES", "PREFIX", "Family", "Kind"]

FAMILIES = (
    # ── circuits
    _gauge(
        "circuit_info",
        "Always 1: what the intent says of a circuit; upstream is the device at its inner end.",
    ),
    _gauge(
        "circuit_expected",
        "1 for a circuit that the intent wants to carry traffic now, a backup that idles included; 0 while "
        "planned work (outages.csv) touches it.",
    ),
    _gauge(
        "circuit_sla_availability_ratio",
        "The availability that the contract promises (circuits.csv sla_availability_percent), 0 to 1.",
    ),
    _gauge(
        "circuit_up",
        "Whether a circuit carries traffic: its inner interface is not down (IF-MIB ifOperStatus), and "
        "its far end answers ICMP echo or has its routing session (BGP4-MIB bgpPeerState). Absent when "
        "nothing could be asked.",
    ),
    _gauge(
        "circuit_upstream_up",
        "Whether what a circuit hangs on works: the device at its inner end lives (device_up), and the site "
        "of that device can be reached (site_reachable).",
    ),
    _gauge(
        "circuit_oper_up",
        "ifOperStatus (1.3.6.1.2.1.2.2.1.8) of the circuit's interface: 1 up, 0 anything else; end is "
        "inner (hub or parent) or outer (the office).",
    ),
    _counter(
        "circuit_receive_bytes_total",
        "ifHCInOctets (1.3.6.1.2.1.31.1.1.1.6) of the inner end: from the office.",
    ),
    _counter(
        "circuit_transmit_bytes_total",
        "ifHCOutOctets (1.3.6.1.2.1.31.1.1.1.10) of the inner end: to the office.",
    ),
    _gauge(
        "circuit_counters_age_seconds",
        "sysUpTime less ifCounterDiscontinuityTime (1.3.6.1.2.1.31.1.1.1.19): for how long the inner end has "
        "counted without a break; a rate over longer than that is wrong.",
    ),
    _counter("circuit_receive_errors_total", "ifInErrors (1.3.6.1.2.1.2.2.1.14) of the inner end."),
    _counter("circuit_transmit_errors_total", "ifOutErrors (1.3.6.1.2.1.2.2.1.20) of the inner end."),
    _counter("circuit_receive_discards_total", "ifInDiscards (1.3.6.1.2.1.2.2.1.13) of the inner end."),
    _counter("circuit_transmit_discards_total", "ifOutDiscards (1.3.6.1.2.1.2.2.1.19) of the inner end."),
    _gauge(
        "circuit_receive_capacity_bytes_per_second",
        "What the contract lets the office send (circuits.csv up_mbps).",
    ),
    _gauge(
        "circuit_transmit_capacity_bytes_per_second",
        "What the contract lets be sent to the office (circuits.csv down_mbps).",
    ),
    _gauge(
        "circuit_rtt_seconds",
        "Median round trip of this scrape's burst of ICMP echo to the circuit's far end: there over this"
        " circuit, back the way the site prefers, so half of a backup's may be its primary's.",
    ),
    _gauge(
        "circuit_rtt_limit_seconds",
        "The round trip that the contract promises (circuits.csv sla_rtt_ms).",
    ),
    _gauge(
        "circuit_jitter_seconds",
        "Median difference of successive round trips of the burst (IPDV, RFC 5481).",
    ),
    _gauge(
        "circuit_loss_ratio",
        "Lost part of this scrape's burst of ICMP echo, 0 to 1; for longer times use the two counters.",
    ),
    _gauge(
        "circuit_expected_loss_ratio",
        "Round-trip loss to expect of the circuit as ordered (circuits.csv loss_percent, both ways).",
    ),
    _counter(
        "circuit_echo_requests_total",
        "ICMP echo requests sent to the circuit's far end since the exporter started.",
    ),
    _counter("circuit_echo_replies_total", "Those ICMP echo requests that were answered."),
    _gauge("outage_begin_timestamp_seconds", "Unix time at which planned work begins (outages.csv begins)."),
    _gauge("outage_end_timestamp_seconds", "Unix time at which planned work is over (outages.csv ends)."),
    # ── sites
    _gauge(
        "site_info",
        "Always 1: what the intent says of a site; circuits are the ids of its own circuits.",
    ),
    _gauge(
        "site_reachable",
        "Whether a router of the site answers ICMP echo on its loopback, through the network itself; "
        "where no echo can be sent, whether a circuit of it is up all the way.",
    ),
    _gauge(
        "site_upstream_reachable",
        "Whether at least one circuit of the site hangs on something that works (circuit_upstream_up): if 0, "
        "the cause lies nearer to the centre.",
    ),
    _gauge("site_latitude_degrees", "Degrees north, WGS 84 (sites.csv lat)."),
    _gauge("site_longitude_degrees", "Degrees east, WGS 84 (sites.csv lon)."),
    _gauge(
        "site_expected",
        "0 while planned work (outages.csv) touches the site itself or every circuit of it, else 1.",
    ),
    _gauge("site_downstream_sites", "Sites that hang on this one, directly or not (sites.csv parent)."),
    _gauge("site_downstream_rooms", "Rooms (rooms.csv) at this site and at those that hang on it."),
    _gauge(
        "site_downstream_users",
        "People with a computer (sites.csv users) here and at the sites that hang on it.",
    ),
    # ── devices
    _gauge("device_info", "Always 1: what the intent says of a device."),
    _gauge("device_expected", "0 while planned work (outages.csv) touches the device or its site, else 1."),
    _gauge(
        "device_up",
        "Whether the device answers at all, ICMP echo in-band or SNMP at its management address.",
    ),
    _gauge("device_scrape_success", "Whether the device answered SNMPv3 in this scrape."),
    _gauge(
        "device_scrape_duration_seconds",
        "How long the device took to answer everything by SNMPv3, or to be given up.",
    ),
    _counter(
        "device_echo_requests_total",
        "ICMP echo requests sent to the device, through the network itself, since the exporter started.",
    ),
    _counter("device_echo_replies_total", "Those ICMP echo requests that were answered."),
    _gauge("device_rtt_seconds", "Median round trip of this scrape's burst of ICMP echo to the device."),
    _gauge(
        "device_objects_missing",
        "SNMP objects that the intent makes us ask for and the device does not have.",
    ),
    _gauge(
        "device_agent_uptime_seconds",
        "sysUpTime (1.3.6.1.2.1.1.3): since the SNMP agent of the device started.",
    ),
    *HEALTH,
    _gauge(
        "bgp_session_up",
        "bgpPeerState (1.3.6.1.2.1.15.3.1.2): 1 established, 0 any other state; one sample a session, as "
        "its inner end sees it; circuit is empty within the data center.",
    ),
    # ── conference
    _gauge("room_info", "Always 1: what the intent says of a conference room."),
    _gauge(
        "room_registered",
        "Whether the registrar reaches the room: OPTIONS for its address is answered 2xx.",
    ),
    _gauge("room_answering", "Whether the room's own system answers SIP OPTIONS."),
    _gauge("room_answer_seconds", "How long the room's own system took to answer SIP OPTIONS."),
    *ROOMS,
    _gauge("registrar_up", "Whether the SIP registrar answers OPTIONS itself."),
    # ── services
    _gauge(
        "mail_up",
        "Whether the mail server keeps its promise on this port: smtp and submission offer STARTTLS and "
        "shake hands, imaps shakes hands.",
    ),
    _gauge("dns_up", "Whether the name server answers for the zone, with authority."),
    _gauge(
        "application_up",
        "Whether the application answers HTTPS through the load balancer, status below 400.",
    ),
    _gauge(
        "certificate_expiry_timestamp_seconds",
        "Unix time at which the certificate that was shown ends (notAfter, RFC 5280 §4.1.2.5).",
    ),
    _gauge(
        "certificate_verified",
        "Whether the certificate that was shown is good for its name (RFC 6125), today, for our trust.",
    ),
    *PROBED,
    *SECURITY,
    # ── the exporter itself
    _gauge("build_info", "Always 1: the version of kgnet."),
    _gauge(
        "inventory_read_success",
        "Whether the exporter serves the inventory in its folder; 0: it does not read, another holds.",
    ),
    _gauge(
        "inventory_read_timestamp_seconds", "Unix time at which the exporter last took its inventory over."
    ),
    _gauge("collector_success", "Whether this part of the scrape could do its work."),
    _gauge(
        "collector_duration_seconds",
        "How long this part of the scrape took; the parts run at the same time.",
    ),
    # ── /probe
    _gauge("probe_success", "Whether the target answered /probe as it should."),
    _gauge("probe_duration_seconds", "How long /probe took."),
    _gauge("icmp_loss_ratio", "Lost part of the burst of ICMP echo, 0 to 1."),
    _gauge("icmp_rtt_seconds", "Median round trip of the burst of ICMP echo."),
    _gauge(
        "icmp_rtt_quantile_seconds",
        "Round trip that this part (quantile) of the answers to the burst of ICMP echo kept within.",
    ),
    _gauge("smtp_relays", "Whether an open relay: it took a recipient elsewhere of a stranger (RFC 5321)."),
    _gauge(
        "icmp_jitter_seconds",
        "Median difference of successive round trips of the burst (IPDV, RFC 5481).",
    ),
    _gauge("tcp_connect_seconds", "How long the connection took to open (RFC 9293 §3.5)."),
    _gauge("dns_answer_seconds", "How long the answer took (RFC 1035)."),
    _gauge(
        "sip_answer_seconds",
        "How long the final answer (RFC 3261 §7.2) took, the connection before it included.",
    ),
    _gauge("sip_status", "Status of the final answer (RFC 3261 §21)."),
    _gauge(
        "sip_cause",
        "1 for the cause (class of sip_status) that holds, 0 for every other, such as absent or silent.",
    ),
    _gauge("ntp_stratum", "How many servers stand between this one and its clock (RFC 5905 figure 11)."),
    _gauge("ntp_root_delay_seconds", "Round trip from the server to its clock (RFC 5905 §7.3)."),
    _gauge(
        "ntp_root_dispersion_seconds", "How far the server may be off at most, as it says (RFC 5905 §7.3)."
    ),
    _gauge("ntp_delay_seconds", "Round trip to the server, of the quickest answer (RFC 5905 §8)."),
    _gauge("ntp_offset_seconds", "How far the server's clock is ahead of ours (RFC 5905 §8)."),
    _gauge("stamp_loss_ratio", "Part of the test packets that did not come back (RFC 8762), 0 to 1."),
    _gauge(
        "stamp_one_way_loss_ratio",
        "The part that was lost on the way of direction, there or back (RFC 8762).",
    ),
    _gauge("stamp_rtt_seconds", "Median round trip, without the time within the reflector (RFC 8762)."),
    _gauge("stamp_jitter_seconds", "Interarrival jitter (RFC 3550 §6.4.1) of direction, there or back."),
    _gauge("voice_loss_ratio", "Part of the packets, as of RTP (RFC 3550), that did not come back, 0 to 1."),
    _gauge(
        "voice_discard_ratio",
        "Part of them that came too late for a phone's jitter buffer (ITU-T G.107), 0 to 1.",
    ),
    _gauge("voice_jitter_seconds", "Interarrival jitter (RFC 3550 §6.4.1) of direction, there or back."),
    _gauge(
        "voice_delay_seconds",
        "From mouth to ear (ITU-T G.107 Ta): half the round trip, the jitter buffer, one packet.",
    ),
    _gauge("voice_r_factor", "Transmission rating R of G.711 over the path (ITU-T G.107), 0 to 93.2."),
    _gauge("voice_mos", "Estimated mean opinion score, 1 to 4.5 (ITU-T G.107 annex B)."),
    _gauge("class_loss_ratio", "Lost part of the ICMP echo in traffic_class EF, AF41 or BE, 0 to 1."),
    _gauge("class_rtt_seconds", "Median round trip of the ICMP echo in traffic_class."),
    _gauge(
        "class_jitter_seconds", "Median difference of successive round trips in traffic_class (RFC 5481)."
    ),
    _gauge("gatekeeper_answer_seconds", "How long the H.323 gatekeeper took to answer (H.225.0 RAS)."),
    _gauge(
        "gatekeeper_accepts",
        "Whether the gatekeeper (H.225.0 RAS) would take an unknown terminal: 1 confirmed, 0 rejected.",
    ),
    _gauge("h323_connect_seconds", "How long the connection to the call signalling (H.225.0) took to open."),
    _gauge("http_status", "Status of the response (RFC 9110 §15)."),
    _gauge(
        "http_answer_seconds",
        "How long the response (RFC 9110) took, without the look at the certificate before it.",
    ),
)
BY_NAME = {family.name: family for family in FAMILIES}
