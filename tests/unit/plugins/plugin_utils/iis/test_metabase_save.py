# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_save: a save that tells the truth."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from unit.plugins.plugin_utils.iis.model_host import METABASE, ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.keeping.ensure import ensure_saved
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase import save as saving
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.server import SERVER
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

BUSY = Fault("busy", codes=[2150859010, 0x80070094])


@pytest.fixture
def host() -> ModelHost:
    host = ModelHost()
    host.dirty = True
    return host


def save(context, *, timeout=30.0):
    return saving.save(context, timeout=timeout)


def ensure(context, *, timeout=30.0, backup=None):
    return ensure_saved(context, timeout=timeout, backup=backup)


def test_unsaved_changes_reach_the_disk(host):
    report = save(host.context())
    assert report.changed
    assert not host.dirty
    values = report.as_values()
    assert values["path"] == METABASE
    assert values["before"] == {"size": 50_000, "last_modified": "2026-03-01T08:00:00+00:00"}
    assert values["after"] == {"size": 50_012, "last_modified": "2026-03-01T08:01:30+00:00"}
    assert values["edit_while_running"] is False


def test_with_nothing_to_save_the_file_stays_and_nothing_is_changed(host):
    host.dirty = False
    report = save(host.context())
    assert not report.changed
    assert "nothing" in report.explanation
    assert host.changes() == ["invoke SaveData LM"]


def test_a_backslash_of_the_path_is_doubled_in_the_query(host):
    save(host.context())
    assert any("Name='D:\\\\WINNT\\\\system32\\\\inetsrv\\\\MetaBase.xml'" in line for line in host.requests)


def test_a_busy_metabase_is_tried_again(host):
    host.when("SaveData", BUSY, times=4)
    assert save(host.context(), timeout=30).changed
    assert host.changes().count("invoke SaveData LM") == 5


def test_a_metabase_that_stays_busy_ends_the_wait_in_time(host):
    host.when("SaveData", BUSY, times=1000)
    began = host.clock.now
    with pytest.raises(IisError, match=r"within 10 s.*ERROR_PATH_BUSY \(0x80070094\).*would load the older file"):
        save(host.context(), timeout=10)
    assert host.clock.now - began == pytest.approx(10, abs=2)


@pytest.mark.parametrize(("code", "words"), [(0x80070070, "ERROR_DISK_FULL.*Free space"), (5, "Administrators")])
def test_a_refusal_fails_at_once_and_says_what_to_do(host, code, words):
    host.when("SaveData", Fault("no", codes=[code]))
    with pytest.raises(IisError, match=words):
        save(host.context())
    assert host.changes() == ["invoke SaveData LM"]


def test_an_event_log_that_cannot_be_read_is_told_and_the_file_decides(host):
    host.when("Win32_NTLogEvent", Fault("too slow", codes=[2150858793]), times=2)
    context = host.context()
    assert save(context).changed
    assert any("can't be searched for event 51228" in words for words in context.operator.warnings)


@pytest.mark.parametrize("code", [0x80070020, 0x80070021])
def test_a_file_that_is_held_is_tried_again_with_pauses_that_double(host, code):
    host.when("SaveData", Fault("held", codes=[2150859010, code]), times=99)
    times = []
    host.when("SaveData", lambda _line: times.append(host.clock.now), times=99)
    host.hooks.reverse()
    with pytest.raises(IisError, match=r"within 30 s.*VIOLATION.*virus scanner"):
        save(host.context(), timeout=30)
    assert [after - before for before, after in itertools.pairwise(times)] == [1, 2, 4, 8, 15]


def test_a_locked_file_fails_although_the_call_succeeded(host):
    host.file_locked = True
    with pytest.raises(IisError, match=r"within 30 s.*stale.*would load the older file") as caught:
        save(host.context())
    assert "event 51228: An error occurred while saving. ErrorCode : 0x80070020" in caught.value.message
    assert not caught.value.changed
    assert caught.value.values["after"] == caught.value.values["before"]


def test_a_file_that_is_free_again_is_written_by_the_next_try(host):
    host.file_locked = True
    host.when("Win32_NTLogEvent", lambda _line: setattr(host, "file_locked", len(host.events) < 3), times=99)
    assert save(host.context()).changed


def test_a_full_disk_that_only_the_event_log_reports_fails_at_once(host):
    full = (99, host.file_time + timedelta(hours=1), "An error occurred. ErrorCode : 0x80070070")
    host.dirty = False
    host.when("SaveData", lambda _line: host.events.append(full))
    began = host.clock.now
    with pytest.raises(IisError, match=r"although IIS accepted the request.*0x80070070"):
        save(host.context())
    assert host.clock.now == began


