# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of a rollout. What it says is made in ``plugin_utils/_report``; here Ansible's objects end."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_report
type: aggregate
short_description: Write a page that shows what a rollout did to each host
version_added: 1.0.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Writes one HTML page that needs nothing else, and on request the same as JSON and as JUnit.
  - Hosts with trouble come first, grouped by their reason. Each host has a time line that shows when it was saved, down
    and verified, for how many seconds it was down, and how many sessions were cut.
  - The report is there from the first second, and is written again as tasks begin and end, at most every two seconds,
    and at most for a hundredth of the run's time. An open page loads itself again until the run ended.
  - When the run is interrupted, by Ctrl-C, SIGTERM or SIGHUP, the report says so, and on which hosts a task was
    running.
  - Ends the run with a summary of ten lines at most.
  - A task with C(no_log) appears with its name only.
  - Trouble with writing the report is a warning. It never fails a play. A file that couldn't be written is tried again
    when the next is due. Where it can't be written at the end, another warning says that it isn't complete.
notes:
  - The outages and sessions are those that M(fleetops.iis.iis_service) returns.
  - A task says what it stands for with the variable C(rollout_milestone), or in a role with a variable whose name
    ends in C(_rollout_milestone). It can be V(drained), V(out_of_rotation), V(back_in_rotation) or V(verified).
    The roles of this collection do that. A task's own variable comes before those of the blocks and includes around it.
  - A host is back in rotation when the last of the tasks that return it went well.
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
  junit_path:
    description:
      - Where the JUnit file is written, one case for each host. Empty for none.
      - A host that fails is a failure. One that is unreachable, or that the run didn't bring to its end, is an error.
    type: str
    default: ""
    version_added: 1.1.0
    env:
      - name: FLEETOPS_IIS_REPORT_JUNIT
    ini:
      - section: callback_rollout_report
        key: junit_path
  previous:
    description:
      - The JSON of an earlier rollout to compare with, or a folder, of which the newest is taken. Empty for none.
      - It is read when the playbook begins, so it can be the file that O(json_path) writes.
    type: str
    default: ""
    version_added: 1.1.0
    env:
      - name: FLEETOPS_IIS_REPORT_PREVIOUS
    ini:
      - section: callback_rollout_report
        key: previous
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

import atexit
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import RLock, Timer
from types import FrameType
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from jinja2 import TemplateError

from ..plugin_utils._report.about import about
from ..plugin_utils._report.compare import NotAReport, Previous, compare, read_previous
from ..plugin_utils._report.events import Running, TaskEvent, TaskStatus
from ..plugin_utils._report.files import Writer, replace
from ..plugin_utils._report.pace import Pace
from ..plugin_utils._report.rollout import Record, summarize
from ..plugin_utils._report.screen import summary

