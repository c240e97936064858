# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How sc.exe prints a status and a refusal."""

from __future__ import annotations

from simulator.windows.console import Console
from simulator.windows.process import Machine
from simulator.windows.service import Service, ServiceState
from simulator.windows.services_hive import service_type

_STATES = {
    ServiceState.STOPPED: (1, "STOPPED"),
    ServiceState.START_PENDING: (2, "START_PENDING"),
    ServiceState.STOP_PENDING: (3, "STOP_PENDING"),
    ServiceState.RUNNING: (4, "RUNNING"),
    ServiceState.CONTINUE_PENDING: (5, "CONTINUE_PENDING"),
    ServiceState.PAUSE_PENDING: (6, "PAUSE_PENDING"),
    ServiceState.PAUSED: (7, "PAUSED"),
}
TYPE_TEXTS = {0x01: "KERNEL_DRIVER", 0x10: "WIN32_OWN_PROCESS", 0x20: "WIN32_SHARE_PROCESS"}
"""Service types, as sc.exe prints them."""

BAD_ARGUMENTS = 1639
"""ERROR_INVALID_COMMAND_LINE: the exit code after the usage text."""


def status_text(service: Service, *, with_display_name: bool = False) -> str:
    """The block that ``sc query`` prints for a service."""
    number, state = _STATES[service.state]
    kind = service_type(service)
    controls = ",".join(
        (
            "STOPPABLE" if service.accept_stop else "NOT_STOPPABLE",
            "PAUSABLE" if service.accept_pause else "NOT_PAUSABLE",
            "ACCEPTS_SHUTDOWN" if service.accept_stop else "IGNORES_SHUTDOWN",
        )
    )
    lines = ["", f"SERVICE_NAME: {service.name}"]
    if with_display_name:
        lines.append(f"DISPLAY_NAME: {service.display_name}")
    lines += [
        f"        TYPE               : {kind:x}  {TYPE_TEXTS[kind]} ",
        f"        STATE              : {number}  {state} ",
        f"                                ({controls})",
        f"        WIN32_EXIT_CODE    : {service.exit_code}  (0x{service.exit_code:x})",
        f"        SERVICE_EXIT_CODE  : {service.service_exit_code}  (0x{service.service_exit_code:x})",
        f"        CHECKPOINT         : 0x{1 if service.state.pending else 0:x}",
        f"        WAIT_HINT          : 0x{2000 if service.state.pending else 0:x}",
    ]
    return "\r\n".join(lines) + "\r\n"


def bad_arguments(machine: Machine, console: Console) -> int:
    """Print the usage; the exit code for arguments that make no sense."""
    console.write(machine.texts.get("sc.usage") + "\r\n")
    return BAD_ARGUMENTS


def refuse(machine: Machine, console: Console, step: str, error: int) -> int:
    """Print ``[SC] <step> FAILED <error>:`` and its text; the error is the exit code."""
    console.write(machine.texts.get("sc.failed", step, str(error), machine.texts.system_error(error)) + "\r\n")
    return error
