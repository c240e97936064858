# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_save: a save that tells the truth."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
from unit.plugins.plugin_utils.iis.model_host import METABASE, ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase.save import ensure_saved, save
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown

BUSY = Fault("busy", codes=[2150859010, 0x80070094])


@pytest.fixture
def host() -> ModelHost:
    host = ModelHost()
    host.dirty = True
    return host


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


@pytest.mark.parametrize(
    ("code", "words"),
    [(0x80070070, "ERROR_DISK_FULL.*Free space"), (0x80070020, "ERROR_SHARING_VIOLATION"), (5, "Administrators")],
)
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


def test_a_locked_file_fails_although_the_call_succeeded(host):
    host.file_locked = True
    with pytest.raises(IisError, match=r"stale.*would load the older file") as caught:
        save(host.context())
    assert "event 51228: An error occurred while saving. ErrorCode : 0x80070020" in caught.value.message
    assert not caught.value.changed
    assert caught.value.values["after"] == caught.value.values["before"]


def test_a_full_disk_behind_a_general_code_fails_at_once(host):
    host.when("SaveData", Fault("provider failed", codes=[2150859010, 0x80070070]), times=99)
    began = host.clock.now
    with pytest.raises(IisError, match=r"ERROR_DISK_FULL.*Free space"):
        save(host.context())
    assert host.clock.now == began


def test_a_general_code_that_tells_nothing_is_tried_again(host):
    host.when("SaveData", Fault("provider failed", codes=[2150859010, 0x80041001]), times=3)
    assert save(host.context()).changed


def test_a_stale_file_is_a_failure_even_when_there_is_nothing_new_to_save(host):
    host.dirty = False
    host.file_time = datetime(2026, 2, 28, 8, 0, tzinfo=timezone.utc)
    with pytest.raises(IisError, match=r"lacks changes that memory holds.*History.*stale.*would load the older file"):
        save(host.context())


def test_a_stale_file_that_is_written_now_is_stale_no_more(host):
    host.file_time = datetime(2026, 2, 28, 8, 0, tzinfo=timezone.utc)
    assert save(host.context()).changed


@pytest.mark.parametrize(("setting", "words"), [(0, "is off: .*gets lost"), (1, "is on: .*takes over")])
def test_what_edit_while_running_means_is_said(host, setting, words):
    host.edit_while_running = setting
    assert re.search(words, save(host.context()).explanation)


def test_an_old_event_is_not_held_against_the_save(host):
    host.events = [(number, "old") for number in range(20)]
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
    outcome = ensure_saved(host.context(), backup="nightly")
    assert outcome.values["backup"]["version"] == version
    assert bool(host.operator.warnings) == (version is None)


def test_a_backup_is_made_first_under_the_next_version(host):
    host.metaback.add("nightly", 0, 1)
    host.dirty = False
    outcome = ensure_saved(host.context(), backup="nightly")
    assert outcome.changed
    assert outcome.values["backup"] == {"name": "nightly", "version": 2}
    assert host.changes() == ["invoke BackupWithPassword LM", "invoke SaveData LM"]


def test_check_mode_tells_that_a_backup_would_be_made_and_makes_none(host):
    host.dirty = False
    assert ensure_saved(host.context(check_mode=True), backup="nightly").changed
    assert host.changes() == []


def test_a_backup_that_cannot_be_made_because_iisadmin_is_stopped_is_not_passed_over(host):
    host.scm["IISADMIN"].state = "Stopped"
    with pytest.raises(IisError, match="backup 'nightly': IISADMIN, which makes it, is stopped"):
        ensure_saved(host.context(), backup="nightly")


def test_a_lost_answer_to_a_backup_makes_no_second_one(host):
    def back_up_and_lose(_line):
        host.metaback.add("nightly", 0)
        raise OutcomeUnknown("the connection was cut")

    host.when("BackupWithPassword", back_up_and_lose)
    assert ensure_saved(host.context(), backup="nightly").values["backup"]["version"] == 0
    assert host.metaback.versions("nightly") == [0]


def test_a_failed_save_after_a_backup_is_a_change(host):
    host.file_locked = True
    with pytest.raises(IisError) as caught:
        ensure_saved(host.context(), backup="nightly")
    assert caught.value.changed


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\\b", "..\\x:y", "a\nb", "x" * 101, 'say "hi"'])
def test_a_name_that_no_backup_can_have_is_refused_before_anything_is_sent(host, name):
    with pytest.raises(IisError, match="name of a metabase backup"):
        ensure_saved(host.context(), backup=name)
    assert host.requests == []
