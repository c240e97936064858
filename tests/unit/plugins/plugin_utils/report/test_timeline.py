# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the events of a host to its time line."""

from __future__ import annotations

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._report.events import MarkKind, TaskEvent, TaskStatus
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.timeline import build

SERVICE = "fleetops.iis.iis_service"


def states(before: str, after: str) -> dict:
    return {"w3svc": {"name": "W3SVC", "before": before, "after": after}}


def event(status: TaskStatus = TaskStatus.OK, *, at: float = 10.0, took: float = 1.0, action: str = "x.y.z", **more):
    result = more.pop("result", {})
    return TaskEvent("web01", more.pop("task", "Do it"), action, status, at - took, at, result=result, **more)


def restart(at: float = 30.0, outage: float = 8.0, **result):
    values = {"services": states("started", "started"), "outage_seconds": outage, "sessions_cut": {"http": 3}, **result}
    return event(TaskStatus.CHANGED, at=at, took=20.0, action=SERVICE, result=values)


def kinds(line) -> list[MarkKind]:
    return [mark.kind for mark in sorted(line.marks, key=lambda mark: mark.time)]


def test_a_host_without_events_has_no_time_line():
    assert build([]) is None


def test_a_restart_was_down_for_as_long_as_the_module_measured():
    line = build([restart()])

    assert [(outage.start, outage.end, outage.exact) for outage in line.outages] == [(22.0, 30.0, True)]
    assert line.outage_seconds == 8.0
    assert line.sessions == {"http": 3}
    assert not line.is_down


def test_the_save_that_belongs_to_a_restart_comes_before_the_outage():
    line = build([restart(save={"changed": True})])

    assert line.saved is True
    assert kinds(line) == [MarkKind.SAVED, MarkKind.WENT_DOWN, MarkKind.CAME_UP]


def test_a_service_that_does_not_come_back_is_still_down_from_when_the_task_began():
    failed = event(
        TaskStatus.FAILED,
        at=60.0,
        took=40.0,
        action=SERVICE,
        result={
            "msg": "Couldn't",
            "services": states("started", "stopped"),
            "brought_back": [],
            "save": {"changed": True},
        },
    )

    line = build([failed])

    assert line.is_down
    assert line.outages[0].start == 20.0
    assert line.saved is True
    assert line.outage_seconds is None


def test_an_outage_ends_when_the_service_is_seen_to_run_again():
    stop = event(
        TaskStatus.CHANGED, at=20.0, took=5.0, action=SERVICE, result={"services": states("started", "stopped")}
    )
    look = event(at=50.0, action=SERVICE, check=True, result={"services": states("started", "started")})

    line = build([stop, look])

    assert [(outage.start, outage.end, outage.exact) for outage in line.outages] == [(15.0, 50.0, False)]


def test_a_service_that_was_stopped_before_is_no_outage():
    assert not build([event(at=5.0, action=SERVICE, result={"services": states("stopped", "stopped")})]).outages


def test_what_check_mode_foretells_is_no_outage_and_cuts_nothing():
    plan = event(
        TaskStatus.CHANGED,
        action=SERVICE,
        check=True,
        result={"services": states("started", "started"), "sessions_cut": {"http": 9}},
    )

    line = build([plan])

    assert (line.outages, line.sessions, line.changed) == ([], None, False)


def test_a_report_of_check_mode_tells_what_would_be_cut():
    plan = event(
        TaskStatus.CHANGED,
        action=SERVICE,
        check=True,
        result={"services": states("started", "started"), "sessions_cut": {"http": 9}},
    )

    line = build([plan], check=True)

    assert (line.outages, line.sessions, line.changed) == ([], {"http": 9}, True)


def test_sessions_of_several_restarts_add_up_and_unknown_stays_unknown():
    line = build(
        [
            restart(sessions_cut={"http": 3, "smtp": None}),
            restart(at=90.0, sessions_cut={"http": None, "ftp": 1, "smtp": None}),
        ]
    )

    assert line.sessions == {"http": 3, "smtp": None, "ftp": 1}


