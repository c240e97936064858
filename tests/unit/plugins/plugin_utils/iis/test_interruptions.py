# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is noted before an outage, and what ends a note."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Note
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.interruptions import forget, note_outage


class Kept:
    """Notes that are kept in memory."""

    def __init__(self, services=(), sites=()):
        self.note = Note(frozenset(services), frozenset(sites))

    def read(self):
        return self.note

    def write(self, note):
        self.note = note


def context(*, check_mode=False, **noted):
    return replace(ModelHost().context(check_mode=check_mode), notes=Kept(**noted))


def test_what_has_to_run_again_is_noted():
    given = context()

    note_outage(given, stops={"w3svc", "smtpsvc"}, services={"w3svc"}, sites={"W3SVC/1"})

    assert given.notes.read() == Note(frozenset({"w3svc"}), frozenset({"W3SVC/1"}))


def test_what_a_former_run_left_down_stays_noted():
    given = context(services={"msftpsvc", "w3svc"}, sites={"MSFTPSVC/1", "W3SVC/1"})

    note_outage(given, stops={"w3svc"}, services={"w3svc"}, sites={"W3SVC/2"})

    noted = frozenset({"MSFTPSVC/1", "W3SVC/1", "W3SVC/2"})
    assert given.notes.read() == Note(frozenset({"msftpsvc", "w3svc"}), noted)


def test_what_is_stopped_on_purpose_is_noted_no_longer():
    given = context(services={"msftpsvc", "w3svc"}, sites={"MSFTPSVC/1", "W3SVC/1"})

    note_outage(given, stops={"w3svc"}, services=(), sites=())

    assert given.notes.read() == Note(frozenset({"msftpsvc"}), frozenset({"MSFTPSVC/1"}))


@pytest.mark.parametrize(
    ("forgotten", "left"),
    [
        ({"services": ["w3svc"]}, Note(frozenset({"smtpsvc"}), frozenset({"SmtpSvc/1"}))),
        ({"sites": ["SmtpSvc/1"]}, Note(frozenset({"smtpsvc", "w3svc"}), frozenset({"W3SVC/1"}))),
        ({"services": ["smtpsvc", "w3svc"]}, Note()),
        (
            {"services": ["msftpsvc"], "sites": ["W3SVC/9"]},
            Note(frozenset({"smtpsvc", "w3svc"}), frozenset({"SmtpSvc/1", "W3SVC/1"})),
        ),
    ],
)
def test_what_runs_again_is_forgotten_with_its_sites(forgotten, left):
    given = context(services={"smtpsvc", "w3svc"}, sites={"SmtpSvc/1", "W3SVC/1"})

    forget(given, **forgotten)

    assert given.notes.read() == left


def test_check_mode_keeps_the_note_as_it_is():
    given = context(check_mode=True, services={"w3svc"})
    before = given.notes.read()

    note_outage(given, stops={"w3svc"}, services=(), sites=())
    forget(given, services=["w3svc"])

    assert given.notes.read() == before
