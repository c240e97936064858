# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_preflight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._action_task_files import TaskFiles, missing_value, role_troubles
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.model.isolation import Mode
from ..plugin_utils._iis.outage.drain import DrainOptions
from ..plugin_utils._iis.outcome import Outcome
from ..plugin_utils._iis.preflight.ensure import ensure_ready
from ..plugin_utils._iis.preflight.options import PreflightOptions, Running
from ..plugin_utils._iis.windows.services import SERVICE_NAMES


class ActionModule(IisAction):
    """Looks at what a change would meet, and changes nothing."""

    ARGUMENT_SPEC = {
        "mode": {"type": "str", "choices": [mode.value for mode in Mode]},
        "name": {"type": "list", "elements": "str", "choices": ["all", *SERVICE_NAMES], "default": ["all"]},
        "method": {"type": "str", "choices": ["auto", "iisreset", "scm"], "default": "auto"},
        "when_iisreset_disabled": {"type": "str", "choices": ["fail", "use_scm"], "default": "fail"},
        "save_timeout": {"type": "float", "default": 30.0},
        "drain_timeout": {"type": "int", "default": 0},
        "drain_connections": {"type": "int", "default": 0},
        "timeout": {"type": "int"},
        "running": {
            "type": "dict",
            "options": {
                "services": {"type": "list", "elements": "str", "required": True},
                "sites": {"type": "list", "elements": "str", "required": True},
                "app_pools": {"type": "list", "elements": "str"},
            },
        },
        "app_pools": {"type": "list", "elements": "str"},
        "task_files": {"type": "list", "elements": "str", "default": []},
        "variables": {"type": "list", "elements": "str", "default": []},
        "roles": {"type": "list", "elements": "str", "default": []},
        "gate": {"type": "bool", "default": False},
    }

    MUTUALLY_EXCLUSIVE = (("mode", "app_pools"), ("running", "app_pools"))
    SECONDS = {"timeout": 1, "save_timeout": 0, "drain_timeout": 0}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_ready(
            context,
            PreflightOptions(
                mode=Mode(options["mode"]) if options["mode"] else None,
                name=tuple(options["name"]),
                method=options["method"],
                when_iisreset_disabled=options["when_iisreset_disabled"],
                save_timeout=options["save_timeout"],
                timeout=options["timeout"],
                drain=_drain(options),
                running=Running.of(options["running"]) if options["running"] else None,
                gate=options["gate"],
                app_pools=None if options["app_pools"] is None else tuple(options["app_pools"]),
                trouble=tuple(self._trouble_here(options)),
            ),
        )

    def _trouble_here(self, options: dict[str, Any]) -> Iterator[str]:
        """What is in the way on the controller."""
        files = TaskFiles(self._task, self._templar)
        yield from filter(None, (missing_value(name, self._templar) for name in options["variables"]))
        for role in options["roles"]:
            yield from role_troubles(role, self._task, self._templar)
        yield from filter(None, (files.trouble(path) for path in options["task_files"]))


def _drain(options: dict[str, Any]) -> DrainOptions | None:
    if not options["drain_timeout"]:
        return None
    return DrainOptions(options["drain_timeout"], options["drain_connections"], proceed=False)
