# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services of IIS do when the SCM moves them.

IISADMIN lives in inetinfo.exe with the metabase: it reads MetaBase.xml when it starts, writes what is unsaved when it
stops (cc758342), and loses it when its process is killed (KB:Q286196). W3SVC takes its isolation mode from the
metabase when it starts (ms525697) and serves that mode until it is started anew.
"""

from __future__ import annotations

from simulator.iis.codes import IisError
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.metabase_file import BadMetabase
from simulator.windows.service import ServiceBehaviour

INETINFO = r"C:\WINDOWS\system32\inetsrv\inetinfo.exe"
LSASS = r"C:\WINDOWS\system32\lsass.exe"


class IisAdminBehaviour(ServiceBehaviour):
    """IISADMIN."""

    def __init__(self, iis: Iis) -> None:
        self._iis = iis

    def before_start(self) -> int:
        """Load the metabase; without one IISADMIN does not start (event 7023 by the SCM; ma_khan)."""
        try:
            self._iis.store.load()
        except IisError as error:
            if isinstance(error.__cause__, BadMetabase):
                self._iis.log_bad_file(str(error.__cause__))
            return error.hresult & 0xFFFF
        self._iis.watcher.saved()
        return 0

    def on_started(self) -> None:
        """Services that outlived the former inetinfo.exe (W3SVC in its svchost.exe) find their states again."""
        self._iis.metabase_loaded()

    def on_stopped(self, killed: bool) -> None:
        """Save what is unsaved, unless the process was killed; either way memory is gone."""
        iis = self._iis
        if not killed and iis.store.loaded:
            try:
                iis.save_now()
            except IisError:
                iis.lost_changes += iis.store.unsaved  # event 51228 was logged, and nobody is there to try again
        elif killed:
            iis.lost_changes += iis.store.unsaved
        iis.flusher.stop()
        iis.handles.open_handles.clear()
        iis.store.forget()


class ProtocolBehaviour(ServiceBehaviour):
    """A service with sites: MSFTPSVC, SMTPSVC, NntpSvc."""

    def __init__(self, iis: Iis, kind: Kind) -> None:
        self._iis = iis
        self._sites = iis.sites[kind]

    def before_start(self) -> int:
        """A start that was told to fail, fails."""
        return self._iis.failing_starts.pop(self._sites.kind.service.lower(), 0)

    def on_started(self) -> None:
        """The sites come up."""
        self._sites.service_started()

    def on_stopped(self, killed: bool) -> None:
        """The sites are gone, with every session."""
        self._sites.service_stopped()

    def on_paused(self) -> None:
        """ASSUMED: the sites pause with their service."""
        self._sites.service_paused()

    def on_continued(self) -> None:
        """ASSUMED: the sites continue with their service."""
        self._sites.service_continued()


class WebBehaviour(ProtocolBehaviour):
    """W3SVC: sites, pools, and the isolation mode."""

    def on_started(self) -> None:
        """The configured mode becomes the running one."""
        self._iis.running_iis5_mode = self._iis.last_iis5_mode = self._iis.configured_iis5_mode()
        self._iis.pools.service_started(self._iis.running_iis5_mode)
        super().on_started()

    def on_stopped(self, killed: bool) -> None:
        """No mode runs any more."""
        super().on_stopped(killed)
        self._iis.running_iis5_mode = None
        self._iis.pools.service_stopped()


class HttpFilterBehaviour(ServiceBehaviour):
    """HTTP SSL: in lsass.exe in worker process mode, in inetinfo.exe in IIS 5.0 mode (IIS 6.0 Resource Guide, table
    2.4). It stays in its process until it is restarted itself: a new mode needs the restart of W3SVC *and* of HTTP SSL
    (ms525697), and where only one of them was restarted the two disagree."""

    def __init__(self, iis: Iis) -> None:
        self._iis = iis

    def before_start(self) -> int:
        """ASSUMED: the host process follows the configured mode, the last known one while there is no metabase."""
        iis = self._iis
        iis5 = iis.configured_iis5_mode() if iis.store.loaded else iis.last_iis5_mode
        service = iis.machine.scm.get("HTTPFilter")
        service.image = INETINFO if iis5 else LSASS
        return iis.failing_starts.pop("httpfilter", 0)
