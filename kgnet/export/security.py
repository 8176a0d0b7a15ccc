"""The part of the catalogue that tells of security: audits, drift, backups, and what devices told."""

from __future__ import annotations

from kgnet.export.family import counter, gauge

SECURITY = (
    # ── audit and drift, as last recorded
    gauge("audit_recorded", "Whether a record of an audit is there and reads (`kgnet audit --record`)."),
    gauge("audit_timestamp_seconds", "Unix time of the recorded audit: its numbers are as old as that."),
    gauge(
        "audit_judgements",
        "Findings of the recorded audit for a site, passed or not; skipped ones left out.",
    ),
    gauge("audit_findings", "Findings of the recorded audit that failed, by site and severity."),
    gauge(
        "audit_rule_findings",
        "Findings of the recorded audit that failed, by site, domain (SRV of KG-SRV-02), severity and rule; "
        "a rule without any is left out: audit_findings tells that the site was judged.",
    ),
    gauge(
        "device_exposed_ports",
        "Ports that the recorded audit found open and no flow allows (rule KG-SRV-02), or open to more than "
        "administrators (KG-SRV-08); waived or not judged: left out.",
    ),
    gauge("audit_errors", "Findings of the recorded audit for a site that could not be judged."),
    gauge("backup_recorded", "Whether a record of a backup is there and reads (`kgnet backup`)."),
    gauge("backup_timestamp_seconds", "Unix time at which the device's configuration was last kept whole."),
    gauge("deploy_recorded", "Whether a record of our own changes is there and reads (`kgnet deploy`)."),
    gauge(
        "device_deploy_timestamp_seconds",
        "Unix time at which `kgnet deploy` or a playbook of ours last worked on the device, of the last day "
        "(journal of runs).",
    ),
    gauge("drift_recorded", "Whether a record of a plan is there and reads (`kgnet plan --record`)."),
    gauge("drift_timestamp_seconds", "Unix time of the recorded plan: its numbers are as old as that."),
    gauge("drift_lines", "Lines that the recorded plan would add to or remove from the device."),
    gauge(
        "device_drift_since_timestamp_seconds",
        "Unix time of the recorded plan that found the device drifted first, without a break since.",
    ),
    gauge("drift_unread", "Devices whose configuration the recorded plan could not read."),
    # ── what devices tell without being asked
    counter(
        "device_events_total",
        "Events of kind that the device told, via syslog or trap (SNMPv3); kept over a restart.",
    ),
    gauge(
        "device_event_timestamp_seconds",
        "Unix time at which the device last told an event of kind, via syslog or trap (SNMPv3).",
    ),
    gauge(
        "circuit_told_up",
        "What the device at end last told of the circuit's interface, by trap or syslog: 1 up, 0 down.",
    ),
    gauge("circuit_told_timestamp_seconds", "Unix time at which it told circuit_told_up."),
    gauge("events_receiver_up", "Whether the receiver of syslog and notifications is at work."),
    counter(
        "events_received_total", "Messages that came over transport: udp, tcp, tls (syslog, RFC 5424), snmp."
    ),
    counter(
        "events_unknown_source_total", "Those of events_received_total that no device of the inventory sent."
    ),
    counter(
        "events_malformed_total",
        "Streams of syslog and notifications of SNMP that do not read, handshakes that failed.",
    ),
    counter(
        "events_shed_total",
        "Syslog and SNMP that was not read: why is rate (of one source), connections, certificate, "
        "or buffer (the kernel's).",
    ),
    counter(
        "notifications_refused_total",
        "SNMP notifications that were not believed: why is version, plain (not authPriv), user, digest, "
        "time, level or decryption (RFC 3414 §5).",
    ),
)
