# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback of the report: what Ansible says, fed to the real plugin."""

from __future__ import annotations

import itertools
import json
import os
import signal
import time as real_time
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
from report_check.fleet import host_events

from ansible_collections.fleetops.iis.plugins.callback import rollout_report
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.events import TaskStatus
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.pace import Pace

STAGES = itertools.count()


class Clock:
    """Time that passes as the rollout says; what the plugin itself takes comes on top."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now + real_time.thread_time()


class LateWrite:
    """A timer that ends when the test says so."""

    def __init__(self, clock, seconds, function, arguments) -> None:
        self.due = clock.now + seconds
        self.call = lambda: function(*arguments)
        self.is_cancelled = False

    def start(self) -> None:
        """The test looks at the time."""

    def cancel(self) -> None:
        self.is_cancelled = True


class Signals:
    """What a process does when it is sent a signal."""

    def __init__(self) -> None:
        self.SIG_DFL, self.SIG_IGN = signal.SIG_DFL, signal.SIG_IGN
        self.handlers = {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_IGN}

    def getsignal(self, number):
        return self.handlers[number]

    def signal(self, number, handler) -> None:
        self.handlers[number] = handler


class Run:
    """A playbook as the callback sees it."""

    def __init__(self, plugin, clock, names) -> None:
        self.plugin, self.clock, self.names = plugin, clock, names
        plugin.v2_playbook_on_start(SimpleNamespace(_file_name="site.yml", _loader=None))

    def begin(self, batch, play="Restart") -> None:
        """A play begins, or its next batch: Ansible gives the callback a copy of the play for each."""
        hosts = {name: SimpleNamespace(get_name=lambda name=name: name) for name in self.names}
        inventory = SimpleNamespace(
            get_hosts=lambda pattern, order=None, ignore_restrictions=False: [
                hosts[name] for name in (self.names if ignore_restrictions else batch)
            ]
        )
        manager = SimpleNamespace(_inventory=inventory)
        self.plugin.v2_playbook_on_play_start(
            SimpleNamespace(
                _uuid=f"uuid of {play}",
                get_name=lambda: play,
                get_variable_manager=lambda: manager,
                hosts="all",
                order=None,
            )
        )

    def task(self, name="Restart IIS", action="fleetops.iis.iis_service", milestone=None, variables=None, parent=None):
        return SimpleNamespace(
            get_name=lambda: f"role : {name}",
            _uuid=str(next(STAGES)),
            action=action,
            check_mode=False,
            vars=variables or ({"rollout_milestone": milestone} if milestone else {}),
            _parent=parent,
        )

    def start(self, host, task) -> None:
        self.plugin.v2_runner_on_start(SimpleNamespace(get_name=lambda: host), task)

    def end(self, host, task, kind="ok", **result) -> None:
        outcome = SimpleNamespace(
            _host=SimpleNamespace(get_name=lambda: host), _task=task, _task_fields={}, _result=result
        )
        if kind == "ignored":
            self.plugin.v2_runner_on_failed(outcome, ignore_errors=True)
        else:
            getattr(self.plugin, f"v2_runner_on_{kind}")(outcome)

    def stats(self, failures=(), dark=()) -> None:
        self.plugin.v2_playbook_on_stats(SimpleNamespace(failures=dict.fromkeys(failures), dark=dict.fromkeys(dark)))

    def pass_time(self, until) -> None:
        """Let time pass without any event."""
        late = self.plugin._timer
        while late is not None and late.due <= until and not late.is_cancelled:
            self.clock.now = max(self.clock.now, late.due)
            late.call()
            late = self.plugin._timer
        self.clock.now = max(self.clock.now, until)

    def leave(self) -> None:
        """Ansible's process ends."""
        for function, arguments in self.plugin.at_exit:
            function(*arguments)


@pytest.fixture
def shown():
    return []


@pytest.fixture
def signals():
    return Signals()


