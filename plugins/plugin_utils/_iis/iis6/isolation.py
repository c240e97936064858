# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The isolation mode of IIS 6: worker processes, or everything as IIS 5.0 did it.

Configured in /LM/W3SVC (IIs5IsolationModeEnabled, id 9203, ms525697). It takes effect when W3SVC *and* HTTPFilter are
restarted (ms525697). W3SVC says in which mode it runs (GetCurrentMode, ms524684), and the process of HTTPFilter shows
for which mode that was started: lsass.exe in worker process isolation mode, inetinfo.exe, the process of IISADMIN, in
IIS 5.0 isolation mode (IIS 6.0 Resource Guide, table 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._wsman.errors import Fault
from ..._wsman.values import MethodResult, ObjectPath
from .. import codes
from ..context import CIMV2, Context
from ..metabase.write import write_property
from ..model.isolation import HTTPFILTER, W3SVC, IsolationMode, Mode
from ..outcome import IisError
from ..windows.services import CORE_SERVICES, Service, read_services, read_settled_service
from ..windows.system import is_newer_than_2003
from .provider import IISADMIN, IISV2, explain_refusal, iis_query

SETTING = ObjectPath(IISV2, "IIsWebServiceSetting", {"Name": "W3SVC"})
SERVICE = ObjectPath(IISV2, "IIsWebService", {"Name": "W3SVC"})
PROPERTY = "IIs5IsolationModeEnabled"

#: Seconds that W3SVC is given to end a start or a stop that is under way.
SETTLE_TIMEOUT = 30.0


#: What GetCurrentMode returns (ms524684).
_RUNNING = {1: Mode.WORKER_PROCESS, 0: Mode.IIS5}


class Iis6IsolationModes:
    """The isolation modes of a host with IIS 6; see :class:`~..server.IsolationModes`."""

    def read(self, context: Context, services: Mapping[str, Service] | None = None) -> IsolationMode:
        """Read the modes in three requests, in two where W3SVC doesn't run, and in one fewer with the services."""
        configured = _read_configured(context)
        running, http_ssl = _read_running(context, services)
        return IsolationMode(configured, running, http_ssl)

    def read_running(self, context: Context) -> Mode | None:
        """Read the mode that W3SVC runs in, in at most two requests."""
        return _read_running(context, None)[0]

    def check(self, context: Context) -> None:
        """Raise IisError when the host has IIS 7 or later, which has no isolation modes."""
        if is_newer_than_2003(context):
            raise IisError(
                "This host runs IIS 7 or later, which has no isolation modes: Web sites always run in worker "
                "processes. The isolation mode exists in IIS 6.0 (Windows Server 2003) only."
            )

    def configure(self, context: Context, mode: Mode) -> None:
        """Write the property, in memory, and read it back."""
        write_property(context, SETTING, PROPERTY, mode is Mode.IIS5, lambda: _read_configured(context) is Mode.IIS5)


MODES = Iis6IsolationModes()


def _read_configured(context: Context) -> Mode:
    """Read the mode that is configured, in one request. Raises IisError."""
    rows = iis_query(
        context, f"SELECT Name, {PROPERTY} FROM IIsWebServiceSetting WHERE Name='W3SVC'", "read the isolation mode"
    )
    flag = rows[0].boolean(PROPERTY) if rows else None
    if flag is not None:
        return Mode.IIS5 if flag else Mode.WORKER_PROCESS
    MODES.check(context)
    if rows:
        raise IisError(f"Couldn't read the isolation mode: the host has no value for W3SVC/{PROPERTY}.")
    raise IisError(
        "Couldn't read the isolation mode: the World Wide Web Publishing Service (W3SVC) isn't installed on this host."
    )


def has_worker_processes(context: Context) -> bool:
    """Whether worker processes run, which IIS 5.0 isolation mode doesn't have. Without requests there may be none."""
    return bool(context.host.query(CIMV2, "SELECT Handle FROM Win32_Process WHERE Name='w3wp.exe'"))


def _read_running(context: Context, services: Mapping[str, Service] | None) -> tuple[Mode | None, Mode | None]:
    """Read the modes that W3SVC and HTTPFilter run in."""
    services = services if services is not None else _read_services(context)
    if W3SVC in services and services[W3SVC].state.is_pending:
        read_settled_service(context, W3SVC, SETTLE_TIMEOUT)
        services = _read_services(context)
    http_ssl = _mode_of_process(services)
    if W3SVC not in services or not services[W3SVC].state.is_up:
        return None, http_ssl  # a host may well return a mode for a service that is stopped
    try:
        number = _value(context.host.ask(SERVICE, "GetCurrentMode"))
    except Fault as fault:
        MODES.check(context)
        if http_ssl is None or codes.is_access_denied(fault):
            raise explain_refusal(context, fault, "read the running isolation mode") from fault
        number = None
    if number is None and http_ssl is not None:
        return _judge_by_process(context, http_ssl), http_ssl
    if number not in _RUNNING:
        MODES.check(context)
        raise IisError(
            f"Couldn't read the running isolation mode: GetCurrentMode returned {number}, which is neither 1 (worker "
            "processes) nor 0 (IIS 5.0)."
        )
    return _cross_check(context, _RUNNING[number], http_ssl), http_ssl


def _read_services(context: Context) -> dict[str, Service]:
    return read_services(context, CORE_SERVICES)


def _mode_of_process(services: Mapping[str, Service]) -> Mode | None:
    """The mode in whose process HTTPFilter is, as far as it runs."""
    if not {IISADMIN, HTTPFILTER} <= services.keys() or not services[HTTPFILTER].state.is_up:
        return None
    processes = services[IISADMIN].process_id, services[HTTPFILTER].process_id
    if 0 in processes:
        return None
    return Mode.IIS5 if processes[0] == processes[1] else Mode.WORKER_PROCESS


def _value(result: MethodResult) -> int | None:
    """The mode in an answer of GetCurrentMode.

    Documented is that the method returns it (ms524684). Its ADSI twin has it in an out parameter (ms525876): beside one
    of those, ReturnValue would say no more than that the call succeeded.
    """
    outputs = (result.outputs.integer(name) for name in result.outputs)
    return next((number for number in outputs if number is not None), result.return_value)


def _judge_by_process(context: Context, http_ssl: Mode) -> Mode:
    context.operator.warn(
        "IIS doesn't report in which isolation mode it runs (GetCurrentMode); judged by the process that HTTP SSL is "
        f"in, it is {http_ssl.value}."
    )
    return http_ssl


def _cross_check(context: Context, reported: Mode, http_ssl: Mode | None) -> Mode:
    """Hold what GetCurrentMode returned against the processes, and warn of a contradiction.

    HTTPFilter may not have been restarted, so that it stayed where it was, or GetCurrentMode can't be trusted. A worker
    process (w3wp.exe), which IIS 5.0 isolation mode doesn't have, decides that; without one, what is returned counts.
    """
    if http_ssl in (None, reported):
        return reported
    where = "is in the process of IISADMIN" if http_ssl is Mode.IIS5 else "isn't in the process of IISADMIN"
    facts = f"GetCurrentMode returned {reported.value}, but HTTP SSL (HTTPFilter) {where}, as in {http_ssl.value} mode"
    if reported is Mode.IIS5 and has_worker_processes(context):
        context.operator.warn(
            f"{facts}, and worker processes (w3wp.exe) run. GetCurrentMode can't be trusted on this host: it runs in "
            f"{http_ssl.value} mode."
        )
        return http_ssl
    context.operator.warn(
        f"{facts}. A mode takes effect when both W3SVC and HTTPFilter are restarted. If restarting both doesn't change "
        "this, GetCurrentMode can't be trusted on this host."
    )
    return reported
