# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_settings: history and edit-while-running, with what they need of each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.model_host import SCRIPT, ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase.ensure import ensure_metabase_settings
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase.settings import MetabaseSettings
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

EDIT, HISTORY, FILES = "EnableEditWhileRunning", "EnableHistory", "MaxHistoryFiles"
READ = f"SELECT Name, {EDIT}, {HISTORY}, {FILES} FROM IIsComputerSetting WHERE Name='LM'"


def ensure(context, **options):
    """Ask for some of the settings, as a task does."""
    unasked = dict.fromkeys(("edit_while_running", "history", "max_history_files"))
    return ensure_metabase_settings(context, **{**unasked, **options})


class SettingsHost(ModelHost):
    """A host whose IIS behaves like ms525359: history can't be off while edit-while-running is on."""

    def __init__(self, edit=0, history=1, files=10):
        super().__init__()
        self.settings = {EDIT: edit, HISTORY: history, FILES: files}
        self.seen = []

    def computer_rows(self):
        return [{"Name": "LM", **{name: None if it is None else str(it) for name, it in self.settings.items()}}]

    def write(self, path, name, value):
        assert path.keys == {"Name": "LM"}
        assert isinstance(value, int), "the properties are sint32"
        assert not isinstance(value, bool)
        self.settings[name] = value
        self.seen.append(dict(self.settings))
        if self.settings[EDIT]:
            self.settings[HISTORY] = 1

    def cscript(self, _nologo, script, verb, name, value):
        assert (script, verb) == (SCRIPT, "SET")
        self.settings[name] = int(value)
        return CommandResult(0, "done", "")

    def as_settings(self):
        return MetabaseSettings(bool(self.settings[EDIT]), bool(self.settings[HISTORY]), self.settings[FILES])


def test_settings_that_are_as_wanted_take_one_request():
    host = SettingsHost()
    outcome = ensure(host.context(), edit_while_running=False, history=True, max_history_files=10)
    assert not outcome.changed
    assert host.requests == [READ]
    assert outcome.values == {"edit_while_running": False, "history": True, "max_history_files": 10}
    assert outcome.before == outcome.after


def test_a_property_that_is_not_set_has_the_default_of_iis():
    host = SettingsHost(None, None, None)
    assert not ensure(host.context(), edit_while_running=False, history=True, max_history_files=10).changed


def test_only_what_differs_is_written():
    host = SettingsHost()
    outcome = ensure(host.context(), history=True, max_history_files=30)
    assert outcome.changed
    assert host.changes() == ["put_property IIsComputerSetting MaxHistoryFiles=30"]
    assert outcome.before["max_history_files"] == 10
    assert outcome.after["max_history_files"] == 30


def test_check_mode_tells_the_same_and_writes_nothing():
    host = SettingsHost()
    predicted = ensure(host.context(check_mode=True), edit_while_running=True)
    assert host.changes() == []
    assert predicted == ensure(host.context(), edit_while_running=True)


def test_history_comes_before_edit_while_running_and_goes_after_it():
    host = SettingsHost(history=0)
    ensure(host.context(), edit_while_running=True, history=True)
    ensure(host.context(), edit_while_running=False, history=False)
    assert [line.split()[-1] for line in host.changes()] == [
        f"{HISTORY}=1",
        f"{EDIT}=1",
        f"{EDIT}=0",
        f"{HISTORY}=0",
    ]
    assert host.as_settings() == MetabaseSettings(False, False, 10)


@pytest.mark.parametrize(
    "asked",
    [
        {"edit_while_running": True, "history": False},
        {"edit_while_running": True, "max_history_files": 0},
        {"history": True, "max_history_files": 0},
        {"max_history_files": -1},
        {"max_history_files": 2**31},
    ],
)
def test_options_that_contradict_each_other_are_refused_before_anything_is_sent(asked):
    host = SettingsHost()
    with pytest.raises(IisError, match=r"max_history_files|history"):
        ensure(host.context(), **asked)
    assert host.requests == []


