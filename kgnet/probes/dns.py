"""DNS: does a server answer for a name, with authority, with what was meant, and with good signatures?"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.dns import VALIDATED, Answer, ask
from kgnet.wire.dnssec import CAUSES, Anchor


@probe
def dns(
    server: str,
    *,
    name: str = ".",
    kind: str = "SOA",
    want: str = "",
    recursive: bool = False,
    anchor: str = "",
    port: int = 53,
    timeout_s: float = 1.5,
) -> Iterator[Sample]:
    """Ask *server* for *name*; *want* is one of the data expected, in presentation format.

    *recursive*: it is a resolver, which may ask others.  *anchor* (`zone. DS …`) is what is trusted: the
    answer has to be signed by keys that it vouches for.
    """
    try:
        trust = Anchor.read(anchor) if anchor else None
        answer = ask(server, name, kind, port=port, recursive=recursive, anchor=trust, timeout_s=timeout_s)
    except ValueError as reason:
        raise ProbeError(f"{server}: {name} {kind}: {reason}") from reason
    except OSError as reason:
        raise ProbeError(f"{server}: {name} {kind}: {reason}") from reason
    yield Sample("dns_answer_seconds", answer.seconds)
    yield Sample("dns_authenticated", float(answer.authenticated))
    if trust and answer.code in VALIDATED:
        yield from _signatures(answer)
    if trouble := _trouble(answer, want, recursive=recursive):
        raise ProbeError(f"{server}: {name} {kind}: {trouble}")


def _signatures(answer: Answer) -> Iterator[Sample]:
    cause = answer.fault.cause if answer.fault else ""
    yield Sample("dns_validated", float(not cause))
    for each in CAUSES:  # 0 for the others, so that none is left over from another scrape
        yield Sample("dns_signature_cause", float(each == cause), {"cause": each})
    if answer.ends is not None:
        yield Sample("dns_signature_expiry_timestamp_seconds", answer.ends)


def _trouble(answer: Answer, want: str, *, recursive: bool) -> str:
    fault = answer.fault.reason if answer.fault else ""
    if answer.code != "NOERROR":
        return f"answered {answer.code}{fault and f', and {fault}'}"
    if not answer.authoritative and not recursive:
        return "answered without authority"
    if want and want not in answer.data:
        return f"{want} was meant, {' and '.join(answer.data) or 'nothing'} is published"
    if not answer.data:
        return f"answered with no data{fault and f', and {fault}'}"
    return fault
