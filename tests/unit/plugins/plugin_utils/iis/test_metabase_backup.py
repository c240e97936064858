# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_backup: backups that exist, or don't, by name and version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.backup_model import FORCE, OVERWRITE, SAVE_FIRST, asked, refuse
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.backups.ensure import ensure_metabase_backup
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown

CUT = OutcomeUnknown("the connection was cut")


class BackupHost(ModelHost):
    def __init__(self, *backups):
        super().__init__()
        for name, *versions in backups:
            self.metaback.add(name, *versions)

    def asks(self):
        """What was asked of the provider besides lists."""
        return [line.split()[1] for line in self.changes()]


def ensure(host, name="nightly", *, check_mode=False, **options):
    return ensure_metabase_backup(host.context(check_mode), asked(name, **options))


def versions(outcome):
    return [backup["version"] for backup in outcome.values["backups"]]


# --- present -------------------------------------------------------------------------------------


def test_a_backup_that_does_not_exist_is_made_after_a_save():
    host = BackupHost(("other", 4))
    host.dirty = True
    outcome = ensure(host)
    assert outcome.changed
    assert host.metaback.versions("nightly") == [0]
    assert host.metaback.flags == SAVE_FIRST
    assert host.asks() == ["SaveData", "BackupWithPassword"]
    assert outcome.values["backup"]["version"] == 0
    assert outcome.values["backup"]["made_at"] == "2026-03-01T09:02:00+00:00"
    assert outcome.values["save"]["changed"]
    assert outcome.before == {"backups": []}
    assert outcome.after == {"backups": [outcome.values["backup"]]}


@pytest.mark.parametrize(("version", "found"), [(None, 7), ("3", 3), ("highest", 7)])
def test_a_backup_that_exists_is_left_alone(version, found):
    host = BackupHost(("Nightly", 3, 7))
    outcome = ensure(host, version=version)
    assert not outcome.changed
    assert host.asks() == []
    assert outcome.values["backup"]["version"] == found
    assert versions(outcome) == [3, 7]
    assert len(host.requests) == 3


def test_the_next_version_is_made_every_time():
    host = BackupHost(("nightly", 3))
    assert ensure(host, version="next").values["backup"]["version"] == 4
    assert ensure(host, version="next").values["backup"]["version"] == 5
    assert host.metaback.versions("nightly") == [3, 4, 5]


def test_a_certain_version_is_made_once():
    host = BackupHost()
    assert ensure(host, version="42").changed
    assert not ensure(host, version="42").changed
    assert host.metaback.versions("nightly") == [42]


@pytest.mark.parametrize(("version", "replaced"), [("3", 3), ("highest", 7)])
def test_overwriting_makes_a_version_anew(version, replaced):
    host = BackupHost(("nightly", 3, 7))
    before = {backup.version: backup.made_at for backup in host.metaback.backups}
    outcome = ensure(host, version=version, overwrite=True)
    assert outcome.changed
    assert outcome.values["backup"]["version"] == replaced
    assert host.metaback.versions("nightly") == [3, 7]
    assert host.metaback.flags == SAVE_FIRST | OVERWRITE
    assert host.metaback.find("nightly", replaced).made_at > before[replaced]


def test_check_mode_predicts_the_version_and_makes_none():
    host = BackupHost(("nightly", 3))
    predicted = ensure(host, version="next", check_mode=True)
    assert host.asks() == []
    assert predicted.changed
    assert versions(predicted) == [3, 4]
    assert versions(ensure(host, version="next")) == [3, 4]


def test_after_version_9999_there_is_no_next_one():
    host = BackupHost(("nightly", 9999))
    with pytest.raises(IisError, match="no higher one"):
        ensure(host, version="next")
    assert host.asks() == []


def test_a_metabase_that_cannot_be_saved_is_not_backed_up():
    for check_mode in (True, False):
        host = BackupHost()
        host.file_writeable = False
        with pytest.raises(IisError, match=r"wasn't made, because the metabase could not be saved first.*attrib -r"):
            ensure(host, check_mode=check_mode)
        assert host.asks() == []


def test_with_force_a_failed_save_is_a_warning():
    host = BackupHost()
    host.file_writeable = False
    assert ensure(host, force=True).changed
    assert host.metaback.flags == SAVE_FIRST | FORCE
    assert "may lack the newest changes" in host.operator.warnings[0]