@pytest.mark.parametrize(
    ("host", "asked", "words"),
    [
        (
            SettingsHost(edit=1),
            {"history": False},
            r"edit_while_running=true \(as it is on the host\) and history=false",
        ),
        (SettingsHost(edit=1), {"max_history_files": 0}, "0 means that none are kept"),
        (SettingsHost(history=0), {"edit_while_running": True}, r"history=false \(as it is on the host\)"),
        (SettingsHost(files=0), {"edit_while_running": True}, r"max_history_files=0 \(as it is on the host\)"),
        (SettingsHost(files=0), {"history": True}, "no history files are kept"),
    ],
)
def test_what_contradicts_the_host_is_refused_before_anything_is_written(host, asked, words):
    for check_mode in (True, False):
        with pytest.raises(IisError, match=words):
            ensure(host.context(check_mode), **asked)
    assert host.changes() == []


@pytest.mark.parametrize(("files", "warns"), [(9, True), (10, False)])
def test_few_history_files_with_edit_while_running_are_warned_of(files, warns):
    host = SettingsHost()
    ensure(host.context(), edit_while_running=True, max_history_files=files)
    assert bool(host.operator.warnings) == warns


def test_no_history_files_without_edit_while_running_are_allowed():
    host = SettingsHost()
    assert ensure(host.context(), max_history_files=0).changed
    assert host.operator.warnings == []


def test_where_no_put_is_taken_the_script_writes_the_property():
    host = SettingsHost()
    host.put_works = False
    assert ensure(host.context(), max_history_files=12).changed
    assert host.settings[FILES] == 12
    assert host.changes()[-1].startswith("run cscript.exe")


def test_a_lost_answer_is_settled_by_reading_back():
    host = SettingsHost()

    def write_and_lose(_line):
        host.settings[FILES] = 12
        raise OutcomeUnknown("the connection was cut")

    host.when("put_property", write_and_lose)
    assert ensure(host.context(), max_history_files=12).changed
    assert len(host.changes()) == 1


def test_a_failure_on_the_way_tells_how_far_it_came():
    host = SettingsHost()
    host.when(f"put_property.*{EDIT}", Fault("denied", codes=[5]))
    with pytest.raises(IisError, match=r"LM/EnableEditWhileRunning.*Administrators") as caught:
        ensure(host.context(), edit_while_running=True, max_history_files=12)
    assert caught.value.changed
    assert caught.value.values == {"edit_while_running": False, "history": True, "max_history_files": 12}


def test_a_setting_that_iis_takes_back_is_a_failure():
    host = SettingsHost()

    def reset(_line):
        if host.settings[EDIT]:
            host.settings[FILES] = 10

    host.when("SELECT", reset, times=9)
    with pytest.raises(IisError, match=r"then changed them: .*max_history_files=10 instead of"):
        ensure(host.context(), edit_while_running=True, max_history_files=12)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "edit_while_running": st.booleans(),
        "history": st.booleans(),
        "max_history_files": st.integers(0, 30),
    },
)


@given(st.booleans(), st.booleans(), st.integers(0, 30), OPTIONS)
def test_every_end_is_one_that_iis_keeps_or_nothing_was_touched(edit, history, files, asked):
    host = SettingsHost(int(edit), int(history or edit), files)
    before = host.as_settings()
    try:
        outcome = ensure(host.context(), **asked)
    except IisError:
        assert host.changes() == []
        return
    after = host.as_settings()
    assert outcome.values == after.as_values()
    assert outcome.changed == (after != before)
    assert {name: after.as_values()[name] for name in asked} == asked
    assert after.keeps_history or not after.edit_while_running
    assert all(state[HISTORY] for state in host.seen if state[EDIT]), "edit-while-running without history"
    assert not ensure(host.context(), **asked).changed
