# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The performance counters of IIS in root/cimv2, raw and formatted; no feature has to be installed for them.

Classes and properties: microsoft/wmi, server2019/root/cimv2. ``CurrentApplicationPoolState``: 1 uninitialized,
2 initialized, 3 running, 4 disabling, 5 disabled, 6 shutdown pending, 7 delete pending (its description as Bosun quotes
it; opentelemetry-collector-contrib#42586 saw 3 for started and 5 for stopped).

ASSUMED: ``_Total`` comes first; a pool's _Total state is 0; the counters of requests per second are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simulator.iis7.host import Iis7
from simulator.iis7.sites import Half
from simulator.iis7.spec import Iis7Spec
from simulator.iis7.states import State
from simulator.windows.providers.base import ReadOnlyProvider
from simulator.wmi.model import CimType, Instance, Property, WmiClass

Line = tuple[str, dict[str, int]]
RowSource = Callable[[], list[Line]]
_POOL_STATES = {State.STARTING: 2, State.STARTED: 3, State.STOPPING: 4, State.STOPPED: 5, State.UNKNOWN: 1}
_CLOCKS = tuple(
    Property(f"{what}_{unit}", CimType.UINT64)
    for what in ("Frequency", "Timestamp")
    for unit in ("Object", "PerfTime", "Sys100NS")
)


class CounterProvider7(ReadOnlyProvider):
    """Serves one counter class."""

    def __init__(
        self, iis: Iis7, item: str, counters: Sequence[str], raw: bool, rows: Callable[[], list[Line]]
    ) -> None:
        super().__init__(iis.machine)
        form = "Raw" if raw else "Formatted"
        own = tuple(Property(name, CimType.UINT32) for name in counters)
        common = (Property("Caption"), Property("Description"), Property("Name", key=True))
        bases = (f"Win32_Perf{form}Data", "Win32_Perf", "CIM_StatisticalInformation")
        self.wmi_class = WmiClass(f"Win32_Perf{form}Data_{item}", (*common, *_CLOCKS, *own), bases=bases)
        self._raw = raw
        self._rows = rows
        self._counters = counters

    def instances(self) -> Sequence[Instance]:
        """_Total, then the others."""
        return [self._instance(name, row) for name, row in self._rows()]

    def _instance(self, name: str, counters: Mapping[str, int]) -> Instance:
        values: dict[str, Any] = {counter: counters.get(counter, 0) for counter in self._counters}
        values["Name"] = name
        if self._raw:
            ticks = int(self.machine.clock.monotonic() * 10_000_000)
            values.update(Timestamp_Sys100NS=ticks, Frequency_Sys100NS=10_000_000)
        return Instance(self.wmi_class.name, values)


def _with_total(rows: list[Line], counters: Sequence[str], unsummed: Sequence[str] = ()) -> list[Line]:
    total = {name: 0 if name in unsummed else sum(row.get(name, 0) for _name, row in rows) for name in counters}
    return [("_Total", total), *rows]


class CounterSource:
    """Counts what there is on a host."""

    def __init__(self, iis: Iis7) -> None:
        self._iis = iis

    def sites(self) -> list[Line]:
        """Web Service."""
        if not self._iis.running("W3SVC"):
            return self._down(WEB_SERVICE)
        return _with_total(list(self._site_rows()), WEB_SERVICE, ("ServiceUptime",))

    def _site_rows(self) -> Iterator[Line]:
        iis = self._iis
        for site in iis.config.sites(iis.config.kept()):
            state = iis.web.state(site)
            if not Half.HTTP.has(site) or (state is State.STOPPED and not iis.switches.counters_of_stopped_sites):
                continue
            sessions = iis.web.sessions
            yield (
                site.name,
                {
                    "CurrentConnections": sessions.current(site.id),
                    "MaximumConnections": sessions.peak(site.id),
                    "ServiceUptime": iis.web.uptime(site),
                    "TotalConnectionAttemptsallinstances": sessions.total(site.id),
                    "TotalMethodRequests": sessions.total(site.id),
                },
            )

    def pools(self) -> list[Line]:
        """APP_POOL_WAS."""
        if not self._iis.running("WAS"):
            return self._down(POOLS)
        now = self._iis.machine.clock.monotonic()
        rows: list[Line] = [
            (
                pool.name,
                {
                    "CurrentApplicationPoolState": _POOL_STATES[pool.state],
                    "CurrentApplicationPoolUptime": int(now - pool.since) if pool.state is State.STARTED else 0,
                    "CurrentWorkerProcesses": len(pool.workers),
                    "MaximumWorkerProcesses": 1 if pool.created else 0,
                    "RecentWorkerProcessFailures": len(pool.failures),
                    "TotalApplicationPoolRecycles": pool.recycles,
                    "TotalApplicationPoolUptime": int(now - pool.since),
                    "TotalWorkerProcessesCreated": pool.created,
                    "TotalWorkerProcessFailures": pool.failed_total,
                },
            )
            for pool in self._iis.pools.runtimes()
        ]
        return _with_total(rows, POOLS, ("CurrentApplicationPoolState",))

    def workers(self) -> list[Line]:
        """W3SVC_W3WP: ``<pid>_<pool>``. Without worker processes there are no instances (windows_exporter#975)."""
        now = self._iis.machine.clock.monotonic()
        rows: list[Line] = [
            (
                f"{worker.pid}_{worker.pool}",
                {"ActiveRequests": worker.active(now), "TotalHTTPRequestsServed": worker.served},
            )
            for worker in self._iis.pools.workers()
        ]
        return _with_total(rows, WORKERS) if rows else []

    def queues(self) -> list[Line]:
        """HTTP Service Request Queues, by pool."""
        return [(pool.name, {}) for pool in self._iis.pools.runtimes() if pool.state is State.STARTED]

    def _down(self, counters: Sequence[str]) -> list[Line]:
        return _with_total([], counters) if self._iis.switches.counters_when_down else []


WEB_SERVICE = (
    "CurrentConnections",
    "MaximumConnections",
    "ServiceUptime",
    "TotalConnectionAttemptsallinstances",
    "TotalMethodRequests",
)
POOLS = (
    "CurrentApplicationPoolState",
    "CurrentApplicationPoolUptime",
    "CurrentWorkerProcesses",
    "MaximumWorkerProcesses",
    "RecentWorkerProcessFailures",
    "TimeSinceLastWorkerProcessFailure",
    "TotalApplicationPoolRecycles",
    "TotalApplicationPoolUptime",
    "TotalWorkerProcessesCreated",
    "TotalWorkerProcessFailures",
    "TotalWorkerProcessPingFailures",
    "TotalWorkerProcessShutdownFailures",
    "TotalWorkerProcessStartupFailures",
)
WORKERS = ("ActiveRequests", "ActiveThreadsCount", "RequestsPerSec", "TotalHTTPRequestsServed")
QUEUES = ("CurrentQueueSize", "RejectedRequests", "MaxQueueItemAge", "ArrivalRate")


def register_counters(iis: Iis7, spec: Iis7Spec) -> None:
    """Register the counter classes, but for those whose names contain one of ``missing_counters``."""
    source = CounterSource(iis)
    classes = (
        ("W3SVC_WebService", WEB_SERVICE, source.sites),
        ("APPPOOLCountersProvider_APPPOOLWAS", POOLS, source.pools),
        ("W3SVCW3WPCounterProvider_W3SVCW3WP", WORKERS, source.workers),
        ("Counters_HTTPServiceRequestQueues", QUEUES, source.queues),
    )
    for item, counters, rows in classes if spec.web else ():
        for raw in (True, False):
            provider = CounterProvider7(iis, item, counters, raw, rows)
            if not any(word.lower() in provider.wmi_class.name.lower() for word in spec.missing_counters):
                iis.machine.wmi.register("root/cimv2", provider)
