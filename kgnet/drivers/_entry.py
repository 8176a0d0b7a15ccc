"""How one is let in over SSH: by a key file, the agent, one's own keys, a password, or prompts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path

import paramiko
from paramiko import AuthenticationException, BadAuthenticationType, Message, PKey, SSHException, Transport
from paramiko.auth_handler import AuthHandler
from paramiko.auth_strategy import AuthSource, AuthStrategy, SourceResult

from kgnet.drivers._way import Settings
from kgnet.errors import SecretError
from kgnet.ports import Access
from kgnet.secrets import kept

KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
OWN = tuple(f"~/.ssh/id_{kind}" for kind in ("ed25519", "ecdsa", "rsa"))  # ssh(1)
KEYS_AT_MOST = 5  # sshd counts each as a try, and MaxAuthTries is 6 (sshd_config(5))
NAME_ASKED = re.compile(r"user|login|name", re.IGNORECASE)
CHANGE_ASKED = re.compile(r"\b(new|retype|re-enter|change|confirm)\b", re.IGNORECASE)


def password(access: Access) -> str | None:
    """Return the operator's password, if there is a file of it; SecretError if others may read it."""
    if access.password_file is None:
        return None
    try:
        return kept(Path(access.password_file), "write the password into it, in one line")
    except FileNotFoundError:
        raise SecretError(
            f"{access.password_file}: no such file — set KGNET_SSH_PASSWORD_FILE to the file of the password"
        ) from None


class Once(AuthHandler):
    """paramiko's, which asks for the service before every try; some servers hang up at the second."""

    def __init__(self, transport: Transport, *, again: bool) -> None:
        super().__init__(transport)
        self._again = again

    def _request_auth(self) -> None:
        if not self._again:
            super()._request_auth()  # type: ignore[misc]
            return
        accepted = Message()
        accepted.add_string("ssh-userauth")
        accepted.rewind()
        self._parse_service_accept(accepted)  # type: ignore[attr-defined]


class Entry(AuthStrategy):
    """paramiko's `auth_strategy`: keys before the password, no method that the device does not offer."""

    def __init__(self, access: Access, user: str, told: Settings) -> None:
        super().__init__(paramiko.SSHConfig())
        self.access, self.user, self.told = access, user, told
        self.refused: SSHException | None = None
        self._tried = False

    def get_sources(self) -> Iterator[AuthSource]:
        """Yield nothing: what is tried depends on what the device offers, see `authenticate`."""
        yield from ()

    def authenticate(self, transport: Transport) -> list[SourceResult]:
        """Get in, or raise what the last method was told."""
        offered = self._offered(transport)
        if transport.is_authenticated():
            return []
        if "publickey" in offered:
            offered = self._keys(transport) or offered
        secret = password(self.access)
        if not transport.is_authenticated() and secret is not None:
            self._password(transport, offered, secret)
        if not transport.is_authenticated():
            raise self.refused or BadAuthenticationType("nothing that is offered can be tried", list(offered))
        return []

    def _try(
        self, transport: Transport, begin: Callable[[AuthHandler, threading.Event], None]
    ) -> Sequence[str]:
        """Try one method; return what is still asked for.  AuthenticationException: it was declined."""
        handler = Once(transport, again=self._tried)
        self._tried = True
        transport.auth_handler = handler
        event = threading.Event()
        begin(handler, event)
        left: Sequence[str] = handler.wait_for_response(event)
        return left

    def _offered(self, transport: Transport) -> Sequence[str]:
        """Ask which methods there are, as ssh(1) does (RFC 4252 §5.2); some devices let anybody in here."""
        try:
            self._try(transport, lambda handler, event: handler.auth_none(self.user, event))
        except BadAuthenticationType as reason:
            return list(reason.allowed_types)
        return []

    def _keys(self, transport: Transport) -> Sequence[str]:
        """Try the keys; return what is still asked for if one of them was but the first step."""
        for key in self._have():
            try:
                return self._try(transport, partial(self._by_key, key))
            except AuthenticationException as reason:
                self.refused = reason
                if not transport.is_active():
                    raise
        return []

    def _by_key(self, key: PKey, handler: AuthHandler, event: threading.Event) -> None:
        handler.auth_publickey(self.user, key, event)

    def _have(self) -> Iterator[PKey]:
        """Yield the keys to try: the file that was named, and no other; else the agent's and one's own."""
        if self.access.key_file is not None:
            yield _key(self.access.key_file)
            return
        if self.access.password_file is not None:
            return  # a device counts wrong keys as tries, and then takes no password any more
        yield from islice(chain(paramiko.Agent().get_keys(), self._own()), KEYS_AT_MOST)

    def _own(self) -> Iterator[PKey]:
        for name in self.told.get("identityfile", OWN):
            path = Path(name).expanduser()
            if path.is_file():
                try:
                    yield _key(str(path))
                except SSHException as reason:  # encrypted, or of a kind that is not known here
                    self.refused = reason

    def _password(self, transport: Transport, offered: Sequence[str], secret: str) -> None:
        """Answer prompts if the device asks by them, as AAA servers like it; else send the password."""
        asked: list[str] = []
        if "keyboard-interactive" in offered:
            answers = self._answers(secret, asked)
            try:
                self._try(
                    transport, lambda handler, event: handler.auth_interactive(self.user, answers, event)
                )
            except AuthenticationException:
                if asked or "password" not in offered or not transport.is_active():
                    raise
            else:
                return
        if "password" in offered:
            self._try(transport, lambda handler, event: handler.auth_password(self.user, secret, event))

    def _answers(self, secret: str, asked: list[str]) -> Callable[..., list[str]]:
        """Return what answers prompts: the user's name where it is asked for, else the password.

        A wish for a new password is not granted: which it shall be is not ours to say.
        """

        def answer(title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
            for prompt, _ in prompts:
                if CHANGE_ASKED.search(prompt):
                    raise AuthenticationException(f"asks for a new password ({prompt.strip()})")
                asked.append(prompt)
            return [self.user if NAME_ASKED.search(prompt) else secret for prompt, _ in prompts]

        return answer


def _key(file: str) -> PKey:
    """Return the private key in *file*; PasswordRequiredException if it is encrypted."""
    for kind in KINDS:
        try:
            return kind.from_private_key_file(file)
        except paramiko.PasswordRequiredException:
            raise
        except SSHException:
            continue
    raise SSHException(f"{file} holds no private key that is known here")
