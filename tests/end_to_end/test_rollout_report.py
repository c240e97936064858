# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of hosts whose rollout didn't go as planned, from the events of the real Ansible."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from xml.etree import ElementTree as ET

import pytest

from simulator.iis.spec import IisSpec

from .test_interruptions import descendants, wait_for
from .test_rollouts import REPORT, by_name

DRAIN = {"name": "Drain", "ansible.builtin.debug": {"msg": "x"}, "vars": {"rollout_milestone": "drained"}}
REFUSE = {
    "name": "LB enter",
    "ansible.builtin.fail": {"msg": "LB said 500"},
    "when": "inventory_hostname == 'web01'",
}


@pytest.fixture
def restart(tmp_path):
    """Use the role safe_restart with this file of tasks that return a host; give the run and its report."""

    def run(hosts, enter, *, rescue=False):
        (tmp_path / "enter.yml").write_text(enter)
        role = {"ansible.builtin.include_role": {"name": "fleetops.iis.safe_restart"}}
        tasks = [{"block": [role], "rescue": [DRAIN | {"name": "Rescue", "vars": {}}]} if rescue else role]
        play = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
        (tmp_path / "play.yml").write_text(json.dumps(play))
        variables = json.dumps({"safe_restart_enter_rotation": str(tmp_path / "enter.yml")})
        run = hosts.ansible.run("ansible-playbook", str(tmp_path / "play.yml"), "-e", variables, **REPORT)
        return run, json.loads((tmp_path / "reports" / "rollout.json").read_text())

    return run


def kinds(report, name):
    return [moment["kind"] for moment in by_name(report)[name]["moments"]]


@pytest.mark.parametrize("rescue", [False, True])
def test_a_host_whose_hook_failed_is_out_of_rotation_and_not_done(start, restart, rescue):
    hosts = start(IisSpec(), IisSpec())

    run, report = restart(hosts, json.dumps([DRAIN, REFUSE]), rescue=rescue)

    told = by_name(report)
    assert (run.code == 0) is rescue, run.output
    assert [told[name]["in_rotation"] for name in ("web01", "web02")] == [False, True]
    assert [told[name]["status"] for name in ("web01", "web02")] == ["failed", "changed"]
    assert [trouble["need"] for trouble in report["troubles"]] == ["out_of_rotation"]
    assert "back_in_rotation" not in kinds(report, "web01")
    assert kinds(report, "web02")[-3:] == ["verified", "drained", "back_in_rotation"]


def test_a_hook_that_can_not_be_read_ends_ansible_with_the_host_out_of_rotation(web, restart, tmp_path):
    (tmp_path / "web01.yml").write_text("- name: LB enter\n  ansible.builtin.debug: {msg: [\n")
    # The name is a template: what it is isn't known before the host's turn comes.
    run, report = restart(web, "- ansible.builtin.include_tasks: '{{ inventory_hostname }}.yml'\n")

    [host] = report["hosts"]
    assert run.code != 0
    assert (host["in_rotation"], host["status"]) in [(False, "stopped"), (False, "failed")], run.output
    assert [trouble["need"] for trouble in report["troubles"]] == ["out_of_rotation"]


def test_a_rollout_in_two_plays_with_a_loop_tells_of_each_host_what_is_true(start, tmp_path):
    """web01 is done, web02 fails and stops the rollout, web03 was only looked at."""
    hosts = start(IisSpec(), IisSpec(), IisSpec())
    for host in hosts.all:
        host.act("add_sessions", kind="web", site=1, count=3)
    look = {"name": "Look", "hosts": "all", "gather_facts": False, "tasks": [DRAIN | {"vars": {}}]}
    rollout = {"hosts": "all", "gather_facts": False, "serial": 1, "max_fail_percentage": 0}
    restart = {"name": "{{ item }}", "state": "restarted", "save": False}
    rollout["tasks"] = [
        {"name": "Restart", "fleetops.iis.iis_service": restart, "loop": ["w3svc", "w3svc"]},
        REFUSE | {"when": "inventory_hostname == 'web02'"},
    ]
    (tmp_path / "play.yml").write_text(json.dumps([look, rollout]))

    run = hosts.ansible.run("ansible-playbook", str(tmp_path / "play.yml"), **REPORT)

    report = json.loads((tmp_path / "reports" / "rollout.json").read_text())
    told = by_name(report)
    assert {name: host["status"] for name, host in told.items()} == {
        "web01": "changed",
        "web02": "failed",
        "web03": "untouched",
    }, run.output
    assert (told["web01"]["sessions_cut"]["http"], told["web01"]["still_down"]) == (3, False)
    assert [outage["exact"] for outage in told["web01"]["outages"]] == [True, True]
    assert told["web03"]["batch"] is None
    assert "Stopped: 1 of 3 hosts failed. 1 failed, 1 done, 1 not touched" in run.output


@pytest.mark.parametrize(
    ("number", "status", "interrupted"), [(signal.SIGTERM, "interrupted", True), (signal.SIGKILL, "running", False)]
)
def test_a_host_that_is_being_restarted_when_ansible_is_killed_is_not_untouched(
    start, tmp_path, number, status, interrupted
):
    hosts = start(IisSpec(), IisSpec())
    for host in hosts.all:
        host.act("add_sessions", kind="web", site=1, count=3)
        host.act("drain_rate", kind="web", per_second=0.0)
    junit = tmp_path / "reports" / "rollout.xml"
    command = ("ansible-playbook", "fleetops.iis.safe_restart", "-e", "batch=1", "-e", "safe_restart_drain_timeout=100")
    process, _record = hosts.ansible.start(*command, **REPORT, FLEETOPS_IIS_REPORT_JUNIT=str(junit))
    wait_for(lambda: any(entry.action == "Invoke" for entry in hosts[0].journal()) or process.poll() is not None)
    time.sleep(3.0)  # the files are written every two seconds
    workers = descendants(process.pid)
    process.send_signal(number)
    process.wait(timeout=60)
    for worker in workers:  # before ansible-core 2.19 they go on, and keep the output open
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    output = process.communicate(timeout=60)[0]

    report = json.loads((tmp_path / "reports" / "rollout.json").read_text())
    told = by_name(report)
    assert process.returncode == -number, output
    assert (report["finished"], report["interrupted"]) == (False, interrupted), output
    assert {name: host["status"] for name, host in told.items()} == {"web01": status, "web02": "untouched"}
    assert told["web01"]["task"] == "Drain, save what isn't on the disk, restart services"
    cases = {case.get("name"): case.find("error") for case in ET.parse(junit).iter("testcase")}
    assert cases["web01"].get("type") == status
