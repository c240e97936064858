# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reset service behind iisreset.exe (iisrstas.exe; IIisServiceControl of MS-IISS).

"Internet services" are IISADMIN and the services that declare a dependency on it (MS-IISS <3>). Stopping goes through
the SCM, dependents first, as ``net stop iisadmin /y`` (friis); where that fails or takes too long and force is on,
the processes that host IIS are killed, which loses what the metabase has not saved (KB:Q286196). HTTP.sys is not
touched (cc758159).

ASSUMED: only IIS's own processes are killed, not those of third-party services.
"""

from __future__ import annotations

from simulator.iis.host import Iis
from simulator.iis.internet_reset import InternetReset
from simulator.windows.service import Service, ServiceState

_OWN = ("iisadmin", "w3svc", "msftpsvc", "smtpsvc", "nntpsvc")


class ResetService(InternetReset):
    """The reset service of IIS 6."""

    def __init__(self, iis: Iis) -> None:
        super().__init__(iis, ("IISADMIN",))
        self._iis = iis

    def require_reboot(self) -> None:
        """It restarts the machine whenever it does anything."""
        self.require_enabled()

    def services(self) -> list[Service]:
        """IISADMIN, then those that declare a dependency on it."""
        return [self._scm.get("IISADMIN"), *self._scm.dependents("IISADMIN")]

    def hosting(self) -> list[Service]:
        """All but HTTP SSL: lsass.exe hosts it in worker process mode; in IIS 5.0 mode it dies with inetinfo.exe."""
        return [service for service in self.services() if service.name.lower() in _OWN]

    def started(self) -> None:
        """On some hosts HTTP SSL is left stopped (a switch)."""
        if self._iis.switches.iisreset_leaves_http_ssl_stopped:
            self._scm.place(self._scm.get("HTTPFilter"), ServiceState.STOPPED)
