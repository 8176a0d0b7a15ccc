"""A SIP client for a node's own Python: one request over UDP, out comes the final status line.

calls.py METHOD URI SERVER [USER], with USER's password on stdin; a REGISTER only asks who is registered.
"""

import hashlib
import re
import secrets
import socket
import sys


def ask(line: socket.socket, method: str, uri: str, *more: str) -> str:
    """Send one request; return the whole final answer."""
    here = "{}:{}".format(*line.getsockname())
    sender = uri if method == "REGISTER" else f"sip:monitor@{here}"
    head = (
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{secrets.token_hex(8)};rport",
        f"From: <{sender}>;tag={secrets.token_hex(4)}",
        f"To: <{uri}>",
        f"Call-ID: {secrets.token_hex(8)}",
        f"CSeq: 1 {method}",
        "Max-Forwards: 10",
        "Content-Length: 0",
    )
    contact = () if method == "REGISTER" else (f"Contact: <{sender}>",)
    line.send("\r\n".join((*head, *contact, *more, "", "")).encode())
    while (answer := line.recv(65536).decode()).startswith("SIP/2.0 1"):
        pass
    return answer


def proof(answer: str, method: str, uri: str, user: str, password: str) -> str:
    """Answer a challenge (RFC 7616 §3.4, MD5, qop=auth)."""
    realm, nonce = (re.search(rf'{key}="([^"]*)"', answer)[1] for key in ("realm", "nonce"))
    count, own = "00000001", secrets.token_hex(8)
    first = hashlib.md5(f"{user}:{realm}:{password}".encode()).hexdigest()
    second = hashlib.md5(f"{method}:{uri}".encode()).hexdigest()
    response = hashlib.md5(f"{first}:{nonce}:{count}:{own}:auth:{second}".encode()).hexdigest()
    names = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}"'
    return f'Authorization: Digest {names}, algorithm=MD5, qop=auth, nc={count}, cnonce="{own}"'


def main(method: str, uri: str, server: str, user: str = "") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(5)
        line.connect((server, 5060))
        answer = ask(line, method, uri)
        if user:
            answer = ask(line, method, uri, proof(answer, method, uri, user, sys.stdin.read()))
        print(answer.partition("\r\n")[0])


main(*sys.argv[1:])
