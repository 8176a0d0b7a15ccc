"""An hour under Prometheus: Debian's scrapes `kgnet export` of the whole province every 15 s.

    unshare --net python benchmarks/hour.py [MINUTES]           default: 60, at least 10

Exit 1 if a scrape was late, failed or is missing, if the exporter's memory grew, or if series came that were
not there when it had warmed up.  Needs prometheus; what it asks is `standin.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import peer
from standin import AUTH, PRIV, own_network, serving

from kgnet import inventory
from kgnet.design import design

EVERY_S = 15
WARM_S = 150  # ten scrapes: indexes learned, threads started, buffers as large as they get
LATE_S = 1.0  # Prometheus' own clock may be that much off
GROWTH_MIB = 2.0  # 240 scrapes: what keeps 10 KiB of each is found
JOB = '{job="kgnet"}'
TOLD = '{job="kgnet", __name__!~"ALERTS.*|.*:.*"}'  # what rules make of it is not the exporter's
INVENTORY = Path(__file__).resolve().parent.parent / "inventories/kiengiang"


def asked(port: int, path: str, **options: str | float) -> Any:
    url = f"http://{peer.HOME}:{port}/api/v1/{path}?{urlencode(options)}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)["data"]


def ranged(port: int, metric: str, seconds: float) -> list[tuple[float, float]]:
    """Return the instants and values that were scraped in the last *seconds*."""
    (series,) = asked(port, "query", query=f"{metric}{JOB}[{seconds:.0f}s]")["result"]
    return [(instant, float(value)) for instant, value in series["values"]]


def series(port: int, start: float, end: float) -> set[str]:
    found = asked(port, "series", **{"match[]": TOLD, "start": start, "end": end})
    return {json.dumps(each, sort_keys=True) for each in found}


def configured(folder: Path, exporter: int, prometheus: int) -> Path:
    """Write what `kgnet export config` writes, and the keys of SNMP; return prometheus.yml."""
    (folder / "secrets/snmp").mkdir(parents=True, mode=0o700)
    for name, phrase in (("auth", AUTH), ("priv", PRIV)):
        path = folder / "secrets/snmp" / name
        path.write_text(phrase)
        path.chmod(0o600)
    where = ("--exporter", f"{peer.HOME}:{exporter}", "--discovery", "static", "--interval", str(EVERY_S))
    subprocess.run([*kgnet("config"), "-o", str(folder), *where], check=True, stdout=subprocess.DEVNULL)
    written = folder / "prometheus.yml"
    written.write_text(written.read_text().replace(f"{peer.HOME}:9090", f"{peer.HOME}:{prometheus}"))
    return written


def kgnet(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("kgnet")), "export", *arguments, "-i", str(INVENTORY)]


def watched(pid: int, seconds: float) -> list[float]:
    """Return the memory of *pid* in MiB, as it was every 15 s; says so every five minutes."""
    found = []
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        found.append(peer.resident_mib(pid))
        if len(found) % 20 == 0:
            print(f"{passed / 60:4.0f} min {found[-1]:6.1f} MiB {peer.used(pid):7.1f} s CPU", flush=True)
        time.sleep(EVERY_S)
    return found


def wrong(port: int, begun: float, memory: list[float]) -> Iterator[str]:
    """Yield what is not as it has to be, and print the figures."""
    now = time.time()
    up = ranged(port, "up", now - begun)
    took = [value for _, value in ranged(port, "scrape_duration_seconds", now - begun)]
    gaps = [after - before for (before, _), (after, _) in pairwise(up)]
    warm, ever = series(port, begun, begun + WARM_S), series(port, begun, now)
    after_warm = memory[int(WARM_S / EVERY_S) :]
    quarter = len(after_warm) // 4
    first, last = median(after_warm[:quarter]), median(after_warm[-quarter:])
    print(
        f"{len(up)} scrapes in {(now - begun) / 60:.0f} min, {min(gaps):.2f} to {max(gaps):.2f} s apart,"
        f" {median(took):.2f} s each, {max(took):.2f} s at most; {len(ever)} series;"
        f" memory {first:.1f} MiB in the first quarter, {last:.1f} in the last"
    )
    if failed := sum(value != 1 for _, value in up):
        yield f"{failed} scrapes failed"
    if max(gaps) > EVERY_S + LATE_S:
        yield f"{sum(gap > EVERY_S + LATE_S for gap in gaps)} gaps, the longest of {max(gaps):.1f} s"
    if last - first > GROWTH_MIB:
        yield f"memory grew by {last - first:.1f} MiB"
    if not warm:
        yield "no series within the first minutes"
    for each in sorted(ever - warm)[:10]:
        yield f"a new series: {each}"


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    if minutes < 10:
        sys.exit("under 10 minutes nothing can be said of growth")
    prometheus = peer.program("prometheus")
    own_network()
    ours, theirs = peer.free_port(), peer.free_port()
    fleet = design(inventory.load(INVENTORY))
    with tempfile.TemporaryDirectory() as name, serving(fleet, Path(name)) as authority:
        folder = Path(name)
        config = configured(folder, ours, theirs)
        (folder / "secrets/tls").mkdir(mode=0o700)
        authority.rename(folder / "secrets/tls/ca.crt")
        environment = ("env", f"KGNET_SECRETS={folder / 'secrets'}")
        stored = f"--storage.tsdb.path={folder / 'tsdb'}"
        listens = f"--web.listen-address={peer.HOME}:{theirs}"
        with (
            peer.running(*environment, *kgnet("--listen", f"{peer.HOME}:{ours}"), port=ours) as pid,
            peer.running(prometheus, f"--config.file={config}", stored, listens, port=theirs),
        ):
            begun = time.time()
            memory = watched(pid, minutes * 60)
            faults = list(wrong(theirs, begun, memory))
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
