"""probe, target → samples: success and duration are said here, for every probe alike."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from time import perf_counter

from kgnet.errors import ProbeError, UsageError
from kgnet.model.outcome import Sample
from kgnet.ports import Probe

LOG = logging.getLogger(__name__)
TRUE, FALSE = ("yes", "true", "1"), ("no", "false", "0")


Tell = Callable[[str], None]  # hears what a probe does, a line an event, when it does it


def _nobody(_: str) -> None:
    """Hear nothing."""


def measure(
    probe: Probe, target: str, options: Mapping[str, str], tell: Tell = _nobody
) -> tuple[Sample, ...]:
    """Run *probe* against *target*: its samples, then `probe_success` (1 or 0) and `probe_duration_seconds`.

    A target that does not answer as it should is told in the log. *options* are written as text, as an
    inventory or an address bar has them; UsageError if one is unknown or does not read as its kind.
    """
    keywords = {name: _value(probe, name, text) for name, text in options.items()}
    samples: list[Sample] = []
    asked = " ".join(f"{name}={value}" for name, value in sorted({**probe.options, **keywords}.items()))
    tell(f"{probe.name} asks {target}: {asked}")
    started = perf_counter()
    try:
        for sample in probe.measure(target, **keywords):
            samples.append(sample)  # what came before a failure counts
            tell(f"{sample.name} {dict(sample.labels) or ''} is {sample.value:.10g}".replace("  ", " "))
        success = 1.0
    except ProbeError as reason:
        LOG.info("probe %s: %s", probe.name, reason)
        tell(f"failed: {reason}")
        success = 0.0
    duration = Sample("probe_duration_seconds", perf_counter() - started)
    tell(f"{'succeeded' if success else 'did not succeed'} after {duration.value:.3f} s")
    return (*samples, Sample("probe_success", success), duration)


def _value(probe: Probe, name: str, text: str) -> object:
    """Read *text* as what the option *name* takes: the kind of its default."""
    if name not in probe.options:
        known = ", ".join(sorted(probe.options))
        raise UsageError(f"probe {probe.name} has no option {name!r} — known: {known}")
    kind = type(probe.options[name])
    try:
        return _boolean(text) if kind is bool else kind(text)
    except ValueError:
        raise UsageError(f"probe {probe.name}: option {name}: {text!r} is no {kind.__name__}") from None


def _boolean(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ValueError(text)
    return text.lower() in TRUE