def test_a_full_disk_behind_a_general_code_fails_at_once(host):
    host.when("SaveData", Fault("provider failed", codes=[2150859010, 0x80070070]), times=99)
    began = host.clock.now
    with pytest.raises(IisError, match=r"ERROR_DISK_FULL.*Free space"):
        save(host.context())
    assert host.clock.now == began


def test_after_a_general_code_the_script_saves(host):
    host.when("SaveData", Fault("provider failed", codes=[2150859010, 0x80041001]), times=3)
    assert save(host.context()).changed
    assert host.changes() == [
        "invoke SaveData LM",
        "run cscript.exe //nologo D:\\WINNT\\system32\\iiscnfg.vbs /save",
    ]


def test_without_the_script_a_general_code_is_tried_again(host):
    host.when("SaveData", Fault("provider failed", codes=[2150859010, 0x80041001]), times=3)
    host.when("run", Fault("no shell", codes=[2150859173]), times=99)
    assert save(host.context()).changed
    assert host.changes().count("invoke SaveData LM") == 4
    assert len(host.commands) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (CommandResult(0x80070070, "Error while flushing metabase.", ""), "ERROR_DISK_FULL.*Free space"),
        (
            CommandResult(1, "", "Input Error: Can not find script file"),
            "0x8004102E.*either: .*Can not find",
        ),
    ],
)
def test_a_script_that_fails_where_savedata_cannot_be_called_is_a_failure(host, answer, words):
    host.when("SaveData", Fault("no such method", codes=[0x8004102E]))
    host.script_answers = [answer]
    with pytest.raises(IisError, match=words):
        save(host.context())


def test_a_script_whose_end_was_not_seen_is_judged_by_the_file(host):
    host.when("SaveData", Fault("no such method", codes=[0x8004102E]))
    host.when("run", OutcomeUnknown("not within 30 s"), after=True)
    assert save(host.context()).changed
    assert len(host.commands) == 1


def test_on_a_newer_windows_there_is_no_such_script(host):
    host.windows = "6.1.7601"
    host.when("SaveData", Fault("no such method", codes=[0x8004102E]))
    with pytest.raises(IisError, match="its Windows is a later one"):
        save(host.context())
    known = host.context()
    known.memory.keep(SERVER, "one that has the metabase for SMTP")
    with pytest.raises(IisError, match="0x8004102E"):
        save(known)
    assert host.commands == []


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_stale_file_is_a_failure_even_when_there_is_nothing_new_to_save(host, seconds):
    host.dirty = False
    host.file_time += timedelta(milliseconds=400)
    host.events = [(8, host.file_time + timedelta(seconds=seconds), "ErrorCode : 0x80070020")]
    with pytest.raises(IisError, match=r"lacks changes that memory holds.*History.*stale.*would load the older file"):
        save(host.context())


@pytest.mark.parametrize("process_is_known", [True, False])
def test_a_failure_that_is_older_than_iisadmin_or_the_boot_says_nothing(host, process_is_known):
    host.dirty = False
    host.events = [(8, host.file_time + timedelta(seconds=60), "ErrorCode : 0x80070020")]
    began = host.file_time + timedelta(seconds=60.5)
    host.iisadmin_began, host.booted = (began, host.booted) if process_is_known else (None, began)
    assert not save(host.context()).changed


def test_a_failure_before_the_file_was_written_says_nothing_and_costs_no_request(host):
    host.dirty = False
    host.events = [(8, host.file_time - timedelta(seconds=1), "ErrorCode : 0x80070020")]
    assert not save(host.context()).changed
    assert not any("Win32_Process" in line for line in host.requests)
    searches = [line for line in host.requests if "Win32_NTLogEvent" in line]
    assert [line.rpartition(" AND ")[2] for line in searches] == ["TimeGenerated>='20260301080000.000000+000'"] * 2


def test_a_stale_file_that_is_written_now_is_stale_no_more(host):
    host.events = [(8, host.file_time + timedelta(seconds=60), "ErrorCode : 0x80070020")]
    assert save(host.context()).changed


@pytest.mark.parametrize("age", [timedelta(0), timedelta(seconds=1)])
def test_an_edit_that_iis_rejected_is_warned_of(host, age):
    host.edit_while_running = 1
    host.error_copies = {
        "MetabaseError_0000000003.xml": host.file_time + age,
        "MetaBase_3_1.xml": host.file_time,
    }
    context = host.context()
    assert save(context).changed
    assert "metabaseerror_0000000003.xml" in context.operator.warnings[0]


def test_a_history_folder_that_cannot_be_read_does_not_keep_the_metabase_from_being_saved(host):
    host.edit_while_running = 1
    host.when("CIM_DataFile.*History", Fault("denied", codes=[0x80041003]))
    assert save(host.context()).changed


def test_a_rejected_edit_that_nothing_overwrites_is_a_failure(host):
    host.edit_while_running, host.dirty = 1, False
    host.error_copies = {"MetabaseError_0000000003.xml": host.file_time}
    with pytest.raises(IisError, match=r"an edit that IIS rejected.*couldn't start from it"):
        save(host.context())


