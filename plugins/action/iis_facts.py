# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_facts."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.facts.gather import gather_facts
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Gathers the facts of a host."""

    ARGUMENT_SPEC = {
        "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
        "gather_timeout": {"type": "int", "default": 10},
        "filter": {"type": "list", "elements": "str", "default": []},
    }
    SECONDS = {"gather_timeout": 1}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return gather_facts(
            context,
            subsets=options["gather_subset"],
            patterns=options["filter"],
            limit=float(options["gather_timeout"]),
        )
