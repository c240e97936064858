# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks for the load balancer that fail: the host is left as it was, and what is left to do is said."""

from __future__ import annotations

import json

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import IisSpec

IIS5 = ("iis5", "iis5")
WORKER_PROCESS = ("worker_process", "worker_process")
MODE = {"isolation_mode_wanted": "worker_process"}


@pytest.fixture
def use(tmp_path):
    """Use a role with these tasks as its hooks."""

    def run(hosts, role, leave, enter, *, handlers=(), **variables):
        for name, tasks in {"leave": leave, "enter": enter}.items():
            path = tmp_path / f"{name}.yml"
            path.write_text(json.dumps(tasks))
            variables[f"{role}_{name}_rotation"] = str(path)
        entry = {"role": f"fleetops.iis.{role}", "vars": variables}
        result = {"name": "Result", "ansible.builtin.debug": {"var": f"{role}_result"}}
        return hosts.ansible.playbook([result], roles=[entry], handlers=list(handlers))

    return run


def say(words, **keywords):
    return [{"name": words, "ansible.builtin.debug": {"msg": words}, **keywords}]


FAIL = [{"name": "Leave", "ansible.builtin.fail": {"msg": "The load balancer refuses."}}]


@pytest.mark.parametrize(("role", "variables"), [("isolation_mode", MODE), ("safe_restart", {})])
def test_a_host_that_could_not_be_taken_out_is_returned_untouched(start, use, role, variables):
    hosts = start(IisSpec(iis5_mode=True))
    process = hosts[0].process("W3SVC")

    run = use(hosts, role, FAIL, say("Enter"), **variables)

    assert run.code != 0
    assert "Leave: The load balancer refuses." in run.result()["msg"]
    assert run.statuses()["Enter"] == "ok"
    assert (hosts[0].modes, hosts[0].process("W3SVC")) == (IIS5, process)


@pytest.mark.parametrize(("role", "variables"), [("isolation_mode", MODE), ("safe_restart", {})])
def test_a_host_that_could_not_be_returned_fails_with_everything_done(start, use, role, variables):
    hosts = start(IisSpec(iis5_mode=True))
    process = hosts[0].process("W3SVC")

    run = use(hosts, role, say("Leave"), [{**FAIL[0], "name": "Enter"}], **variables)

    assert run.code != 0
    assert "Enter: The load balancer refuses." in run.result()["msg"]
    assert hosts[0].process("W3SVC") != process
    assert hosts[0].iis["metabase"]["memory_equals_disk"]


def test_a_handler_that_the_hook_notified_fails_before_anything_is_touched(start, use):
    hosts = start(IisSpec(iis5_mode=True))
    handler = {"name": "Reload the load balancer", "ansible.builtin.fail": {"msg": "It can't be reloaded."}}
    leave = say("Leave", changed_when=True, notify=handler["name"])

    run = use(hosts, "isolation_mode", leave, say("Enter"), handlers=[handler], **MODE)

    assert run.code != 0
    assert run.only("failed").result["msg"] == "It can't be reloaded."
    assert hosts[0].modes == IIS5


def test_a_reset_that_is_refused_says_what_is_left_to_do_and_the_next_run_does_it(start, use):
    hosts = start(IisSpec(iis5_mode=True))
    hosts[0].fault(Rule(Effect.FAULT, method="SaveData", code=5, count=0))
    hosts[0].fault(Rule(Effect.FAULT, action="Command", query="iiscnfg", code=5, count=0))

    run = use(hosts, "isolation_mode", say("Leave"), say("Enter"), **MODE)

    assert run.code != 0
    message = run.result()["msg"]
    assert message.endswith("worker_process mode is configured but not in effect. Fix that and run the role again.")
    assert "Enter" not in run.statuses()
    hosts[0].heal()
    assert use(hosts, "isolation_mode", say("Leave"), say("Enter"), **MODE).code == 0
    assert hosts[0].modes == WORKER_PROCESS
