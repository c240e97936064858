# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services live in which process: those of one image share it, as in svchost.exe, inetinfo.exe, lsass.exe."""

from __future__ import annotations

from collections.abc import Callable

from simulator.windows.processes import ProcessTable, program_name
from simulator.windows.service import Service


class ProcessGroups:
    """Gives services their process ids. ``died`` is told which services went when a process was terminated."""

    def __init__(self, processes: ProcessTable, died: Callable[[list[Service]], None]) -> None:
        self._processes = processes
        self._died = died
        self._pids: dict[str, int] = {}
        self._members: dict[int, list[Service]] = {}

    def join(self, service: Service) -> None:
        """Put a service into its process, starting it if need be. Drivers have none."""
        if service.driver:
            return
        group = service.process_group
        pid = self._pids.get(group, 0)
        if not pid:
            pid = self._start(service)
            self._pids[group] = pid
            self._members.setdefault(pid, [])
        service.pid = pid
        self._members[pid].append(service)

    def _start(self, service: Service) -> int:
        for entry in self._processes.named(program_name(service.image)):
            if entry.critical:
                return entry.pid
        entry = self._processes.spawn(service.image)
        pid = entry.pid
        entry.on_kill = lambda: self._killed(pid)
        return pid

    def leave(self, service: Service) -> None:
        """A service stops; its process ends with the last service in it, unless the system needs it."""
        pid, service.pid = service.pid, 0
        members = self._members.get(pid)
        if members is None:
            return
        if service in members:
            members.remove(service)
        if not members and not self.critical(pid):
            self.end(pid)

    def critical(self, pid: int) -> bool:
        """Whether the process is one that the system can't do without."""
        entry = self._processes.get(pid)
        return entry is not None and entry.critical

    def members(self, pid: int) -> list[Service]:
        """The services in this process."""
        return list(self._members.get(pid, ()))

    def end(self, pid: int) -> None:
        """The process is gone."""
        self._members.pop(pid, None)
        self._pids = {group: known for group, known in self._pids.items() if known != pid}
        self._processes.end(pid)

    def _killed(self, pid: int) -> None:
        victims = self.members(pid)
        self.end(pid)
        self._died(victims)

    def clear(self) -> None:
        """The machine is off."""
        self._pids.clear()
        self._members.clear()
