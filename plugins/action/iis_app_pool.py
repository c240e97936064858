# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_app_pool."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outcome import Outcome
from ..plugin_utils._iis.pools.ensure import ensure_app_pool


class ActionModule(IisAction):
    """Starts, stops or recycles one application pool."""

    ARGUMENT_SPEC = {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "required": True, "choices": ["started", "stopped", "recycled"]},
        "lasting": {"type": "bool"},
        "timeout": {"type": "float", "default": 120.0},
    }

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_app_pool(context, **options)
