# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_isolation_mode."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.isolation.ensure import ensure_isolation_mode
from ..plugin_utils._iis.model.isolation import Mode
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Configures the isolation mode of IIS 6."""

    ARGUMENT_SPEC = {
        "mode": {"type": "str", "required": True, "choices": [mode.value for mode in Mode]},
    }

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_isolation_mode(context, mode=options["mode"])
