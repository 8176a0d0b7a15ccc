"""Security: what audits found where, drift from the intent, and how old all that is."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    GREEN,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Board,
    Panel,
    Query,
    Say,
    bars,
    series,
    stat,
    steps,
    table,
)

DAY = 86_400
WEIGHTY = '{severity=~"high|critical"}'
KEPT = "time() - min(kgnet_backup_timestamp_seconds)"


def board(say: Say) -> Board:
    plain = {"unit": "short"}
    found = {"site": say("Site"), "Value #A": say("Weighty findings"), "Value #B": say("Not judged")}
    return Board(
        "security",
        say("Security"),
        (
            *_numbers(say),
            series(
                say("Findings of audits"),
                [Query("sum by(severity) (kgnet_audit_findings)", "{{severity}}")],
                plain,
            ),
            series(
                say("Lines that differ from the intent"),
                [Query("topk(10, kgnet_drift_lines)", "{{device}}")],
                plain,
            ),
            table(
                say("Findings by site"),
                [
                    Query(f"sum by(site) (kgnet_audit_findings{WEIGHTY})"),
                    Query("sum by(site) (kgnet_audit_errors)"),
                ],
                found,
                plain,
                by="site",
            ),
            bars(
                say("Rules that fail most"),
                Query(
                    "topk(10, sum by(rule, severity) (kgnet_audit_rule_findings))", "{{rule}} ({{severity}})"
                ),
                plain,
            ),
            bars(
                say("Certificates: time left"),
                Query(
                    "bottomk(10, max by(name, port) (kgnet_certificate_expiry_timestamp_seconds - time()))",
                    "{{name}}:{{port}}",
                ),
                {"unit": "s"} | steps((None, RED), (14 * DAY, YELLOW), (30 * DAY, GREEN)),
            ),
        ),
        refresh="5m",
    )


def _numbers(say: Say) -> tuple[Panel, ...]:
    age = {"unit": "s"} | steps((None, GREEN), (2 * DAY, YELLOW), (8 * DAY, RED))
    return (
        stat(say("Weighty findings"), Query(f"sum(kgnet_audit_findings{WEIGHTY})"), NONE_IS_GOOD),
        stat(say("Not judged"), Query("sum(kgnet_audit_errors)"), NONE_IS_GOOD),
        stat(say("Devices that drifted"), Query("sum(kgnet_drift_lines > bool 0)"), NONE_IS_GOOD),
        stat(say("Age of the last audit"), Query("time() - max(kgnet_audit_timestamp_seconds)"), age),
        stat(say("Age of the last plan"), Query("time() - max(kgnet_drift_timestamp_seconds)"), age),
        stat(say("Age of the oldest backup"), Query(KEPT), age),
    )
