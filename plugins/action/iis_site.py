# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_site."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.model.sites import KIND_NAMES
from ..plugin_utils._iis.outcome import Outcome
from ..plugin_utils._iis.sites.ensure import ensure_site
from ..plugin_utils._iis.sites.options import SiteOptions
from ..plugin_utils._iis.sites.states import WantedSiteState


class ActionModule(IisAction):
    """Starts, stops, pauses or restarts one site."""

    ARGUMENT_SPEC = {
        "service": {"type": "str", "default": "web", "choices": list(KIND_NAMES)},
        "name": {"type": "str"},
        "id": {"type": "int"},
        "state": {"type": "str", "choices": [state.value for state in WantedSiteState]},
        "auto_start": {"type": "bool"},
        "lasting": {"type": "bool"},
        "timeout": {"type": "float", "default": 60.0},
    }
    MUTUALLY_EXCLUSIVE = [("name", "id")]
    REQUIRED_ONE_OF = [("name", "id"), ("state", "auto_start")]
    SECONDS = {"timeout": 1}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_site(context, SiteOptions(**options))
