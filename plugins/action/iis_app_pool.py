# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_app_pool."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outcome import IisError, Outcome
from ..plugin_utils._iis.pools.ensure import ensure_app_pool
from ..plugin_utils._iis.pools.recycle import recycle_app_pools


class ActionModule(IisAction):
    """Starts, stops or recycles an application pool, or recycles several."""

    ARGUMENT_SPEC = {
        "name": {"type": "str"},
        "names": {"type": "list", "elements": "str"},
        "state": {"type": "str", "required": True, "choices": ["started", "stopped", "recycled"]},
        "lasting": {"type": "bool"},
        "timeout": {"type": "float", "default": 120.0},
    }

    MUTUALLY_EXCLUSIVE = (("name", "names"), ("names", "lasting"))
    REQUIRED_ONE_OF = (("name", "names"),)
    SECONDS = {"timeout": 1}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        names = options.pop("names")
        if names is None:
            return ensure_app_pool(context, **options)
        if options["state"] != "recycled":
            raise IisError("names is for state=recycled only: start or stop one pool at a time, with name.")
        return recycle_app_pools(context, names=names, timeout=options["timeout"])
