# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from outside that every IIS meets alike: foreign processes, IISReset's switch, services that fail."""

from __future__ import annotations

from typing import Protocol


class Surrounded(Protocol):
    """An IIS, as far as its surroundings bear on it."""

    occupied_ports: dict[int, str]
    failing_starts: dict[str, int]
    iisreset_disabled: bool
    refuse_control_once: bool


class Surroundings:
    """The actions."""

    def __init__(self, iis: Surrounded) -> None:
        self._surrounded = iis

    def occupy_port(self, port: int, process: str = "apache.exe") -> None:
        """A foreign process listens on a port."""
        self._surrounded.occupied_ports[port] = process

    def free_port(self, port: int) -> None:
        """It doesn't any more."""
        self._surrounded.occupied_ports.pop(port, None)

    def disable_iisreset(self, disabled: bool = True) -> None:
        """As ``iisreset /disable`` or ``/enable`` would."""
        self._surrounded.iisreset_disabled = disabled

    def refuse_control_once(self) -> None:
        """The next iisreset meets 0x80070425 once."""
        self._surrounded.refuse_control_once = True

    def fail_next_start(self, service: str = "W3SVC", code: int = 1053) -> None:
        """The next start of a service ends with this Win32 error."""
        self._surrounded.failing_starts[service.lower()] = code
