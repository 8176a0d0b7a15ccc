"""A conference room from inside: this file is put into the room's node and run there by its own Python.

    endpoint.py serve REGISTRAR    keep baresip at the registrar; makes the tone that it speaks first
    endpoint.py call EXTENSION S   call for S seconds; one line of JSON says how it went

Nothing but the standard library; baresip is steered over its TCP control port (netstrings of JSON).
"""

from __future__ import annotations

import json
import math
import socket
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path("/root/.baresip")
TONE = Path("/run/baresip/tone.wav")
CONTROL = ("127.0.0.1", 4444)
SIP_PORT = 5060
TONE_HZ, TONE_S, RATE_HZ, LOUDNESS = 440, 300, 8000, 8000  # baresip ends a call when the tone ends
WATCH_S, GONE = 3.0, 5  # look this often; after so many looks in vain baresip waits for minutes by itself
RING_S = 10.0
Event = dict[str, Any]


def tone(path: Path) -> None:
    """Write a tone, 8 kHz as telephones speak; one second of it, over and over."""
    second = (LOUDNESS * math.sin(2 * math.pi * TONE_HZ * n / RATE_HZ) for n in range(RATE_HZ))
    frames = b"".join(struct.pack("<h", int(value)) for value in second)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(frames * TONE_S)


def serve(registrar: str) -> None:
    """Run baresip, and start it anew when it ended or when the registrar was gone for long and is back."""
    tone(TONE)
    while True:
        while not answers(registrar):
            time.sleep(1)
        child = subprocess.Popen(["/usr/bin/baresip", "-f", str(FOLDER)], stdin=subprocess.DEVNULL)
        watch(child, registrar)
        child.terminate()
        child.wait()


def watch(child: subprocess.Popen[bytes], registrar: str) -> None:
    """Return when *child* has ended, or should."""
    missed = 0
    while child.poll() is None:
        time.sleep(WATCH_S)
        if not answers(registrar):
            missed += 1
        elif missed >= GONE:
            return
        else:
            missed = 0


def answers(registrar: str) -> bool:
    try:
        socket.create_connection((registrar, SIP_PORT), 2.0).close()
    except OSError:
        return False
    return True


class Control:
    """A conversation with baresip."""

    def __init__(self) -> None:
        self.line = socket.create_connection(CONTROL, 3.0)
        self.unread = b""

    def send(self, command: str, parameters: str = "") -> None:
        text = json.dumps({"command": command, "params": parameters}).encode()
        self.line.sendall(b"%d:%s," % (len(text), text))

    def events(self, seconds: float) -> Iterator[Event]:
        """Yield what baresip says for so long, its answers to commands too."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            length, _, rest = self.unread.partition(b":")
            if length.isdigit() and len(rest) > int(length):
                self.unread = rest[int(length) + 1 :]
                yield json.loads(rest[: int(length)])
            elif not self._read(left):
                return

    def _read(self, timeout_s: float) -> bool:
        self.line.settimeout(timeout_s)
        try:
            came = self.line.recv(65536)
        except TimeoutError:
            return False
        self.unread += came
        return bool(came)


def call(extension: str, seconds: float) -> Event:
    """Call *extension*, listen for *seconds*, hang up; say what came, in packets and milliseconds."""
    control = Control()
    control.send("dial", extension)
    said: Event = {"established": False, "encrypted": False, "reason": "no answer"}
    said |= listen(control, RING_S, until=("CALL_ESTABLISHED", "CALL_CLOSED"))
    if said["established"]:
        said |= listen(control, seconds, until=("CALL_CLOSED",))
    control.send("hangup")
    listen(control, 1.0, until=("CALL_CLOSED",))
    return said


def listen(control: Control, seconds: float, *, until: tuple[str, ...]) -> Event:
    """Return what is said for so long, or up to an event of a type named in *until*."""
    said: Event = {}
    for event in control.events(seconds):
        said |= told(event)
        if event.get("type") in until:
            break
    return said


def told(event: Event) -> Event:
    """Return what one event of baresip says about the call."""
    match event.get("type"):
        case "CALL_ESTABLISHED":
            return {"established": True, "reason": ""}
        case "CALL_MENC":
            return {"encrypted": True, "cipher": event["param"].rpartition(",")[2]}
        case "CALL_CLOSED":
            return {"reason": event["param"]}
        case "CALL_RTCP":
            stats = event["rtcp_stats"]
            came = stats["rx"]
            return {
                "received": came["sent"] - came["lost"],
                "lost": came["lost"],
                "jitter_ms": came["jit"] / 1000,
                "rtt_ms": stats["rtt"] / 1000,
            }
    return {}


def main(argv: list[str]) -> int:
    match argv:
        case ["serve", registrar]:
            serve(registrar)
        case ["call", extension, seconds]:
            said = call(extension, float(seconds))
            sys.stdout.write(json.dumps(said) + "\n")
            return 0 if said["established"] else 1
    sys.stderr.write(f"{__doc__}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
