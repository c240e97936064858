# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks over a fleet of IIS 6.0, 7.5 and 10, judged inside the hosts."""

from __future__ import annotations

import itertools
import json
import os
import time
from dataclasses import replace

import pytest

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.scenario import mixed, place_host

from .ansible_run import PATIENCE
from .conftest import Hosts

SPEED = 10.0
"""Simulated seconds per real one."""
LATER = ("web75", "web10", "core10")
#: How many hosts the rollout has: `make mixed-rollout` asks for 60.
ROLLOUT = int(os.environ.get("MIXED_HOSTS", "5"))
#: The programs that a restart runs on a host of each kind, and no other.
PROGRAMS = {
    "2003": {"iisreset"},
    "2008 R2, classes of IIS 6": {"appcmd.exe"},
    "2008 R2": {"appcmd.exe"},
    "2022, WebAdministration": set(),
    "2022": {"appcmd.exe"},
}


def serve(specs, folder):
    """A running fleet of these hosts."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    clock = RealClock(time.monotonic, SPEED)
    for number, spec in enumerate(specs, 1):
        spec.address = f"127.46.{worker}.{number}"
    return FleetThread(Fleet([place_host(spec, clock, folder) for spec in specs], clock, folder=folder))


@pytest.fixture
def fleet(tmp_path):
    """The hosts of the simulator's scenario ``mixed``."""
    with serve(mixed(), tmp_path / "state") as thread:
        yield Hosts(thread, tmp_path)


def running(host):
    return {name for name, service in host.truth()["services"].items() if service["state"] == "Running"}


def processes(host):
    return {name: service["pid"] for name, service in host.truth()["services"].items()}


def site_states(host):
    return {key: site["state"] for key, site in host.iis["sites"].items()}


def test_isolation_mode_changes_iis_6_and_leaves_later_ones_as_they_are(fleet):
    before = {host.name: processes(host) for host in fleet.all}

    run = fleet.switch("worker_process")

    assert run.code == 0, run.output
    assert run.of("changed") == {"web02"}
    for host in fleet.all:
        assert (processes(host) == before[host.name]) is (host.name.lower() != "web02"), host.name

    run = fleet.switch("iis5", "-e", "max_fail=100", "--limit", ",".join(LATER))

    assert run.of("failed") == set(LATER), run.output
    assert not run.of("changed")
    for host in fleet.all:
        assert (processes(host) == before[host.name]) is (host.name.lower() != "web02"), host.name


def workers(host):
    """The worker processes of each application pool that has any."""
    iis = host.iis
    ids = iis["workers"] if "workers" in iis else {name: pool["workers"] for name, pool in iis["pools"].items()}
    return {name: set(processes) for name, processes in ids.items() if processes}


def test_pools_are_recycled_and_no_service_restarts_but_in_iis_5_isolation_mode(fleet):
    ran = {host.name: (processes(host), site_states(host), workers(host)) for host in fleet.all}
    everything = ("-e", "batch=100%", "-e", "max_fail=100", "-e", "safe_restart_what=pools")
    fleet.forget()

    run = fleet.ansible.run("ansible-playbook", "fleetops.iis.safe_restart", *everything, "--check")

    assert run.of("failed") == {"web02"}, run.output
    assert {host.name: (processes(host), site_states(host), workers(host)) for host in fleet.all} == ran
    assert "session state that is kept in a worker process is lost" in run.output

    run = fleet.ansible.run("ansible-playbook", "fleetops.iis.safe_restart", *everything)

    assert run.of("failed") == {"web02"}, run.output
    assert "IIS runs in IIS 5.0 isolation mode on this host" in run.only("failed").result["msg"]
    for host in fleet.all:
        services, sites, former = ran[host.name]
        assert (processes(host), site_states(host)) == (services, sites), host.name
        now = workers(host)
        if host.name.lower() == "web02":
            assert now == former == {}
            continue
        assert former
        assert set(now) == set(former)
        assert not {name for name in former if former[name] & now[name]}, host.name
    assert set(fleet.all[0].iis["sessions_cut"].values()) <= {0}


# -- a rollout over all that there is, with its report: make mixed-rollout


