# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 7.5 or 10 on one host: its parts together, and what they look like from outside."""

from __future__ import annotations

from typing import Any

from simulator.iis7.apphost import FILE, AppHostConfig, SiteEntry
from simulator.iis7.codes import Refused
from simulator.iis7.events import Events
from simulator.iis7.files import ConfigFiles
from simulator.iis7.pools import Pools
from simulator.iis7.setup import SHARE
from simulator.iis7.sites import Half, Sites
from simulator.iis7.spec import Iis7Spec
from simulator.iis7.states import State
from simulator.machine import Machine
from simulator.windows.service import ServiceState


class Iis7:
    """IIS on one machine. :func:`simulator.iis7.install.install_iis7` makes it. ``version``: ``(10, 0)``."""

    def __init__(self, machine: Machine, spec: Iis7Spec, version: tuple[int, int]) -> None:
        clock = machine.clock
        self.machine = machine
        self.version = version
        self.switches = spec.switches
        self.iisreset_language = self.language = spec.language
        self.stop_seconds = spec.stop_seconds
        self.request_monitor = spec.request_monitor
        self.iisreset_disabled = spec.iisreset_disabled
        self.occupied_ports: dict[int, str] = {}
        self.failing_starts: dict[str, int] = {}
        self.refuse_control_once = False
        self.rpc_failures = 0
        """How many runs of appcmd still find the RPC to WAS broken."""
        self.shared = spec.shared_configuration
        self.config = AppHostConfig(
            machine.files, rf"{SHARE}\applicationHost.config" if spec.shared_configuration else FILE
        )
        self.events = Events(machine.event_log)
        self.pools = Pools(
            clock,
            self.config,
            machine.processes,
            self.events,
            spec.switches,
            (lambda: self.running("WAS"), lambda: self.running("W3SVC")),
        )
        self.web = self._sites(Half.HTTP, "W3SVC")
        self.ftp = self._sites(Half.FTP, "FTPSVC")
        self.files = ConfigFiles(machine.files, self.config, clock, lambda: self.running("AppHostSvc"), machine.now)
        self._pickup_due = False
        machine.files.on_change(self._file_changed)

    def _sites(self, half: Half, service: str) -> Sites:
        return Sites(
            half,
            self.machine.clock,
            self.config,
            self.switches,
            lambda: self.running(service),
            self.occupied_ports.get,
            self.events.prefix_taken,
        )

    # ------------------------------------------------------------------ services

    def running(self, name: str) -> bool:
        """Whether a service runs; no if it isn't installed. One that is stopping still does what it did."""
        service = self.machine.scm.find(name)
        return service is not None and service.state in (
            ServiceState.RUNNING,
            ServiceState.PAUSED,
            ServiceState.STOP_PENDING,
        )

    def installed(self, name: str) -> bool:
        """Whether a service is installed."""
        return self.machine.scm.find(name) is not None

    # ------------------------------------------------------------------ configuration

    def _file_changed(self, path: str) -> None:
        if path.lower() == self.config.file.lower() and not self._pickup_due:
            self._pickup_due = True
            self.machine.clock.call_later(self.switches.pickup_seconds, self.refresh)

    def refresh(self) -> None:
        """The services take notice of the configuration; of one that can't be read they keep what they know."""
        self._pickup_due = False
        try:
            self.config.root()
        except Refused:
            if self.running("WAS"):
                self.events.unreadable_configuration()
            return
        self.pools.refresh()
        self.web.refresh()
        self.ftp.refresh()

    # ------------------------------------------------------------------ requests

    def pool_of(self, site: SiteEntry) -> str:
        """The pool of a site's root application."""
        for application in site.applications():
            if application.get("path") == "/":
                return application.get("applicationPool", "DefaultAppPool")
        return "DefaultAppPool"

    def request(self, name: str, seconds: float = 0.0, *, hang: bool = False) -> int:
        """A client asks for a page of a site: the HTTP status, 0 if nobody listens."""
        site = self.config.site(name, self.config.kept())
        if site is None or self.web.state(site) is not State.STARTED:
            return 0
        return self.pools.serve(self.pool_of(site), seconds, hang=hang)

    # ------------------------------------------------------------------ the truth

    def describe(self) -> dict[str, Any]:
        """The state of IIS as plain values, for tests and demonstrations."""
        try:
            sites, pools = self.config.sites(), self.config.pools()
        except Refused:
            sites, pools = [], []
        return {
            "version": f"{self.version[0]}.{self.version[1]}",
            "iisreset_disabled": self.iisreset_disabled,
            "sites": {site.name: self._describe_site(site) for site in sites},
            "pools": {
                pool.name: {
                    "state": self.pools.state(pool.name).name.lower(),
                    "auto_start": pool.flag("autoStart"),
                    "workers": [worker.pid for worker in self.pools.workers() if worker.pool == pool.name],
                }
                for pool in pools
            },
            "sessions_cut": {"W3SVC": self.web.sessions.cut_total, "FTPSVC": self.ftp.sessions.cut_total},
            "backups": self.files.backups(),
            "history": self.files.snapshots(),
        }

    def _describe_site(self, site: SiteEntry) -> dict[str, Any]:
        described: dict[str, Any] = {
            "id": site.id,
            "state": self.web.state(site).name.lower() if Half.HTTP.has(site) else None,
            "auto_start": site.flag("serverAutoStart"),
            "bindings": [f"{protocol}/{information}" for protocol, information in site.bindings()],
            "pool": self.pool_of(site),
            "sessions": self.web.sessions.current(site.id),
        }
        if Half.FTP.has(site):
            described["ftp_state"] = self.ftp.state(site).name.lower()
            described["ftp_auto_start"] = site.flag("ftpServer.serverAutoStart")
            described["ftp_sessions"] = self.ftp.sessions.current(site.id)
        return described