_MILESTONE = "rollout_milestone"
#: What ends Ansible at once: a service manager or a CI system, and a terminal that is closed.
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class CallbackModule(CallbackBase):
    """Gathers events and writes the report. ansible-core makes a warning of any error raised here."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "fleetops.iis.rollout_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._record = Record(title="", playbook="", started=time.time())
        self._writer = Writer()
        self._pace = Pace()
        self._previous: Previous | None = None
        self._warned_of: set[Path] = set()
        #: Held while the record is changed or read, because what isn't due at once is written by a timer's thread.
        self._lock = RLock()
        self._timer: Timer | None = None
        self._handled: dict[int, Any] = {}

    # -- the course of a playbook ----------------------------------------------------------------------------------

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """A playbook begins."""
        self._record = Record(
            title=self._option("title"),
            playbook=Path(str(playbook._file_name)).name,
            started=time.time(),
            check=bool(context.CLIARGS.get("check")),
            about=about(context.CLIARGS, playbook._loader),
        )
        self._previous = self._read_previous()
        atexit.register(self._interrupted, self._record, os.getpid())
        self._handle_signals(os.getpid())

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """A play begins, or its next batch."""
        # The manager knows the whole play as well as the batch that it is restricted to now.
        inventory = play.get_variable_manager()._inventory
        batch = [host.get_name() for host in inventory.get_hosts(play.hosts, order=play.order)]
        whole = inventory.get_hosts(play.hosts, ignore_restrictions=True, order=play.order)
        with self._lock:
            self._record.title = self._record.title or play.get_name().strip()
            self._record.begin_batch(batch, [host.get_name() for host in whole], str(play._uuid))
            self._write_when_due()

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """A task begins on a host."""
        with self._lock:
            self._record.running[host.get_name()] = Running(_name(task), time.time())
            self._write_when_due()

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task went well."""
        self._add(result, TaskStatus.CHANGED if _result(result).get("changed") else TaskStatus.OK)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task isn't for this host."""
        with self._lock:
            self._record.running.pop(result._host.get_name(), None)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed."""
        self._add(result, TaskStatus.IGNORED if ignore_errors else TaskStatus.FAILED)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host couldn't be reached."""
        self._add(result, TaskStatus.UNREACHABLE)

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        """The play ends, because too many hosts of the batch failed."""
        with self._lock:
            self._record.stop_batch()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The playbook ended."""
        with self._lock:
            self._record.ended = time.time()
            self._record.failed = frozenset(stats.failures)
            self._record.unreachable = frozenset(stats.dark)
            self._end()

    def _interrupted(self, record: Record, process: int) -> None:
        """Ansible ends. Where the playbook didn't, say so. Ansible's workers, copies of its process, say nothing."""
        if os.getpid() != process:
            return
        with self._lock:
            if record is self._record and record.ended is None and record.batches:
                record.ended = time.time()
                record.interrupted = True
                self._end()

    def _handle_signals(self, process: int) -> None:
        """Have the report written before a signal ends Ansible, as it does at once: without Python's own farewell."""

        def end(number: int, frame: FrameType | None) -> None:
            record, before = self._record, self._handled[number]
            if os.getpid() == process:
                with contextlib.suppress(RuntimeError):  # the signal came while Ansible was writing to the screen
                    self._interrupted(record, process)
            if callable(before):
                before(number, frame)
            else:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
            # Ansible's own handler ends it. One that doesn't lets the playbook go on.
            if record.interrupted:
                record.ended, record.interrupted = None, False

        for number in _SIGNALS:
            before = signal.getsignal(number)
            if number in self._handled or before in (None, signal.SIG_IGN):
                continue
            with contextlib.suppress(ValueError):  # only the main thread can
                signal.signal(number, end)
                self._handled[number] = before

    # -- parts -----------------------------------------------------------------------------------------------------

    def _add(self, outcome: Any, status: TaskStatus) -> None:
        now = time.time()
        host, task = outcome._host.get_name(), outcome._task
        fields = outcome._task_fields
        check = fields.get("check_mode", task.check_mode)
        running = self._record.running.get(host)
        milestones = _milestones(task)
        event = TaskEvent(
            host=host,
            task=str(fields.get("name") or _name(task)),
            action=str(getattr(task, "resolved_action", None) or task.action),
            status=status,
            started=running.since if running else now,
            ended=now,
            check=check is True,
            milestone=milestones[0] if milestones else None,
            around=tuple(milestones[1:]),
            result=_result(outcome),
            warnings=tuple(words.removeprefix(f"{host}: ") for words in _warnings(outcome)),
        )
        with self._lock:
            self._record.add(event)
            self._write_when_due()

    def _write_when_due(self) -> None:
        """Write now, or else as soon as it is due, whether anything happens by then or not: a task may take long."""
        began = time.monotonic()
        if self._pace.is_due(began):
            for path, error in self._write()[1].items():
                if path not in self._warned_of:
                    self._display.warning(f"The rollout report can't be written to {path}: {error}")
                self._warned_of.add(path)
            self._pace.wrote(began, time.monotonic())
        elif self._timer is None:
            self._timer = Timer(self._pace.next - began, self._write_late, [self._record])
            self._timer.daemon = True
            self._timer.start()

    def _write_late(self, record: Record) -> None:
        with self._lock:
            self._timer = None
            if record is self._record and record.ended is None:
                # What is raised here is raised again at the next event, where Ansible makes a warning of it.
                with contextlib.suppress(Exception):
                    self._write_when_due()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # The files come first: where a signal came while Ansible was writing to the screen, the rest raises an error.
        try:
            written, failed = self._write()
        finally:
            for line in summary(summarize(self._record, time.time())):
                self._display.display(line)
        for path, error in failed.items():
            self._display.warning(f"The rollout report at {path} isn't complete: {error}")
        for path in written:
            self._display.display(f"Rollout report: {path}")

    def _write(self) -> tuple[list[Path], dict[Path, Exception]]:
        """Write each file that is asked for. Return the paths of those that were written, and why others weren't."""
        rollout = summarize(self._record, time.time())
        comparison = compare(rollout, self._previous) if self._previous else None
        written: list[Path] = []
        failed: dict[Path, Exception] = {}
        for option, render in self._writer.renderers.items():
            if not self._option(option):
                continue
            path = self._path(option)
            try:
                replace(path, render(rollout, comparison))
            except (OSError, TemplateError) as error:
                failed[path] = error
            else:
                written.append(path)
        return written, failed

    def _read_previous(self) -> Previous | None:
        if not self._option("previous"):
            return None
        path = self._path("previous")
        try:
            return read_previous(path)
        except (OSError, NotAReport) as error:
            self._display.warning(f"The rollout can't be compared with {path}: {error}")
            return None

    def _path(self, option: str) -> Path:
        return Path(self._option(option)).expanduser().absolute()

    def _option(self, name: str) -> str:
        read: Callable[[str], Any] = self.get_option
        return str(read(name) or "")


def _name(task: Any) -> str:
    return str(task.get_name().rpartition(" : ")[2])


def _result(outcome: Any) -> dict[str, Any]:
    """The cleaned result: censored where a task sets no_log."""
    values: dict[str, Any] = outcome._result
    return values


def _warnings(outcome: Any) -> list[str]:
    """The warnings of a task and of its loop's items.

    ansible-core 2.19 gives all callbacks one result, and the one that prints takes the warnings out of it.
    """
    if "censored" in _result(outcome):
        return []
    found = getattr(outcome, "warnings", None)
    if found is not None:
        return [str(warning.event.msg) for warning in found]
    return [str(words) for words in _result(outcome).get("warnings") or []]


def _milestones(task: Any) -> list[str]:
    """What the task says of itself, then what the blocks and includes around it say, from the inside out."""
    found: list[str] = []
    while task is not None:
        variables: dict[str, Any] = task.vars or {}
        names = [_MILESTONE, *(name for name in variables if name.endswith(f"_{_MILESTONE}"))]
        found += [str(variables[name]) for name in names if name in variables]
        task = task._parent
    return found
