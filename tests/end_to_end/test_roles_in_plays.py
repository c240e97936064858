# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles beside what a play's author writes around them, what they cost, and playbooks that refuse to begin."""

from __future__ import annotations

import json

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec

WORKER_PROCESS = ("worker_process", "worker_process")
ROLE = {
    "name": "Use the role",
    "ansible.builtin.import_role": {"name": "fleetops.iis.isolation_mode"},
    "vars": {"isolation_mode_wanted": "worker_process"},
}


def own_handlers(*names):
    return [{"name": name, "ansible.builtin.debug": {"msg": "The play's own"}} for name in names]


def test_handlers_of_the_play_with_the_names_of_the_roles_own_change_nothing(start):
    hosts = start(IisSpec(iis5_mode=True))

    run = hosts.ansible.playbook(
        [ROLE], handlers=own_handlers("isolation_mode: save the metabase, then reset IIS", "Reset IIS")
    )

    assert run.code == 0, run.output
    assert hosts[0].modes == WORKER_PROCESS
    assert hosts[0].iis["metabase"]["memory_equals_disk"]


def test_a_handler_that_another_entry_of_the_role_switches_off_is_made_up_for(start):
    """The last entry's condition holds for the handlers of both."""
    hosts = start(IisSpec(iis5_mode=True))
    entries = [
        {
            "role": "fleetops.iis.isolation_mode",
            "isolation_mode_wanted": mode,
            "when": f"inventory_hostname == '{host}'",
        }
        for mode, host in (("worker_process", "web01"), ("iis5", "web02"))
    ]

    run = hosts.ansible.playbook([], roles=entries)

    assert run.code == 0, run.output
    assert hosts[0].modes == WORKER_PROCESS
    assert hosts[0].iis["metabase"]["memory_equals_disk"]


def test_the_example_of_the_module_works_beside_the_role(start):
    hosts = start(IisSpec(iis5_mode=True))
    example = {
        "name": "Configure worker process isolation mode",
        "fleetops.iis.iis_isolation_mode": {"mode": "worker_process"},
        "notify": ["Save the metabase", "Reset IIS"],
    }
    handlers = [
        {"name": "Save the metabase", "fleetops.iis.iis_metabase_save": None},
        {"name": "Reset IIS", "fleetops.iis.iis_service": {"state": "restarted"}},
    ]

    run = hosts.ansible.playbook([example, {**ROLE, "when": False}], handlers=handlers)

    assert run.code == 0, run.output
    assert hosts[0].modes == WORKER_PROCESS
    assert hosts[0].iis["metabase"]["memory_equals_disk"]


def test_a_refusal_cannot_be_ignored(start):
    hosts = start(IisSpec(iis5_mode=True, iisreset_disabled=True))

    run = hosts.ansible.playbook([ROLE], ignore_errors=True)

    assert run.code != 0, run.output
    assert hosts[0].modes == ("iis5", "iis5")
    assert "IISReset is disabled" in run.output


def test_a_role_that_is_refused_holds_nothing_of_an_earlier_run(start):
    hosts = start(IisSpec(iis5_mode=True))
    tasks = [
        {**ROLE, "ansible.builtin.include_role": ROLE["ansible.builtin.import_role"]},
        {"name": "Disable IISReset", "fleetops.iis.iis_reset_access": {"state": "disabled"}},
        {
            "name": "Go back, which is refused",
            "block": [
                {
                    "name": "Use the role again",
                    "ansible.builtin.include_role": {"name": "fleetops.iis.isolation_mode"},
                    "vars": {"isolation_mode_wanted": "iis5"},
                }
            ],
            "rescue": [{"name": "Result", "ansible.builtin.debug": {"var": "isolation_mode_result"}}],
        },
    ]
    del tasks[0]["ansible.builtin.import_role"]

    run = hosts.ansible.playbook(tasks)

    assert next(event.result["isolation_mode_result"] for event in run.events if event.task == "Result") == {}
    assert "IISReset is disabled" in run.only("failed").result["msg"]
    assert hosts[0].modes == WORKER_PROCESS


def results(run, host):
    return [event for event in run.events if event.host == host]


