# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``sc failure`` and ``sc qfailure``: the recovery configuration, in the SCM's memory and in the registry at once."""

from __future__ import annotations

from dataclasses import replace

from simulator.windows.console import Console
from simulator.windows.process import Machine
from simulator.windows.programs.sc_output import bad_arguments
from simulator.windows.recovery import INFINITE, ActionType, RecoveryAction
from simulator.windows.service import Service

_ACTIONS = {
    "restart": ActionType.RESTART,
    "run": ActionType.RUN_COMMAND,
    "reboot": ActionType.REBOOT,
    "": ActionType.NONE,
}
_TEXTS = {
    ActionType.RESTART: "RESTART",
    ActionType.RUN_COMMAND: "RUN PROCESS",
    ActionType.REBOOT: "REBOOT",
    ActionType.NONE: "NONE",
}


async def failure(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    """``sc failure <service> [reset= s|INFINITE] [reboot= text] [command= line] [actions= type/ms/type/ms...]``.

    ``actions=`` needs ``reset=`` and the reverse (sc failure, usage).
    """
    options = {word.lower(): value for word, value in zip(rest[::2], rest[1::2], strict=False)}
    known = {"reset=", "reboot=", "command=", "actions="}
    if not rest or len(rest) % 2 or set(options) - known or ("reset=" in options) != ("actions=" in options):
        return bad_arguments(machine, console)
    recovery = service.recovery
    if "actions=" in options:
        reset, actions = _period(options["reset="]), _actions(options["actions="])
        if reset is None or actions is None:
            return bad_arguments(machine, console)
        recovery = replace(recovery, reset_seconds=reset, actions=actions)
    if "reboot=" in options:
        recovery = replace(recovery, reboot_message=options["reboot="])
    if "command=" in options:
        recovery = replace(recovery, command=options["command="])
    service.recovery = recovery
    machine.scm.config_changed(service)
    console.write(machine.texts.get("sc.success", "ChangeServiceConfig2") + "\r\n")
    return 0


async def qfailure(machine: Machine, service: Service, rest: list[str], console: Console) -> int:
    """``sc qfailure <service>``."""
    recovery = service.recovery
    reset = "INFINITE" if recovery.reset_seconds == INFINITE else str(recovery.reset_seconds)
    lines = [
        machine.texts.get("sc.success", "GetServiceConfig"),
        "",
        f"SERVICE_NAME: {service.name}",
        f"        RESET_PERIOD (in seconds)    : {reset}  ",
        f"        REBOOT_MESSAGE               : {recovery.reboot_message}  ",
        f"        COMMAND_LINE                 : {recovery.command}  ",
    ]
    for index, action in enumerate(recovery.actions):
        label = "FAILURE_ACTIONS              : " if index == 0 else " " * 31
        lines.append(f"        {label}{_TEXTS[action.type]} -- Delay = {action.delay} milliseconds.")
    console.write("\r\n".join(lines) + "\r\n")
    return 0


def _period(text: str) -> int | None:
    if text.lower() == "infinite":
        return INFINITE
    return int(text) if text.isdigit() else None


def _actions(text: str) -> tuple[RecoveryAction, ...] | None:
    parts = text.split("/") if text else []
    if len(parts) % 2:
        parts.append("0")
    actions: list[RecoveryAction] = []
    for name, delay in zip(parts[::2], parts[1::2], strict=False):
        kind = _ACTIONS.get(name.strip().lower())
        if kind is None or not (delay.isdigit() or not delay):
            return None
        actions.append(RecoveryAction(kind, int(delay or 0)))
    return tuple(actions)