@pytest.fixture
def begin(tmp_path, monkeypatch, shown, signals):
    def make(*names, **options):
        clock = Clock()
        at_exit = []
        fake = SimpleNamespace(register=lambda function, *arguments: at_exit.append((function, arguments)))
        monkeypatch.setattr(rollout_report, "time", clock)
        monkeypatch.setattr(rollout_report, "Timer", lambda *arguments: LateWrite(clock, *arguments))
        monkeypatch.setattr(rollout_report, "signal", signals)
        monkeypatch.setattr(rollout_report, "atexit", fake)
        monkeypatch.setattr(context, "CLIARGS", ImmutableDict(inventory=("hosts",), check=options.pop("check", False)))
        monkeypatch.setattr(rollout_report, "about", lambda arguments, loader: rollout_report.Record("", "", 0.0).about)
        plugin = rollout_report.CallbackModule()
        display = SimpleNamespace(display=shown.append, warning=shown.append)
        monkeypatch.setattr(plugin, "_display", display)
        paths = {f"{kind}_path": str(tmp_path / f"r.{kind}") for kind in ("html", "json", "junit")}
        monkeypatch.setattr(plugin, "get_option", {**paths, "title": "", "previous": "", **options}.get)
        plugin.at_exit = at_exit
        return Run(plugin, clock, list(names))

    return make


@pytest.fixture
def report(tmp_path):
    return lambda: json.loads((tmp_path / "r.json").read_text())


def statuses(report):
    return {host["name"]: host["status"] for host in report["hosts"]}


def test_files_are_there_from_the_first_second(begin, report, tmp_path):
    run = begin("web01", "web02")
    run.begin(["web01", "web02"])

    assert report()["finished"] is False
    assert "Under way" in (tmp_path / "r.html").read_text()
    assert len(ET.parse(tmp_path / "r.junit").findall(".//error")) == 2, "a run that is killed stays red"


@pytest.fixture
def disk(monkeypatch):
    """A disk that can be full."""
    kept, state = rollout_report.replace, SimpleNamespace(full=True)

    def replace(path, text):
        if state.full and path.suffix == ".html":
            raise OSError("No space left on device")
        kept(path, text)

    monkeypatch.setattr(rollout_report, "replace", replace)
    return state


def test_a_file_that_could_not_be_written_once_is_written_again(begin, tmp_path, shown, disk):
    run = begin("web01")
    run.begin(["web01"])
    assert shown == [f"The rollout report can't be written to {tmp_path}/r.html: No space left on device"]
    disk.full = False
    run.plugin._pace.next = 0.0
    run.start("web01", run.task())
    assert "Under way" in (tmp_path / "r.html").read_text()

    run.end("web01", run.task(), changed=True)
    run.stats()

    assert "All is well" in (tmp_path / "r.html").read_text()
    assert f"Rollout report: {tmp_path}/r.html" in shown
    assert len([line for line in shown if "No space" in line]) == 1


def test_a_report_that_could_not_be_written_at_the_end_is_not_complete(begin, report, tmp_path, shown, disk):
    disk.full = False
    run = begin("web01")
    run.begin(["web01"])
    disk.full = True
    for _write in range(3):
        run.plugin._pace.next = 0.0
        run.end("web01", run.task(), changed=True)
    run.stats()

    assert shown == [
        f"The rollout report can't be written to {tmp_path}/r.html: No space left on device",
        "All is well. 1 done.",
        f"The rollout report at {tmp_path}/r.html isn't complete: No space left on device",
        f"Rollout report: {tmp_path}/r.json",
        f"Rollout report: {tmp_path}/r.junit",
    ]
    assert report()["finished"] is True


