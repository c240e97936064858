# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What facts are made of: each WMI class is asked once, when the first fact needs it.

Classes and properties are those that Server 2003 has. One that came later can't be named in a query there, so a class
with such properties is read whole.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from ..._wsman.errors import Fault
from ..._wsman.values import Instance
from ..context import CIMV2, Context
from ..windows.registry import IIS_SETUP, read_number


@dataclass(frozen=True)
class Source:
    """A host whose facts are wanted. ``limit``: seconds that it has for one query."""

    context: Context
    limit: float
    answers: dict[str, list[Instance] | Fault] = field(default_factory=dict)

    @property
    def system(self) -> Instance:
        """Win32_OperatingSystem. Times are its own, CurrentTimeZone is in minutes, sizes are in kB."""
        wql = (
            "SELECT Caption, Name, Version, ServicePackMajorVersion, ServicePackMinorVersion, ProductType, "
            "Description, RegisteredUser, LastBootUpTime, LocalDateTime, CurrentTimeZone, TotalVisibleMemorySize, "
            "FreePhysicalMemory, SizeStoredInPagingFiles, FreeSpaceInPagingFiles FROM Win32_OperatingSystem"
        )
        return _first(self._ask_once(wql))

    @property
    def computer(self) -> Instance:
        """Win32_ComputerSystem. DNSHostName came with Windows Vista, NumberOfLogicalProcessors with KB932370."""
        return _first(self._ask_once("SELECT * FROM Win32_ComputerSystem"))

    @property
    def adapters(self) -> list[Instance]:
        """Win32_NetworkAdapterConfiguration: the adapters that TCP/IP is bound to."""
        wql = (
            "SELECT Description, MACAddress, IPAddress, IPSubnet, DefaultIPGateway, DNSDomain, DNSHostName "
            "FROM Win32_NetworkAdapterConfiguration WHERE IPEnabled=TRUE"
        )
        return self._ask_once(wql)

    @property
    def cores(self) -> int | None:
        """The cores of a processor. NumberOfCores came to Server 2003 with KB932370: without it nobody knows."""
        if self.computer.integer("NumberOfLogicalProcessors") is None:
            return None
        return _first(self._ask_once("SELECT NumberOfCores FROM Win32_Processor")).integer("NumberOfCores")

    @property
    def host_name(self) -> str | None:
        """The host's DNS name, without its domain. Name is the NetBIOS name: in capitals, 15 characters at most."""
        return self.computer.text("DNSHostName") or self._name_of_an_adapter() or self.computer.text("Name")

    @property
    def iis_version(self) -> str | None:
        """The version that the setup of every IIS writes into the registry; None without IIS."""
        major = read_number(self.context, IIS_SETUP, "MajorVersion")
        return None if major is None else f"{major}.{read_number(self.context, IIS_SETUP, 'MinorVersion') or 0}"

    def _ask_once(self, wql: str) -> list[Instance]:
        """Ask a query. One that was refused isn't asked again either, since it may have taken all of its time."""
        if wql not in self.answers:
            self.answers.update({wql: self._query_or_fault(wql)})
        answer = self.answers[wql]
        if isinstance(answer, Fault):
            raise answer
        return answer

    def _query_or_fault(self, wql: str) -> list[Instance] | Fault:
        try:
            return self.context.host.query(CIMV2, wql, limit=self.limit)
        except Fault as fault:
            return fault

    def _name_of_an_adapter(self) -> str | None:
        with suppress(Fault):
            return next((name for adapter in self.adapters if (name := adapter.text("DNSHostName"))), None)
        return None


def _first(rows: list[Instance]) -> Instance:
    return rows[0] if rows else Instance({})