def test_a_save_that_failed_before_a_restart_cut_nothing():
    failed = event(
        TaskStatus.FAILED,
        action=SERVICE,
        result={
            "services": states("started", "started"),
            "save": {"changed": False, "msg": "no"},
            "sessions_cut": {"http": 5},
        },
    )

    line = build([failed])

    assert (line.saved, line.sessions, line.outages) == (False, None, [])


@pytest.mark.parametrize("status", [TaskStatus.OK, TaskStatus.CHANGED])
def test_saving_says_so(status):
    assert build([event(status, action="fleetops.iis.iis_metabase_save")]).saved is True


def test_reading_in_check_mode_saves_nothing():
    assert build([event(action="fleetops.iis.iis_metabase_save", check=True)]).saved is None


#: What a save returns where IIS 7 and later hold nothing in memory.
NOTHING_TO_SAVE = {"changed": False, "needed": False, "before": {}, "after": {}, "msg": "Nothing to save"}


@pytest.mark.parametrize("status", [TaskStatus.CHANGED, TaskStatus.FAILED])
def test_a_restart_without_anything_to_save_saves_nothing(status):
    services = states("started", "started")
    line = build([event(status, action=SERVICE, result={"services": services, "save": NOTHING_TO_SAVE})])

    assert line.saved is None
    assert not {MarkKind.SAVED, MarkKind.NOT_SAVED} & set(kinds(line))


@pytest.mark.parametrize(
    ("status", "found"),
    [(TaskStatus.OK, []), (TaskStatus.CHANGED, [MarkKind.CHANGED])],  # it made a backup
)
def test_a_save_without_anything_to_save_saves_nothing(status, found):
    line = build([event(status, action="fleetops.iis.iis_metabase_save", result=NOTHING_TO_SAVE)])

    assert (line.saved, kinds(line)) == (None, found)


def test_milestones_become_marks_and_the_last_of_a_row_counts():
    line = build(
        [
            event(at=1.0, milestone="verified"),
            event(at=2.0, milestone="verified"),
            event(at=3.0, milestone="back_in_rotation"),
        ]
    )

    assert [(mark.time, mark.kind) for mark in line.marks] == [
        (2.0, MarkKind.VERIFIED),
        (3.0, MarkKind.BACK_IN_ROTATION),
    ]
    assert line.verified is True


def test_a_failing_check_unverifies():
    line = build(
        [event(milestone="verified"), event(TaskStatus.FAILED, at=12.0, milestone="verified", result={"msg": "503"})]
    )

    assert line.verified is False
    assert line.message == "503"
    assert line.marks[-1].kind is MarkKind.NOT_VERIFIED


def test_an_unknown_milestone_is_no_mark():
    assert build([event(milestone="coffee")]).marks == []


def test_an_ignored_failure_is_no_failure():
    assert not build([event(TaskStatus.IGNORED, result={"msg": "never mind"})]).failed


def test_a_save_whose_failure_is_noted_for_later_is_no_save():
    line = build([event(TaskStatus.IGNORED, action="fleetops.iis.iis_metabase_save", result={"msg": "read-only"})])

    assert line.saved is False
    assert [mark.kind for mark in line.marks] == [MarkKind.NOT_SAVED]


def test_the_mode_change_is_told_in_words():
    change = event(
        TaskStatus.CHANGED,
        action="fleetops.iis.iis_isolation_mode",
        result={"configured_mode_before": "iis5", "configured_mode": "worker_process"},
    )

    assert build([change]).marks[0].text == "Isolation mode iis5 → worker_process"


def test_the_mode_change_of_a_task_with_no_log_is_the_name_of_the_task():
    hidden = {"censored": "hidden", "changed": True}
    change = event(TaskStatus.CHANGED, action="fleetops.iis.iis_isolation_mode", task="Set the mode", result=hidden)

    assert build([change]).marks[0].text == "Set the mode"


