# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS on one host: its parts together, and what they look like from outside."""

from __future__ import annotations

from typing import Any

from simulator.clock import Timer
from simulator.iis.backups import Backups
from simulator.iis.bindings import Binding
from simulator.iis.codes import IisError, hresult
from simulator.iis.disk import InetsrvFolder
from simulator.iis.edit_while_running import EditWatcher
from simulator.iis.flush import Flusher
from simulator.iis.handles import HandleTable
from simulator.iis.kinds import Kind
from simulator.iis.metabase_file import BadMetabase
from simulator.iis.pools import Pools
from simulator.iis.sites import Sites
from simulator.iis.spec import IisSpec
from simulator.iis.store import METABASE, MetabaseStore
from simulator.iis.switches import PausedIisadmin
from simulator.machine import Machine
from simulator.windows.event_log import EventType
from simulator.windows.service import ServiceState

#: How often a host with edit-while-running looks at its file, in seconds (really it is told by the file system).
WATCH_INTERVAL = 2.0


class _ServiceView:
    """A service as its sites see it."""

    def __init__(self, iis: Iis, kind: Kind) -> None:
        self._iis = iis
        self._kind = kind

    @property
    def running(self) -> bool:
        return self._iis.service_state(self._kind.service) is ServiceState.RUNNING

    def port_owner(self, port: int) -> str | None:
        return self._iis.occupied_ports.get(port)

    def prefix_taken(self, kind: Kind, site: int, binding: Binding, win32: int) -> None:
        if kind is Kind.WEB:
            self._iis.log_prefix_taken(site, binding, win32)