def test_without_saving_the_file_is_backed_up_as_it_is():
    host = BackupHost()
    host.file_writeable = False
    outcome = ensure(host, save_first=False)
    assert host.asks() == ["BackupWithPassword"]
    assert host.metaback.flags == 0
    assert outcome.values["save"] is None


def test_a_backup_whose_answer_got_lost_is_made_once():
    host = BackupHost(("nightly", 0))

    def make_and_lose(_line):
        host.metaback.add("nightly", 1)
        raise CUT

    host.when("BackupWithPassword", make_and_lose)
    assert ensure(host, version="next").values["backup"]["version"] == 1
    assert host.metaback.versions("nightly") == [0, 1]


def test_a_backup_that_comes_late_after_a_lost_answer_is_made_once():
    host = BackupHost()
    host.when("BackupWithPassword", CUT)
    lists = []

    def come_late(_line):
        lists.append(1)
        if len(lists) == 5:
            host.metaback.add("nightly", 0)

    host.when("EnumBackups", come_late, times=99)
    assert ensure(host, version="next").values["backup"]["version"] == 0
    assert host.metaback.versions("nightly") == [0]


@pytest.mark.parametrize("version", ["next", "5"])
def test_a_request_that_got_lost_is_sent_again(version):
    host = BackupHost()
    host.when("BackupWithPassword", CUT)
    assert ensure(host, version=version).changed
    assert host.asks().count("BackupWithPassword") == 2
    assert len(host.metaback.backups) == 1


def test_a_busy_metabase_is_waited_for():
    host = BackupHost()
    host.when("BackupWithPassword", refuse(0x80070094), times=5)
    assert ensure(host).changed


def test_a_refusal_fails_at_once_with_its_meaning():
    host = BackupHost()
    host.when("BackupWithPassword", refuse(0x80070070))
    began = host.clock.now
    with pytest.raises(IisError, match=r"make the metabase backup 'nightly'.*ERROR_DISK_FULL.*Free space"):
        ensure(host)
    assert host.clock.now == began


def test_a_host_that_says_yes_and_makes_none_is_not_believed():
    host = BackupHost()
    host.metaback.add = lambda *_names, **_more: None
    host.windows = "6.1.7601"
    with pytest.raises(IisError, match=r"isn't among its backups. IIS 7 and later have no metabase backups"):
        ensure(host, save_first=False)


# --- absent --------------------------------------------------------------------------------------


def test_one_version_is_deleted():
    host = BackupHost(("nightly", 3, 7), ("other", 3))
    outcome = ensure(host, state="absent", version="3")
    assert outcome.changed
    assert host.metaback.versions("nightly") == [7]
    assert host.metaback.versions("other") == [3]
    assert outcome.values["backup"]["version"] == 3
    assert not ensure(host, state="absent", version="3").changed


def test_without_a_version_all_are_deleted():
    host = BackupHost(("nightly", 3, 7), ("other", 3))
    predicted = ensure(host, state="absent", check_mode=True)
    assert host.asks() == []
    outcome = ensure(host, state="absent")
    assert (outcome.changed, outcome.before, outcome.after) == (predicted.changed, predicted.before, predicted.after)
    assert [backup.name for backup in host.metaback.backups] == ["other"]
    assert outcome.values["backups"] == []


def test_a_delete_whose_answer_got_lost_is_done():
    host = BackupHost(("nightly", 3))

    def delete_and_lose(_line):
        host.metaback.backups.clear()
        raise CUT

    host.when("DeleteBackup", delete_and_lose)
    assert ensure(host, state="absent").changed
    assert host.asks() == ["DeleteBackup"]


def test_a_backup_that_somebody_else_deleted_meanwhile_is_absent():
    host = BackupHost(("nightly", 3))
    host.when("DeleteBackup", lambda _line: host.metaback.backups.clear())
    assert ensure(host, state="absent").changed


def test_a_delete_that_fails_half_way_is_a_change():
    host = BackupHost(("nightly", 1, 2))
    attempts = []

    def deny_second(_line):
        attempts.append(1)
        if len(attempts) == 2:
            raise refuse(5)

    host.when("DeleteBackup", deny_second, times=2)
    with pytest.raises(IisError, match=r"delete the metabase backup 'nightly' version 2.*Administrators") as caught:
        ensure(host, state="absent")
    assert caught.value.changed


