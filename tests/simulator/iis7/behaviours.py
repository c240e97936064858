# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services of IIS 7 do when the SCM moves them."""

from __future__ import annotations

from simulator.iis7.codes import Refused
from simulator.iis7.host import Iis7
from simulator.iis7.sites import Sites
from simulator.windows.service import ServiceBehaviour


class Behaviour7(ServiceBehaviour):
    """A service of a host; a start that was told to fail, fails."""

    def __init__(self, iis: Iis7, service: str) -> None:
        self._iis = iis
        self._service = service

    def before_start(self) -> int:
        """See the action ``fail_next_start``."""
        return self._iis.failing_starts.pop(self._service.lower(), 0)


class ConfiguredBehaviour(Behaviour7):
    """A service that doesn't start without its configuration."""

    def before_start(self) -> int:
        """It stops with the code of why applicationHost.config can't be read, and the SCM logs 7023: "The data is
        invalid" (serverfault.com/q/891302), 1326 where the password of a shared configuration is wrong (IIS Support
        Blog, "WAS fails to start - error 1326"). ASSUMED: W3SVC alone, under a WAS that runs, does the same.
        """
        failing = super().before_start()
        if failing:
            return failing
        try:
            self._iis.config.root()
        except Refused as refused:
            self._iis.events.stopping_without_configuration(self._iis.config.file, refused)
            return refused.code & 0xFFFF
        return 0


class WasBehaviour(ConfiguredBehaviour):
    """WAS: pools and their worker processes."""

    def on_started(self) -> None:
        """Pools come up by autoStart."""
        self._iis.pools.service_started()

    def on_stopping(self) -> None:
        """Worker processes have to end first."""
        _wait_for_workers(self._iis, "WAS")

    def on_stopped(self, killed: bool) -> None:
        """No pool and no worker process is left."""
        self._iis.pools.service_stopped(forget=True)


class WebBehaviour7(ConfiguredBehaviour):
    """W3SVC: sites. Worker processes end with it (ASSUMED), and pools forget what was stopped (a switch)."""

    def on_started(self) -> None:
        """Sites come up by serverAutoStart."""
        if self._iis.switches.w3svc_restart_resets_pools:
            self._iis.pools.service_started()
        self._iis.web.service_started()

    def on_stopping(self) -> None:
        """Worker processes have to end first."""
        _wait_for_workers(self._iis, "W3SVC")

    def on_stopped(self, killed: bool) -> None:
        """Nobody listens any more."""
        self._iis.web.service_stopped()
        self._iis.pools.service_stopped(forget=False)


def _wait_for_workers(iis: Iis7, name: str) -> None:
    """Stretch the stop of a service until the last worker process has ended (shutdownTimeLimit at most)."""
    service = iis.machine.scm.get(name)
    service.stop_seconds = max(iis.stop_seconds, iis.pools.service_stopping())


class FtpBehaviour(Behaviour7):
    """FTPSVC: the FTP halves of sites, by ftpServer/@serverAutoStart.

    ASSUMED: without its configuration it runs without a site.
    """

    def __init__(self, iis: Iis7, service: str, sites: Sites) -> None:
        super().__init__(iis, service)
        self._sites = sites

    def on_started(self) -> None:
        """Sites come up."""
        self._sites.service_started()

    def on_stopped(self, killed: bool) -> None:
        """Sites are gone."""
        self._sites.service_stopped()


class HistoryBehaviour(Behaviour7):
    """AppHostSvc: the history of the configuration."""

    def on_started(self) -> None:
        """It watches."""
        self._iis.files.watch()

    def on_stopped(self, killed: bool) -> None:
        """It watches no more."""
        self._iis.files.forget()