def kinds():
    """A host of each kind. On each a site (later: with its pool) was started by hand, which doesn't start by itself; on
    IIS 6.0 there are unsaved changes, on later ones a site is stopped for good."""
    old, _iis5, with_classes, with_tools, bare = mixed()
    old.iis.unsaved_changes = 3
    old.iis.sites = [replace(site, auto_start=site.name != "Shop") for site in old.iis.sites]
    for spec in (with_classes, with_tools, bare):
        spec.iis7.sites = [replace(site, auto_start=site.name == "Default Web Site") for site in spec.iis7.sites]
        spec.iis7.pools = [replace(pool, auto_start=pool.name != "Shop", workers=0) for pool in spec.iis7.pools]
        spec.actions = [{"action": "start_pool", "pool": "Shop"}, {"action": "start_site", "site": "Shop"}]
    return {
        "2003": old,
        "2008 R2, classes of IIS 6": with_classes,
        "2008 R2": replace(bare, kind="iis75", profile="winrm2.0r2"),
        "2022, WebAdministration": with_tools,
        "2022": bare,
    }


@pytest.fixture
def rollout(tmp_path):
    """ROLLOUT hosts of all kinds in turn, and the kind of each by name."""
    names = [f"web{number:02}" for number in range(1, ROLLOUT + 1)]
    kind_of = dict(zip(names, itertools.cycle(kinds())))
    specs = [replace(kinds()[kind], name=name) for name, kind in kind_of.items()]
    with serve(specs, tmp_path / "state") as thread:
        yield Hosts(thread, tmp_path), kind_of


def states(host):
    """What runs on a host: services, sites, and the pools of later ones."""
    pools = host.iis["pools"] if "version" in host.iis else {}
    return running(host), site_states(host), {name: pool["state"] for name, pool in pools.items()}


@pytest.mark.timeout(1800)
def test_one_playbook_restarts_hosts_of_every_kind_and_reports_them(rollout, tmp_path):
    fleet, kind_of = rollout
    time.sleep(1.0 / SPEED)  # the sites that are starting start
    ran = {host.name: states(host) for host in fleet.all}
    before = {host.name: processes(host) for host in fleet.all}
    began = time.monotonic()

    run = fleet.ansible.run(
        "ansible-playbook",
        "fleetops.iis.safe_restart",
        "--forks=10",
        "-e",
        json.dumps({"batch": max(5, ROLLOUT // 6), "safe_restart_drain_timeout": 0}),
        patience=PATIENCE + 20 * ROLLOUT,
        ANSIBLE_CALLBACKS_ENABLED="record,fleetops.iis.rollout_report",
        FLEETOPS_IIS_REPORT_HTML="reports/rollout.html",
        FLEETOPS_IIS_REPORT_JSON="reports/rollout.json",
    )

    seconds = time.monotonic() - began
    assert run.code == 0, run.output
    report = json.loads((tmp_path / "reports" / "rollout.json").read_text())
    told = {host["name"]: host for host in report["hosts"]}
    assert (report["finished"], report["summary"]["changed"]) == (True, ROLLOUT)
    for host in fleet.all:
        kind, name = kind_of[host.name], host.name
        assert states(host) == ran[name], (name, kind)
        assert site_states(host)["W3SVC/3" if kind == "2003" else "Shop"] == "started"
        roots = {"W3SVC", "IISADMIN" if kind == "2003" else "WAS"}
        after = processes(host)
        assert not {root for root in roots if after[root] == before[name][root]}, (name, kind)
        assert (told[name]["status"], told[name]["verified"]) == ("changed", True), (name, kind)
        assert told[name]["outage_seconds"] > 0
        assert told[name]["sessions_cut"]["http"] == host.iis["sessions_cut"]["W3SVC"] > 0, (name, kind)
        programs = {command.split()[0].strip('"').rpartition("\\")[2].lower() for command in host.commands()}
        assert programs == PROGRAMS[kind], (name, kind)
        if kind == "2003":
            assert told[name]["saved"] is True
            # Starting the site that doesn't start by itself changes ServerAutoStart, which IIS writes to disk later.
            assert host.iis["metabase"]["lost_changes"] == 0
            assert host.iis["metabase"]["unsaved_changes"] <= 2
    write_costs(tmp_path / "reports" / "costs.txt", fleet, kind_of, told, seconds)


def write_costs(path, fleet, kind_of, told, seconds):
    """What the run cost, by kind, beside the report."""
    lines = [f"{len(fleet.all)} hosts in {seconds:.0f} s"]
    for kind in dict.fromkeys(kind_of.values()):
        hosts = [host for host in fleet.all if kind_of[host.name] == kind]
        requests = sorted(len(host.requests()) for host in hosts)
        outages = sorted(told[host.name]["outage_seconds"] for host in hosts)
        lines.append(
            f"{kind:26} {len(hosts):2} hosts, {requests[0]} to {requests[-1]} requests each, "
            f"down for {outages[0]:.1f} to {outages[-1]:.1f} s"
        )
    path.write_text("\n".join(lines) + "\n")
