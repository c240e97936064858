# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles in anybody's play: a host is untouched, brought to its end, or failed with what is left to do.

Each use of a role meets each setting of the play twice: undisturbed, and with one of the troubles, taken in turn.
``make plays`` runs them all, ``make test`` a selection in which each use occurs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from plays.conftest import CASE
from plays.judge import AT_ITS_END, FAILED, UNTOUCHED, State, complains, judge
from plays.settings import ROLES, SETTINGS, TROUBLES
from plays.uses import AFTER_A_FAILING_HANDLER, LOOP, TWICE, USES, Entry

from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec

#: What a role is asked for, and how long it may take.
#: ``OTHERS``: of web03 where the role is used twice, and first where it is used in a loop.
WANTED = {
    "isolation_mode": {"isolation_mode_wanted": "worker_process", "isolation_mode_reset_timeout": 20},
    "safe_restart": {"safe_restart_services": ["all"], "safe_restart_timeout": 20},
}
OTHERS = {
    "isolation_mode": {"isolation_mode_wanted": "iis5"},
    "safe_restart": {"safe_restart_services": ["w3svc"]},
}
HOSTS = ("web01", "web02", "web03")

#: Role, use, setting, trouble of web02.
Case = tuple[str, str, str, str | None]


def all_cases() -> Iterator[Case]:
    for start, role in enumerate(ROLES):
        troubles = [name for name, trouble in TROUBLES.items() if role in trouble.roles]
        for number, use in enumerate(USES):
            for place, (name, setting) in enumerate(SETTINGS.items()):
                yield role, use, name, None
                if "web02" not in setting.left_out:
                    yield role, use, name, troubles[(number + place + 4 * start) % len(troubles)]


def selection() -> Iterator[Case]:
    """Every second setting, with the uses, the roles and the troubles in turn."""
    uses = list(USES)
    for number, name in enumerate(list(SETTINGS)[::2]):
        role = ROLES[number % 2]
        troubles = [trouble for trouble, what in TROUBLES.items() if role in what.roles]
        trouble = troubles[number % len(troubles)] if "web02" not in SETTINGS[name].left_out else None
        yield role, uses[number % len(uses)], name, trouble


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = list(all_cases() if metafunc.config.getoption("--all-plays") else selection())
    metafunc.parametrize("case", chosen, ids=["-".join(part or "undisturbed" for part in case) for case in chosen])


def test_the_promise_holds(case, start, tmp_path, record_property):
    record_property(CASE, case)
    role, use, setting_name, trouble = case
    setting = SETTINGS[setting_name]
    spec = {"services": (Kind.WEB, Kind.FTP), "iis5_mode": role == "isolation_mode", "unsaved_changes": 1}
    hosts = start(*(IisSpec(**spec) for _host in HOSTS), seconds=setting.seconds)
    pool = tmp_path / "pool"
    pool.mkdir()
    for name in HOSTS:
        (pool / name).touch()
    if trouble:
        TROUBLES[trouble].make(hosts[1])
    before = {host.name: State.of(host, pool) for host in hosts.all}

    variables = {**WANTED[role], **rotation(role, tmp_path, pool)}
    play = USES[use](Entry(role, variables, keywords=setting.entry, others=OTHERS[role]))
    path = tmp_path / "play.yml"
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **setting.play, **play}]))
    run = hosts.ansible.run("ansible-playbook", str(path), *setting.options, **setting.environment)

    assert run.events, run.output
    after = {host.name: State.of(host, pool) for host in hosts.all}
    verdicts = {}
    for name in HOSTS:
        mode = wanted_mode(role, use, name)
        restarted = mode is None or not before[name].runs(mode)
        verdicts[name] = judge(before[name], after[name], mode=mode, restarted=restarted, run=run, name=name)
    wrong = {name: verdict for name, verdict in verdicts.items() if verdict not in allowed(case, name)}
    assert not wrong, f"{after}\n{run.output}"
    check_end(run, verdicts, case)


def wanted_mode(role: str, use: str, name: str) -> str | None:
    if role != "isolation_mode":
        return None
    return "iis5" if use == TWICE and name == "web03" else "worker_process"


def allowed(case: Case, name: str) -> set[str]:
    """What may become of a host."""
    role, use, setting_name, trouble = case
    setting = SETTINGS[setting_name]
    if setting.dry or name in setting.left_out:
        return {UNTOUCHED}
    if name == "web02" and stopped_by_handler(case):
        return {UNTOUCHED}
    if name == "web02" and trouble:
        # The first restart of the loop is of one service, by the service control manager: it may well come to its end.
        well = not TROUBLES[trouble].certain or (role == "safe_restart" and use == LOOP)
        return {UNTOUCHED, FAILED, AT_ITS_END} if well else {UNTOUCHED, FAILED}
    if use == TWICE and name == "web03" and role == "isolation_mode":
        return {UNTOUCHED, AT_ITS_END}  # iis5 is what it has
    if setting.ends_all and (trouble or stopped_by_handler(case)):
        return {AT_ITS_END, UNTOUCHED}
    return {AT_ITS_END}


def stopped_by_handler(case: Case) -> bool:
    """Whether the play's own handler fails on web02, and the play doesn't ignore that."""
    return case[1] == AFTER_A_FAILING_HANDLER and case[2] != "ignore_errors on the play"


def check_end(run, verdicts: dict[str, str], case: Case) -> None:
    """A run is green only where every host got what was asked; of a host that didn't it says why."""
    setting = SETTINGS[case[2]]
    if "web02" in setting.left_out or (not case[3] and not stopped_by_handler(case)):
        assert run.code == 0, run.output
        assert not run.of("failed") | run.of("unreachable"), run.output
    elif not setting.dry and (verdicts["web02"] != AT_ITS_END or (case[3] and TROUBLES[case[3]].certain)):
        assert run.code != 0, run.output
        assert complains(run, "web02"), run.output


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
            "timeout": 0,
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        path.write_text(json.dumps([task]))
        hooks[f"{role}_{hook}_rotation"] = str(path)
    return hooks
