# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``gather_facts: true`` on a Server 2003: over winrm and psrp, with what a play passes on, and with cached facts."""

from __future__ import annotations

import pytest
import yaml

from simulator.iis.spec import IisSpec

PLUGIN = "from ansible_collections.fleetops.iis.plugins.plugin_utils.gather_facts import ActionModule\n"


@pytest.fixture
def hosts(start):
    """Two hosts, the second one by psrp, in a project that gathers facts with the collection."""
    hosts = start(IisSpec(), IisSpec())
    inventory = yaml.safe_load(hosts.ansible.inventory.read_text())
    inventory["web"]["vars"]["ansible_facts_modules"] = "fleetops.iis.iis_facts"
    inventory["web"]["hosts"]["web02"] |= {
        "ansible_connection": "psrp",
        "ansible_psrp_auth": "ntlm",
        "ansible_psrp_protocol": "http",
    }
    hosts.ansible.inventory.write_text(yaml.safe_dump(inventory))
    folder = hosts.ansible.folder / "action_plugins"
    folder.mkdir()
    (folder / "gather_facts.py").write_text(PLUGIN)
    return hosts


def test_a_play_gathers_facts_where_there_is_no_powershell(hosts):
    show = {"name": "show", "ansible.builtin.debug": {"msg": "{{ ansible_facts }}"}}
    again = {"name": "again", "gather_facts": {"parallel": True, "filter": ["kernel"], "gather_subset": ["min"]}}
    play = {"gather_facts": True, "gather_timeout": 20}

    run = hosts.ansible.playbook([show, again], **play)

    assert run.code == 0, run.output
    assert "WARNING" not in run.output
    for number in (1, 2):
        name = f"web0{number}"
        by_task = {event.task: event.result for event in run.events if event.host == name}
        facts = by_task["show"]["msg"]
        assert (facts["hostname"], facts["os_family"], facts["iis_version"]) == (name, "Windows", "6.0")
        assert by_task["again"]["ansible_facts"] == {"ansible_kernel": "5.2.3790.131072"}
        assert {entry.action for entry in hosts[number - 1].journal()} <= {"Auth", "Enumerate", "Invoke"}


def test_cached_facts_are_not_gathered_again(hosts):
    cache = {
        "ANSIBLE_GATHERING": "smart",
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(hosts.ansible.folder / "facts"),
    }
    path = hosts.ansible.folder / "smart.yml"
    tasks = [{"name": "show", "ansible.builtin.debug": {"var": "ansible_facts.hostname"}}]
    path.write_text(yaml.safe_dump([{"hosts": "all", "tasks": tasks}]))

    first = hosts.ansible.run("ansible-playbook", str(path), **cache)
    assert {event.task for event in first.events} == {"Gathering Facts", "show"}, first.output
    second = hosts.ansible.run("ansible-playbook", str(path), **cache)

    assert {event.task for event in second.events} == {"show"}, second.output
    assert {event.result["ansible_facts.hostname"] for event in second.events} == {"web01", "web02"}


def test_a_host_that_cannot_be_reached_is_unreachable_and_one_that_refuses_says_why(hosts):
    wrong = hosts.ansible.playbook([], "-e", "ansible_password=wrong", gather_facts=True)
    assert wrong.of("unreachable") == {"web01", "web02"}, wrong.output

    refused = hosts.ansible.playbook(
        [], "-e", '{"ansible_facts_modules": ["fleetops.iis.iis_service"]}', gather_facts=True
    )
    assert refused.of("failed") == {"web01", "web02"}, refused.output
    assert "one of the following is required" in refused.output
