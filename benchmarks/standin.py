"""What stands in for a province in a network of its own: agents, rooms, mail, names and applications.

Every address is this machine's, but for those of the dead: what is sent to these goes out and is never heard
of again, echoes included.  Rooms and the registrar answer SIP over TLS, mail STARTTLS and TLS, applications
HTTPS, name servers with authority; certificates are of one authority, made for the run.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import ssl
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread

import dns.flags
import dns.message
import dns.rrset

from kgnet.emulate.agent import Agent, Tree
from kgnet.emulate.agent import Agents as Served
from kgnet.export.asked import COUNTERS, DISCONTINUITY, IF_OPER_STATUS, PEER_STATE, Job, Port
from kgnet.export.devices import jobs
from kgnet.model.fleet import Fleet, Target
from kgnet.wire import pki
from kgnet.wire.snmp import SYS_UPTIME

Talk = Callable[[StreamReader, StreamWriter], Awaitable[None]]

PORT, INTERFACES = 161, 8
USER, AUTH, PRIV = "kgnet-monitor", "the phrase that proves", "the phrase that hides"
MADE = "10.20"  # begins the addresses of devices that no inventory has
ANYBODY = "sip.invalid"  # whom the certificate of rooms and registrar is for
SILENT, FROM = "silent", "10.255.255.254"  # where the dead are; who speaks to them
SOA = "ns.invalid. hostmaster.invalid. 1 3600 600 86400 300"


def own_network() -> None:
    """Have every address be this machine's; ends the benchmark where a network would mind."""
    if len(Path("/proc/net/dev").read_text().splitlines()) > 3:  # two lines of title, one of loopback
        sys.exit("needs a network namespace of its own: unshare --net python benchmarks/…")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    _ip(
        "link set lo up",
        "route add local 0.0.0.0/0 dev lo",
        f"link add {SILENT} type veth peer name {SILENT}-end",
        f"link set {SILENT} up arp off",  # frames for nobody: the other end drops them
        f"link set {SILENT}-end up",
    )


def silence(fleet: Fleet, devices: Iterable[str]) -> None:
    """Have nobody at all be at any address of *devices*."""
    found = set()
    for device in map(fleet.devices.__getitem__, devices):
        found |= {
            device.management,
            device.address,
            *(each.ipv4.ip for each in device.interfaces if each.ipv4),
        }
    _ip(*(f"route add {each}/32 dev {SILENT} table local src {FROM}" for each in found if each.version == 4))


def _ip(*commands: str) -> None:
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)


def made(count: int, part: int = 0) -> list[Job]:
    """Return *count* devices of 8 interfaces each, all of which count."""
    ports = tuple(_port(f"Ethernet{index}") for index in range(1, INTERFACES + 1))
    numbers = (f"{MADE}{part}.{number // 250}.{1 + number % 250}" for number in range(count))
    return [Job(address, address, ports, (), "linux") for address in numbers]


def padded(job: Job) -> Job:
    """Return *job* with eight interfaces at least."""
    more = range(len(job.ports) + 1, INTERFACES + 1)
    named = next((port.named for port in job.ports), None)
    ports = (_port(f"Ethernet{index} of {job.device}", named) for index in more)
    return replace(job, ports=(*job.ports, *ports))


def _port(name: str, named: str | None = None) -> Port:
    port = Port(name, name, name, inner=True)
    return replace(port, named=named) if named else port


def over_tls(fleet: Fleet) -> Fleet:
    """Return *fleet*, its rooms and registrar asked over TLS: that costs more than the datagrams they get."""

    def secured(target: Target) -> Target:
        more = (("transport", "tls"), ("name", ANYBODY)) if target.module == "sip" else ()
        return replace(target, options=(*target.options, *more))

    return replace(fleet, targets=tuple(map(secured, fleet.targets)))


def tree(job: Job) -> Tree:
    """Return what an agent has that is asked *job*, and as much of IF-MIB."""
    columns = {IF_OPER_STATUS: "2|1", DISCONTINUITY: "67|0"} | dict.fromkeys(
        COUNTERS.values(), "70|123456789"
    )
    numbered = list(enumerate(job.ports, start=1))
    return Tree(
        [
            f"{SYS_UPTIME}|67|424242",
            *(f"{port.named}.{index}|4|{port.name}" for index, port in numbered),
            *(f"{column}.{index}|{value}" for column, value in columns.items() for index, _ in numbered),
            *(f"{PEER_STATE}.{session.address}|2|6" for session in job.sessions),
            *(f"1.3.6.1.2.1.25.3.3.1.2.{index}|2|12" for index in (1, 2)),
        ]
    )


