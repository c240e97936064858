# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Performance counters in root\cimv2: Win32_PerfRawData_… and Win32_PerfFormattedData_… of the protocol services.

One instance for each site, named by its description, and ``_Total``. A class may be missing: ADAP has not built it.
ASSUMED: while the service is stopped or starting the classes have no instances, in every other state they count; the
SMTP and NNTP instances are named ``SMTP 1`` and ``NNTP 1``; two sites of one description get ``name`` and ``name#1`` as
performance objects do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.windows.service import ServiceState
from simulator.wmi.model import CimType, Instance, Property, WmiClass, WmiError, WmiStatus

_CURRENT, _PEAK, _TOTAL = "current", "peak", "total"

#: Kind -> (performance object as WMI names it, counter -> what it counts).
COUNTERS: dict[Kind, tuple[str, dict[str, str]]] = {
    Kind.WEB: (
        "W3SVC_WebService",
        {
            "CurrentAnonymousUsers": _CURRENT,
            "CurrentConnections": _CURRENT,
            "MaximumConnections": _PEAK,
            "TotalConnectionAttemptsallinstances": _TOTAL,
            "TotalGetRequests": _TOTAL,
            "TotalMethodRequests": _TOTAL,
        },
    ),
    Kind.FTP: (
        "MSFTPSVC_FTPService",
        {
            "CurrentConnections": _CURRENT,
            "MaximumConnections": _PEAK,
            "TotalConnectionAttemptsallinstances": _TOTAL,
        },
    ),
    Kind.SMTP: (
        "SMTPSVC_SMTPServer",
        {"InboundConnectionsCurrent": _CURRENT, "InboundConnectionsTotal": _TOTAL, "OutboundConnectionsCurrent": ""},
    ),
    Kind.NNTP: ("NNTPSVC_NNTPServer", {"CurrentConnections": _CURRENT, "TotalConnections": _TOTAL}),
}

_CLOCKS = tuple(
    Property(f"{what}_{unit}", CimType.UINT64)
    for what in ("Frequency", "Timestamp")
    for unit in ("Object", "PerfTime", "Sys100NS")
)


class CounterProvider:
    """Serves one counter class, raw or formatted."""

    def __init__(self, iis: Iis, kind: Kind, raw: bool) -> None:
        self._iis = iis
        self._kind = kind
        self._raw = raw
        item, self._counters = COUNTERS[kind]
        name = f"Win32_Perf{'Raw' if raw else 'Formatted'}Data_{item}"
        own = tuple(Property(counter, CimType.UINT32) for counter in self._counters)
        common = (Property("Caption"), Property("Description"), Property("Name", key=True))
        bases = (f"Win32_Perf{'Raw' if raw else 'Formatted'}Data", "Win32_Perf", "CIM_StatisticalInformation")
        self.wmi_class = WmiClass(name, (*common, *_CLOCKS, *own), bases=bases)

    def instances(self) -> Sequence[Instance]:
        """_Total, then the sites."""
        if self._iis.service_state(self._kind.service) in (ServiceState.STOPPED, ServiceState.START_PENDING):
            return []
        sites = self._iis.sites[self._kind]
        numbers = sites.ids() if self._iis.store.loaded else []
        rows = [(self._name(site), self._count(site)) for site in numbers]
        total = {counter: sum(row[counter] for _name, row in rows) for counter in self._counters}
        found: dict[str, int] = {}
        named = []
        for name, row in rows:
            seen = found[name.lower()] = found.get(name.lower(), -1) + 1
            named.append(self._row(f"{name}#{seen}" if seen else name, row))
        return [self._row("_Total", total), *named]

    def _name(self, site: int) -> str:
        if self._kind in (Kind.SMTP, Kind.NNTP):
            return f"{self._kind.name} {site}"
        return self._iis.sites[self._kind].name(site)

    def _count(self, site: int) -> dict[str, int]:
        sessions = self._iis.sites[self._kind].sessions
        values = {_CURRENT: sessions.current(site), _PEAK: sessions.peak(site), _TOTAL: sessions.total(site), "": 0}
        return {counter: values[what] for counter, what in self._counters.items()}

    def _row(self, name: str, counters: Mapping[str, int]) -> Instance:
        values: dict[str, Any] = {"Name": name, **counters}
        if self._raw:
            ticks = int(self._iis.machine.clock.monotonic() * 10_000_000)
            values.update(Timestamp_Sys100NS=ticks, Frequency_Sys100NS=10_000_000)
        return Instance(self.wmi_class.name, values)

    def get(self, keys: Mapping[str, str]) -> Instance:
        """One instance. Raises WmiError NOT_FOUND."""
        for instance in self.instances():
            if str(instance.values["Name"]).lower() == keys.get("Name", "").lower():
                return instance
        raise WmiError(WmiStatus.NOT_FOUND, "Not found")

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Counters can't be written."""
        raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Counters have no methods."""
        raise WmiError(WmiStatus.INVALID_METHOD, f"Invalid method {method}")


def register_counters(iis: Iis, missing: Sequence[str]) -> None:
    """Register the counter classes, but for those whose names contain one of ``missing``."""
    for kind in iis.kinds:
        for raw in (True, False):
            provider = CounterProvider(iis, kind, raw)
            if not any(word.lower() in provider.wmi_class.name.lower() for word in missing):
                iis.machine.wmi.register("root/cimv2", provider)
