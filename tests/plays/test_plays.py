# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles in anybody's play: a host is untouched, brought to its end, or failed with what is left to do.

Each pair of a role's use and a setting of the play occurs, and each pair of a setting and a trouble. ``make plays``
runs them all, ``make test`` a selection.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from plays.judge import AT_ITS_END, FAILED, UNTOUCHED, State, complains, judge
from plays.settings import SETTINGS, TROUBLES
from plays.uses import USES, Entry

from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec

#: What a role is asked for, and how long it may take; ``OTHERS`` is what web03 is asked for by a second use.
WANTED = {
    "isolation_mode": {"isolation_mode_wanted": "worker_process", "isolation_mode_reset_timeout": 20},
    "safe_restart": {"safe_restart_services": ["all"], "safe_restart_timeout": 20},
}
OTHERS = {
    "isolation_mode": {"isolation_mode_wanted": "iis5"},
    "safe_restart": {"safe_restart_services": ["w3svc"]},
}
HOSTS = ("web01", "web02", "web03")

Case = tuple[str, str, str, str | None]


def cases() -> Iterator[Case]:
    """Role, use, setting, trouble of web02."""
    for role in WANTED:
        for use in USES:
            for setting in SETTINGS:
                yield role, use, setting, None
        troubles = [name for name, trouble in TROUBLES.items() if role in trouble.only]
        uses = list(USES)[:-1]
        number = 0
        for trouble in troubles:
            for use in uses:
                yield role, use, "plain", trouble
            for setting in SETTINGS:
                if setting not in ("plain", "--limit"):
                    yield role, uses[number % len(uses)], setting, trouble
                    number += 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = list(cases())
    if not metafunc.config.getoption("--all-plays"):
        chosen = chosen[::73]
    metafunc.parametrize("case", chosen, ids=["-".join(part or "no trouble" for part in case) for case in chosen])


def test_the_promise_holds(case, start, tmp_path):
    role, use_name, setting_name, trouble_name = case
    setting = SETTINGS[setting_name]
    spec = {"services": (Kind.WEB, Kind.FTP), "iis5_mode": role == "isolation_mode", "unsaved_changes": 1}
    hosts = start(*(IisSpec(**spec) for _host in HOSTS))
    pool = tmp_path / "pool"
    pool.mkdir()
    variables = {**WANTED[role], **rotation(role, tmp_path, pool)}
    for host in hosts.all:
        (pool / host.name).touch()
    if trouble_name:
        TROUBLES[trouble_name].make(hosts[1])
    before = {host.name: State.of(host, pool) for host in hosts.all}

    play = USES[use_name](Entry(role, variables, keywords=setting.entry, others=OTHERS[role]))
    path = tmp_path / "play.yml"
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **setting.play, **play}]))
    run = hosts.ansible.run("ansible-playbook", str(path), *setting.options, **setting.environment)

    after = {host.name: State.of(host, pool) for host in hosts.all}
    verdicts = {}
    for name in HOSTS:
        mode = None
        if role == "isolation_mode":
            mode = "iis5" if use_name.startswith("twice") and name == "web03" else "worker_process"
        restarted = mode is None or before[name].modes != (mode, mode)
        verdicts[name] = judge(before[name], after[name], mode=mode, restarted=restarted, run=run, name=name)
    assert verdicts == expected(verdicts, case), f"{after}\n{run.output}"
    check_exit(run, verdicts, case)


def expected(verdicts: dict[str, str], case: Case) -> dict[str, str]:
    """What each host may be: the verdict itself where it is one of those that are allowed."""
    role, use_name, setting_name, trouble_name = case
    setting = SETTINGS[setting_name]
    right = {}
    for name, verdict in verdicts.items():
        allowed = [AT_ITS_END]
        if setting.dry or name in setting.left_out:
            allowed = [UNTOUCHED]
        elif use_name.startswith("twice") and name == "web03" and role == "isolation_mode":
            allowed = [UNTOUCHED, AT_ITS_END]  # iis5 is what it has
        elif name == "web02" and use_name == "after a handler that fails":
            allowed = [UNTOUCHED]
        elif name == "web02" and trouble_name:
            allowed = [UNTOUCHED, FAILED] if TROUBLES[trouble_name].certain else [UNTOUCHED, FAILED, AT_ITS_END]
        elif setting.ends_all and (trouble_name or use_name == "after a handler that fails"):
            allowed = [AT_ITS_END, UNTOUCHED]
        right[name] = verdict if verdict in allowed else " or ".join(allowed)
    return right


def check_exit(run, verdicts: dict[str, str], case: Case) -> None:
    """A run is green only where every host got what was asked; a host that didn't is said to have failed, and why."""
    _role, use_name, setting_name, trouble_name = case
    setting = SETTINGS[setting_name]
    if trouble_name is None and use_name != "after a handler that fails":
        assert run.code == 0, run.output
        assert not run.of("failed") | run.of("unreachable"), run.output
    elif verdicts["web02"] != AT_ITS_END and not setting.dry and "web02" not in setting.left_out:
        assert run.code != 0 or setting_name in FORGIVEN, run.output
        assert complains(run, "web02") or setting_name in FORGIVEN, run.output


#: Where the play itself says that a host which can't be reached, or a handler that fails, is nothing to speak of.
FORGIVEN = {"ignore_errors on the play", "ignore_unreachable"}


def rotation(role: str, folder, pool) -> dict[str, str]:
    """Hooks that take a host out of the load balancer and return it: a file for each host that is in."""
    hooks = {}
    for hook, state in {"leave": "absent", "enter": "touch"}.items():
        path = folder / f"{hook}.yml"
        task = {
            "name": f"Let the host {hook} the pool",
            "ansible.builtin.file": {"path": f"{pool}/{{{{ inventory_hostname }}}}", "state": state},
            "delegate_to": "localhost",
            "become": False,
            "check_mode": "{{ ansible_check_mode }}",
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        path.write_text(json.dumps([task]))
        hooks[f"{role}_{hook}_rotation"] = str(path)
    return hooks
