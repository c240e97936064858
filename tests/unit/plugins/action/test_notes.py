# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file in which the controller remembers what ran on a host."""

from __future__ import annotations

import json
import stat
from datetime import datetime, timedelta, timezone

import pytest
from unit.plugins.plugin_utils.iis.model_host import Listener

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action_notes
from ansible_collections.fleetops.iis.plugins.plugin_utils._action_notes import NoteFile
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Note

NOTE = Note(frozenset({"w3svc", "msftpsvc"}), frozenset({"W3SVC/1"}))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(_action_notes, "home", lambda: tmp_path)
    return tmp_path


def notes_of(endpoint="http://web01:5985/wsman"):
    return NoteFile(lambda: endpoint, Listener())


def files(home):
    return sorted(path.name for path in (home / "fleetops.iis").iterdir())


def test_the_next_run_reads_what_the_one_before_wrote(home):
    notes_of().write(NOTE)

    note = notes_of().read()

    assert (note.services, note.sites) == (NOTE.services, NOTE.sites)
    assert note.since is not None
    assert abs(datetime.now(timezone.utc) - note.since) < timedelta(seconds=60)


def test_a_note_that_is_shortened_keeps_its_time(home):
    since = datetime.now(timezone.utc) - timedelta(hours=23)

    notes_of().write(Note(NOTE.services, NOTE.sites, since))

    assert notes_of().read() == Note(NOTE.services, NOTE.sites, since)


def test_only_its_owner_can_read_it(home):
    notes_of().write(NOTE)
    [path] = (home / "fleetops.iis").iterdir()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_each_host_has_a_file_of_its_own_whatever_its_name_is(home):
    endpoints = (
        "http://web01:5985/wsman",
        "https://web01:5986/wsman",
        "http://[fe80::1]:80/wsman",
        "http://../x:80/wsman",
    )
    for number, endpoint in enumerate(endpoints):
        notes_of(endpoint).write(Note(frozenset({f"service{number}"})))

    assert [notes_of(endpoint).read().services for endpoint in endpoints] == [
        {f"service{number}"} for number in range(len(endpoints))
    ]
    assert len(files(home)) == len(endpoints)


def test_an_empty_note_deletes_the_file(home):
    notes_of().write(NOTE)

    notes_of().write(Note())
    notes_of().write(Note())

    assert files(home) == []
    assert notes_of().read() == Note()


def test_an_old_note_does_not_count(home):
    notes_of().write(Note(NOTE.services, NOTE.sites, datetime.now(timezone.utc) - timedelta(hours=25)))

    assert notes_of().read() == Note()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"since": "yesterday", "services": [], "sites": []}', "\0", '{"since": 1}']
)
def test_a_file_that_makes_no_sense_is_a_warning(home, text):
    notes = notes_of()
    notes.write(NOTE)
    [path] = (home / "fleetops.iis").iterdir()
    path.write_text(text)

    assert notes.read() == Note()
    assert str(path) in notes._operator.warnings[0]


def test_a_time_without_a_zone_makes_no_sense(home):
    notes = notes_of()
    notes.write(NOTE)
    [path] = (home / "fleetops.iis").iterdir()
    path.write_text(json.dumps({"since": "2026-11-24T15:04:05", "services": [], "sites": []}))

    assert notes.read() == Note()
    assert notes._operator.warnings


def test_a_folder_that_cannot_be_written_is_a_warning(home):
    (home / "fleetops.iis").write_text("in the way")
    notes = notes_of()

    notes.write(NOTE)

    assert "can't be noted" in notes._operator.warnings[0]


def test_a_write_that_fails_leaves_the_former_note_and_nothing_else(home, monkeypatch):
    notes = notes_of()
    notes.write(NOTE)

    def full(*_arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(_action_notes.json, "dump", full)
    notes.write(Note(frozenset({"smtpsvc"})))

    assert "No space left on device" in notes._operator.warnings[0]
    assert notes.read().services == NOTE.services
    assert len(files(home)) == 1