# -- loops ----------------------------------------------------------------------


def loop(status, *items, action=SERVICE, **more):
    return event(
        status, action=action, result={"changed": status is TaskStatus.CHANGED, "results": list(items)}, **more
    )


def stop(name, after="stopped", **result):
    services = {name.lower(): {"name": name, "before": "started", "after": after}}
    return {"changed": True, "services": services, **result}


def test_services_that_a_loop_stopped_are_down():
    line = build(
        [loop(TaskStatus.CHANGED, stop("W3SVC", sessions_cut={"http": 7}), stop("SMTPSVC", sessions_cut={"smtp": 1}))]
    )

    assert [(outage.services, outage.end) for outage in line.outages] == [(("SMTPSVC", "W3SVC"), None)]
    assert line.sessions == {"http": 7, "smtp": 1}


def test_a_loop_brings_back_what_a_task_stopped():
    stopped = event(TaskStatus.CHANGED, at=20.0, action=SERVICE, result=stop("W3SVC"))
    started = {"changed": True, "services": states("stopped", "started")}

    line = build([stopped, loop(TaskStatus.CHANGED, {"skipped": True}, started, at=50.0)])

    assert [(outage.start, outage.end) for outage in line.outages] == [(19.0, 50.0)]


def test_the_restarts_of_a_loop_come_one_after_the_other():
    first, second = stop("W3SVC", "started", outage_seconds=4.0), stop("SMTPSVC", "started", outage_seconds=6.0)

    line = build([loop(TaskStatus.CHANGED, first, second, at=60.0, took=40.0)])

    assert [(outage.start, outage.end) for outage in line.outages] == [(50.0, 54.0), (54.0, 60.0)]
    assert line.drains == []
    assert line.outage_seconds == 10.0


def test_an_item_that_failed_and_left_a_service_down_is_the_reason_where_that_is_ignored():
    failed = stop("SMTPSVC", msg="SMTPSVC couldn't be started", failed=True)

    line = build([loop(TaskStatus.IGNORED, stop("W3SVC", "started", outage_seconds=4.0), failed)])

    assert (line.is_unwell, line.message) == (True, "SMTPSVC couldn't be started")
    assert line.outages[-1].services == ("SMTPSVC",)


def test_of_a_loop_that_changes_the_mode_each_change_is_told():
    changed = {"changed": True, "configured_mode_before": "iis5", "configured_mode": "worker_process"}
    line = build([loop(TaskStatus.CHANGED, {"changed": False}, changed, action="fleetops.iis.iis_isolation_mode")])

    assert [mark.text for mark in line.marks] == ["Isolation mode iis5 → worker_process"]


def test_a_loop_that_saves_saves_once_for_each_item():
    line = build(
        [loop(TaskStatus.CHANGED, {"changed": True}, {"changed": False}, action="fleetops.iis.iis_metabase_save")]
    )

    assert (line.saved, kinds(line)) == (True, [MarkKind.SAVED, MarkKind.SAVED])


def test_a_task_that_passes_a_failure_on_adds_nothing():
    failed = event(TaskStatus.FAILED, at=12.0, task="Ask", milestone="verified", result={"msg": "503"})
    again = event(TaskStatus.FAILED, at=13.0, task="Fail the host", result={"msg": "Ask: 503"})

    line = build([failed, again])

    assert (line.task, line.message, line.failed) == ("Ask", "503", True)
    assert kinds(line) == [MarkKind.NOT_VERIFIED]


def test_rotation_is_what_was_said_last():
    out, back = event(milestone="out_of_rotation"), event(at=12.0, milestone="back_in_rotation")

    assert build([event()]).in_rotation is None
    assert build([out]).in_rotation is False
    assert build([out, back]).in_rotation is True
