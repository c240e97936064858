# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout in batches: it stops at the first sign of trouble, leaves nobody behind, and tells what it did."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

from .health import applications

REPORT = {
    "ANSIBLE_CALLBACKS_ENABLED": "record,fleetops.iis.rollout_report",
    "FLEETOPS_IIS_REPORT_JSON": "reports/rollout.json",
    "FLEETOPS_IIS_REPORT_HTML": "reports/rollout.html",
}
#: How many hosts the large rollout has: `make fleet-rollout` asks for 50.
LARGE = int(os.environ.get("ROLLOUT_HOSTS", "0"))


@pytest.fixture
def apps():
    with applications() as server:
        yield server


@pytest.fixture
def roll_out(apps, tmp_path):
    """Run the playbook safe_restart with a report, and read the report."""

    def run(hosts, batch, *options, playbook="safe_restart", url=True, **environment):
        variables = {"batch": batch, "health_check_retries": 2, "health_check_delay": 1}
        variables |= {"health_check_url": apps.url} if url else {}
        run = hosts.ansible.run(
            "ansible-playbook",
            f"fleetops.iis.{playbook}",
            "-e",
            json.dumps(variables),
            *options,
            **REPORT | environment,
        )
        path = tmp_path / "reports" / "rollout.json"
        assert path.exists(), run.output
        return run, json.loads(path.read_text())

    return run


def by_name(report):
    return {host["name"]: host for host in report["hosts"]}


def check_stopped_rollout(hosts, run, report, apps, batch):
    """Host 7 failed its health check: its batch ends with it, and of the next one nobody was asked anything."""
    number = (7 - 1) // batch + 1
    reached = number * batch
    told = by_name(report)
    names = [host.name for host in hosts.all]
    assert run.code != 0
    assert run.of("failed") == {"web07"}, run.output

    assert [host.name for host in hosts.all if host.journal()] == names[:reached]
    assert set(apps.asked) == set(names[:reached])
    assert [name for name in names if told[name]["status"] == "untouched"] == names[reached:]

    assert report["hosts"][0]["name"] == "web07"
    assert "503" in told["web07"]["message"]
    assert (told["web07"]["status"], told["web07"]["verified"]) == ("failed", False)
    for name in names[:reached]:
        assert told[name]["outage_seconds"] > 0
        assert told[name]["saved"] is True
        if name != "web07":
            assert told[name]["verified"] is True
    assert {name for name in names if told[name]["status"] == "changed"} == set(names[:reached]) - {"web07"}
    assert report["batches"][-1] == {"number": number, "hosts": names[reached - batch : reached], "stopped": True}


def test_a_failing_health_check_stops_the_rollout_before_the_next_batch(start, roll_out, apps):
    hosts = start(*(IisSpec() for number in range(10)))
    apps.ill.add("web07")

    run, report = roll_out(hosts, 3)

    check_stopped_rollout(hosts, run, report, apps, 3)


# -- the roles ----------------------------------------------------------------------