def test_what_the_role_costs(start):
    """Task results with skipped ones, and WS-Management requests, at most."""
    services = (Kind.WEB, Kind.FTP)
    hosts = start(IisSpec(services=services), IisSpec(iis5_mode=True, services=services))
    hosts.forget()

    run = hosts.switch("worker_process")

    assert run.code == 0, run.output
    assert len(results(run, "web01")) <= 5, run.output
    assert len(hosts[0].requests()) <= 4
    assert len(results(run, "web02")) <= 20, run.output
    sent = [
        (e.action, e.class_name, e.method, e.query) for e in hosts[1].journal() if e.action not in ("Auth", "Refused")
    ]
    assert len(hosts[1].requests()) <= 65, "\n".join(map(str, sent))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["fleetops.iis.isolation_mode"], "-e mode=worker_process"),
        (["fleetops.iis.isolation_mode", "-e", "mode=worker"], "mode is 'worker'"),
        (["fleetops.iis.preflight", "-e", "mode=worker"], "mode is 'worker'"),
        (["fleetops.iis.safe_restart", "-e", "batch=0"], "batch is '0'"),
        (["fleetops.iis.safe_restart", "-e", '{"batch": []}'], "batch is []"),
        (["fleetops.iis.safe_restart", "-e", "batch=12.5%"], "batch is '12.5%'"),
        (["fleetops.iis.safe_restart", "-e", "batch=[1,5]"], """Give a list as -e '{"batch": [1, 5]}'"""),
        (["fleetops.iis.safe_restart", "-e", '{"iis_hosts": ["wbe", "bew"]}'], "matches iis_hosts=wbe,bew"),
        (["fleetops.iis.safe_restart", "-e", "iis_hosts="], "iis_hosts is empty"),
        (["fleetops.iis.safe_restart", "-e", '{"iis_hosts": []}'], "iis_hosts is empty"),
        (["fleetops.iis.safe_restart", "-e", "bach=1"], "Did you mean batch?"),
        (
            ["fleetops.iis.safe_restart", "-e", "safe_restart_drain_timout=1"],
            "Did you mean safe_restart_drain_timeout?",
        ),
        (["fleetops.iis.safe_restart", "-e", "iis_hosts=wbe"], "No host of the inventory matches iis_hosts=wbe"),
        (["fleetops.iis.safe_restart", "-e", "hosts=web001"], "has no variable hosts"),
        (["fleetops.iis.safe_restart", "-e", "app_pools=DefaultAppPool"], "it is safe_restart_app_pools, with"),
        (["fleetops.iis.safe_restart", "--tags", "restart"], "has no tags"),
        (["fleetops.iis.safe_restart", "--limit", "wbe"], "--limit leaves us"),
        (["fleetops.iis.health_check"], "There is nothing to check"),
    ],
)
def test_a_playbook_refuses_before_a_host_is_asked(web, command, words):
    """With 1, on every ansible-core; but health_check fails its hosts, since their variables say what to check."""
    web.forget()

    run = web.ansible.run("ansible-playbook", *command)

    assert run.code == (2 if command == ["fleetops.iis.health_check"] else 1), run.output
    assert words in run.output
    assert web[0].journal() == []


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ({"mode": "worker_process", "batch": "100%"}, 0, "failed=0"),
        ({"mode": "worker"}, 1, "mode is 'worker'"),
        ({"mode": "worker_process", "batch": 0}, 1, "batch is 0"),
    ],
)
def test_a_play_of_the_users_own_may_give_the_variables(web, tmp_path, variables, code, words):
    path = tmp_path / "rollout.yml"
    path.write_text(json.dumps([{"import_playbook": "fleetops.iis.isolation_mode", "vars": variables}]))

    run = web.ansible.run("ansible-playbook", str(path))

    assert (run.code, words in run.output) == (code, True), run.output
    assert bool(web[0].journal()) is not bool(code)


@pytest.mark.parametrize(
    ("plays", "words"),
    [
        ([{"import_playbook": "fleetops.iis.preflight"}, {"import_playbook": "fleetops.iis.isolation_mode"}], None),
        ([{"import_playbook": "fleetops.iis.isolation_mode"}], "has no variable gate. It is one of preflight."),
        ([{"import_playbook": "fleetops.iis.isolation_mode"}, {"hosts": "all", "gather_facts": False}], None),
    ],
)
def test_a_file_of_the_users_own_has_the_variables_of_what_it_imports(web, tmp_path, plays, words):
    (tmp_path / "site.yml").write_text(json.dumps(plays))

    run = web.ansible.run("ansible-playbook", "site.yml", "-e", "mode=worker_process", "-e", "gate=false")

    assert run.code == (1 if words else 0), run.output
    assert words is None or words in run.output


@pytest.mark.parametrize(
    ("file", "text", "options", "words"),
    [
        ("group_vars/all.yml", "batch: 4", [], "batch is set in the inventory, for the group all, where"),
        ("host_vars/web01.yml", "max_fail: 50", [], "max_fail is set in the inventory, for the host web01, where"),
        ("group_vars/all.yml", "batch: 4", ["-e", "batch=1"], None),
        ("group_vars/all.yml", "health_check_retries: 4", [], None),
    ],
)
def test_what_a_play_does_not_read_in_the_inventory_is_refused(web, tmp_path, file, text, options, words):
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text(text)
    web.forget()

    run = web.ansible.run(
        "ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process", "--check", *options
    )

    assert run.code == (1 if words else 0), run.output
    assert (words or "failed=0") in run.output
    assert bool(web[0].journal()) is (words is None)


def test_a_task_is_refused_like_any_other_that_fails(web):
    """Where the lookup is in a task, the process that runs it isn't the one that ends the run."""
    run = web.ansible.playbook(
        [
            {
                "name": "Look",
                "ansible.builtin.debug": {"msg": "{{ lookup('fleetops.iis.rollout_hosts', 'isolation_mode') }}"},
            }
        ]
    )

    assert run.code == 2, run.output
    assert "-e mode=worker_process" in run.only("failed").result["msg"]


@pytest.mark.parametrize("option", ["--syntax-check", "--list-hosts", "--list-tasks"])
def test_a_playbook_that_is_only_looked_at_needs_no_variables(web, option):
    run = web.ansible.run("ansible-playbook", "fleetops.iis.isolation_mode", option)

    assert run.code == 0, run.output
