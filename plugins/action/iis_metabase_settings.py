# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_metabase_settings."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.keeping.ensure import ensure_metabase_settings
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Sets how IIS keeps its metabase on disk."""

    ARGUMENT_SPEC = {
        "edit_while_running": {"type": "bool"},
        "history": {"type": "bool"},
        "max_history_files": {"type": "int"},
    }
    REQUIRED_ONE_OF = [("edit_while_running", "history", "max_history_files")]

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_metabase_settings(
            context,
            edit_while_running=options["edit_while_running"],
            history=options["history"],
            max_history_files=options["max_history_files"],
        )