@pytest.fixture
def hooks(tmp_path):
    """Hooks that tell the load balancer, which is a folder with a file for each host in rotation."""
    pool = tmp_path / "pool"
    pool.mkdir()
    options = {}
    for hook, state in {"leave": "absent", "enter": "touch"}.items():
        path = tmp_path / f"{hook}.yml"
        task = {
            "name": f"Let the host {hook} the pool",
            "ansible.builtin.file": {"path": f"{pool}/{{{{ inventory_hostname }}}}", "state": state},
            "delegate_to": "localhost",
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        path.write_text(json.dumps([task]))
        for role in ("safe_restart", "isolation_mode"):
            options[f"{role}_{hook}_rotation"] = str(path)
    return pool, ("-e", json.dumps(options))


def in_rotation(pool):
    return {path.name for path in pool.iterdir()}


@pytest.mark.parametrize("playbook", ["safe_restart", "isolation_mode"])
def test_only_the_host_that_is_not_well_stays_out_of_the_load_balancer(start, roll_out, apps, hooks, playbook):
    hosts = start(*(IisSpec(iis5_mode=True) for number in range(3)))
    pool, options = hooks
    apps.ill.add("web02")

    mode = ["-e", "mode=worker_process"] if playbook == "isolation_mode" else []
    run, report = roll_out(hosts, "100%", *options, *mode, playbook=playbook)

    assert run.code != 0
    assert in_rotation(pool) == {"web01", "web03"}, run.output
    assert [(host["name"], host["status"]) for host in report["hosts"]] == [
        ("web02", "failed"),
        ("web01", "changed"),
        ("web03", "changed"),
    ]
    assert by_name(report)["web02"]["in_rotation"] is False
    kinds = [moment["kind"] for moment in by_name(report)["web01"]["moments"]]
    wanted = ["out_of_rotation", "saved", "went_down", "came_up", "verified", "back_in_rotation"]
    assert list(dict.fromkeys(kind for kind in kinds if kind in wanted)) == wanted


def test_a_host_that_could_not_be_drained_goes_on_serving(web, roll_out, hooks):
    host = web[0]
    host.act("add_sessions", kind="web", site=1, count=3)
    host.act("drain_rate", kind="web", per_second=0.0)
    pool, options = hooks

    run, report = roll_out(web, "100%", *options, "-e", "safe_restart_drain_timeout=2")

    assert run.code != 0
    assert "Draining ended" in by_name(report)["web01"]["message"]
    assert by_name(report)["web01"]["outage_seconds"] is None
    assert by_name(report)["web01"]["sessions_cut"] is None
    assert host.site("W3SVC/1") == "started"
    assert in_rotation(pool) == {"web01"}


def test_a_host_that_goes_away_during_the_restart_stops_the_rollout(start, roll_out):
    hosts = start(IisSpec(), IisSpec(), IisSpec())
    # The early refusals count the sessions, then the restart does, and from there on the host is gone.
    hosts[0].fault(Rule(Effect.CUT_BEFORE, query="W3SVC_WebService", nth=2, count=0))

    run, report = roll_out(hosts, 1)

    assert run.code != 0
    assert run.of("unreachable") == {"web01"}, run.output
    assert by_name(report)["web01"]["status"] == "failed"
    assert "went away" in by_name(report)["web01"]["message"]
    assert [by_name(report)[name]["status"] for name in ("web02", "web03")] == ["untouched", "untouched"]
    assert hosts[1].journal() == []


@pytest.fixture
def switch(roll_out, hooks):
    """Switch the isolation mode of all hosts in one batch, with hooks for a load balancer."""
    pool, options = hooks

    def run(hosts):
        run, report = roll_out(hosts, "100%", *options, "-e", "mode=worker_process", playbook="isolation_mode")
        assert run.code != 0
        return run, by_name(report), in_rotation(pool)

    return run


ALL_THREE = {"web01", "web02", "web03"}


def test_a_save_that_fails_leaves_no_other_host_out_of_the_load_balancer(start, switch):
    hosts = start(*(IisSpec(iis5_mode=True) for number in range(3)))
    hosts[1].fault(Rule(Effect.FAULT, method="SaveData", code=5, count=0))

    run, told, pool = switch(hosts)

    assert run.of("failed") == {"web02"}, run.output
    assert pool == ALL_THREE - {"web02"}
    assert "the metabase could not be saved first" in told["web02"]["message"]
    assert (told["web02"]["saved"], told["web02"]["outages"]) == (False, [])
    assert [host.modes[1] for host in hosts.all] == ["worker_process", "iis5", "worker_process"]


def test_a_host_that_goes_away_while_it_is_reset_leaves_no_other_out_of_the_load_balancer(start, switch):
    hosts = start(*(IisSpec(iis5_mode=True) for number in range(3)))
    # The early refusals count the sessions, then the reset does, and from there on the host is gone.
    hosts[1].fault(Rule(Effect.CUT_BEFORE, query="W3SVC_WebService", nth=2, count=0))

    run, told, pool = switch(hosts)

    assert run.of("failed") == {"web02"}, run.output
    assert pool == ALL_THREE - {"web02"}
    assert "The host went away" in told["web02"]["message"]
    assert told["web02"]["status"] == "failed"


def test_a_host_that_refuses_the_change_is_returned_as_it_was(start, switch):
    hosts = start(*(IisSpec(iis5_mode=True) for number in range(3)))
    hosts[1].fault(Rule(Effect.FAULT, action="Put", code=5, count=0))

    run, told, pool = switch(hosts)

    assert run.of("failed") == {"web02"}, run.output
    assert pool == ALL_THREE, "nothing was done to it, so it serves as before"
    assert "IIs5IsolationModeEnabled" in told["web02"]["message"]
    assert hosts[1].modes == ("iis5", "iis5")


def test_health_can_be_told_by_tasks_of_the_users_own(web, roll_out, tmp_path):
    (tmp_path / "health.yml").write_text(
        json.dumps([{"name": "Look", "ansible.builtin.fail": {"msg": "The shop is shut."}}])
    )

    run, report = roll_out(web, 1, "-e", f"health_check_tasks={tmp_path}/health.yml", url=False)

    assert run.code != 0
    told = by_name(report)["web01"]
    assert (told["failed_task"], told["message"], told["verified"]) == ("Look", "The shop is shut.", False)


def test_the_playbook_health_check_finds_who_is_not_well(start, apps):
    hosts = start(IisSpec(), IisSpec())
    apps.ill.add("web02")
    variables = json.dumps({"health_check_url": apps.url, "health_check_retries": 1, "health_check_delay": 0})

    run = hosts.ansible.run("ansible-playbook", "fleetops.iis.health_check", "-e", variables)

    assert run.of("failed") == {"web02"}, run.output


@pytest.mark.parametrize(("retries", "asked"), [(0, 1), (2, 3)])
def test_a_host_is_asked_once_and_then_so_many_times_again(web, apps, retries, asked):
    apps.ill.add("web01")
    variables = json.dumps({"health_check_url": apps.url, "health_check_retries": retries, "health_check_delay": 0})

    run = web.ansible.run("ansible-playbook", "fleetops.iis.health_check", "-e", variables)

    assert run.of("failed") == {"web01"}, run.output
    assert apps.asked == ["web01"] * asked


def test_a_rollout_stops_at_max_fail_whatever_strategy_the_user_has_set(start, roll_out, apps):
    hosts = start(IisSpec(), IisSpec(iisreset_disabled=True), IisSpec())
    before = hosts[2].process("W3SVC")

    run, _report = roll_out(hosts, 3, "--forks", "1", ANSIBLE_STRATEGY="free")

    assert run.code == 2
    assert "max_fail_percentage" not in run.output
    assert hosts[2].process("W3SVC") == before, run.output


def test_a_hook_that_is_not_there_is_refused_before_anything_is_touched(web, roll_out):
    run, _report = roll_out(web, 1, "-e", "safe_restart_leave_rotation=nowhere.yml")

    assert "nowhere.yml" in run.only("failed").result["msg"]
    assert web[0].commands() in ([], ["iisreset /STATUS"])
    assert not [entry for entry in web[0].journal() if entry.action == "Put"]
    assert not [entry for entry in web[0].journal() if entry.method in ("SaveData", "StopService", "Pause")]


def test_check_mode_tells_what_a_restart_would_cost_and_touches_nothing(web, roll_out, apps):
    web[0].act("add_sessions", kind="web", site=1, count=3)
    process = web[0].process("W3SVC")

    run, report = roll_out(web, 1, "--check")

    assert run.code == 0, run.output
    assert report["check_mode"] is True
    assert by_name(report)["web01"]["sessions_cut"]["http"] == 3
    assert by_name(report)["web01"]["outages"] == []
    assert web[0].process("W3SVC") == process
    assert apps.asked == []


def test_a_report_that_cannot_be_written_is_a_warning(web, roll_out, tmp_path):
    (tmp_path / "file").touch()

    run, _report = roll_out(web, 1, FLEETOPS_IIS_REPORT_HTML=str(tmp_path / "file" / "report.html"))

    assert run.code == 0, run.output
    assert "rollout report can't be written" in run.output.replace("\n", " ")


def test_without_being_enabled_there_is_no_report(web, tmp_path):
    web.ansible.isolation_mode("worker_process")

    assert not (tmp_path / "rollout-report.html").exists()


def test_after_ctrl_c_the_host_in_the_middle_of_its_reset_is_interrupted(start, tmp_path):
    hosts = start(IisSpec(iis5_mode=True), IisSpec(iis5_mode=True))
    command = ("ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process", "-e", "batch=1")
    process, _record = hosts.ansible.start(*command, **REPORT)
    deadline = time.monotonic() + 100
    while not any("/RESTART" in line for line in hosts[0].commands()):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0]

    report = json.loads((tmp_path / "reports" / "rollout.json").read_text())
    assert (report["finished"], report["interrupted"]) == (False, True), output
    assert {name: host["status"] for name, host in by_name(report).items()} == {
        "web01": "interrupted",
        "web02": "untouched",
    }
    assert "Interrupted: 1 of 2 hosts interrupted" in output


# -- make fleet-rollout ----------------------------------------------------------------------


@pytest.mark.skipif(not LARGE, reason="make fleet-rollout does this")
@pytest.mark.timeout(900)
def test_a_large_rollout_is_stopped(start, roll_out, apps, hooks):
    busy = [
        SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=number * 5 % 17)
        for number in range(LARGE)
    ]
    hosts = start(*(IisSpec(sites=[site]) for site in busy))
    pool, options = hooks
    apps.ill.add("web07")

    run, report = roll_out(hosts, 5, *options, "-e", "safe_restart_drain_timeout=0", "--forks", "10")

    check_stopped_rollout(hosts, run, report, apps, 5)
    assert in_rotation(pool) == {host.name for host in hosts.all[:10]} - {"web07"}
