# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a machine from outside: what a person at its console, another program or bad luck would do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.windows.event_log import EventType
from simulator.windows.process import Machine
from simulator.windows.registry import RegistryType
from simulator.windows.service import HangPhase


class ControlActions:
    """Every public method is an action. Services are named by key name; unknown ones raise KeyError."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def kill_service(self, name: str, recover: bool = True) -> list[str]:
        """Kill the process of a service; the names of the services that went with it."""
        return self._machine.scm.kill(name, recover=recover)

    def hang_service(self, name: str, phase: HangPhase = "stopping") -> None:
        """Make a service hang in a phase."""
        self._machine.scm.get(name).hang(phase)

    def release_service(self, name: str) -> None:
        """End a service's hang."""
        self._machine.scm.release(name)

    def slow_service(
        self, name: str, start: float | None = None, stop: float | None = None, pause: float | None = None
    ) -> None:
        """Set how many seconds a service takes to start, to stop, and to pause or to continue."""
        service = self._machine.scm.get(name)
        service.start_seconds = service.start_seconds if start is None else start
        service.stop_seconds = service.stop_seconds if stop is None else stop
        service.pause_seconds = service.pause_seconds if pause is None else pause

    def start_service(self, name: str) -> int:
        """Start a service; the return code of Win32_Service."""
        return self._machine.scm.start(name)

    def stop_service(self, name: str) -> int:
        """Stop a service; the return code of Win32_Service."""
        return self._machine.scm.stop(name)

    def pause_service(self, name: str) -> int:
        """Pause a service; the return code of Win32_Service."""
        return self._machine.scm.pause(name)

    def resume_service(self, name: str) -> int:
        """Continue a service; the return code of Win32_Service."""
        return self._machine.scm.resume(name)

    def set_start_mode(self, name: str, mode: str) -> int:
        """Change a start mode ("Automatic", "Manual", "Disabled"); the return code of Win32_Service."""
        return self._machine.scm.change_start_mode(name, mode)

    def write_lock(self, path: str, reading: bool = False) -> None:
        """Hold a file open so that nobody can write it; with ``reading``, nobody can read it either."""
        self._machine.files.lock(path, reading=reading)

    def unlock(self, path: str) -> None:
        """Let a file go."""
        self._machine.files.unlock(path)

    def set_read_only(self, path: str, read_only: bool = True) -> None:
        """Set or clear a file's read-only attribute."""
        self._machine.files.set_read_only(path, read_only)

    def fill_disk(self, full: bool = True) -> None:
        """Fill the disk, or make room on it."""
        self._machine.files.disk_full = full

    def reboot(self, delay: float = 0.0, force: bool = False) -> int:
        """Restart the machine; ``force``: as if somebody had pulled the plug."""
        return self._machine.power.reboot(delay, force=force)

    def switch_off(self) -> int:
        """Shut the machine down and leave it off."""
        return self._machine.power.shut_down()

    def switch_on(self) -> None:
        """Switch the machine on."""
        self._machine.power.switch_on()

    def open_program(self, name: str = "notepad.exe", refuses_for_users: bool | None = None) -> None:
        """Leave a program open with unsaved work, as a user who is logged on; see :mod:`simulator.windows.power`."""
        power = self._machine.power
        power.open_programs.append(name)
        power.refuses_for_users = power.refuses_for_users if refuses_for_users is None else refuses_for_users

    def close_program(self, name: str = "notepad.exe") -> None:
        """Save the work and close the program."""
        self._machine.power.open_programs.remove(name)

    def skew_clock(self, seconds: float) -> None:
        """Set how far the machine's clock is, and was when it booted, ahead of the true time."""
        self._machine.clock_skew = seconds

    def set_clock(self, by: float, boot_time_follows: bool = True, after: float = 0.0) -> None:
        """Set the running clock ahead or back by so many seconds, ``after`` a while.

        ASSUMED: LastBootUpTime moves along, so that the uptime stays; or it doesn't.
        """
        machine = self._machine

        def step() -> None:
            machine.clock_skew += by
            if boot_time_follows:
                machine.booted_at += timedelta(seconds=by)

        if after:
            machine.clock.call_later(after, step)
        else:
            step()

    def slow_event_log(self, seconds: float, days: float = 365.0) -> None:
        """Have a log that takes so many seconds to be read as a whole, and goes back so many days."""
        log = self._machine.event_log
        log.old_seconds, log.old_days = seconds, days

    def write_event(
        self, source: str, code: int, message: str, type: str = "INFORMATION", logfile: str = "System"
    ) -> int:
        """Write an event; its record number."""
        event = self._machine.event_log.write(source, code, EventType[type.upper()], message=message, logfile=logfile)
        return event.record_number

    def set_registry_string(self, path: str, name: str, data: str) -> None:
        """Write a string under HKEY_LOCAL_MACHINE."""
        key = self._machine.registry.open(path, create=True)
        if key is not None:
            key.set(name, RegistryType.SZ, data)

    def set_registry_dword(self, path: str, name: str, data: int) -> None:
        """Write a number under HKEY_LOCAL_MACHINE."""
        key = self._machine.registry.open(path, create=True)
        if key is not None:
            key.set(name, RegistryType.DWORD, data)


_NAMES = tuple(name for name in vars(ControlActions) if not name.startswith("_"))


def control_actions(machine: Machine) -> dict[str, Callable[..., Any]]:
    """The actions by name."""
    actions = ControlActions(machine)
    return {name: getattr(actions, name) for name in _NAMES}
