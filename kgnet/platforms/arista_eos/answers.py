"""Answers of EOS in JSON: whatever is not as it prints it is one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from kgnet.errors import ReadError

F = TypeVar("F")
WRONG = (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError)


def of_json(read: Callable[[Any], F]) -> Callable[[str], F]:
    """Make a reader of text of one of JSON; ReadError for whatever is not as EOS prints it."""

    @wraps(read)
    def of_text(text: str) -> F:
        what = (read.__doc__ or "").split("`")[1]
        try:
            answer = json.loads(text)
        except ValueError as reason:
            said = text.strip()[:80]
            raise ReadError(
                f"`{what}` answered without JSON: {said!r} — is it EOS 4.23 or later?"
            ) from reason
        try:
            return read(answer)
        except WRONG as reason:
            raise ReadError(f"`{what}` is not as expected: {reason!r}") from reason

    return of_text
