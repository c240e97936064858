# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows Server 2003 host: everything below IIS, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from simulator.clock import Clock
from simulator.windows import texts
from simulator.windows.cmd import run_process
from simulator.windows.console import SYSTEM, Account, Console
from simulator.windows.control_actions import control_actions
from simulator.windows.editions import SERVER_2003, Edition
from simulator.windows.event_log import EventLog
from simulator.windows.files import FileSystem
from simulator.windows.power import Power
from simulator.windows.process import Process, Program
from simulator.windows.processes import ProcessTable
from simulator.windows.programs import PROGRAMS
from simulator.windows.providers import register_providers
from simulator.windows.registry import Registry, write_code_pages
from simulator.windows.scm import ServiceControlManager
from simulator.windows.service import ServiceState
from simulator.windows.service_rows import install_base_services
from simulator.windows.services_hive import ServicesHive
from simulator.wmi.repository import Repository

__all__ = ["Account", "Console", "Machine", "Process"]

DEFAULT_ACCOUNT = Account("Administrator", "Passw0rd")
"""The account of a machine that is given none."""


class Machine:
    """A host. It is up, with its base services running, as soon as it is made.

    ``folder`` is its state folder; ``profile`` names its WinRM (a key of PROFILES); ``clock_skew`` is how
    far, in seconds, its own clock is ahead of the true time; ``uptime`` is for how many seconds it has been up;
    ``oem_code_page`` is the code page of its consoles (cc775938: 437 on an English Windows); ``domain`` is the one that
    it is a member of, if any; ``kb932370``: whether it has the update by which WMI tells cores from processors, as
    every later Windows does; ``edition`` is the Windows that it runs.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        folder: Path,
        accounts: Sequence[Account] = (DEFAULT_ACCOUNT,),
        *,
        address: str = "",
        profile: str = "winrm2.0",
        clock_skew: float = 0.0,
        uptime: float = 86_400.0,
        oem_code_page: int = 437,
        domain: str = "",
        kb932370: bool = False,
        edition: Edition = SERVER_2003,
    ) -> None:
        self.name = name.upper()
        self.clock = clock
        self.folder = folder
        self.accounts = tuple(accounts)
        self.address = address
        self.profile = profile
        self.texts = texts.TEXTS
        self.clock_skew = clock_skew
        self.oem_code_page = oem_code_page
        self.domain = domain
        self.kb932370 = kb932370 or edition.version >= (6, 0)
        self.edition = edition
        self.booted_at = self.now() - timedelta(seconds=uptime)

        self.processes = ProcessTable(self.now)
        self.event_log = EventLog(self.now, self.texts)
        self.files = FileSystem(folder, self.now)
        self.scm: ServiceControlManager = ServiceControlManager(clock, self.processes, self.event_log, self)
        self.registry = Registry()
        write_code_pages(self.registry, oem_code_page)
        self.services_hive = ServicesHive(self.registry, self.scm)
        self.programs: dict[str, Program] = dict(PROGRAMS)
        self.wmi = Repository()
        self.power = Power(self)
        self.control_actions: dict[str, Callable[..., Any]] = control_actions(self)
        """Changes from outside by name; the arguments are keywords of plain values, the result is JSON-able."""
        self.system: dict[str, Any] = {}
        """What Win32_OperatingSystem shows otherwise than on Server 2003."""
        self.sections: dict[str, Callable[[], Any]] = {}
        """What components add to :meth:`describe`, by key."""

        install_base_services(self.scm, edition.services, edition.drivers)
        register_providers(self)

    # ------------------------------------------------------------------ time and power

    def now(self) -> datetime:
        """What the machine believes the time to be, aware, in UTC."""
        return self.clock.now() + timedelta(seconds=self.clock_skew)

    @property
    def powered(self) -> bool:
        """Whether the machine is on (it may still be booting: see :attr:`listening`)."""
        return self.power.on

    @property
    def listening(self) -> bool:
        """Whether WinRM answers: the machine is on and the WinRM service runs."""
        service = self.scm.find("WinRM")
        return self.power.on and service is not None and service.state.value == "Running"

    @property
    def serves_tls(self) -> bool:
        """Whether HTTP.sys can speak TLS: the service HTTP SSL does it for everybody who uses HTTP.sys ("implements the
        secure hypertext transfer protocol (HTTPS) for the HTTP service", its description on Server 2003).

        ASSUMED: it is there until it has stopped; a paused one serves.
        """
        service = self.scm.find("HTTPFilter")
        return service is None or service.state not in (ServiceState.STOPPED, ServiceState.START_PENDING)

    def on_power(self, callback: Callable[[bool], None]) -> None:
        """Tell the callback whenever the machine goes off (False) or on (True)."""
        self.power.listeners.append(callback)

    def reboot(self, delay: float = 0.0, *, force: bool = False) -> None:
        """Restart after ``delay`` simulated seconds; see :meth:`Power.reboot`."""
        self.power.reboot(delay, force=force)

    # ------------------------------------------------------------------ accounts

    def account(self, user: str) -> Account | None:
        """The account of this name, with or without the machine's name in front."""
        name = user.rpartition("\\")[2].lower()
        return next((account for account in self.accounts if account.user.lower() == name), None)

    # ------------------------------------------------------------------ commands

    def start_command(
        self,
        command_line: str,
        console: Console,
        environment: Mapping[str, str] | None = None,
        *,
        shell: bool = True,
        folder: str = "C:\\",
    ) -> Process:
        """Start a command line, in a running event loop.

        ``shell`` True: as ``cmd.exe /C "<command line>"``, which is how WinRS does it (MS-WSMV 3.1.4.1.30.3,
        WINRS_SKIP_CMD_SHELL false); False: as CreateProcess would, without cmd.exe. ``folder`` is the working folder.
        """
        return run_process(self, command_line, console, environment or {}, shell=shell, folder=folder)

    def run_recovery_command(self, command_line: str) -> None:
        """Start the program of a service's recovery action, as SYSTEM and without a console."""
        self.start_command(command_line, Console(lambda _stream, _text: None, SYSTEM), shell=False)

    # ------------------------------------------------------------------ the truth

    def describe(self) -> dict[str, Any]:
        """The state of the machine as plain values, for tests and demonstrations."""
        described: dict[str, Any] = {
            "name": self.name,
            "windows": self.edition.name,
            "address": self.address,
            "powered": self.powered,
            "listening": self.listening,
            "time": self.now().isoformat(),
            "booted_at": self.booted_at.isoformat(),
            "open_programs": list(self.power.open_programs),
            "closed_by_force": list(self.power.closed_by_force),
            "services": {
                service.name: {
                    "state": service.state.value,
                    "start_mode": service.start_mode.value,
                    "exit_code": service.exit_code,
                    "pid": service.pid,
                }
                for service in self.scm
                if not service.driver
            },
            "disk_full": self.files.disk_full,
            "events": len(self.event_log),
        }
        described.update({key: section() for key, section in self.sections.items()})
        return described
