# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run costs that finds nothing to do, counted by the host."""

from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec
from simulator.wire.profile import WireOptions

from .conftest import SHELL_ACTIONS

IDEMPOTENT = {
    "one service": ("iis_service", {"name": "w3svc", "state": "started"}, 1),
    "several services": ("iis_service", {"name": ["iisadmin", "w3svc"], "state": "started"}, 1),
    "all services": ("iis_service", {"name": "all", "state": "started"}, 2),
    "site by id": ("iis_site", {"id": 1, "state": "started"}, 1),
    "site by name": ("iis_site", {"name": "Default Web Site", "state": "started"}, 2),
    "isolation mode": ("iis_isolation_mode", {"mode": "worker_process"}, 3),
}


@pytest.mark.parametrize(("module", "arguments", "budget"), IDEMPOTENT.values(), ids=IDEMPOTENT)
def test_nothing_to_do_costs_as_few_requests_as_the_facts_allow(web, module, arguments, budget):
    run = web.run(module, **arguments)

    assert run.result()["changed"] is False, run.output
    requests = web[0].requests()
    assert len(requests) == budget, requests
    assert not SHELL_ACTIONS & set(requests)


@pytest.mark.parametrize("kinds", [(Kind.WEB,), tuple(Kind)], ids=["web", "web ftp smtp nntp"])
def test_all_facts_of_wmi_cost_no_more_requests_than_there_are_classes_to_read(start, kinds):
    hosts = start(IisSpec(services=kinds))
    run = hosts.run("iis_info")

    assert run.code == 0, run.output
    journal = [entry for entry in hosts[0].journal() if entry.action != "Auth"]
    assert not SHELL_ACTIONS & {entry.action for entry in journal}
    asked = [(entry.class_name, entry.query if "ASSOCIATORS" in entry.query else "") for entry in journal]
    assert len(asked) == len(set(asked)), asked


def test_a_task_authenticates_once_and_every_message_is_encrypted(web):
    web.run("iis_site", name="Default Web Site", state="started")

    journal = web[0].journal()
    assert [entry.action for entry in journal] == ["Auth", "Auth", "Auth", "Enumerate", "Enumerate"]
    assert {entry.connection for entry in journal} == {1}
    assert all(entry.sealed for entry in journal if entry.action != "Auth")
    assert sum(entry.bytes_in + entry.bytes_out for entry in journal) < 6000


def test_the_playbook_reads_the_mode_and_is_done(web):
    run = web.switch("worker_process")

    assert run.code == 0, run.output
    assert not run.of("changed")
    assert web[0].requests() == ["Enumerate", "Enumerate", "Invoke"]


def test_an_account_that_may_open_no_shell_can_do_all_that_wmi_can(start):
    hosts = start(options=WireOptions(allow_remote_shell=False))

    assert hosts.run("iis_site", id=1, state="paused").result()["changed"] is True
    assert hosts.run("iis_service", name="w3svc", state="restarted").result()["changed"] is True
    assert hosts.run("iis_metabase_save").code == 0


def test_defaults_for_the_action_group_reach_the_modules(web):
    run = web.ansible.playbook(
        [{"name": "iis_site", "fleetops.iis.iis_site": {"state": "started"}}],
        module_defaults={"group/fleetops.iis.iis": {"id": 1}},
    )
    assert run.result()["id"] == 1, run.output