class Iis:
    """IIS 6 on one machine. :func:`simulator.iis.install.install_iis` makes it."""

    def __init__(self, machine: Machine, spec: IisSpec) -> None:
        clock = machine.clock
        self.machine = machine
        self.switches = spec.switches
        self.kinds = tuple(kind for kind in Kind if kind in spec.services)
        self.store = MetabaseStore(InetsrvFolder(machine.files, machine.now), self._log_save_failed)
        self.handles = HandleTable(clock)
        self.flusher = Flusher(clock, self.store, self.handles)
        self.store.after_save = self._after_save
        self.watcher = EditWatcher(self.store, self.log_bad_file)
        self.backups = Backups(self.store)
        self.sites = {
            kind: Sites(kind, clock, self.store, spec.switches, _ServiceView(self, kind)) for kind in self.kinds
        }
        web = self.sites.get(Kind.WEB) or Sites(
            Kind.WEB, clock, self.store, spec.switches, _ServiceView(self, Kind.WEB)
        )
        self.pools = Pools(clock, self.store, web, machine.processes, spec.switches)
        web.on_state = self.pools.refresh_soon
        self.running_iis5_mode: bool | None = None
        self.last_iis5_mode = spec.iis5_mode
        self.iisreset_disabled = spec.iisreset_disabled
        self.iisreset_language = spec.iisreset_language
        self.refuse_control_once = False
        self.occupied_ports: dict[int, str] = {}
        self.failing_starts: dict[str, int] = {}
        self.lost_changes = 0
        self._watch_timer: Timer | None = None
        machine.files.on_change(self._file_changed)

    # -- services and modes

    def service_state(self, name: str) -> ServiceState:
        """The state of a service; Stopped if it isn't installed."""
        service = self.machine.scm.find(name)
        return service.state if service is not None else ServiceState.STOPPED

    def process_of(self, name: str) -> str | None:
        """The name of the process that a service lives in; None if it has none."""
        service = self.machine.scm.find(name)
        entry = self.machine.processes.get(service.pid) if service is not None else None
        return entry.name.lower() if entry is not None else None

    def configured_iis5_mode(self) -> bool:
        """IIs5IsolationModeEnabled of /LM/W3SVC (ms525697). Raises IisError if there is no Web service."""
        return bool(self.store.metabase.get("/LM/W3SVC", "IIs5IsolationModeEnabled"))

    def require_metabase(self) -> None:
        """Raise IisError if IISADMIN does not serve the metabase (the code is uncertain: a switch)."""
        serving = {ServiceState.RUNNING}
        if self.switches.paused_iisadmin is PausedIisadmin.SERVES:
            serving |= {ServiceState.PAUSE_PENDING, ServiceState.PAUSED, ServiceState.CONTINUE_PENDING}
        if not self.store.loaded or self.service_state("IISADMIN") not in serving:
            raise IisError(self.switches.metabase_down_code)
        self.watcher.check()

    def metabase_loaded(self) -> None:
        """IISADMIN runs: watch the file if that is configured, tell the metabase the states of running sites."""
        for sites in self.sites.values():
            sites.publish_all()
        self.pools.refresh()
        self.watch()

    def configuration_changed(self) -> None:
        """Somebody changed properties of /LM: history can't be off with edit-while-running on; IIS warns and sets it
        back to 1 (ms525359; the event's source and number are ASSUMED)."""
        if self.store.number("EnableEditWhileRunning") and not self.store.number("EnableHistory"):
            self.store.metabase.set("/LM", "EnableHistory", 1)
            self.machine.event_log.write(
                "IIS Config",
                51214,
                EventType.WARNING,
                ("EnableHistory", "EnableEditWhileRunning"),
                message="The metabase history cannot be disabled while edit-while-running is enabled. It was enabled.",
                category=1,
                category_text="Catalog",
            )
        self.watch()

    def watch(self) -> None:
        """Look at MetaBase.xml from time to time, as long as edit-while-running is on."""
        if self._watch_timer is not None:
            self._watch_timer.cancel()
            self._watch_timer = None
        if self.watcher.enabled:
            self.watcher.check()
            self._watch_timer = self.machine.clock.call_later(WATCH_INTERVAL, self.watch)

    def _file_changed(self, path: str) -> None:
        if path.lower().endswith("\\metabase.xml") and not self.store.saving:
            self.watcher.check()

    # -- saving

    async def save_data(self) -> bool:
        """IIsComputer.SaveData, ADSI SaveData, iiscnfg /save: True if the file was written.

        Raises IisError ERROR_PATH_BUSY when a key stays open for writing (ms525823), and, by a switch, the codes of
        the file system (ms524625 lists them; ms525823 does not).
        """
        await self.handles.wait_until_unwritten()
        try:
            return self.save_now()
        except IisError:
            if self.switches.save_returns_file_errors:
                raise
            return False

    def save_now(self) -> bool:
        """Write memory to disk if anything changed. Raises IisError."""
        return self.store.save()

    def _after_save(self) -> None:
        self.watcher.saved()
        if self.watcher.enabled and self._watch_timer is None:
            self.watch()

    # -- events

    def _log_save_failed(self, code: int) -> None:
        # KB902161: System log, event 51228. The source is shown as "IIS Log", the category as "Catalog".
        self.machine.event_log.write(
            "IIS Log",
            51228,
            EventType.ERROR,
            (METABASE, f"0x{code:08X}"),
            message=(
                "An error occurred while saving the metabase file. This can happen when the metabase XML file is in "
                "use by another program, or if the disk is full. Check for corresponding events in the event log for "
                f"more details.(null)(null)(null)(null)\r\nErrorCode : 0x{code:08X}"
            ),
            category=1,
            category_text="Catalog",
        )

    def log_bad_file(self, detail: str) -> None:
        """MetaBase.xml is no metabase. Source, category and number of the event are those of a host that could not
        start for it (networknet.nl/apps/wp/archives/tag/4275); ASSUMED: they are the same for an edit while running."""
        self.machine.event_log.write(
            "IIS Config",
            4275,
            EventType.ERROR,
            (METABASE, detail),
            message=f"Error parsing XML file. Reason: {detail} Incorrect XML: {METABASE}",
            category=1,
            category_text="Catalog",
        )

    def log_prefix_taken(self, site: int, binding: Binding, win32: int) -> None:
        """Event 1007 (1007 names ERROR_ALREADY_EXISTS; for other codes the data differ: ASSUMED)."""
        code = 183 if win32 == 52 else win32
        self.machine.event_log.write(
            "W3SVC",
            1007,
            EventType.ERROR,
            (binding.prefix(), str(site)),
            message=(
                f"Cannot register the URL prefix '{binding.prefix()}' for site '{site}'. The necessary network binding "
                "may already be in use. The site has been deactivated.  The data field contains the error number."
            ),
            data=hresult(code).to_bytes(4, "little"),
        )

    # -- the truth

    def describe(self) -> dict[str, Any]:
        """The state of IIS as plain values, for tests and demonstrations."""
        store = self.store
        return {
            "configured_mode": _mode(self._configured_anywhere()),
            "running_mode": _mode(self.running_iis5_mode),
            "http_ssl_process": self.process_of("HTTPFilter"),
            "iisreset_disabled": self.iisreset_disabled,
            "sites": {
                f"{kind.key}/{site}": {
                    "name": sites.name(site),
                    "state": sites.state(site).name.lower(),
                    "auto_start": sites.auto_start(site),
                    "bindings": [binding.text() for binding in sites.bindings(site)],
                    "sessions": sites.sessions.current(site),
                }
                for kind, sites in self.sites.items()
                for site in sites.ids()
            },
            "pools": {pool: self.pools.state(pool).name.lower() for pool in self.pools.names()},
            "workers": {pool: self.pools.workers(pool) for pool in self.pools.names()},
            "sessions": {
                kind.service: sum(sites.sessions.current(site) for site in sites.ids())
                for kind, sites in self.sites.items()
            },
            "sessions_cut": {kind.service: sites.sessions.cut_total for kind, sites in self.sites.items()},
            "metabase": {
                "loaded": store.loaded,
                "unsaved_changes": store.unsaved,
                "lost_changes": self.lost_changes,
                "memory_equals_disk": store.loaded and store.equals_disk(),
                "memory_version": store.version.major,
                "file_version": self._file_version(),
                "history": [f"{entry.major}.{entry.minor}" for entry in store.history.entries()],
            },
        }

    def _configured_anywhere(self) -> bool | None:
        if self.store.loaded:
            return self.configured_iis5_mode() if Kind.WEB in self.sites else None
        try:
            root, _version = self.store.on_disk()
            value = root.children["lm"].children["w3svc"].values.get("IIs5IsolationModeEnabled", True)
        except (BadMetabase, IisError, KeyError):
            return None
        return bool(value)

    def _file_version(self) -> int | None:
        try:
            return self.store.on_disk()[1].major
        except (BadMetabase, IisError):
            return None


def _mode(iis5: bool | None) -> str | None:
    return None if iis5 is None else "iis5" if iis5 else "worker_process"
