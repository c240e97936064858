# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_metabase_backup."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.backups.ensure import ensure_metabase_backup
from ..plugin_utils._iis.backups.options import BackupOptions
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outcome import Outcome


class ActionModule(IisAction):
    """Makes, deletes and restores backups of the metabase."""

    ARGUMENT_SPEC = {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent", "restored"], "default": "present"},
        "version": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "save_first": {"type": "bool", "default": True},
        "overwrite": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 120.0},
    }
    SECONDS = {"timeout": 1}

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        return ensure_metabase_backup(context, BackupOptions(**options))
