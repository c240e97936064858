# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program talks to: its output, its errors, its input, and as whom it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A local account of a machine. ``admin``: a member of Administrators. ``denied_namespaces``: WMI namespaces on
    which it lacks the right Remote Enable (win32: access to WMI namespaces). ``elevated``: its remote logons have the
    full token; those of a local account are filtered from Windows Vista on, but for the built-in Administrator, unless
    LocalAccountTokenFilterPolicy is set (win32: user account control and WMI)."""

    user: str
    password: str
    admin: bool = True
    denied_namespaces: tuple[str, ...] = ()
    elevated: bool = True

    @property
    def privileged(self) -> bool:
        """An administrator with its full token."""
        return self.admin and self.elevated


class Encoded(str):
    """Output of a program that writes in a code page of its own, whatever the console's is; ``codec`` names it."""

    codec: str = ""

    @classmethod
    def of(cls, text: str, codec: str) -> Encoded:
        """A text in an encoding."""
        made = cls(text)
        made.codec = codec
        return made


SYSTEM = Account("SYSTEM", "")
"""The account of services, and so of the programs that recovery actions run."""


class Console:
    """The three streams of a command. Lines end with CR LF.

    ``sink`` gets each piece of output with its stream, ``"stdout"`` or ``"stderr"``, as it is written; what was
    written is also kept in ``stdout`` and ``stderr`` unless there is a sink. ``stdin`` holds pieces of input and None
    for its end.
    """

    def __init__(
        self,
        sink: Callable[[str, str], None] | None = None,
        account: Account = SYSTEM,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._sink = sink
        self._written: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._unread = ""
        self._ended = False
        self.account = account
        self.environment: dict[str, str] = dict(environment or {})
        self.stdin: asyncio.Queue[str | None] = asyncio.Queue()

    def write(self, text: str) -> None:
        """Write to standard output."""
        self._emit("stdout", text)

    def write_error(self, text: str) -> None:
        """Write to standard error."""
        self._emit("stderr", text)

    def _emit(self, stream: str, text: str) -> None:
        if not text:
            return
        if self._sink is None:
            self._written[stream].append(text)
        else:
            self._sink(stream, text)

    @property
    def stdout(self) -> str:
        """What was written to standard output, where there is no sink."""
        return "".join(self._written["stdout"])

    @property
    def stderr(self) -> str:
        """What was written to standard error, where there is no sink."""
        return "".join(self._written["stderr"])

    async def read_line(self) -> str | None:
        """The next line of input without its end, None at the end of input. Waits as long as nothing comes."""
        while "\n" not in self._unread and not self._ended:
            piece = await self.stdin.get()
            if piece is None:
                self._ended = True
            else:
                self._unread += piece
        if not self._unread:
            return None
        line, _newline, self._unread = self._unread.partition("\n")
        return line.rstrip("\r")

    def derived(self, sink: Callable[[str, str], None] | None, *, keep_input: bool = True) -> Console:
        """A console for a part of a command whose output goes elsewhere; it shares the input unless told otherwise."""
        child = Console(sink, self.account)
        child.environment = self.environment
        if keep_input:
            child.stdin = self.stdin
        return child