def test_what_is_no_unicode_is_replaced_in_every_file(begin, report, tmp_path, shown):
    """ansible-core before 2.19 gives what isn't UTF-8 in a program's output as lone surrogates."""
    run = begin("caf\udce9")
    run.begin(["caf\udce9"])
    run.end("caf\udce9", run.task("Ask \udce9", "x.y.z"), "failed", msg="no caf\udce9")
    run.stats(failures=["caf\udce9"])

    assert report()["troubles"][0]["message"] == "no caf\N{REPLACEMENT CHARACTER}"
    for kind in ("html", "junit"):
        assert "no caf\N{REPLACEMENT CHARACTER}" in (tmp_path / f"r.{kind}").read_text()
    assert len([line for line in shown if line.startswith("Rollout report: ")]) == 3


def test_the_summary_is_there_whatever_becomes_of_the_files(begin, shown, monkeypatch):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task(), changed=True)

    def fail(path, text):
        raise ZeroDivisionError

    monkeypatch.setattr(rollout_report, "replace", fail)
    with pytest.raises(ZeroDivisionError):
        run.stats()

    assert shown == ["All is well. 1 done."]


def test_a_host_in_the_middle_of_its_reset_is_interrupted_and_not_untouched(begin, report, tmp_path, shown):
    run = begin("web01", "web02", "web03")
    run.begin(["web01", "web02"])
    task = run.task()
    run.start("web01", task)
    run.end("web01", task, "skipped")
    run.start("web02", task)

    run.leave()

    told = report()
    assert (told["finished"], told["interrupted"]) == (False, True)
    assert statuses(told) == {"web02": "interrupted", "web01": "untouched", "web03": "untouched"}
    assert told["troubles"][0]["need"] == "interrupted"
    assert told["troubles"][0]["task"] == "Restart IIS"
    assert "Run the same playbook again" in told["troubles"][0]["message"]
    assert "<h1>Interrupted: 1 of 3 hosts interrupted</h1>" in (tmp_path / "r.html").read_text()
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "r.junit").iter("testcase")}
    assert all(case.find("error") is not None for case in cases.values())
    assert shown[0].startswith("Interrupted")


def test_a_host_whose_first_task_takes_long_does_not_wait(begin, report, tmp_path):
    """So a file that is left by kill -9 says it, too."""
    run = begin("web01", "web02")
    run.begin(["web01"])
    run.clock.now += 0.1
    run.start("web01", run.task("Drain, save"))

    run.pass_time(run.clock.now + 3.0)

    [busy, waits] = report()["hosts"]
    assert (busy["status"], busy["task"], waits["status"]) == ("running", "Drain, save", "untouched")
    assert "Under way" in (tmp_path / "r.html").read_text()


def test_each_write_but_the_first_is_followed_by_a_hundred_times_its_time():
    pace = Pace()
    pace.wrote(90.0, 100.0)  # makes the templates, which is needed once
    assert (pace.is_due(101.9), pace.is_due(102.0)) == (False, True)

    pace.wrote(102.0, 102.01)
    assert (pace.is_due(104.0), pace.is_due(104.02)) == (False, True)

    pace.wrote(105.0, 105.1)
    assert (pace.is_due(115.0), pace.is_due(115.2)) == (False, True)


