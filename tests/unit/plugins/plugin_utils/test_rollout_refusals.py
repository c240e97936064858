# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook refuses to begin in one sentence, and only for a mistake."""

from __future__ import annotations

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._rollout.refusals import PLAYBOOKS, Request, refusal

ROLES = {
    "isolation_mode": ["isolation_mode_wanted", "isolation_mode_save_timeout"],
    "safe_restart": ["safe_restart_drain_timeout"],
    "health_check": ["health_check_url"],
}


def refused(playbook="safe_restart", *, matched=("web01",), limit=None, tags=("all",), **given):
    return refusal(Request(playbook, given, given, ROLES, matched, limit, tags))


@pytest.mark.parametrize(
    ("playbook", "given"),
    [
        ("safe_restart", {}),
        ("safe_restart", {"batch": 5}),
        ("safe_restart", {"batch": "25%", "max_fail": "10"}),
        ("safe_restart", {"batch": [1, "10%", 20]}),
        ("safe_restart", {"safe_restart_drain_timeout": 5, "health_check_url": "http://x/", "my_own": 1}),
        ("isolation_mode", {"mode": "iis5"}),
        ("isolation_mode", {"mode": "worker_process", "isolation_mode_save_timeout": 5}),
        ("preflight", {}),
        ("preflight", {"mode": "iis5", "gate": False}),
        ("probe", {"folder": "x"}),
    ],
)
def test_what_makes_sense_begins(playbook, given):
    assert refused(playbook, **given) is None


@pytest.mark.parametrize(
    ("playbook", "given", "words"),
    [
        ("isolation_mode", {}, "-e mode=worker_process"),
        ("isolation_mode", {"mode": "worker"}, "mode is 'worker'. It must be worker_process or iis5."),
        ("preflight", {"mode": "iis 5"}, "It must be worker_process or iis5."),
        ("safe_restart", {"batch": 0}, "batch is 0."),
        ("safe_restart", {"batch": "0"}, "Ansible takes 0 for all hosts at once"),
        ("safe_restart", {"batch": "0%"}, "batch is '0%'."),
        ("safe_restart", {"batch": [1, 0]}, "batch is [1, 0]."),
        ("safe_restart", {"batch": "few"}, "batch is 'few'."),
        ("safe_restart", {"batch": -1}, "batch is -1."),
        ("safe_restart", {"max_fail": 200}, "max_fail is 200."),
        ("safe_restart", {"bach": 1}, "has no variable bach. Did you mean batch?"),
        ("safe_restart", {"safe_restart_drain_timout": 1}, "Did you mean safe_restart_drain_timeout?"),
        ("safe_restart", {"health_check_colour": 1}, "has no variable health_check_colour."),
        ("preflight", {"batch": 5, "gates": True}, "Did you mean gate?"),
    ],
)
def test_what_does_not_is_refused(playbook, given, words):
    said = refused(playbook, **given)
    assert said is not None
    assert words in said
    assert "\n" not in said


def test_hosts_that_do_not_exist_are_refused():
    assert refused(matched=(), iis_hosts="wbe") == "No host of the inventory matches iis_hosts=wbe. Nothing was done."
    assert "iis_hosts=all with --limit db" in (refused(matched=(), limit="db") or "")


def test_tags_are_refused_as_there_are_none():
    assert "--tags restart it would do nothing" in (refused(tags=("restart",)) or "")
    assert refused(tags=("restart", "all")) is None


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_is_known(playbook):
    assert refused(playbook, matched=()) is not None
