# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in what the roles are given for one host: refused before any host is touched, and nobody is stranded."""

from __future__ import annotations

import json

import pytest

from simulator.iis.spec import IisSpec

from .health import applications

ROLES = ["safe_restart", "isolation_mode"]
IIS5 = ("iis5", "iis5")
#: What a host's load balancer is told: it is a folder with a file for each host in rotation.
TELL = {
    "delegate_to": "localhost",
    "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}
NO_MODULE = [{"name": "Enter", "missing.collection.module": {"state": "enabled"}}]
NO_YAML = "- name: Enter: the pool\n  ansible.builtin.debug:\n"


def include(name, **keywords):
    return [{"name": "Enter", "ansible.builtin.include_tasks": name, **keywords}]


class Batch:
    """Two hosts in one batch that stops at the first failure, with hooks for a load balancer."""

    def __init__(self, hosts, role, folder):
        self.hosts, self.role, self.folder = hosts, role, folder
        self.pool = folder / "pool"
        self.pool.mkdir()
        for host in hosts.all:
            (self.pool / host.name).touch()
        self.processes = self._processes()
        path = f"{self.pool}/{{{{ inventory_hostname }}}}"
        for name, state in {"leave": "absent", "enter": "touch"}.items():
            tell = {"name": f"Let it {name}", "ansible.builtin.file": {"path": path, "state": state}, **TELL}
            self.file(f"{name}.yml", [tell])

    def _processes(self):
        return [host.process("W3SVC") for host in self.hosts.all]

    def file(self, name, tasks):
        """Write a file beside the play."""
        (self.folder / name).write_text(tasks if isinstance(tasks, str) else json.dumps(tasks))

    def run(self, *options, of_web01, when=(), **play):
        """Use the role; ``of_web01`` are variables of that host, where ROLE stands for the role's name."""
        variables = {
            f"{self.role}_leave_rotation": "leave.yml",
            f"{self.role}_enter_rotation": "enter.yml",
            "isolation_mode_wanted": "worker_process",
            "safe_restart_drain_timeout": 0,
        }
        self.write("group_vars/all.yml", variables)
        own = {name.replace("ROLE", self.role): value for name, value in of_web01.items()}
        self.write("host_vars/web01.yml", own)
        play = {"max_fail_percentage": 0, **play}
        result = {"name": "Result", "ansible.builtin.debug": {"var": f"{self.role}_result"}}
        entry = {"role": f"fleetops.iis.{self.role}", "when": when}
        return self.hosts.ansible.playbook([result], *options, roles=[entry], **play)

    def write(self, name, variables):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(variables))

    def last(self, run):
        """The result of web01's last task."""
        return [event for event in run.events if event.host == "web01"][-1].result

    @property
    def restarted(self):
        """The hosts whose Web service was restarted."""
        pairs = zip(self.hosts.all, self.processes, self._processes(), strict=True)
        return {host.name for host, before, after in pairs if before != after}

    @property
    def in_rotation(self):
        return {path.name for path in self.pool.iterdir()}


@pytest.fixture
def batch(start, tmp_path):
    """Starts hosts for a role."""

    def make(role, *specs):
        return Batch(start(*(specs or (IisSpec(iis5_mode=True), IisSpec(iis5_mode=True)))), role, tmp_path)

    return make


BOTH = {"web01", "web02"}


def check_refused(batch, run, words):
    """Web01 was refused with these words, which stopped the batch before either host was touched."""
    assert run.code == 2, run.output
    assert run.of("failed") == {"web01"}, run.output
    assert words in run.only("failed").result["msg"], run.output
    assert (batch.restarted, batch.in_rotation) == (set(), BOTH)
    assert "Let it leave" not in run.statuses()
    assert {host.modes for host in batch.hosts.all} <= {IIS5, ("worker_process", "worker_process")}


# -- files with tasks that can't be loaded ---------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("variable", "tasks", "words"),
    [
        ("ROLE_enter_rotation", NO_MODULE, "bad.yml can't be loaded: couldn't resolve module/action 'missing."),
        ("ROLE_leave_rotation", NO_YAML, "bad.yml can't be loaded: "),
        ("health_check_tasks", NO_MODULE, "bad.yml can't be loaded: couldn't resolve module/action 'missing."),
        ("health_check_tasks", "tasks: none", "bad.yml can't be loaded: "),
    ],
)
def test_a_file_that_cannot_be_loaded_is_refused_before_a_host_is_touched(batch, role, variable, tasks, words):
    batch = batch(role)
    batch.file("bad.yml", tasks)

    run = batch.run(of_web01={variable: "bad.yml"})

    check_refused(batch, run, words)


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        (include("gone.yml"), "gone.yml"),
        (include("hooks/further.yml"), "gone.yml"),
        ([{"block": include("gone.yml")}], "gone.yml"),
        ([{"name": "Enter", "ansible.builtin.include_role": {"name": "no_such_role"}}], "'no_such_role' was not found"),
    ],
    ids=["file", "file of a file", "in a block", "role"],
)
def test_what_a_hook_includes_is_refused_as_well(batch, tmp_path, tasks, words):
    batch = batch("safe_restart")
    (tmp_path / "hooks").mkdir()
    batch.file("hooks/further.yml", include("gone.yml"))
    batch.file("enter2.yml", tasks)

    run = batch.run(of_web01={"ROLE_enter_rotation": "enter2.yml"}, when="true")

    check_refused(batch, run, words)
    assert "enter2.yml can't be loaded: " in run.only("failed").result["msg"]


