# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_service."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outage.drain import DrainOptions
from ..plugin_utils._iis.outcome import Outcome
from ..plugin_utils._iis.services.ensure import ensure_service
from ..plugin_utils._iis.services.options import ServiceOptions
from ..plugin_utils._iis.windows.recovery import Recovery, RecoveryAction, RecoveryKind
from ..plugin_utils._iis.windows.services import SERVICE_NAMES, StartMode


class ActionModule(IisAction):
    """Starts, stops, restarts, pauses and configures the services of IIS, and reboots the machine."""

    ARGUMENT_SPEC = {
        "name": {"type": "list", "elements": "str", "choices": ["all", *SERVICE_NAMES], "default": ["all"]},
        "state": {"type": "str", "choices": ["started", "stopped", "restarted", "paused", "rebooted"]},
        "method": {"type": "str", "choices": ["auto", "iisreset", "scm"], "default": "auto"},
        "when_iisreset_disabled": {"type": "str", "choices": ["fail", "use_scm"], "default": "fail"},
        "save": {"type": "bool", "default": True},
        "save_timeout": {"type": "float", "default": 30.0},
        "force": {"type": "bool", "default": False},
        "timeout": {"type": "int"},
        "drain_timeout": {"type": "int"},
        "drain_connections": {"type": "int", "default": 0},
        "drain_on_timeout": {"type": "str", "choices": ["fail", "proceed"], "default": "fail"},
        "start_mode": {"type": "str", "choices": ["auto", "manual", "disabled"]},
        "recovery": {
            "type": "dict",
            "options": {
                "actions": {
                    "type": "list",
                    "elements": "dict",
                    "required": True,
                    "options": {
                        "action": {
                            "type": "str",
                            "choices": ["none", "restart", "reboot", "run_command"],
                            "required": True,
                        },
                        "delay": {"type": "float", "default": 60.0},
                    },
                },
                "reset_period": {"type": "int", "default": 86400},
                "command": {"type": "str"},
            },
        },
    }
    REQUIRED_ONE_OF = (("state", "start_mode", "recovery"),)
    SECONDS = {"timeout": 1, "save_timeout": 0, "drain_timeout": 0}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_service(
            context,
            ServiceOptions(
                name=tuple(options["name"]),
                state=options["state"],
                method=options["method"],
                when_iisreset_disabled=options["when_iisreset_disabled"],
                save=options["save"],
                save_timeout=options["save_timeout"],
                force=options["force"],
                timeout=options["timeout"],
                drain=_drain(options),
                start_mode=StartMode(options["start_mode"]) if options["start_mode"] else None,
                recovery=_recovery(options["recovery"]),
            ),
        )


def _drain(options: dict[str, Any]) -> DrainOptions | None:
    if not options["drain_timeout"]:
        return None
    return DrainOptions(
        timeout=options["drain_timeout"],
        connections=options["drain_connections"],
        proceed=options["drain_on_timeout"] == "proceed",
    )


def _recovery(option: dict[str, Any] | None) -> Recovery | None:
    if option is None:
        return None
    actions = tuple(RecoveryAction(RecoveryKind(step["action"]), step["delay"]) for step in option["actions"])
    return Recovery(actions=actions, reset_period=option["reset_period"], command=option["command"])
