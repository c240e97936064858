# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the WinRM service needs of a machine; ``simulator.machine.Machine`` is one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Protocol

from simulator.clock import Clock
from simulator.windows.console import Account, Console
from simulator.wmi.repository import Repository


class Process(Protocol):
    """A running command."""

    def __await__(self) -> Generator[Any, None, int]:
        """Wait for the exit code."""

    def terminate(self) -> None:
        """End it at once."""


class Machine(Protocol):
    """A simulated machine."""

    name: str
    clock: Clock
    wmi: Repository
    oem_code_page: int
    """The code page of consoles."""

    @property
    def accounts(self) -> Sequence[Account]:
        """Who may log on."""

    @property
    def powered(self) -> bool:
        """Whether the machine is on."""

    @property
    def listening(self) -> bool:
        """Whether the machine is on and its WinRM service runs."""

    @property
    def serves_tls(self) -> bool:
        """Whether HTTP.sys can speak TLS."""

    @property
    def control_actions(self) -> Mapping[str, Callable[..., Any]]:
        """Changes from outside, by name."""

    def start_command(
        self,
        command_line: str,
        console: Console,
        environment: Mapping[str, str] | None = None,
        *,
        shell: bool = True,
        folder: str = "C:\\",
    ) -> Process:
        """Start a command line, by cmd.exe or (``shell`` False) without it."""

    def on_power(self, callback: Callable[[bool], None]) -> None:
        """Ask to be told when the machine is switched on (True) or off (False)."""

    def describe(self) -> Mapping[str, Any]:
        """The machine's true state, ready for JSON."""