def test_what_a_hook_may_include_is_not_judged(batch, tmp_path):
    """An include with a condition, in a loop, or whose name isn't fixed."""
    batch = batch("safe_restart")
    (tmp_path / "hooks").mkdir()
    batch.file("hooks/further.yml", [{"name": "Further", "ansible.builtin.debug": {"msg": "in"}}])
    own = [
        *include("gone.yml", when=False),
        *include("{{ item }}.yml", loop=[]),
        {"block": include("gone.yml"), "when": False},
        {"name": "Choose", "ansible.builtin.set_fact": {"safe_restart_test": "further"}},
        *include("{{ safe_restart_test }}.yml"),
    ]
    batch.file("hooks/more.yml", own)
    batch.file("enter2.yml", [*include("hooks/more.yml"), *include("enter.yml")])

    run = batch.run(of_web01={"ROLE_enter_rotation": "enter2.yml", "safe_restart_test": "gone"})

    assert run.code == 0, run.output
    assert run.statuses("web01")["Further"] == "ok"
    assert (batch.restarted, batch.in_rotation) == (BOTH, BOTH)


@pytest.mark.parametrize("role", ROLES)
def test_hooks_are_found_wherever_the_role_is_included(batch, tmp_path, role):
    """By a file whose name only the host knows, and by include_role: hooks that include and import are loaded."""
    batch = batch(role)
    (tmp_path / "hooks").mkdir()
    batch.file("hooks/import.yml", [{"name": "Import", "ansible.builtin.import_tasks": "hooks/tell.yml"}])
    batch.file("hooks/tell.yml", [{"name": "Told", "ansible.builtin.debug": {"msg": "in"}}])
    batch.file("enter2.yml", include("hooks/import.yml"))
    batch.file("of_web01.yml", [{"name": "Use", "ansible.builtin.include_role": {"name": f"fleetops.iis.{role}"}}])
    batch.write("host_vars/web01.yml", {"kind": "of_web01"})
    batch.write("group_vars/all.yml", {"isolation_mode_wanted": "worker_process", "safe_restart_drain_timeout": 0})
    use = {"name": "Include", "ansible.builtin.include_tasks": "{{ kind }}.yml"}
    variables = {f"{role}_enter_rotation": "enter2.yml"}

    run = batch.hosts.ansible.playbook([use], "--limit", "web01", vars=variables)

    assert run.code == 0, run.output
    assert run.statuses()["Told"] == "ok"
    assert batch.restarted == {"web01"}


def test_a_host_with_nothing_to_do_is_refused_as_well(batch):
    """Its hooks are run, too: they would end the run for those that are changed meanwhile."""
    batch = batch("isolation_mode", IisSpec(), IisSpec(iis5_mode=True))
    batch.file("bad.yml", NO_MODULE)

    run = batch.run(of_web01={"ROLE_enter_rotation": "bad.yml"})

    check_refused(batch, run, "bad.yml can't be loaded")


def test_a_refused_host_does_not_keep_the_others_from_their_end(batch):
    batch = batch("safe_restart")

    run = batch.run(of_web01={"ROLE_enter_rotation": "gone.yml"}, max_fail_percentage=100)

    assert run.code == 2, run.output
    assert f"There is no {batch.folder}/gone.yml." in run.only("failed").result["msg"]
    assert (batch.restarted, batch.in_rotation) == ({"web02"}, BOTH)


def test_without_a_gate_it_is_reported(web, tmp_path):
    options = {"mode": "worker_process", "task_files": ["gone.yml"], "variables": ["app_url"]}
    task = {"name": "Look", "fleetops.iis.iis_preflight": options, "vars": {"app_url": "{{ app_host }}"}}

    run = web.ansible.playbook([task])

    assert run.code == 0, run.output
    assert (run.result()["ready"], run.result()["nothing_to_do"]) == (False, True)
    assert run.result()["trouble"] == [run.result()["trouble"][0], f"There is no {tmp_path}/gone.yml."]
    assert run.result()["msg"].startswith("app_url: 'app_host' is undefined")


