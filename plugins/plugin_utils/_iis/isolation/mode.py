# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The isolation mode of IIS 6: worker processes, or everything as IIS 5.0 did it.

Configured in /LM/W3SVC (IIs5IsolationModeEnabled, id 9203, ms525697); what runs is what was configured when W3SVC
and HTTPFilter last started (IIsWebService.GetCurrentMode, ms524684).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from ..._wsman.errors import Fault
from ..._wsman.values import ObjectPath
from ..context import IISV2, Context
from ..outcome import IisError
from ..provider import explain_refusal, iis_query, is_access_denied
from ..windows.services import IISADMIN, ServiceState, read_services, read_settled_service
from ..windows.system import is_newer_than_2003

SETTING = ObjectPath(IISV2, "IIsWebServiceSetting", {"Name": "W3SVC"})
SERVICE = ObjectPath(IISV2, "IIsWebService", {"Name": "W3SVC"})
PROPERTY = "IIs5IsolationModeEnabled"

#: Seconds that W3SVC is given to end a start or a stop that is under way.
SETTLE_TIMEOUT = 30.0


class Mode(enum.Enum):
    """The values of the module's option ``mode``."""

    WORKER_PROCESS = "worker_process"
    IIS5 = "iis5"


#: What GetCurrentMode returns (ms524684).
_RUNNING = {1: Mode.WORKER_PROCESS, 0: Mode.IIS5}


@dataclass(frozen=True)
class IsolationMode:
    """The mode as it is configured and as it runs; ``running`` is None while W3SVC doesn't run."""

    configured: Mode
    running: Mode | None

    @property
    def restart_pending(self) -> bool:
        """Whether IIS has to be restarted before the configured mode takes effect."""
        return self.running is not None and self.running is not self.configured

    def as_values(self) -> dict[str, Any]:
        """Both modes under the names of the module's return values."""
        return {
            "configured_mode": self.configured.value,
            "running_mode": self.running.value if self.running else None,
            "restart_pending": self.restart_pending,
        }


def read_isolation_mode(context: Context) -> IsolationMode:
    """Read both modes in two requests. Raises IisError on a host without IIS 6."""
    configured = read_configured(context)
    running = _read_running(context)
    if running is not None and running is not configured:
        running = running if w3svc_runs(context) else None
    return IsolationMode(configured, running)


def read_configured(context: Context) -> Mode:
    """Read the mode that is configured, in one request. Raises IisError."""
    rows = iis_query(
        context, f"SELECT Name, {PROPERTY} FROM IIsWebServiceSetting WHERE Name='W3SVC'", "read the isolation mode"
    )
    flag = rows[0].boolean(PROPERTY) if rows else None
    if flag is not None:
        return Mode.IIS5 if flag else Mode.WORKER_PROCESS
    refuse_newer_iis(context)
    if rows:
        raise IisError(f"Couldn't read the isolation mode: the host has no value for W3SVC/{PROPERTY}.")
    raise IisError(
        "Couldn't read the isolation mode: the World Wide Web Publishing Service (W3SVC) isn't installed on this host."
    )


def _read_running(context: Context) -> Mode | None:
    try:
        number = context.host.ask(SERVICE, "GetCurrentMode").return_value
    except Fault:
        number = None
    if number is None:
        if not w3svc_runs(context):
            return None
        answer = _ask_again(context)
        if isinstance(answer, Mode):
            return answer
        number = answer
    if number in _RUNNING:
        return _RUNNING[number]
    refuse_newer_iis(context)
    raise IisError(
        f"Couldn't read the running isolation mode: GetCurrentMode returned {number}, which is neither 1 (worker "
        "processes) nor 0 (IIS 5.0)."
    )


def _ask_again(context: Context) -> int | Mode | None:
    """Ask once more: W3SVC may have been on its way up, and reading does no harm.

    A host that refuses again, or answers without a value, is judged by its processes. Raises IisError when those don't
    tell either.
    """
    try:
        number = context.host.ask(SERVICE, "GetCurrentMode").return_value
    except Fault as fault:
        refuse_newer_iis(context)
        mode = None if is_access_denied(fault) else _read_by_processes(context)
        if mode is None:
            raise explain_refusal(context, fault, "read the running isolation mode") from fault
        return mode
    return _read_by_processes(context) if number is None else number


def _read_by_processes(context: Context) -> Mode | None:
    """Tell the running mode by where HTTP SSL lives, as far as it runs.

    In worker process isolation mode that is lsass.exe, in IIS 5.0 isolation mode inetinfo.exe, the process of IISADMIN
    (IIS 6.0 Resource Guide, table 2.4).
    """
    services = read_services(context, [IISADMIN, "httpfilter"])
    processes = [services[key].process_id for key in (IISADMIN, "httpfilter") if key in services]
    if len(processes) != 2 or 0 in processes or is_newer_than_2003(context):
        return None
    mode = Mode.IIS5 if processes[0] == processes[1] else Mode.WORKER_PROCESS
    context.operator.warn(
        "IIS doesn't tell in which isolation mode it runs (GetCurrentMode); judged by the process that HTTP SSL is in, "
        f"it is {mode.value}."
    )
    return mode


def w3svc_runs(context: Context) -> bool:
    """Whether W3SVC has a running mode; a paused service has one."""
    service = read_settled_service(context, "W3SVC", SETTLE_TIMEOUT)
    return service is not None and service.state in (ServiceState.STARTED, ServiceState.PAUSED)


def refuse_newer_iis(context: Context) -> None:
    """Raise IisError when the host has IIS 7 or later, which has no isolation modes."""
    if is_newer_than_2003(context):
        raise IisError(
            "This host runs IIS 7 or later, which has no isolation modes: Web sites always run in worker processes. "
            "The isolation mode exists in IIS 6.0 (Windows Server 2003) only."
        )
