# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_info."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.info import DEFAULT_SUBSETS, SUBSETS, gather_info
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Reads what there is to know of IIS on a host."""

    ARGUMENT_SPEC = {
        "gather_subset": {
            "type": "list",
            "elements": "str",
            "choices": list(SUBSETS),
            "default": DEFAULT_SUBSETS,
        },
    }

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return gather_info(context, subsets=options["gather_subset"])
