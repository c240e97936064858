# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook refuses to begin in one sentence, and only for a mistake."""

from __future__ import annotations

import re

import pytest
import stage
import yaml
from ansible.utils.helpers import pct_to_int

from ansible_collections.fleetops.iis.plugins.plugin_utils._rollout.refusals import (
    PLAYBOOKS,
    Request,
    refusal,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._rollout.refusals import ROLES as ROLES_OF

ROLES = {
    path.parts[-3]: list(yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"])
    for path in sorted(stage.ROOT.glob("roles/*/meta/argument_specs.yml"))
}


def refused(playbook="safe_restart", *, matched=("web01",), limit=None, tags=("all",), together=(), **given):
    pattern = given.get("iis_hosts", "all")
    return refusal(Request(playbook, given, given, ROLES, matched, pattern, limit, tags, together))


def refused_name(playbook, name):
    """The refusal of one variable more than the playbook needs."""
    given = {"mode": "iis5", name: "5"} if playbook == "isolation_mode" else {name: "5"}
    return refusal(Request(playbook, given, given, ROLES, ("web01",))) or ""


@pytest.mark.parametrize(
    ("playbook", "given"),
    [
        ("safe_restart", {}),
        ("safe_restart", {"batch": 5}),
        ("safe_restart", {"batch": "25%", "max_fail": "10"}),
        ("safe_restart", {"batch": [1, "10%", 20]}),
        ("safe_restart", {"batch": "100%", "max_fail": "12.5%"}),
        ("safe_restart", {"max_fail": 12.5}),
        ("safe_restart", {"max_fail": "100.0"}),
        ("safe_restart", {"safe_restart_drain_timeout": 5, "health_check_url": "http://x/", "my_own": 1}),
        ("isolation_mode", {"mode": "iis5"}),
        ("isolation_mode", {"mode": "worker_process", "isolation_mode_save_timeout": 5}),
        ("preflight", {}),
        ("preflight", {"mode": "iis5", "gate": False}),
        ("preflight", {"mode": "iis5", "batch": 5, "max_fail": 10}),
        ("preflight", {"safe_restart_drain_timeout": 5, "health_check_url": "http://x/"}),
        ("safe_restart", {"iis_progress": False, "ansible_user": "Administrator", "release": 5}),
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
        ("safe_restart", {"batch": []}, "batch is []."),
        ("safe_restart", {"batch": 0.5}, "batch is 0.5."),
        ("safe_restart", {"batch": "0.5"}, "It must be a whole number of hosts from 1"),
        ("safe_restart", {"batch": "12.5%"}, "a whole percentage from 1%"),
        ("safe_restart", {"batch": ["25%", "12.5%"]}, "batch is ['25%', '12.5%']."),
        ("safe_restart", {"batch": "5% "}, "batch is '5% '."),
        ("safe_restart", {"batch": None}, "batch is None."),
        ("safe_restart", {"batch": True}, "batch is True."),
        ("safe_restart", {"batch": "1,5"}, """batch is '1,5'. Give a list as -e '{"batch": [1, 5]}'."""),
        ("safe_restart", {"batch": "[1, 25%]"}, """Give a list as -e '{"batch": [1, "25%"]}'."""),
        ("safe_restart", {"max_fail": 200}, "max_fail is 200."),
        ("safe_restart", {"max_fail": "100.5"}, "It must be a percentage from 0 to 100."),
        ("safe_restart", {"max_fail": -1}, "max_fail is -1."),
        ("safe_restart", {"max_fail": "5 %"}, "max_fail is '5 %'."),
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


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_variable_of_another_playbook_is_refused(playbook):
    """But for those that a pipeline gives to preflight and to the rollout alike."""
    others = {name for names in PLAYBOOKS.values() for name in names} - set(PLAYBOOKS[playbook])
    accepted = {name for name in others if f"{playbook} has no variable {name}. " not in refused_name(playbook, name)}
    assert accepted == ({"batch", "max_fail"} if playbook == "preflight" else set())


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_variable_of_a_role_without_its_prefix_is_refused(playbook):
    for role, names in ROLES.items():
        for name in names:
            short = name.removeprefix(f"{role}_")
            if short in PLAYBOOKS[playbook]:
                continue
            words = refused_name(playbook, short)
            assert f"The playbook {playbook} has no variable {short}. " in words
            assert name in words or role not in ROLES_OF[playbook]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_what_is_no_variable_but_looks_like_one_is_refused(playbook):
    for name in ("hosts", "host", "limit", "serial", "max_fail_percentage", "forks", "tags", "check"):
        words = refused_name(playbook, name)
        assert f"The playbook {playbook} has no variable {name}. It would do nothing: " in words


@pytest.mark.parametrize(
    ("playbook", "name", "words"),
    [
        ("safe_restart", "app_pools", "For this playbook it is safe_restart_app_pools, with safe_restart_what=pools."),
        ("safe_restart", "method", "For this playbook it is safe_restart_method."),
        ("safe_restart", "timeout", "For this playbook it is safe_restart_timeout or health_check_timeout."),
        ("safe_restart", "hosts", "-e iis_hosts=… and the option --limit choose the hosts."),
        ("safe_restart", "mode", "It is one of isolation_mode and preflight."),
        ("safe_restart", "isolation_mode_save_timeout", "It is one of the role isolation_mode"),
        ("isolation_mode", "method", "For this playbook it is isolation_mode_reset_method."),
        ("isolation_mode", "drain_timeout", "There is safe_restart_drain_timeout, of the role safe_restart"),
        ("preflight", "safe_restart_app_pools", "For this playbook it is app_pools."),
        ("preflight", "isolation_mode_reset_method", "For this playbook it is method."),
        ("health_check", "url", "For this playbook it is health_check_url."),
    ],
)
def test_a_variable_that_is_one_elsewhere_is_refused_with_the_right_one(playbook, name, words):
    assert words in refused_name(playbook, name)


def test_a_set_of_variables_for_several_playbooks_is_accepted_where_none_of_this_one_is_forgotten():
    common = {"isolation_mode_leave_rotation": "leave.yml", "isolation_mode_reset_timeout": 30}
    assert "isolation_mode_leave_rotation" in refused("safe_restart", **common)
    assert refused("safe_restart", safe_restart_leave_rotation="leave.yml", **common) is None
    assert "isolation_mode_leave" in refused("safe_restart", safe_restart_timeout=30, **common)


def test_playbooks_that_run_together_share_the_variables():
    both = ("preflight", "safe_restart")
    assert refused("preflight", together=both, batch=5, gate=True, safe_restart_method="scm") is None
    assert refused("safe_restart", together=both, batch=5, gate=True, safe_restart_method="scm") is None
    assert "no variable hosts" in (refused("safe_restart", together=both, hosts="web001") or "")
    assert "no variable shell" in (refused("safe_restart", together=both, shell=True) or "")


def test_beside_plays_of_the_users_own_only_a_slip_is_refused():
    assert refused(together=None, hosts="web001", method="x", app_pools=["x"], mode="x", url="http://x/") is None
    assert "Did you mean batch?" in (refused(together=None, bach=5) or "")
    assert "has no variable health_check_colour." in (refused(together=None, health_check_colour=5) or "")


def test_the_documentation_lists_these_variables_and_roles():
    page = (stage.ROOT / "docs" / "playbooks.md").read_text()
    rows = re.findall(r"^\| `fleetops\.iis\.(\w+)` \| (.+) \| (.+) \|$", page, re.MULTILINE)
    assert {name: re.findall(r"`(\w+)`", own) for name, own, _roles in rows} == {
        name: list(own) for name, own in PLAYBOOKS.items()
    }
    assert {name: re.findall(r"`(\w+)`", roles) for name, _own, roles in rows} == {
        name: list(roles) for name, roles in ROLES_OF.items()
    }


def test_hosts_that_do_not_exist_are_refused():
    assert refused(matched=(), iis_hosts="wbe") == "No host of the inventory matches iis_hosts=wbe. Nothing was done."
    for pattern in ("", ",", " "):
        assert "iis_hosts is empty." in (refused(iis_hosts=pattern) or "")
    assert "iis_hosts=all with --limit db" in (refused(matched=(), limit="db") or "")


@pytest.mark.parametrize("batch", [1, 7, "3", "1%", "25%", "100%", [1, "10%", 20], ["5"]])
def test_a_batch_that_is_accepted_is_one_for_ansible(batch):
    """Ansible takes what isn't above 0 for all hosts at once, and what int() doesn't read ends in a traceback."""
    assert refused(batch=batch) is None
    assert all(pct_to_int(size, 40) > 0 for size in (batch if isinstance(batch, list) else [batch]))


def test_tags_are_refused_as_there_are_none():
    assert "--tags restart it would do nothing" in (refused(tags=("restart",)) or "")
    assert refused(tags=("restart", "all")) is None


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_is_known(playbook):
    assert refused(playbook, matched=()) is not None
