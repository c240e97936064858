# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_backup, and the backup of iis_metabase_save, on IIS 7 and later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.plugins.plugin_utils.iis.iis7_model import Iis7Host

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.backups.ensure import ensure_metabase_backup
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.backups.options import BackupOptions
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Note
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.keeping.ensure import ensure_saved
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown

DEFAULTS: dict[str, Any] = {
    "state": "present",
    "version": None,
    "password": None,
    "save_first": True,
    "overwrite": False,
    "force": False,
    "timeout": 120.0,
}


def ensure(context, **options):
    return ensure_metabase_backup(context, BackupOptions(**(DEFAULTS | {"name": "nightly"} | options)))


@pytest.fixture
def host() -> Iis7Host:
    return Iis7Host()


def test_a_backup_is_made_once(host):
    assert ensure(host.context()).changed
    assert host.backups == ["nightly"]
    assert not ensure(host.context(), name="Nightly").changed
    assert ensure(host.context(), state="absent").changed
    assert host.backups == []
    assert not ensure(host.context(), state="absent").changed


def test_one_is_replaced_only_where_that_is_asked_for(host):
    host.backups = ["nightly"]
    assert ensure(host.context(), version="highest", overwrite=True).changed
    assert orders(host) == [
        "add nightly.replacing",
        "delete nightly",
        "add nightly",
        "delete nightly.replacing",
    ]
    assert host.backups == ["nightly"]
    with pytest.raises(IisError, match="have no versions"):
        ensure(host.context(), version="next")


@pytest.mark.parametrize("name", ["nightly.", "nightly ", ".", "..", "x. ."])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_name_that_windows_would_change_is_refused(host, name, check_mode):
    context = host.context(check_mode=check_mode)
    with pytest.raises(IisError, match=r"dots and blanks at the end .*Nothing was changed\."):
        ensure(context, name=name)
    with pytest.raises(IisError, match=r"dots and blanks at the end .*Nothing was changed\."):
        ensure_saved(context, timeout=30, backup=name)
    assert orders(host) == []
    assert not ensure(context, name=name, state="absent").changed


def orders(host):
    """What appcmd was told to do to which backup."""
    return [
        " ".join((line.split()[1], line.rpartition(":")[2].split()[0].strip('"')))
        for line in host.commands
        if " list " not in line
    ]


@pytest.mark.parametrize(
    ("failing", "left", "words"),
    [
        ("add backup nightly.replacing", ["nightly"], r"Couldn't make the backup 'nightly.replacing'"),
        ("delete backup nightly", ["nightly"], r"Couldn't delete the backup 'nightly'"),
        ("add backup nightly", ["nightly.replacing"], r"The former one is deleted.*'nightly\.replacing'"),
    ],
)
def test_a_replacement_that_fails_on_the_way_leaves_one_of_them(host, failing, left, words, monkeypatch):
    host.backups = ["nightly"]
    act = host.act

    def fail(verb, noun, name, settings):
        if f"{verb} {noun} {name}" == failing:
            raise Fault("no", codes=[0x80070070])
        return act(verb, noun, name, settings)

    monkeypatch.setattr(host, "act", fail)
    with pytest.raises(IisError, match=words) as failure:
        ensure(host.context(), version="highest", overwrite=True)
    assert host.backups == left
    assert failure.value.changed is (left != ["nightly"])


def test_what_was_made_in_case_of_failure_has_a_name_of_its_own(host):
    host.backups = ["nightly", "Nightly.replacing"]
    assert ensure(host.context(), version="highest", overwrite=True).changed
    assert host.backups == ["Nightly.replacing", "nightly"]


@pytest.mark.parametrize(("options", "words"), [({"password": "x"}, "no password"), ({"version": "3"}, "no versions")])
def test_what_these_backups_lack_is_refused(host, options, words):
    with pytest.raises(IisError, match=words):
        ensure(host.context(), **options)
    assert host.backups == []


