# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_reset_access."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outcome import Outcome
from ..plugin_utils._iis.services.ensure import ensure_reset_access


class ActionModule(IisAction):
    """Enables or disables IISReset."""

    ARGUMENT_SPEC = {
        "state": {"type": "str", "choices": ["enabled", "disabled"], "required": True},
    }

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_reset_access(context, state=options["state"])