@pytest.mark.parametrize(("edit_while_running", "age"), [(1, timedelta(seconds=1)), (0, timedelta(0))])
def test_an_error_copy_of_an_older_edit_says_nothing(host, edit_while_running, age):
    host.edit_while_running, host.dirty = edit_while_running, False
    host.error_copies = {"MetabaseError_0000000003.xml": host.file_time - age}
    context = host.context()
    assert not save(context).changed
    assert context.operator.warnings == []


@pytest.mark.parametrize(("setting", "words"), [(0, "is off: .*get lost"), (1, "is on: .*takes over")])
def test_what_edit_while_running_means_is_said(host, setting, words):
    host.edit_while_running = setting
    assert re.search(words, save(host.context()).explanation)


def test_an_old_event_is_not_held_against_the_save(host):
    host.events = [(number, host.file_time - timedelta(days=number + 1), "old") for number in range(20)]
    assert save(host.context()).changed


def test_a_write_protected_file_is_refused_before_anything_is_called(host):
    host.file_writeable = False
    for check_mode in (True, False):
        with pytest.raises(IisError, match=r"write-protected.*attrib -r"):
            save(host.context(check_mode))
    assert host.changes() == []


def test_a_lost_answer_counts_when_the_file_moved_on(host):
    def save_and_lose(_line):
        host.save()
        raise OutcomeUnknown("the connection was cut")

    host.when("SaveData", save_and_lose)
    assert save(host.context()).changed
    assert host.changes() == ["invoke SaveData LM"]


def test_a_lost_request_is_sent_again(host):
    host.when("SaveData", OutcomeUnknown("the connection was cut"))
    assert save(host.context()).changed
    assert host.changes() == ["invoke SaveData LM"] * 2


def test_check_mode_saves_nothing_and_says_what_it_knows(host):
    report = save(host.context(check_mode=True))
    assert not report.changed
    assert host.dirty
    assert "can be written" in report.explanation
    assert host.changes() == []


def test_a_stopped_iisadmin_holds_nothing_to_save(host):
    host.scm["IISADMIN"].state = "Stopped"
    assert not save(host.context()).changed
    assert host.changes() == []


def test_a_host_without_iis_is_told_so(host):
    del host.scm["IISADMIN"]
    with pytest.raises(IisError, match="IIS isn't installed"):
        save(host.context())


def test_edit_while_running_is_reported(host):
    host.edit_while_running = 1
    assert save(host.context()).edit_while_running is True


@pytest.mark.parametrize(("index_name", "version"), [("EnumIndex", 0), ("Neither", None)])
def test_a_backup_counts_although_its_version_may_stay_unknown(host, index_name, version):
    host.metaback.index_name = index_name
    outcome = ensure(host.context(), backup="nightly")
    assert outcome.values["backup"]["version"] == version
    assert bool(host.operator.warnings) == (version is None)


def test_a_backup_is_made_first_under_the_next_version(host):
    host.metaback.add("nightly", 0, 1)
    host.dirty = False
    outcome = ensure(host.context(), backup="nightly")
    assert outcome.changed
    assert outcome.values["backup"] == {"name": "nightly", "version": 2}
    assert host.changes() == ["invoke BackupWithPassword LM", "invoke SaveData LM"]


def test_check_mode_tells_that_a_backup_would_be_made_and_makes_none(host):
    host.dirty = False
    assert ensure(host.context(check_mode=True), backup="nightly").changed
    assert host.changes() == []


def test_a_backup_that_cannot_be_made_because_iisadmin_is_stopped_is_not_passed_over(host):
    host.scm["IISADMIN"].state = "Stopped"
    with pytest.raises(IisError, match="backup 'nightly': IISADMIN, which makes it, is stopped"):
        ensure(host.context(), backup="nightly")


def test_a_lost_answer_to_a_backup_makes_no_second_one(host):
    def back_up_and_lose(_line):
        host.metaback.add("nightly", 0)
        raise OutcomeUnknown("the connection was cut")

    host.when("BackupWithPassword", back_up_and_lose)
    assert ensure(host.context(), backup="nightly").values["backup"]["version"] == 0
    assert host.metaback.versions("nightly") == [0]


def test_a_failed_save_after_a_backup_is_a_change(host):
    host.file_locked = True
    with pytest.raises(IisError) as caught:
        ensure(host.context(), backup="nightly")
    assert caught.value.changed


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\\b", "..\\x:y", "a\nb", "x" * 101, 'say "hi"'])
def test_a_name_that_no_backup_can_have_is_refused_before_anything_is_sent(host, name):
    with pytest.raises(IisError, match="name of a metabase backup"):
        ensure(host.context(), backup=name)
    assert host.requests == []
