"""Ask the holder of a twin: one line of JSON, one line back, over a socket in the twin's folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kgnet.errors import TwinError
from kgnet.twin.state import Folder

ANSWER_S = 30.0


@contextmanager
def near(folder: Folder) -> Iterator[str]:
    """The socket's path in a form that fits the 107 bytes of a Unix address (unix(7))."""
    fd = os.open(folder.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{folder.socket.name}"
    finally:
        os.close(fd)


def ask(folder: Folder, verb: str, **words: Any) -> dict[str, Any]:
    """Ask the holder of a running twin; TwinError with what it says if it cannot."""
    folder.running()
    with near(folder) as path, socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(path)
            line.sendall(json.dumps({"verb": verb, **words}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile().readline() or '{"error": "it ended"}')
        except OSError as reason:
            raise TwinError(f"twin {folder.name} does not answer: {reason}") from reason
    if "error" in answer:
        raise TwinError(f"twin {folder.name}: {answer['error']}")
    return answer
