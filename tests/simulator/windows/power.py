# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going down and coming up: shutdown with its delay, the time the machine is off, and boot.

A program that somebody has left open holds a shutdown that isn't forced, until it is closed; services are stopped after
that (InitiateShutdown, SHUTDOWN_FORCE_SELF: "a shutdown is not guaranteed even if the function returns successfully").
Since Windows 6.0 such a shutdown is refused while others are logged on (SHUTDOWN_FORCE_OTHERS). ASSUMED: shutdown.exe
does so, and a program that is open is one of another user; ``refuses_for_users`` can be cleared.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.clock import Timer
from simulator.windows.codes import Win32
from simulator.windows.event_log import EventType
from simulator.windows.process import Machine

STOP_LIMIT = 20.0
"""Seconds that services get to stop at shutdown (WaitToKillServiceTimeout, default 20000 ms)."""

POLL = 0.25
"""Seconds between two looks at whether the services have stopped."""


class Power:
    """The power of one machine. ``off_seconds``: how long a restart keeps it off the network before it boots."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._timer: Timer | None = None
        self.on = True
        self.going_down = False
        self.off_seconds = 30.0
        self.refuses_for_users = machine.edition.version >= (6, 0)
        self.open_programs: list[str] = []
        self.closed_by_force: list[str] = []
        """The programs whose unsaved work was lost."""
        self.listeners: list[Callable[[bool], None]] = []

    def reboot(
        self,
        delay: float = 0.0,
        *,
        force: bool = False,
        closes_programs: bool = True,
        user: str = "NT AUTHORITY\\SYSTEM",
    ) -> int:
        """Restart after a delay in seconds; 1115 if the machine is going down already.

        ``force``: as when somebody pulls the plug: services are not stopped. (``shutdown /f`` is *not* this: it closes
        applications without asking, services are still told to stop. That is ``closes_programs``; without it the
        machine waits for open programs, or refuses with 1191.)
        """
        return self._schedule(delay, force, restart=True, closes=closes_programs, user=user)

    def shut_down(self, delay: float = 0.0, *, closes_programs: bool = True, user: str = "NT AUTHORITY\\SYSTEM") -> int:
        """Switch off after a delay in seconds; somebody has to call :meth:`switch_on`."""
        return self._schedule(delay, force=False, restart=False, closes=closes_programs, user=user)

    def abort(self) -> int:
        """Call off a shutdown that has not begun; 1116 if there is none."""
        if self._timer is None or self.going_down:
            return Win32.NO_SHUTDOWN_IN_PROGRESS
        self._timer.cancel()
        self._timer = None
        return Win32.SUCCESS

    def switch_on(self) -> None:
        """Boot: system processes, then the Auto services. Does nothing while the machine is on."""
        if self.on:
            return
        machine = self._machine
        machine.processes.boot()
        machine.files.unlock_all()
        machine.booted_at = machine.now()
        machine.services_hive.reload()
        self.on = True
        self.going_down = False
        machine.event_log.write("EventLog", 6009)
        machine.event_log.write("EventLog", 6005)
        self._tell()
        machine.scm.boot()

    def _schedule(self, delay: float, force: bool, restart: bool, closes: bool, user: str) -> int:
        if self._timer is not None or self.going_down or not self.on:
            return Win32.SHUTDOWN_IN_PROGRESS
        if self.open_programs and self.refuses_for_users and not closes:
            return Win32.SHUTDOWN_USERS_LOGGED_ON
        texts = self._machine.texts
        kind = texts.get("shutdown.restart" if restart else "shutdown.off")
        reason = texts.get("shutdown.no_reason")
        if not force:
            strings = ("winlogon.exe", self._machine.name, reason, "0x84020000", kind, "", user)
            self._machine.event_log.write("USER32", 1074, EventType.INFORMATION, strings, user=user)
        self._timer = self._machine.clock.call_later(delay, lambda: self._begin(force, restart, closes))
        return Win32.SUCCESS

    def _begin(self, force: bool, restart: bool, closes: bool) -> None:
        if self.open_programs and not closes:
            self._timer = self._machine.clock.call_later(POLL, lambda: self._begin(force, restart, closes))
            return
        self.closed_by_force += self.open_programs
        self.open_programs.clear()
        self.going_down = True
        if force:
            self._off(restart)
            return
        self._machine.scm.shut_down()
        self._wait(self._machine.clock.monotonic() + STOP_LIMIT, restart)

    def _wait(self, deadline: float, restart: bool) -> None:
        if self._machine.scm.all_stopped() or self._machine.clock.monotonic() >= deadline:
            self._machine.event_log.write("EventLog", 6006)
            self._off(restart)
        else:
            self._timer = self._machine.clock.call_later(POLL, lambda: self._wait(deadline, restart))

    def _off(self, restart: bool) -> None:
        self._timer = None
        self.on = False
        self._machine.scm.power_off()
        self._machine.processes.clear()
        self._tell()
        if restart:
            self._machine.clock.call_later(self.off_seconds, self.switch_on)

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener(self.on)