# -- variables without a value ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_null_is_the_same_as_empty(batch, role):
    batch = batch(role)
    names = ("ROLE_leave_rotation", "ROLE_enter_rotation", "health_check_url", "health_check_tasks")

    run = batch.run(of_web01=dict.fromkeys(names))

    assert run.code == 0, run.output
    assert (batch.restarted, batch.in_rotation) == (BOTH, BOTH)
    assert run.result()[f"{role}_result"]["well"] is True


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("variable", ["health_check_url", "health_check_tasks", "health_check_status"])
def test_a_variable_that_refers_to_an_unknown_one_is_refused_before_a_host_is_touched(batch, role, variable):
    batch = batch(role)
    value = ["{{ app_host }}"] if variable == "health_check_status" else "http://{{ app_host }}/"

    run = batch.run(of_web01={variable: value})

    check_refused(batch, run, f"{variable}: 'app_host' is undefined")


@pytest.mark.parametrize(
    ("role", "variable", "value", "words"),
    [
        ("safe_restart", "health_check_timeout", "{{ 'soon' }}", 'health_check_timeout is "soon", but has to be int.'),
        (
            "isolation_mode",
            "health_check_status",
            [200, "2xx"],
            'health_check_status is [200, "2xx"], but has to be a list of int.',
        ),
        ("safe_restart", "ROLE_drain_timeout", -1, "drain_timeout has to be at least 0 seconds, not -1."),
        ("safe_restart", "ROLE_save_timeout", "soon", "safe_restart_save_timeout"),
    ],
)
def test_a_value_that_a_later_task_would_refuse_is_refused_before_a_host_is_touched(
    batch, role, variable, value, words
):
    batch = batch(role)

    run = batch.run(of_web01={variable: value})

    check_refused(batch, run, words)


def test_so_is_a_host_with_nothing_to_do(batch):
    batch = batch("isolation_mode", IisSpec(), IisSpec(iis5_mode=True))

    run = batch.run(of_web01={"health_check_url": "http://{{ app_host }}/"})

    check_refused(batch, run, "health_check_url: 'app_host' is undefined")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("variable", ["health_check_url", "ROLE_enter_rotation"])
def test_a_variable_that_loses_its_value_on_the_way_strands_nobody(batch, role, variable):
    batch = batch(role)
    batch.file("leave2.yml", [{"name": "Forget", "ansible.builtin.set_fact": {f"{role}_test": True}}])
    given = {
        "ROLE_leave_rotation": "leave2.yml",
        variable: "{{ nobody if " + role + "_test | default(false) else 'enter.yml' }}",
    }

    run = batch.run(of_web01=given)

    assert run.code == 2, run.output
    assert run.of("failed") == {"web01"}, run.output
    assert "'nobody' is undefined" in batch.last(run)["msg"]
    assert (batch.restarted, batch.in_rotation) == (BOTH, BOTH)  # web01 never left
    assert "Let it enter" in run.statuses("web02")


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://{{ app_host }}/", "'app_host' is undefined"), (None, "There is nothing to check"), ("", "There is noth")],
)
def test_the_playbook_says_what_is_wrong_with_the_url(web, url, words):
    run = web.ansible.run("ansible-playbook", "fleetops.iis.health_check", "-e", json.dumps({"health_check_url": url}))

    assert run.code == 2, run.output
    assert words in run.only("failed").result["msg"]


def test_the_playbook_takes_null_for_no_tasks(web):
    with applications() as apps:
        variables = {"health_check_url": apps.url, "health_check_tasks": None}
        run = web.ansible.run("ansible-playbook", "fleetops.iis.health_check", "-e", json.dumps(variables))

    assert run.code == 0, run.output
    assert apps.asked == ["web01"]


# -- what a failing hook says -----------------------------------------------------------------------------------

SECRET = "token=hunter2"
HIDDEN = "its message is hidden, because the task sets no_log"
TELL_SECRET = {"ansible.builtin.fail": {"msg": f"LB said 500 to {SECRET}"}}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "tasks",
    [
        [{"name": "Enter", **TELL_SECRET, "no_log": True}],
        [{"name": "Enter", **TELL_SECRET, "no_log": "{{ not lb_debug | default(false) }}"}],
        [{"block": [{"name": "Enter", **TELL_SECRET}], "no_log": True}],
    ],
    ids=["task", "template", "block"],
)
def test_a_message_that_must_not_be_logged_is_hidden(batch, role, tasks):
    batch = batch(role)
    batch.file("enter2.yml", tasks)

    run = batch.run(of_web01={"ROLE_enter_rotation": "enter2.yml"})

    assert run.code == 2, run.output
    assert batch.last(run)["msg"] == f"Enter: {HIDDEN}"
    # What ansible-core prints of the task itself is its own: 2.19 prints the message beside the censored result.
    assert SECRET not in run.output.partition("Note what is wrong with the host")[2]
    assert not [event for event in run.events if event.task != "Enter" and SECRET in json.dumps(event.result)]


@pytest.mark.parametrize("role", ROLES)
def test_a_task_without_a_name_is_called_a_task(batch, role):
    batch = batch(role)
    batch.file("enter2.yml", [{"ansible.builtin.fail": {"msg": "LB said 500"}, "no_log": False}])

    run = batch.run(of_web01={"ROLE_enter_rotation": "enter2.yml"})

    assert batch.last(run)["msg"] == "Task: LB said 500"