# --- lists, names, versions, passwords -----------------------------------------------------------


def test_a_backup_to_restore_that_does_not_exist_is_answered_by_those_that_do():
    host = BackupHost(("Deployment", 0, 1), ("nightly", 3))
    with pytest.raises(IisError, match=r"no metabase backup 'nightly' version 4.*'Deployment' version 0") as caught:
        ensure(host, state="restored", version="4")
    assert [backup["name"] for backup in caught.value.values["backups"]] == ["Deployment", "Deployment", "nightly"]
    assert host.asks() == []


def test_a_list_that_cannot_be_had_is_no_empty_list():
    host = BackupHost()
    host.when("EnumBackups", Fault("denied", codes=[5]))
    with pytest.raises(IisError, match=r"list the metabase backups.*Administrators"):
        ensure(host)
    assert host.asks() == []


@pytest.mark.parametrize(
    "options",
    [
        {"version": "-1"},
        {"version": "10000"},
        {"version": "99999999999999999999"},
        {"version": "latest"},
        {"version": "1.5"},
        {"version": "\u0663"},
        {"version": ""},
        {"version": "next", "state": "restored"},
        {"version": "next", "state": "absent"},
        {"version": "highest", "state": "absent"},
        {"overwrite": True},
        {"overwrite": True, "version": "next"},
        {"overwrite": True, "version": "3", "state": "absent"},
        {"force": True, "save_first": False},
        {"force": True, "state": "restored"},
        {"password": ""},
        {"password": "x", "state": "absent"},
        {"password": "bell\x07"},
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(options):
    host = BackupHost(("nightly", 3))
    with pytest.raises(IisError) as caught:
        ensure(host, **options)
    assert host.requests == []
    assert "bell" not in caught.value.message


@pytest.mark.parametrize("name", ["nightly.", "nightly ", ".."])
def test_dots_and_blanks_at_the_end_are_part_of_a_name(name):
    """IIS 6 adds the version to the name of the file: ``nightly..MD0``."""
    host = BackupHost()
    assert ensure(host, name).values["backup"]["name"] == name
    assert host.metaback.versions(name) == [0]


@pytest.mark.parametrize("name", ["", "a/b", "a\ud800", "a\ufffe", "con?", "x" * 101])
def test_a_name_that_no_backup_can_have_is_refused_before_anything_is_sent(name):
    host = BackupHost()
    with pytest.raises(IisError, match="metabase backup"):
        ensure(host, name)
    assert host.requests == []


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters='<>:"/\\|?*'), min_size=1)


@given(NAMES.map(lambda name: name[:100]).filter(str.strip))
def test_any_other_name_is_sent_as_it_is(name):
    host = BackupHost()
    assert ensure(host, name).changed
    assert not ensure(host, name).changed
    assert [backup.name for backup in host.metaback.backups] == [name]


@given(
    st.sets(st.integers(0, 9999), max_size=5),
    st.one_of(st.none(), st.sampled_from(["next", "highest"]), st.integers(0, 9999)),
)
def test_present_ends_with_the_backup_that_was_asked_for(there, asked):
    host = BackupHost(("nightly", *there))
    version = asked if asked is None else str(asked)
    if max(there, default=0) == 9999 and asked == "next":
        return
    outcome = ensure(host, version=version)
    after = set(host.metaback.versions("nightly"))
    assert after >= there
    assert outcome.values["backup"]["version"] in after
    assert outcome.changed == (after != there)
    assert set(versions(outcome)) == after
    assert len(after - there) == (
        asked == "next" or (asked in (None, "highest") and not there) or (isinstance(asked, int) and asked not in there)
    )


def test_the_password_goes_to_the_host_and_nowhere_else():
    host = BackupHost()
    options = asked("nightly", password="Geheim1")
    outcome = ensure_metabase_backup(host.context(), options)
    assert host.metaback.find("nightly", 0).password == "Geheim1"
    said = [repr(options), repr(outcome), *host.operator.said, *host.operator.warnings]
    assert not any("Geheim1" in text for text in said)
