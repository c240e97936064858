# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asked of the host, for the message of a task that fails before it could verify the result.

A module reads back what it changed. When that reading fails, the change is made all the same, and the result has to say
so.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._wsman.values import ObjectPath

#: What to do when it isn't known how far a task came.
RUN_AGAIN = "Run the task again: it starts by checking the host's state."

#: What makes a command line one that only reads: iisreset /STATUS, a script's GET or list, sc qfailure.
_READING_WORDS = frozenset({"/status", "get", "qfailure", "list"})


class Ledger:
    """The changes that were asked for and not refused, until the result of the last one is verified."""

    def __init__(self) -> None:
        self.last = ""
        """What was asked last, in the words of WS-Management."""
        self._asked: list[str] = []
        self._blind = False

    def method(self, path: ObjectPath, method: str) -> None:
        """A method was called, and not refused."""
        self._note(f"{method} of {_object(path)}")

    def write(self, path: ObjectPath, name: str) -> None:
        """A property was written, and not refused."""
        self._note(f"write {name} of {_object(path)}")

    def program(self, program: str, arguments: Sequence[str]) -> None:
        """A program was run."""
        if not _READING_WORDS.intersection(argument.lower() for argument in arguments):
            self._note(" ".join((program, *arguments)))

    def trouble(self) -> None:
        """A request failed: the result of the last change may not have been verified."""
        self._blind = bool(self._asked)

    @property
    def words(self) -> str:
        """What to add to the message of a failure, or nothing."""
        if not self._blind:
            return ""
        asked = f"Before that, the host was asked for: {'; '.join(dict.fromkeys(self._asked))}."
        return f" {asked} The result of the last one could not be verified. {RUN_AGAIN}"

    def _note(self, words: str) -> None:
        self._asked.append(words)
        self._blind = False


def _object(path: ObjectPath) -> str:
    keys = ", ".join(path.keys.values())
    return f"{path.class_name} {keys}" if keys else path.class_name
