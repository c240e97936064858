# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that ``delegate_to`` sends to another host than the one that the play is for."""

from __future__ import annotations

import json

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec

from .test_interruptions import kill_when, wait_for

BOTH = {"delegate_to": "{{ item }}", "loop": ["web01", "web02"]}


@pytest.fixture
def two(start):
    return start(IisSpec(), IisSpec())


def restart(**keywords):
    return [{"fleetops.iis.iis_service": {"state": "restarted"}, **keywords}]


def test_warnings_and_progress_name_the_host_that_was_worked_on(two):
    foretold = two.ansible.playbook(restart(check_mode=True, **BOTH), hosts="localhost").output
    done = two.ansible.playbook(restart(**BOTH), hosts="localhost").output

    for name in ("web01", "web02"):
        assert f"{name}: Would stop" in foretold, foretold
        assert f"[{name}] " in done, done
    assert "localhost: " not in foretold.replace("[localhost: ", "")
    assert not any(line.startswith("[localhost]") for line in done.splitlines()), done


@pytest.mark.parametrize("variable", ["ansible_host", "ansible_winrm_host"])
def test_each_item_of_a_loop_reaches_its_own_host(two, variable):
    """Ansible keeps the connection for the next item where it sees no other address, as in ansible_winrm_host."""
    inventory = two.ansible.inventory
    inventory.write_text(inventory.read_text().replace("ansible_host", variable))
    before = [host.process("W3SVC") for host in two.all]

    run = two.ansible.playbook(restart(**BOTH), hosts="localhost")

    assert run.code == 0, run.output
    after = [host.process("W3SVC") for host in two.all]
    assert all(old != new for old, new in zip(before, after, strict=True)), (before, after)
    assert [sum("/RESTART" in line.upper() for line in host.commands()) for host in two.all] == [1, 1]


def test_what_an_interrupted_task_noted_is_about_the_host_that_it_was_delegated_to(start):
    """MSFTPSVC doesn't start by itself: it runs on web01 only, and after the reset only the note knows that."""
    ftp = {"MSFTPSVC": "manual"}
    hosts = start(*(IisSpec(services=(Kind.WEB, Kind.FTP), start_modes=ftp) for _host in range(2)))
    hosts.run("iis_service", "--limit", "web01", name=["msftpsvc"], state="started")
    play = hosts.ansible.folder / "killed.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": restart(delegate_to="web01")}]))
    process, _record = hosts.ansible.start("ansible-playbook", str(play))
    kill_when(lambda: any("/RESTART" in line for line in hosts[0].commands()), process)
    wait_for(lambda: hosts[0].truth()["services"]["W3SVC"]["state"] == "Running")
    assert ftp_of(hosts) == ["Stopped", "Stopped"]

    other = hosts.ansible.playbook(restart(delegate_to="web02"), hosts="localhost")
    assert (other.code, ftp_of(hosts)) == (0, ["Stopped", "Stopped"]), other.output
    own = hosts.run("iis_service", state="restarted")

    assert (own.code, ftp_of(hosts)) == (0, ["Running", "Stopped"]), own.output


def ftp_of(hosts):
    return [host.truth()["services"]["MSFTPSVC"]["state"] for host in hosts.all]
