"""Why there is no session, in an operator's words, and what to do about it."""

from __future__ import annotations

import paramiko

from kgnet.drivers._way import NoWay
from kgnet.ports import Access, Endpoint


class UnknownHostKey(paramiko.SSHException):
    """The host offered a key that nobody vouched for."""


def why(reason: BaseException, place: Endpoint, access: Access, *, jump: str = "") -> str:
    """Say why *place* cannot be spoken to; *jump*: the last words of the client of a jump host."""
    where = place.host if place.port == 22 else f"[{place.host}]:{place.port}"
    if jump and not isinstance(reason, (UnknownHostKey, paramiko.BadHostKeyException)):
        return f"{where} is not reached through its jump host: {jump} — see {access.ssh_config}"
    known = access.known_hosts or "~/.ssh/known_hosts"
    what = _what(reason, known, access)
    if isinstance(reason, UnknownHostKey):
        what += f": ssh-keyscan -p {place.port} {place.host} >> {known}"
    elif isinstance(reason, paramiko.BadHostKeyException):
        what += f": ssh-keygen -R '{where}' -f {known}"
    return f"{where} {what}"


def _what(reason: BaseException, known: str, access: Access) -> str:
    """Say what *reason* means; UnknownHostKey comes first, since it is an SSHException too."""
    meanings: tuple[tuple[type[BaseException], str], ...] = (
        (
            UnknownHostKey,
            f"shows a host key that {known} does not hold ({reason}) — compare it on the device"
            " (ssh-keygen -lf) and add it",
        ),
        (
            paramiko.BadHostKeyException,
            f"shows another host key than {known} holds: a rebuilt device, or somebody in between"
            " — if it was rebuilt",
        ),
        (
            paramiko.PasswordRequiredException,
            f"wants {access.key_file}, which is encrypted — load it into ssh-agent, unset KGNET_SSH_KEY",
        ),
        (paramiko.AuthenticationException, not_let_in(reason, access)),
        (TimeoutError, f"did not answer within {access.timeout_s:g} s"),
        (NoWay, f"is not on any way: {reason}"),
        (OSError, f"does not answer: {first(reason)}"),
    )
    told = (text for kind, text in meanings if isinstance(reason, kind))
    return next(told, f"does not speak SSH: {said(reason)}")


def not_let_in(reason: BaseException, access: Access) -> str:
    """Say with what we tried to get in, and what the device has to know."""
    if "EOF" in str(reason):  # paramiko's words for a line that breaks meanwhile
        return "hangs up during the login — it may have too many sessions, or block us for wrong passwords"
    if "new password" in str(reason):
        return f"does not let {access.user} in: it {reason} — log in by hand and set one"
    by = access.key_file or access.password_file
    if access.password_file:
        remedy = "the device, or its AAA server, needs this user and password"
    else:
        remedy = "its authorized_keys need the public half"
        if not access.key_file:
            remedy += ", or set KGNET_SSH_PASSWORD_FILE"
    return f"does not let {access.user} in by {by or 'the keys of ssh-agent'} — {remedy}"


def said(reason: BaseException) -> str:
    return str(reason) or "the far end closed it"


def first(reason: BaseException) -> str:
    """Return the system's words; paramiko wraps one error an address tried."""
    errors = getattr(reason, "errors", None)
    inner = next(iter(errors.values())) if errors else reason
    return getattr(inner, "strerror", None) or str(inner)
