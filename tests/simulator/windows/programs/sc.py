# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sc.exe of Server 2003: query, qc, qfailure, failure, config start=, start, stop, pause, continue, interrogate.

The exit code is the Win32 error that it prints (field practice); layouts as in public transcripts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.console import Console
from simulator.windows.process import Machine
from simulator.windows.programs.sc_failure import failure, qfailure
from simulator.windows.programs.sc_output import TYPE_TEXTS, bad_arguments, refuse, status_text
from simulator.windows.service import Service, ServiceState, StartMode
from simulator.windows.services_hive import service_type, start_number

_START_MODES = {"auto": StartMode.AUTO, "demand": StartMode.MANUAL, "disabled": StartMode.DISABLED}
_START_TEXTS = {
    StartMode.BOOT: "BOOT_START",
    StartMode.SYSTEM: "SYSTEM_START",
    StartMode.AUTO: "AUTO_START",
    StartMode.MANUAL: "DEMAND_START",
    StartMode.DISABLED: "DISABLED",
}


async def sc(machine: Machine, argv: list[str], console: Console) -> int:
    """``sc [\\\\server] verb [service] [options]``; another server than this one can't be reached."""
    words = argv[1:]
    if words and words[0].startswith("\\\\"):
        server = words.pop(0)[2:].lower()
        if server not in (machine.name.lower(), "localhost", "127.0.0.1", "."):
            return refuse(machine, console, "OpenSCManager", 1722)
    if not words:
        console.write(machine.texts.get("sc.usage") + "\r\n")
        return 0
    verb, rest = words[0].lower(), words[1:]
    if verb == "query" and (not rest or rest[0].lower().endswith("=")):
        return _query_all(machine, rest, console)
    handler = _VERBS.get(verb)
    if handler is None or not rest:
        return bad_arguments(machine, console)
    service = machine.scm.find(rest[0])
    step = {"query": "EnumQueryServicesStatus:OpenService", "start": "StartService:OpenService"}.get(
        verb, "OpenService"
    )
    if service is None:
        return refuse(machine, console, step, Win32.SERVICE_DOES_NOT_EXIST)
    if verb in _WRITING and not console.account.privileged:
        return refuse(machine, console, step, Win32.ACCESS_DENIED)
    return await handler(machine, service, rest[1:], console)


def _query_all(machine: Machine, rest: list[str], console: Console) -> int:
    options = dict(zip((word.lower() for word in rest[::2]), (word.lower() for word in rest[1::2]), strict=False))
    everything, inactive = options.get("state=") == "all", options.get("state=") == "inactive"
    for service in machine.scm:
        stopped = service.state is ServiceState.STOPPED
        if not service.driver and (everything or stopped == inactive):
            console.write(status_text(service, with_display_name=True))
    return 0


async def _query(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    console.write(status_text(service))
    return 0


async def _qc(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    kind, start = service_type(service), start_number(service.start_mode)
    errors = {"Ignore": 0, "Normal": 1, "Severe": 2, "Critical": 3}[service.error_control]
    lines = [
        machine.texts.get("sc.success", "GetServiceConfig"),
        "",
        f"SERVICE_NAME: {service.name}",
        f"        TYPE               : {kind:x}  {TYPE_TEXTS[kind]} ",
        f"        START_TYPE         : {start}   {_START_TEXTS[service.start_mode]}",
        f"        ERROR_CONTROL      : {errors}   {service.error_control.upper()}",
        f"        BINARY_PATH_NAME   : {service.image}  ",
        "        LOAD_ORDER_GROUP   :   ",
        "        TAG                : 0  ",
        f"        DISPLAY_NAME       : {service.display_name}  ",
    ]
    for index, name in enumerate(service.depends_on or ("",)):
        lines.append(f"        {'DEPENDENCIES       ' if index == 0 else ' ' * 19}: {name}  ")
    lines.append(f"        SERVICE_START_NAME : {service.start_name}  ")
    console.write("\r\n".join(lines) + "\r\n")
    return 0


async def _config(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    options = {word.lower(): value for word, value in zip(rest[::2], rest[1::2], strict=False)}
    mode = _START_MODES.get(options.get("start=", "").lower())
    if len(rest) % 2 or set(options) != {"start="} or mode is None:
        return bad_arguments(machine, console)
    machine.scm.change_start_mode(service.name, mode)
    console.write(machine.texts.get("sc.success", "ChangeServiceConfig") + "\r\n")
    return 0


async def _start(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    code = await machine.scm.start_and_wait(service.name)
    return _controlled(machine, service, console, "StartService", code)


def _control(
    step: Callable[[Machine, str], int],
) -> Callable[[Machine, Service, list[str], Console], Awaitable[int]]:
    async def send(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
        return _controlled(machine, service, console, "ControlService", step(machine, service.name))

    return send


def _controlled(machine: Machine, service: Service, console: Console, step: str, code: int) -> int:
    error = WIN32_OF_RETURN.get(ServiceReturn(code), Win32.INVALID_PARAMETER)
    if error:
        return refuse(machine, console, step, error)
    console.write(status_text(service))
    return 0


_VERBS: dict[str, Callable[[Machine, Service, list[str], Console], Awaitable[int]]] = {
    "query": _query,
    "queryex": _query,
    "qc": _qc,
    "qfailure": qfailure,
    "failure": failure,
    "config": _config,
    "start": _start,
    "stop": _control(lambda machine, name: machine.scm.stop(name)),
    "pause": _control(lambda machine, name: machine.scm.pause(name)),
    "continue": _control(lambda machine, name: machine.scm.resume(name)),
    "interrogate": _control(lambda machine, name: machine.scm.interrogate(name)),
}
_WRITING = frozenset({"failure", "config", "start", "stop", "pause", "continue"})
