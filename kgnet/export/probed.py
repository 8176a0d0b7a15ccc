"""What the deeper looks of the probes give: TLS, DNSSEC, web pages."""

from __future__ import annotations

from kgnet.export.family import gauge

PROBED = (
    gauge(
        "mail_relay_refused",
        "Whether the mail server refused, when it was last tried, to take a stranger's letter to a stranger "
        "(RFC 5321); 0 also if it could not be judged.",
    ),
    gauge(
        "tls_up",
        "Whether the port shook hands and answered what it takes of TLS (RFC 8446), when it was last tried.",
    ),
    gauge(
        "target_measured_timestamp_seconds",
        "Unix time at which the exporter last asked what it asks rarely; the values are of then.",
    ),
    gauge(
        "certificate_cause",
        "1 for the cause that a certificate does not verify for (RFC 5280 §6), such as expired, "
        "0 for every other.",
    ),
    gauge(
        "certificate_chain_expiry_timestamp_seconds",
        "Unix time at which a certificate of the chain that was shown ends (notAfter, RFC 5280 §4.1.2.5); "
        "depth 0 is the server's own.",
    ),
    gauge(
        "certificate_earliest_expiry_timestamp_seconds",
        "Unix time at which the first certificate of that chain ends (notAfter, RFC 5280 §4.1.2.5).",
    ),
    gauge("dns_authenticated", "Whether the server says that it validated its answer (AD, RFC 4035 §3.2.3)."),
    gauge(
        "dns_validated",
        "Whether the answer, or that there is none, is vouched for by the anchor's keys (RFC 4035 §5).",
    ),
    gauge(
        "dns_signature_cause",
        "1 for the cause that an answer is not validated for (RFC 4035 §4.3), such as expired, 0 for others.",
    ),
    gauge(
        "dns_signature_expiry_timestamp_seconds",
        "Unix time at which the first of the signatures ends that vouch for the answer (RFC 4034 §3.1.5).",
    ),
    gauge(
        "http_phase_seconds",
        "How long a phase of the visit took (RFC 9110), over all redirects: resolve, connect, tls, processing"
        " until the response begins, transfer of the rest.",
    ),
    gauge("http_body_bytes", "Size of the page (RFC 9110 §6.4)."),
    gauge("http_redirects", "How many redirects were followed (RFC 9110 §15.4)."),
    gauge("tls_version_info", "Always 1: version and cipher that were agreed on (RFC 8446 §4.1)."),
    gauge(
        "tls_version_accepted",
        "Whether a server takes this version; ssl3, 1.0 and 1.1 are retired (RFC 7568, RFC 8996).",
    ),
    gauge(
        "tls_weak_cipher_accepted",
        "Whether a client that knows nothing but weak ciphers (RFC 9325 §4.1) is taken; cipher is the one "
        "that was chosen, by its name in IANA's registry, empty if none.",
    ),
)
