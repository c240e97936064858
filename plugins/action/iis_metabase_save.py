# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_metabase_save."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.keeping.ensure import ensure_saved
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Saves the metabase to disk."""

    ARGUMENT_SPEC = {
        "timeout": {"type": "float", "default": 30.0},
        "backup": {"type": "str"},
    }
    SECONDS = {"timeout": 0}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_saved(context, timeout=options["timeout"], backup=options["backup"])
