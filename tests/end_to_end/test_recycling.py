# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role safe_restart with ``safe_restart_what: pools`` on IIS 6.0, judged inside the host."""

from __future__ import annotations

import json

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec

SITES = [SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=12)]
POOLS = (PoolSpec("DefaultAppPool"), PoolSpec("Shop", auto_start=False))


@pytest.fixture
def hosts(start):
    return start(IisSpec(sites=SITES, pools=POOLS, unsaved_changes=2))


@pytest.fixture
def recycle(tmp_path):
    """Run the role with hooks that leave a trace, and show what came of it."""

    def run(hosts, *options, **variables):
        for hook in ("leave", "enter"):
            path = tmp_path / f"{hook}.yml"
            path.write_text(json.dumps([{"name": hook.title(), "ansible.builtin.debug": {"msg": hook}}]))
            variables[f"safe_restart_{hook}_rotation"] = str(path)
        entry = {"role": "fleetops.iis.safe_restart", "vars": {"safe_restart_what": "pools", **variables}}
        result = {"name": "Result", "ansible.builtin.debug": {"var": "safe_restart_result"}}
        return hosts.ansible.playbook([result], *options, roles=[entry])

    return run


def service_processes(host):
    return {name: service["pid"] for name, service in host.truth()["services"].items()}


def test_worker_processes_are_others_and_nothing_else_is(hosts, recycle):
    services, workers = service_processes(hosts[0]), hosts[0].iis["workers"]

    run = recycle(hosts)

    assert run.code == 0, run.output
    now = hosts[0].iis
    assert service_processes(hosts[0]) == services
    assert now["workers"]["DefaultAppPool"] != workers["DefaultAppPool"]
    assert (now["sites"]["W3SVC/1"]["sessions"], now["sessions_cut"]["W3SVC"]) == (12, 0)
    assert now["metabase"]["unsaved_changes"] == 2
    result = run.result()["safe_restart_result"]
    assert (result["well"], result["trouble"], result["saved"], result["outage_seconds"]) == (True, "", False, None)
    assert result["app_pools"] == [
        {
            "name": "DefaultAppPool",
            "processes_before": workers["DefaultAppPool"],
            "processes_after": now["workers"]["DefaultAppPool"],
        }
    ]
    statuses = run.statuses()
    assert (statuses["Leave"], statuses["Enter"]) == ("ok", "ok")
    assert statuses["Drain, save what isn't on the disk, restart services"] == "skipped"


def test_a_dry_run_recycles_nothing(hosts, recycle):
    before = hosts[0].truth()

    run = recycle(hosts, "--check")

    assert run.code == 0, run.output
    assert hosts[0].iis == before["iis"]
    assert run.statuses()["Recycle application pools"] == "changed"


@pytest.mark.parametrize(
    ("pools", "words"), [(["Shop"], "only a started pool can be recycled"), (["Shpo"], "no application pool named")]
)
def test_a_pool_that_cannot_be_recycled_is_refused_with_the_host_in_rotation(hosts, recycle, pools, words):
    before = hosts[0].iis

    run = recycle(hosts, safe_restart_app_pools=pools)

    assert run.code != 0
    assert words in run.only("failed").result["msg"]
    assert "Leave" not in run.statuses()
    assert hosts[0].iis == before


def test_a_recycling_that_the_host_refuses_leaves_it_as_it_was_and_in_rotation(hosts, recycle):
    before = hosts[0].iis
    hosts[0].fault(Rule(Effect.FAULT, method="Recycle"))

    run = recycle(hosts)

    assert run.code != 0
    assert "Not every application pool could be recycled" in run.result()["msg"]
    assert run.statuses()["Enter"] == "ok"
    assert hosts[0].iis == before


def test_services_and_pools_one_after_the_other_in_one_play_keep_their_results_apart(hosts, tmp_path):
    roles = [
        {"role": "fleetops.iis.safe_restart", "vars": {"safe_restart_drain_timeout": 0}},
        {"role": "fleetops.iis.safe_restart", "vars": {"safe_restart_what": "pools"}},
    ]
    show = {"name": "Result", "ansible.builtin.debug": {"var": "safe_restart_result"}}
    process = hosts[0].process("W3SVC")

    run = hosts.ansible.playbook([show], roles=roles)

    assert run.code == 0, run.output
    assert hosts[0].process("W3SVC") != process
    result = run.result()["safe_restart_result"]
    assert (result["method_used"], result["services"], result["saved"]) == (None, {}, False)
    assert [pool["name"] for pool in result["app_pools"]] == ["DefaultAppPool"]
