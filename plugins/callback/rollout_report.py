# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of a rollout. What it tells is in ``plugin_utils/_report``; here Ansible's objects end."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_report
type: aggregate
short_description: Write a page that shows what a rollout did to each host
version_added: 1.0.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Writes one HTML page that needs nothing else, and on request the same as JSON.
  - Hosts with trouble come first. Each host has a time line that shows when it was saved, down and verified. It tells
    for how many seconds it was down, and how many sessions were cut.
  - The report is written anew whenever a batch begins, and at the end.
  - A task with C(no_log) appears with its name only.
  - Trouble with writing the report is a warning. It never fails a play.
notes:
  - The outages and sessions are those that M(fleetops.iis.iis_service) returns.
  - A task tells what it stands for with the variable C(rollout_milestone), or in a role with a variable whose name
    ends in C(_rollout_milestone). It can be V(drained), V(out_of_rotation), V(back_in_rotation) or V(verified).
    The roles of this collection do that.
requirements:
  - Enable it with C(callbacks_enabled) in ansible.cfg, or C(ANSIBLE_CALLBACKS_ENABLED).
options:
  html_path:
    description: Where the page is written. Empty for none.
    type: str
    default: rollout-report.html
    env:
      - name: FLEETOPS_IIS_REPORT_HTML
    ini:
      - section: callback_rollout_report
        key: html_path
  json_path:
    description: Where the JSON is written. Empty for none.
    type: str
    default: ""
    env:
      - name: FLEETOPS_IIS_REPORT_JSON
    ini:
      - section: callback_rollout_report
        key: json_path
  title:
    description: The title. Without one it is the name of the first play.
    type: str
    default: ""
    env:
      - name: FLEETOPS_IIS_REPORT_TITLE
    ini:
      - section: callback_rollout_report
        key: title
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from jinja2 import TemplateError

from ..plugin_utils._report.as_json import to_json
from ..plugin_utils._report.events import TaskEvent, TaskStatus
from ..plugin_utils._report.html import to_html
from ..plugin_utils._report.rollout import Record, Rollout, summarize

_MILESTONE = "rollout_milestone"


class CallbackModule(CallbackBase):
    """Gathers events and writes the report. ansible-core makes a warning of any error raised here."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "fleetops.iis.rollout_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._record = Record(title="", playbook="", started=time.time())
        self._started: dict[tuple[str, str], float] = {}

    # -- the course of a playbook ----------------------------------------------------------------------------------

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """A playbook begins."""
        self._record = Record(
            title=self._option("title"),
            playbook=Path(str(playbook._file_name)).name,
            started=time.time(),
            check=bool(context.CLIARGS.get("check")),
        )

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """A play begins, or its next batch."""
        if self._record.batches:
            self._write()
        self._record.title = self._record.title or play.get_name().strip()
        # The manager knows the whole play as well as the batch that it is restricted to now.
        inventory = play.get_variable_manager()._inventory
        batch = [host.get_name() for host in inventory.get_hosts(play.hosts, order=play.order)]
        whole = inventory.get_hosts(play.hosts, ignore_restrictions=True, order=play.order)
        self._record.begin_batch(batch, [host.get_name() for host in whole])

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """A task begins on a host."""
        self._started[host.get_name(), task._uuid] = time.time()

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task went well."""
        self._add(result, TaskStatus.CHANGED if _result(result).get("changed") else TaskStatus.OK)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._add(result, TaskStatus.IGNORED if ignore_errors else TaskStatus.FAILED)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host couldn't be reached."""
        self._add(result, TaskStatus.UNREACHABLE)

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        """The play ends, because too many hosts of the batch failed."""
        self._record.stop_batch()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The playbook ended."""
        self._record.ended = time.time()
        self._record.failed = frozenset(stats.failures)
        self._record.unreachable = frozenset(stats.dark)
        self._write()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _add(self, outcome: Any, status: TaskStatus) -> None:
        now = time.time()
        host, task = outcome._host.get_name(), outcome._task
        fields = outcome._task_fields
        check = fields.get("check_mode", task.check_mode)
        self._record.add(
            TaskEvent(
                host=host,
                task=str(fields.get("name") or task.get_name().rpartition(" : ")[2]),
                action=str(getattr(task, "resolved_action", None) or task.action),
                status=status,
                started=self._started.pop((host, task._uuid), now),
                ended=now,
                check=check is True,
                milestone=_milestone(task),
                result=_result(outcome),
            )
        )

    def _write(self) -> None:
        rollout = summarize(self._record, time.time())
        self._write_one("html_path", to_html, rollout)
        self._write_one("json_path", to_json, rollout)

    def _write_one(self, option: str, render: Callable[[Rollout], str], rollout: Rollout) -> None:
        if not self._option(option):
            return
        path = Path(self._option(option)).expanduser().absolute()
        try:
            _replace(path, render(rollout))
        except (OSError, TemplateError) as error:
            self._display.warning(f"The rollout report can't be written to {path}: {error}")
            return
        if rollout.finished:
            self._display.display(f"Rollout report: {path}")

    def _option(self, name: str) -> str:
        read: Callable[[str], Any] = self.get_option
        return str(read(name) or "")


def _result(outcome: Any) -> dict[str, Any]:
    """The cleaned result: censored where a task sets no_log."""
    values: dict[str, Any] = outcome._result
    return values


def _milestone(task: Any) -> str | None:
    variables: dict[str, Any] = task.get_vars()
    for name, value in variables.items():
        if name == _MILESTONE or name.endswith(f"_{_MILESTONE}"):
            return str(value)
    return None


def _replace(path: Path, text: str) -> None:
    """Write a file so that whoever reads it meanwhile sees the old or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
