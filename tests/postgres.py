"""A PostgreSQL server of the tests' own: on a socket in a private folder, gone with us."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "Qz7tr0ngXk"
PATIENCE_S = 60


def programs() -> Path:
    """Return the folder of PostgreSQL's programs: Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else Path(shutil.which("postgres") or "postgres").resolve().parent


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server that asks for a password; `PGPASSFILE` is set to where it stands."""
    folder = Path(tempfile.mkdtemp(prefix="kgnet-postgres-"))
    folder.chmod(0o755)
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    if os.getuid() == 0:  # the server refuses to be root
        user = pwd.getpwnam("postgres")
        for path in (folder, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]
    else:
        become = ["setpriv", "--pdeathsig=INT"]
    subprocess.run(
        [*become, str(programs() / "initdb"), "-D", str(data), "-U", "kgnet", "-A", "scram-sha-256",
         "--pwfile", str(secret), "--no-sync", "-E", "UTF8", "--locale=C"],
        check=True, capture_output=True, cwd="/", timeout=PATIENCE_S,
    )  # fmt: skip
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={folder}",
        "fsync=off",
        "logging_collector=off",
    ]
    running = subprocess.Popen(
        [*become, str(programs() / "postgres"), "-D", str(data), *(f"--{each}" for each in settings)],
        stdout=subprocess.DEVNULL, stderr=(log := (folder / "log").open("wb")), cwd="/",
    )  # fmt: skip
    passwords = folder / "pgpass"
    passwords.write_text(f"*:*:*:kgnet:{PASSWORD}\n")
    passwords.chmod(0o600)
    before = os.environ.get("PGPASSFILE")
    os.environ["PGPASSFILE"] = str(passwords)
    try:
        _ready(folder, running)
        yield f"postgresql://kgnet@/postgres?host={folder}"
    finally:
        running.send_signal(2)  # a fast shutdown
        running.wait(PATIENCE_S)
        log.close()
        os.environ.pop("PGPASSFILE")
        if before is not None:
            os.environ["PGPASSFILE"] = before
        shutil.rmtree(folder)


def _ready(folder: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    asked = [str(programs() / "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(asked, check=False).returncode:
        assert running.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.05)
