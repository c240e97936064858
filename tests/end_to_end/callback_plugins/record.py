# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what happened to a file, one JSON object per task and host, for tests to read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Record results as JSON lines in $RECORD_FILE
description: For the tests of this repository.
"""


class CallbackModule(CallbackBase):
    """Records every result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"

    def _record(self, status: str, result: Any) -> None:
        task = result._task
        event = {
            "host": result._host.get_name(),
            "task": task.get_name().rpartition(" : ")[2],
            "action": task.resolved_action or task.action,
            "check": bool(task.check_mode),
            "status": status,
            "result": result._result,
        }
        with Path(os.environ["RECORD_FILE"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that went well."""
        self._record("changed" if result._result.get("changed") else "ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._record("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task that was skipped."""
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that could not be reached."""
        self._record("unreachable", result)