def test_a_lost_answer_is_settled_by_the_list(host):
    host.when("run appcmd add", OutcomeUnknown("cut"), after=True)
    assert ensure(host.context()).changed
    host.when("run appcmd delete", OutcomeUnknown("cut"))
    with pytest.raises(IisError, match="Couldn't delete the backup 'nightly': no answer came"):
        ensure(host.context(), state="absent")


def test_a_save_makes_one_where_it_is_asked_to(host):
    outcome = ensure_saved(host.context(), timeout=30, backup="before")
    assert (outcome.changed, outcome.values["backup"]) == (True, {"name": "before", "version": 0})
    assert host.backups == ["before"]


def test_a_restore_sees_everything_run_again(host):
    host.backups = ["nightly"]
    before = host.scm.running()

    def restore(_line):
        for name in ("W3SVC", "NetTcpActivator", "NetPipeActivator"):
            host.scm.stop(host.scm[name])
        host.clock.now += 2

    host.when("run appcmd restore", restore)
    outcome = ensure(host.context(), state="restored")
    assert outcome.changed
    assert host.scm.running() == before


def test_a_restore_whose_answer_was_lost_shows_in_the_file_or_failed(host):
    host.backups = ["nightly"]

    def write(_line):
        host.file_size += 1
        raise OutcomeUnknown("cut")

    host.when("run appcmd restore", write)
    assert ensure(host.context(), state="restored").changed
    host.when("run appcmd restore", OutcomeUnknown("cut"))
    with pytest.raises(IisError, match=r"applicationHost\.config wasn't written"):
        ensure(host.context(), state="restored")


def test_a_restore_that_is_refused_says_why(host):
    with pytest.raises(IisError, match="nightly"):
        ensure(host.context(), state="restored")


class Kept:
    """Notes in memory."""

    def __init__(self, note):
        self.note = note

    def read(self):
        return self.note

    def write(self, note):
        self.note = note


def down(host, *disabled):
    for name in ("W3SVC", "NetTcpActivator", "NetPipeActivator", "WAS"):
        host.scm[name].state = "Stopped"
    host.scm["NetPipeActivator"].start_mode = "Manual"
    for name in disabled:
        host.scm[name].start_mode = "Disabled"


@pytest.mark.parametrize("noted", [frozenset(), frozenset({"netpipeactivator"})], ids=["fresh", "interrupted"])
def test_a_restore_under_a_stopped_was_starts_what_starts_by_itself_or_ran_before(host, noted):
    host.backups = ["nightly"]
    down(host)
    notes = Kept(Note(services=noted))
    context = replace(host.context(), notes=notes)
    began = host.clock.now
    outcome = ensure(context, state="restored")
    assert outcome.changed
    wanted = {"was", "w3svc", "nettcpactivator", *noted}
    assert {key for key, it in outcome.values["services"].items() if it["after"] == "started"} == wanted
    assert {name.lower() for verb, name in host.scm.log if verb == "StartService"} == wanted
    assert notes.note.is_empty
    assert host.clock.now - began < 20  # seconds in which what ran is left to come back by itself


def test_a_restore_under_a_stopped_was_that_is_refused_starts_nothing(host, monkeypatch):
    host.backups = ["nightly"]
    down(host)
    act = host.act

    def fail(verb, noun, name, settings):
        if verb == "restore":
            raise Fault("no", codes=[0x80070070])
        return act(verb, noun, name, settings)

    monkeypatch.setattr(host, "act", fail)
    with pytest.raises(IisError, match=r"ERROR_DISK_FULL \(0x80070070\).*IIS is down as before\.$") as failure:
        ensure(host.context(), state="restored")
    assert not failure.value.changed
    assert host.scm.log == []


def test_a_restore_whose_services_dont_start_says_so(host):
    host.backups = ["nightly"]
    down(host, "WAS")
    with pytest.raises(IisError, match=r"was restored, but not everything runs: .*W3SVC") as failure:
        ensure(host.context(), state="restored")
    assert failure.value.changed


def test_a_was_that_is_paused_has_to_be_started_first(host):
    host.backups = ["nightly"]
    host.scm["WAS"].state = "Paused"
    with pytest.raises(IisError, match=r"WAS is paused\. Nothing was touched\. Start it first"):
        ensure(host.context(), state="restored")
