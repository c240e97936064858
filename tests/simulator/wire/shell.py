# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One remote shell and its commands: output in pieces, input, exit codes."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.windows.console import Account, Console, Encoded
from simulator.wire import names
from simulator.wire.host import Machine, Process
from simulator.wire.markup import attribute, element, leaf

_STATE = f"{names.SHELL}/CommandState"
_CHUNK = 24_000
"""Bytes of output in one Stream element. ASSUMED: small enough for several to fit an envelope."""


def new_id() -> str:
    """A shell's or a command's id."""
    return str(uuid.uuid4()).upper()


class Command:
    """A running command. Its output waits until a Receive takes it."""

    def __init__(self, account: Account, line: str, environment: Mapping[str, str], codepage: str) -> None:
        self.id = new_id()
        self.line = line
        self.console = Console(self._output, account, environment)
        self.exit_code: int | None = None
        self.received_all = False
        self._codepage = codepage
        self._pending: deque[tuple[str, bytes]] = deque()
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._process: Process | None = None

    def start(self, machine: Machine, *, shell: bool, folder: str) -> None:
        """Run the command line."""
        environment = self.console.environment
        process = machine.start_command(self.line, self.console, environment, shell=shell, folder=folder)
        self._process = process

        async def finish() -> None:
            self.exit_code = await process
            self._news.set()

        self._work = asyncio.get_running_loop().create_task(finish())

    def return_at_once(self) -> None:
        """End without having done anything: no output, exit code 0 (WinRb/WinRM#181)."""
        self.exit_code = 0

    def terminate(self) -> None:
        """End it. It stays until its exit code is fetched or its shell goes."""
        if self.exit_code is None and self._process is not None:
            self._process.terminate()

    def type_in(self, data: bytes, *, end: bool) -> None:
        """Input from a Send; ``end`` closes it."""
        if data:
            self.console.stdin.put_nowait(data.decode(self._codepage, "replace"))
        if end:
            self.console.stdin.put_nowait(None)

    async def output(self, streams: list[str], limit: int) -> str:
        """The body of a ReceiveResponse: waits until there is output or the command has ended."""
        while self.exit_code is None and not self._pending:
            self._news.clear()
            await self._news.wait()
        parts: list[str] = []
        size = 0
        while self._pending and size < limit:
            name, data = self._pending.popleft()
            if name in streams:
                parts.append(self._stream(name, data))
                size += len(parts[-1])
        if self.exit_code is None or self._pending:
            state = element("rsp:CommandState", "", self._state("Running"))
        else:
            self.received_all = True
            parts += [self._stream(name, b"", ' End="true"') for name in streams]
            state = element("rsp:CommandState", leaf("rsp:ExitCode", str(self.exit_code)), self._state("Done"))
        return element("rsp:ReceiveResponse", "".join(parts) + state)

    def _output(self, stream: str, text: str) -> None:
        data = text.encode(text.codec if isinstance(text, Encoded) else self._codepage, "replace")
        for start in range(0, len(data), _CHUNK):
            self._pending.append((stream, data[start : start + _CHUNK]))
        self._news.set()

    def _stream(self, name: str, data: bytes, end: str = "") -> str:
        attributes = attribute("Name", name) + attribute("CommandId", self.id) + end
        return leaf("rsp:Stream", base64.b64encode(data).decode(), attributes)

    def _state(self, state: str) -> str:
        return attribute("CommandId", self.id) + attribute("State", f"{_STATE}/{state}")


@dataclass
class Shell:
    """A shell: an environment in which commands start. Times in seconds of the machine's clock.

    ``idle_counts``: whether it ends when nobody uses it for ``idle_timeout``.
    """

    id: str
    account: Account
    client: str
    idle_timeout: float
    idle_counts: bool
    lifetime: float
    created: float
    used: float
    codepage: str = "cp437"
    folder: str = "C:\\"
    input_streams: str = "stdin"
    output_streams: str = "stdout stderr"
    environment: dict[str, str] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    in_use: int = 0

    def running(self) -> int:
        """How many of its commands have not ended."""
        return sum(1 for command in self.commands.values() if command.exit_code is None)

    def unread(self) -> int:
        """How many of its commands have ended neither, or not in a Receive that told so."""
        return sum(1 for command in self.commands.values() if not command.received_all)

    def over(self, now: float) -> bool:
        """Whether its time is up: its lifetime (MS-WSMV 3.1.5.4), or that of a shell nobody uses (3.1.5.3)."""
        idle = self.idle_counts and not self.in_use and now - self.used >= self.idle_timeout
        return idle or now - self.created >= self.lifetime

    def close(self) -> None:
        """End everything in it."""
        for command in self.commands.values():
            command.terminate()
        self.commands.clear()