def test_nothing_is_written_late_when_the_playbook_has_ended(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.start("web01", run.task())
    late = run.plugin._timer
    run.end("web01", run.task())
    run.stats()
    ended = report()["ended"]
    run.clock.now += 5.0

    late.call()

    assert (late.is_cancelled, report()["ended"], report()["finished"]) == (True, ended, True)


@pytest.fixture
def killed(monkeypatch):
    """What the process sent to itself."""
    sent = []
    monkeypatch.setattr(rollout_report.os, "kill", lambda process, number: sent.append((process, number)))
    return sent


def test_a_signal_that_ends_ansible_ends_it_as_before_with_the_report_written(begin, report, signals, killed):
    run = begin("web01")
    run.begin(["web01"])
    run.start("web01", run.task())

    signals.handlers[signal.SIGTERM](signal.SIGTERM, None)

    assert signals.handlers == {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_IGN}
    assert killed == [(os.getpid(), signal.SIGTERM)]
    assert statuses(report()) == {"web01": "interrupted"}
    assert report()["interrupted"] is True


def test_ansibles_own_handler_comes_after_the_report_and_is_set_once(begin, report, signals, killed):
    seen = []
    signals.handlers[signal.SIGTERM] = lambda number, frame: seen.append((number, report()["interrupted"]))
    run = begin("web01")
    run.plugin.v2_playbook_on_start(SimpleNamespace(_file_name="next.yml", _loader=None))
    run.begin(["web01"])
    run.start("web01", run.task())

    signals.handlers[signal.SIGTERM](signal.SIGTERM, None)

    assert seen == [(signal.SIGTERM, True)]
    assert killed == []
    run.end("web01", run.task())
    run.stats()
    assert (report()["finished"], report()["interrupted"]) == (True, False), "it let the playbook go on"


def test_a_worker_that_is_sent_a_signal_says_nothing(begin, report, signals, killed, monkeypatch):
    run = begin("web01")
    run.begin(["web01"])
    run.start("web01", run.task())
    monkeypatch.setattr(rollout_report.os, "getpid", lambda: 4711)

    signals.handlers[signal.SIGTERM](signal.SIGTERM, None)

    assert killed == [(4711, signal.SIGTERM)]
    assert report()["interrupted"] is False


def test_a_playbook_that_ended_is_not_interrupted_when_ansible_leaves(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task())
    run.stats()

    run.leave()

    assert (report()["finished"], report()["interrupted"]) == (True, False)


def test_a_host_of_the_batch_that_was_interrupted_between_two_tasks_is_stopped(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Leave", "x.y.z", milestone="out_of_rotation"), changed=True)

    run.leave()

    assert statuses(report()) == {"web01": "stopped"}
    assert report()["troubles"][0]["need"] == "out_of_rotation"


def hook_of_the_role(run, *tasks, include=True):
    """What the callback sees of a hook that returns a host: the include that ended well, then the hook's own tasks."""
    role = {"variables": {"safe_restart_rollout_milestone": "back_in_rotation"}}
    run.end("web01", run.task("Prove", "x.y.z", milestone="verified"), changed=True)
    if include:
        run.end("web01", run.task("Return the host", "ansible.builtin.include_tasks", **role))
    around = run.task(**role)
    for kind, variables in tasks:
        task = run.task("LB enter", "x.y.z", variables=variables, parent=SimpleNamespace(vars=None, _parent=around))
        run.end("web01", task, kind, **({"msg": "LB said 500"} if kind == "failed" else {}))


def kinds(host):
    return [moment["kind"] for moment in host["moments"]]


@pytest.mark.parametrize(
    "tasks",
    [
        [("failed", {})],
        [("ok", {}), ("failed", {})],
        [("failed", {"rollout_milestone": "drained"})],
        [("unreachable", {})],
    ],
)
def test_a_host_that_could_not_be_returned_is_out_of_rotation(begin, report, tmp_path, tasks):
    """The role rescues the hook's failure, and fails the host at its end."""
    run = begin("web01")
    run.begin(["web01"])
    hook_of_the_role(run, *tasks)
    run.end("web01", run.task("Fail the host that isn't well", "x.y.z"), "failed", msg="LB enter: LB said 500")
    run.stats(failures=["web01"])

    [host] = report()["hosts"]
    assert host["in_rotation"] is False
    assert "back_in_rotation" not in kinds(host)
    assert report()["troubles"][0]["need"] == "out_of_rotation"
    assert "LB said 500" in report()["troubles"][0]["message"]


def test_a_host_is_back_in_rotation_when_the_whole_hook_went_well(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    hook_of_the_role(run, ("ok", {}), ("ok", {"rollout_milestone": "drained"}), ("ok", {}))
    run.plugin._pace.next = 0.0
    run.end("web01", run.task("Note what came of it", "x.y.z"))

    [host] = report()["hosts"]
    assert host["in_rotation"] is True
    assert kinds(host).count("back_in_rotation") == kinds(host).count("drained") == 1


@pytest.mark.parametrize("tasks", [[], [("ok", {})]])
def test_a_run_that_ends_within_the_hook_did_not_return_the_host(begin, report, tasks):
    """A file with tasks that can't be read makes ansible-playbook end at the include."""
    run = begin("web01")
    run.begin(["web01"])
    hook_of_the_role(run, *tasks)

    run.leave()

    [host] = report()["hosts"]
    assert (host["in_rotation"], host["status"]) == (False, "stopped")
    assert kinds(host) == ["verified"]
    assert report()["troubles"][0]["need"] == "out_of_rotation"


def test_the_last_task_of_a_play_can_return_the_host(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    hook_of_the_role(run, ("ok", {}), include=False)
    run.stats()

    [host] = report()["hosts"]
    assert (host["in_rotation"], host["status"]) == (True, "changed")


def test_a_task_of_a_hook_says_what_it_stands_for_itself(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    around = run.task(variables={"safe_restart_rollout_milestone": "out_of_rotation"})
    run.end("web01", run.task("Drain", "x.y.z", milestone="drained", parent=around))
    run.end("web01", run.task("Leave", "x.y.z", variables={"other": 1}, parent=around))
    run.stats()

    assert kinds(report()["hosts"][0]) == ["drained", "out_of_rotation"]


def look_at(run, names, **result):
    """A play before the rollout that looks at all hosts, and finds nothing wrong."""
    run.begin(names, "Look")
    for name in names:
        run.end(name, run.task("Look", "x.y.z", milestone="verified"), **result)


def outcomes(tmp_path):
    """What the JUnit file says of each host; None is green."""
    cases = ET.parse(tmp_path / "r.junit").iter("testcase")
    return {case.get("name"): next((child.tag for child in case), None) for case in cases}


def test_hosts_that_a_later_play_never_reached_are_not_done(begin, report, tmp_path, shown):
    run = begin("web01", "web02", "web03")
    look_at(run, ["web01", "web02", "web03"])
    run.begin(["web01"])
    run.end("web01", run.task(), "failed", msg="boom")
    run.plugin.v2_playbook_on_no_hosts_remaining()
    run.stats(failures=["web01"])

    assert statuses(report()) == {"web01": "failed", "web02": "untouched", "web03": "untouched"}
    assert [host["batch"] for host in report()["hosts"]] == [2, None, None]
    assert outcomes(tmp_path) == {"web01": "failure", "web02": "skipped", "web03": "skipped"}
    assert shown[0] == "Stopped: 1 of 3 hosts failed. 1 failed, 2 not touched."
    page = (tmp_path / "r.html").read_text()
    assert "Never began" in page
    assert "Nothing to do" not in page


def test_a_host_that_was_changed_before_a_play_that_never_reached_it_is_stopped(begin, report, tmp_path):
    run = begin("web01", "web02")
    look_at(run, ["web01", "web02"], changed=True)
    run.begin(["web01"])
    run.end("web01", run.task(), "failed", msg="boom")
    run.plugin.v2_playbook_on_no_hosts_remaining()
    run.stats(failures=["web01"])

    assert statuses(report()) == {"web01": "failed", "web02": "stopped"}
    assert report()["summary"]["run_again"] == ["web01", "web02"]
    assert outcomes(tmp_path) == {"web01": "failure", "web02": "error"}


@pytest.mark.parametrize(
    ("changed", "waits", "ended"), [(False, "untouched", "untouched"), (True, "running", "stopped")]
)
def test_hosts_whose_turn_in_a_later_play_comes_yet_are_not_done(begin, report, tmp_path, changed, waits, ended):
    run = begin("web01", "web02", "web03")
    look_at(run, ["web01", "web02", "web03"], changed=changed)
    run.clock.now += 10.0
    run.begin(["web01"])
    run.start("web01", run.task())
    run.pass_time(run.clock.now + 3.0)
    assert statuses(report()) == {"web01": "running", "web02": waits, "web03": waits}
    assert "left at this rate" not in (tmp_path / "r.html").read_text(), "no host is done"

    run.leave()

    assert statuses(report()) == {"web01": "interrupted", "web02": ended, "web03": ended}
    assert set(outcomes(tmp_path).values()) == {"error"}


def test_a_host_that_was_verified_before_the_play_is_not_through_it(begin, report):
    run = begin("web01", "web02")
    look_at(run, ["web01", "web02"])
    run.begin(["web01", "web02"])
    run.end("web01", run.task(), "failed", msg="boom")
    run.end("web02", run.task("Leave", "x.y.z"), changed=True)
    run.plugin.v2_playbook_on_no_hosts_remaining()
    run.stats(failures=["web01"])

    assert statuses(report()) == {"web01": "failed", "web02": "stopped"}


def test_a_host_without_any_task_of_its_own_has_nothing_to_do(begin, report, tmp_path, shown):
    """All of its tasks were skipped, or ran once on another host, or ``meta: end_host`` ended it."""
    run = begin("web01", "web02")
    run.begin(["web01", "web02"])
    run.end("web01", run.task("Tell the team", "x.y.z"), changed=True)
    run.end("web02", run.task(), "skipped")
    run.stats()

    assert statuses(report()) == {"web01": "changed", "web02": "unchanged"}
    assert outcomes(tmp_path) == {"web01": None, "web02": None}
    assert shown[0] == "All is well. 1 done, 1 nothing to do."
    page = (tmp_path / "r.html").read_text()
    assert 'href="#host-web02"' in page
    assert 'id="host-web02"' in page


@pytest.mark.parametrize(
    ("milestone", "told"),
    [
        ("verified", {"verified": False, "status": "failed"}),
        ("back_in_rotation", {"in_rotation": False, "status": "failed"}),
    ],
)
def test_a_failure_that_the_play_rescued_leaves_no_host_done(begin, report, shown, milestone, told):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task(), changed=True)
    run.end("web01", run.task("Ask", "x.y.z", milestone=milestone), "failed", msg="503")
    run.end("web01", run.task("Rescue", "x.y.z"))
    run.stats()

    [host] = report()["hosts"]
    assert {name: host[name] for name in told} == told
    assert report()["summary"]["run_again"] == ["web01"]
    assert report()["troubles"][0]["message"] == "503"
    assert shown[0].startswith("1 of 1 host failed"), shown


def test_a_check_that_the_play_made_good_is_none_any_more(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Ask", "x.y.z", milestone="verified"), "failed", msg="503")
    run.end("web01", run.task("Rescue", "x.y.z"), changed=True)
    run.end("web01", run.task("Ask again", "x.y.z", milestone="verified"))
    run.stats()

    assert statuses(report()) == {"web01": "changed"}


def test_a_check_whose_failure_is_ignored_is_told_in_the_trouble(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Ask", "x.y.z", milestone="verified"), "ignored", msg="503")
    run.stats()

    assert statuses(report()) == {"web01": "failed"}
    assert report()["troubles"][0]["message"] == "Not verified: Ask"


def states(before, after):
    return {"w3svc": {"name": "W3SVC", "before": before, "after": after}}


NOT_STARTED = {"msg": "W3SVC couldn't be started", "changed": True}


@pytest.mark.parametrize("kind", ["failed", "ignored"])
def test_services_that_a_forgiven_failure_left_down_fail_the_host(begin, report, tmp_path, shown, kind):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task(), kind, services=states("started", "stopped"), **NOT_STARTED)
    run.end("web01", run.task("Tell the team", "x.y.z"))
    run.stats()

    [host] = report()["hosts"]
    assert (host["status"], host["still_down"], host["changed"]) == ("failed", True, True)
    assert (host["failed_task"], host["message"]) == ("Restart IIS", NOT_STARTED["msg"])
    assert report()["summary"]["run_again"] == ["web01"]
    assert report()["troubles"][0]["message"] == NOT_STARTED["msg"]
    assert outcomes(tmp_path) == {"web01": "failure"}
    assert shown[:2] == ["1 of 1 host failed. 1 failed.", f"  1 host still down: web01: {NOT_STARTED['msg']}"]


def test_services_that_could_not_be_started_after_a_deliberate_stop_fail_the_host(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Stop"), changed=True, services=states("started", "stopped"))
    run.end("web01", run.task("Start"), "ignored", msg="no", services=states("stopped", "stopped"))
    run.stats()

    assert statuses(report()) == {"web01": "failed"}
    assert report()["hosts"][0]["failed_task"] == "Start"


@pytest.mark.parametrize("kind", ["failed", "ignored"])
def test_a_restart_that_failed_and_was_made_good_has_changed_the_host(begin, report, kind):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task(), kind, services=states("started", "stopped"), **NOT_STARTED)
    run.end("web01", run.task("Start"), services=states("stopped", "started"))
    run.stats()

    assert statuses(report()) == {"web01": "changed"}
    assert report()["summary"]["still_down"] == []


def test_services_that_are_stopped_on_purpose_are_no_failure(begin, report):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Stop"), changed=True, services=states("started", "stopped"))
    run.end("web01", run.task("Try", "x.y.z"), "ignored", msg="never mind")
    run.stats()

    assert statuses(report()) == {"web01": "changed"}
    assert report()["summary"]["still_down"] == ["web01"]


@pytest.mark.parametrize("before", [[], ["ok"]])
def test_a_host_that_was_forgiven_for_not_answering_is_unreachable(begin, report, tmp_path, before):
    """With ``ignore_unreachable`` Ansible doesn't count it."""
    run = begin("web01")
    run.begin(["web01"])
    for kind in [*before, "unreachable", "unreachable"]:
        run.end("web01", run.task("Look", "x.y.z"), kind, msg="no route")
    run.end("web01", run.task(), "skipped")
    run.stats()

    [host] = report()["hosts"]
    assert (host["status"], host["message"]) == ("unreachable", "no route")
    assert report()["summary"]["run_again"] == ["web01"]
    assert outcomes(tmp_path) == {"web01": "error"}


def test_a_host_that_answered_again_is_done_with_a_warning(begin, report, shown):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Look", "x.y.z"), "unreachable", msg="no route")
    run.end("web01", run.task("Look closer", "x.y.z"), "unreachable", msg="no route")
    run.end("web01", run.task("Look again", "x.y.z"))
    run.plugin._pace.next = 0.0
    run.end("web01", run.task(), changed=True)
    assert statuses(report()) == {"web01": "running"}
    run.stats()

    [host] = report()["hosts"]
    assert (host["status"], host["warnings"]) == (
        "warned",
        ["The host didn't answer to: Look.", "The host didn't answer to: Look closer."],
    )
    assert shown[0].startswith("Done, with warnings")


def test_a_host_that_the_playbook_leaves_out_of_rotation_is_not_done(begin, report, shown):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task("Leave", "x.y.z", milestone="out_of_rotation"), changed=True)
    run.stats()

    assert statuses(report()) == {"web01": "stopped"}
    assert report()["troubles"][0]["need"] == "out_of_rotation"
    assert shown[0].startswith("Ended early")


def test_a_warning_is_a_status_and_has_no_second_name(begin, report, tmp_path):
    run = begin("web01")
    run.begin(["web01"])
    run.end("web01", run.task(), changed=True, warnings=["web01: iisreset ended with exit code 1"])
    run.stats()

    host = report()["hosts"][0]
    assert (host["status"], host["warnings"]) == ("warned", ["iisreset ended with exit code 1"])
    page = (tmp_path / "r.html").read_text()
    assert "Done, with a warning" in page
    assert "⚠ iisreset ended with exit code 1" in page


def test_warnings_of_ansible_core_2_19_are_read_where_the_screen_took_them_from_the_result():
    event = SimpleNamespace(event=SimpleNamespace(msg="mind the gap"))
    assert rollout_report._warnings(SimpleNamespace(_result={}, warnings=[event])) == ["mind the gap"]
    assert rollout_report._warnings(SimpleNamespace(_result={"censored": "x"}, warnings=[event])) == []


def test_check_mode_has_its_own_badges(begin, tmp_path):
    run = begin("web01", check=True)
    run.begin(["web01"])
    run.end("web01", run.task("Do it", "x.y.z"), changed=True)
    run.stats()

    page = (tmp_path / "r.html").read_text()
    assert "Would change" in page
    assert "✓" not in page.partition("<table")[0].partition("<body")[2].partition('class="key"')[0]


def test_the_screen_ends_with_ten_lines_at_most(begin, shown):
    names = [f"web{number:02}" for number in range(40)]
    run = begin(*names)
    run.begin(names)
    for number, name in enumerate(names):
        task = run.task(f"Task {number % 9}")
        run.end(name, task, "failed", msg=f"Reason {number % 9}\nand more")
    run.stats(failures=names)

    assert len("\n".join(shown).splitlines()) <= 10
    assert shown[0] == "40 of 40 hosts failed. 40 failed."
    assert "and 5 more reasons: see the report." in shown[5]


def test_the_previous_report_can_be_the_file_that_is_written(begin, report, tmp_path):
    for outage, kind in ((2.0, "ok"), (9.0, "failed")):
        run = begin("web01", "web02", previous=str(tmp_path) if kind == "failed" else "")
        run.begin(["web01", "web02"])
        run.end("web01", run.task(), changed=True, outage_seconds=outage)
        run.end("web02", run.task(), kind, changed=True, msg="503")
        run.stats(failures=["web02"] if kind == "failed" else [])

    assert report()["compared"]["broke"] == ["web02"]
    assert report()["compared"]["longer"] == [{"host": "web01", "before": 2.0, "seconds": 9.0}]
    assert "Compared with Restart" in (tmp_path / "r.html").read_text()


def test_a_previous_report_that_is_none_is_a_warning(begin, tmp_path, shown):
    (tmp_path / "other.json").write_text("[]")

    begin("web01", previous=str(tmp_path / "other.json"))

    assert shown == [f"The rollout can't be compared with {tmp_path}/other.json: it isn't the JSON of a report"]


def test_the_live_page_of_a_thousand_hosts_costs_less_than_two_percent_of_the_run(begin, monkeypatch):
    """A fast rollout: 1,000 hosts in about two minutes, 50 at a time."""
    names = [f"web{number:04}" for number in range(1, 1001)]
    written: list[tuple[float, int]] = []
    kept = rollout_report.replace
    run = begin(*names)
    clock, began, spent = run.clock, run.clock.now, 0.0

    def replace(path, text):
        written.append((clock.now, len(text)))
        kept(path, text)

    monkeypatch.setattr(rollout_report, "replace", replace)
    for first in range(0, 1000, 50):
        batch = names[first : first + 50]
        start = clock.now
        run.begin(batch)
        events = [
            event for place, name in enumerate(batch) for event in host_events(name, first + place + 1, start, slow=0.3)
        ]
        for event in sorted(events, key=lambda event: event.ended):
            before = real_time.thread_time()
            run.pass_time(event.ended)
            spent += real_time.thread_time() - before
            task = run.task(event.task, event.action, event.milestone)
            kind = "failed" if event.status is TaskStatus.FAILED else "ok"
            result = {**event.result, "changed": event.status is TaskStatus.CHANGED}
            before = real_time.thread_time()
            run.start(event.host, task)
            run.end(event.host, task, kind, **result)
            spent += real_time.thread_time() - before

    took = clock.now - began
    moments = sorted({moment for moment, _size in written})
    assert 100 < took < 200
    assert spent / took < 0.02, f"{spent:.2f} s of {took:.0f} s"
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) > 1.9  # and the plugin's own time
    assert sum(size for _moment, size in written) < 1_000_000 * took
    assert len(moments) > 3  # fewer where the machine is slow
