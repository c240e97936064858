# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows services of IIS as the service control manager sees them: names, states, reading them.

Read through Win32_Service of root/cimv2, which answers whether or not IIS runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..._wsman.values import Instance, ObjectPath
from ..._wsman.wql import quote
from ..codes import describe
from ..context import CIMV2, Context
from ..outcome import IisError, Word
from ..waiting import TimedOut, wait_until

#: Services by which every look tells which IIS there is and in which mode it runs. Asked for together, always the same,
#: so that a task asks once.
CORE_SERVICES = ("iisadmin", "w3svc", "httpfilter", "was")

#: The option values, and the names as Windows spells them (Windows compares them without case), of any IIS.
SERVICE_NAMES: dict[str, str] = {
    "iisadmin": "IISADMIN",
    "w3svc": "W3SVC",
    "httpfilter": "HTTPFilter",
    "msftpsvc": "MSFTPSVC",
    "smtpsvc": "SMTPSVC",
    "nntpsvc": "NntpSvc",
    "was": "WAS",
    "apphostsvc": "AppHostSvc",
    "ftpsvc": "FTPSVC",
    "wmsvc": "WMSVC",
}

_COLUMNS = "Name, DisplayName, State, StartMode, AcceptPause, AcceptStop, ExitCode, ServiceSpecificExitCode, ProcessId"

#: Exit codes of a service that didn't fail: a clean stop, and ERROR_SERVICE_NEVER_STARTED since the boot.
_NO_FAILURE = frozenset({0, 1077})
_SPECIFIC_ERROR = 1066


class ServiceState(Word):
    """A service's state, in the words that sites use too."""

    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"
    STARTING = "starting"
    STOPPING = "stopping"
    PAUSING = "pausing"
    CONTINUING = "continuing"
    UNKNOWN = "unknown"

    @property
    def is_pending(self) -> bool:
        """Whether the service is on its way from one state to another."""
        return self in _SETTLES_TO

    @property
    def is_up(self) -> bool:
        """Whether the service runs or is paused, which leaves its process and what is in its memory alone."""
        return self in _UP

    @property
    def settles_as(self) -> ServiceState:
        """The state that a pending one leads to when nothing goes wrong; a settled state is itself."""
        return _SETTLES_TO.get(self, self)


_SETTLES_TO = {
    ServiceState.STARTING: ServiceState.STARTED,
    ServiceState.CONTINUING: ServiceState.STARTED,
    ServiceState.STOPPING: ServiceState.STOPPED,
    ServiceState.PAUSING: ServiceState.PAUSED,
}

_UP = frozenset({ServiceState.STARTED, ServiceState.PAUSED, ServiceState.PAUSING, ServiceState.CONTINUING})

#: Win32_Service.State
_STATES = {
    "running": ServiceState.STARTED,
    "stopped": ServiceState.STOPPED,
    "paused": ServiceState.PAUSED,
    "start pending": ServiceState.STARTING,
    "stop pending": ServiceState.STOPPING,
    "pause pending": ServiceState.PAUSING,
    "continue pending": ServiceState.CONTINUING,
}


class StartMode(Word):
    """How a service starts. Drivers know ``boot`` and ``system`` too; no IIS service does."""

    AUTO = "auto"
    MANUAL = "manual"
    DISABLED = "disabled"
    OTHER = "other"


@dataclass(frozen=True)
class Service:
    """One service as read. ``exit_code`` is a Win32 error; with 1066 ``own_exit_code`` is the service's own code."""

    name: str
    display_name: str
    state: ServiceState
    start_mode: StartMode
    accepts_stop: bool = True
    accepts_pause: bool = False
    exit_code: int = 0
    own_exit_code: int = 0
    process_id: int = 0

    @property
    def key(self) -> str:
        """The name in lower case: the name of this service in options and results."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """What an administrator knows it by: ``W3SVC (World Wide Web Publishing Service)``."""
        return f"{self.name} ({self.display_name})" if self.display_name not in ("", self.name) else self.name

    @property
    def failed(self) -> bool:
        """Whether it is stopped because it failed, by its exit code."""
        return self.state is ServiceState.STOPPED and self.exit_code not in _NO_FAILURE

    @property
    def exit_words(self) -> str:
        """The exit code as an administrator would look it up."""
        if self.exit_code == _SPECIFIC_ERROR:
            return f"its own error {self.own_exit_code}"
        return describe(self.exit_code)


def service_path(name: str) -> ObjectPath:
    """Give the WMI path of a service."""
    return ObjectPath(CIMV2, "Win32_Service", {"Name": name})


def parse_service(row: Instance) -> Service:
    """Make a Service of a row or instance of Win32_Service."""
    name = row.text("Name") or ""
    mode = (row.text("StartMode") or "").lower()
    return Service(
        name=name,
        display_name=row.text("DisplayName") or name,
        state=_STATES.get((row.text("State") or "").lower(), ServiceState.UNKNOWN),
        start_mode=StartMode(mode) if mode in ("auto", "manual", "disabled") else StartMode.OTHER,
        accepts_stop=row.boolean("AcceptStop") is not False,
        accepts_pause=row.boolean("AcceptPause") is True,
        exit_code=row.integer("ExitCode") or 0,
        own_exit_code=row.integer("ServiceSpecificExitCode") or 0,
        process_id=row.integer("ProcessId") or 0,
    )


def read_services(context: Context, names: Sequence[str]) -> dict[str, Service]:
    """Read services by name in one request, keyed by lower-case name; one that isn't installed is left out."""
    condition = " OR ".join(f"Name={quote(SERVICE_NAMES.get(name.lower(), name))}" for name in names)
    rows = context.host.query(CIMV2, f"SELECT {_COLUMNS} FROM Win32_Service WHERE {condition}")
    return {service.key: service for service in map(parse_service, rows)}


def read_service(context: Context, name: str) -> Service | None:
    """Read a Windows service, or None when it isn't installed."""
    return read_services(context, [name]).get(name.lower())


def read_settled_service(context: Context, name: str, timeout: float) -> Service | None:
    """Read a Windows service once it is neither starting nor stopping; after ``timeout`` seconds, as it is."""
    try:
        return wait_until(
            context,
            lambda: read_service(context, name),
            lambda seen: seen is None or not seen.state.is_pending,
            timeout,
        )
    except TimedOut as late:
        service: Service | None = late.last
        return service


def read_names_in_process(context: Context, process_id: int) -> frozenset[str]:
    """Read which services (keys) live in a process, in one request."""
    rows = context.host.query(CIMV2, f"SELECT Name FROM Win32_Service WHERE ProcessId={process_id}")
    return frozenset((row.text("Name") or "").lower() for row in rows)


def read_named_services(context: Context, names: Sequence[str]) -> dict[str, Service]:
    """Read the named services in one request. Raises IisError when one isn't installed, naming those that are."""
    services = read_services(context, names)
    missing = [SERVICE_NAMES.get(name, name) for name in names if name not in services]
    if missing:
        present = [service.name for service in read_services(context, list(SERVICE_NAMES)).values()]
        there = ", ".join(present) if present else "none"
        verb = "isn't" if len(missing) == 1 else "aren't"
        raise IisError(
            f"{', '.join(missing)} {verb} installed on this host. Of the IIS services it has: {there}. "
            "Leave the name out, or install the component."
        )
    return services
