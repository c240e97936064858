# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Windows service needs which, asked of the host once for each service.

ASSOCIATORS OF answers with the services of one end, in one request. Whether every WinRM takes it isn't documented, so
a host that refuses it is asked for the table behind it, Win32_DependentService, which takes a request for every 20 rows
or so (MaxBatchItems), but once.
"""

from __future__ import annotations

from ..._wsman.errors import Fault
from ..._wsman.values import ObjectPath, Raw
from ..._wsman.wql import quote
from ..context import CIMV2, Context
from .services import Service, parse_service, read_services

#: The two ends of an association, as the classes name them: what is needed, and what needs it.
_NEEDED, _NEEDING = "Antecedent", "Dependent"

_DRIVER = "win32_systemdriver"


class Dependencies:
    """The dependencies of a host's services. Drivers (HTTP.sys) are left out; nothing is asked twice."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._answers: dict[tuple[str, str], dict[str, Service]] = {}
        self._table: list[dict[str, str]] | None = None

    def dependents(self, name: str) -> dict[str, Service]:
        """The services that depend directly on a service, by key."""
        return self._other_ends(name, _NEEDED, _NEEDING)

    def antecedents(self, name: str) -> dict[str, Service]:
        """The services that a service depends on directly, by key."""
        return self._other_ends(name, _NEEDING, _NEEDED)

    def _other_ends(self, name: str, role: str, other: str) -> dict[str, Service]:
        asked = (name.lower(), role)
        if asked not in self._answers:
            self._answers[asked] = self._read(name, role, other)
        return self._answers[asked]

    def _read(self, name: str, role: str, other: str) -> dict[str, Service]:
        if self._table is None:
            try:
                return self._associated(name, role)
            except Fault:
                self._table = self.read_table()
        names = [row[other] for row in self._table if row[role].lower() == name.lower()]
        return read_services(self.context, names) if names else {}

    def _associated(self, name: str, role: str) -> dict[str, Service]:
        wql = f"ASSOCIATORS OF {{Win32_Service.Name={quote(name)}}} WHERE AssocClass=Win32_DependentService Role={role}"
        rows = self.context.host.query(CIMV2, wql)
        services = [parse_service(row) for row in rows if (row.class_name or "").lower() != _DRIVER]
        return {service.key: service for service in services}

    def read_table(self) -> list[dict[str, str]]:
        """Read every dependency of the host: the names at both ends, by the end's name."""
        rows = self.context.host.query(CIMV2, "SELECT * FROM Win32_DependentService")
        ends = [{role: _service_name(row.get(role)) for role in (_NEEDED, _NEEDING)} for row in rows]
        return [pair for pair in ends if all(pair.values())]


def _service_name(end: Raw) -> str:
    """The service at one end of an association; nothing for a driver."""
    if not isinstance(end, ObjectPath) or end.class_name.lower() == _DRIVER:
        return ""
    return end.keys.get("Name", "")