def agents(fleet: Fleet) -> None:
    """Answer SNMP for the fleet's devices, and for the made ones."""
    known = {job.address: Agent(tree(padded(job)), job.address, USER, AUTH, PRIV) for job in jobs(fleet)}
    alike = tree(made(1)[0])

    def whose(address: str) -> Agent | None:
        if address not in known and address.startswith(MADE):
            known[address] = Agent(alike, address, USER, AUTH, PRIV)
        return known.get(address)

    Served(whose, port=PORT).serve()


# ── what stands for rooms, mail, names and applications ─────────────────────


def contexts(names: Iterable[str], folder: Path) -> ssl.SSLContext:
    """Return a server's side that has a certificate for each of *names*; the authority is in ca.crt."""
    key, certificate = pki.authority("the benchmark's")
    (folder / "ca.crt").write_text(certificate)
    found: dict[str | None, ssl.SSLContext] = {}
    for name in names:
        path = folder / f"{name}.pem"
        path.write_text("".join(pki.leaf(name, key, certificate)))
        found[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found[name].load_cert_chain(path)

    def chosen(opened: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name in found:
            opened.context = found[name]

    first = next(iter(found.values()))
    first.sni_callback = chosen  # type: ignore[assignment]  # of SSLSocket, says typeshed; asyncio has objects
    return first


def accepted(options: bytes) -> bytes:
    """Return that a call would be taken (RFC 3261 §11.2)."""
    asked = options.decode().split("\r\n")
    kept = [line for line in asked if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))]
    return "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode()


async def sip(reader: StreamReader, writer: StreamWriter) -> None:
    writer.write(accepted(await reader.readuntil(b"\r\n\r\n")))


async def web(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nup\n")


async def imap(_: StreamReader, writer: StreamWriter) -> None:
    writer.write(b"* OK ready\r\n")


async def smtp(reader: StreamReader, writer: StreamWriter, *, context: ssl.SSLContext) -> None:
    writer.write(b"220 ready\r\n")
    await reader.readline()
    writer.write(b"250-mail\r\n250 STARTTLS\r\n")
    await reader.readline()
    writer.write(b"220 go\r\n")
    await writer.start_tls(context)
    await reader.read(100)


async def closed(talk: Talk, reader: StreamReader, writer: StreamWriter) -> None:
    """Talk, and close whatever comes of it: who only looks at a certificate hangs up."""
    with suppress(OSError, asyncio.IncompleteReadError):
        await talk(reader, writer)
        await writer.drain()
    writer.close()


def authoritative(query: bytes) -> bytes:
    """Return the answer of a server with authority over all there is."""
    asked = dns.message.from_wire(query)
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.AA
    answer.answer.append(dns.rrset.from_text(asked.question[0].name, 300, "IN", "SOA", SOA))
    return answer.to_wire()


class Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram by one."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._answer(data), addr)


async def services(fleet: Fleet, folder: Path, ready: Event) -> None:
    names = {dict(target.options).get("name", ANYBODY) for target in fleet.targets}
    context = contexts(sorted(each for each in names if not each.endswith(".")), folder)
    submission = partial(smtp, context=context)
    talks = ((5061, sip, context), (443, web, context), (993, imap, context), (25, submission, None))
    for port, talk, secured in (*talks, (587, submission, None)):
        await asyncio.start_server(partial(closed, talk), "0.0.0.0", port, ssl=secured, backlog=500)
    loop = asyncio.get_running_loop()
    datagrams = {"dns": (53, authoritative), "sip": (5060, accepted)}
    for module, host in {(each.module, each.target) for each in fleet.targets if each.module in datagrams}:
        port, answer = datagrams[module]
        await loop.create_datagram_endpoint(partial(Datagrams, answer), local_addr=(host, port))
    ready.set()
    await asyncio.Event().wait()


def serve(fleet: Fleet, folder: Path, ready: Event) -> None:
    Thread(target=agents, args=(fleet,), daemon=True).start()
    asyncio.run(services(fleet, folder, ready))


@contextmanager
def serving(fleet: Fleet, folder: Path) -> Iterator[Path]:
    """Have all of *fleet* answer until the block ends; yields the certificate of its authority."""
    new = multiprocessing.get_context("spawn")
    ready = new.Event()
    process = new.Process(target=serve, args=(fleet, folder, ready), daemon=True)
    process.start()
    if not ready.wait(60):
        sys.exit("what stands in for the province does not start")
    try:
        yield folder / "ca.crt"
    finally:
        process.terminate()
        process.join()
