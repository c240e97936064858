# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation of the domain gives back, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from .._wsman.errors import Fault, MalformedAnswer
from .codes import describe_fault

T = TypeVar("T")


class Word(str, Enum):
    """One of the words that a module takes or returns. As a text it is that word."""

    def __str__(self) -> str:
        return str(self.value)


@dataclass
class Outcome:
    """The end of an operation that did not fail.

    ``values`` are the documented return values of the module; ``before`` and ``after`` are what diff
    mode shows, left empty by operations that change nothing. ``cost`` is, in check mode, what the operation would cost:
    a sentence that is shown as a warning.
    """

    changed: bool
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    cost: str = ""


class IisError(Exception):
    """An operation that can't be done, or failed on the way, in the administrator's words.

    The message says what was attempted, on which object, what the host answered (symbol and hex code) and
    what to do next. ``values`` says how far it came and what the host's state is now, under the same names
    as in a success. ``changed`` says whether anything on the host was changed before the failure.
    """

    def __init__(self, message: str, *, values: Mapping[str, Any] | None = None, changed: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.values: dict[str, Any] = dict(values or {})
        self.changed = changed

    def explain(self) -> None:
        """Find out what the message says, for a message that takes requests. Raises any WsManError."""


def attempt(read: Callable[[], T], failures: list[str]) -> T | None:
    """Read something, or add to ``failures`` why it can't be read. Raises HostUnreachable."""
    try:
        return read()
    except IisError as error:
        failures.append(error.message)
    except (Fault, MalformedAnswer) as trouble:
        failures.append(why_not_read(trouble))
    return None


def why_not_read(trouble: Fault | MalformedAnswer) -> str:
    """Say as a sentence why something couldn't be read."""
    if isinstance(trouble, Fault):
        return f"The host refused: {describe_fault(trouble)}."
    return f"The host's answer can't be understood: {trouble}."
