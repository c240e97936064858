# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout in batches: it stops at the first sign of trouble, leaves nobody behind, and tells what it did."""

from __future__ import annotations

import json
import os

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import IisSpec

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
            "ansible-playbook", f"fleetops.iis.{playbook}", "-e", json.dumps(variables), *options, **REPORT | environment
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

    assert [host["name"] for host in report["hosts"]][0] == "web07"
    assert "503" in told["web07"]["message"]
    assert (told["web07"]["status"], told["web07"]["verified"]) == ("failed", False)
    for name in names[:reached]:
        assert told[name]["outage_seconds"] > 0
        assert told[name]["saved"] is True
        if name != "web07":
            assert told[name]["verified"] is True
    assert {name for name in names if told[name]["status"] == "stopped"} == set(names[reached - batch : reached]) - {"web07"}
    assert report["batches"][-1] == {"number": number, "hosts": names[reached - batch : reached], "stopped": True}


def test_a_failing_health_check_stops_the_rollout_before_the_next_batch(start, roll_out, apps):
    hosts = start(*(IisSpec() for _ in range(10)))
    apps.ill.add("web07")

    run, report = roll_out(hosts, 3)

    check_stopped_rollout(hosts, run, report, apps, 3)


@pytest.mark.skipif(not LARGE, reason="make fleet-rollout does this")
@pytest.mark.timeout(900)
def test_a_large_rollout_is_stopped(start, roll_out, apps):
    hosts = start(*(IisSpec(iis5_mode=number % 2 == 0) for number in range(LARGE)))
    apps.ill.add("web07")

    run, report = roll_out(hosts, 5, "--forks", "10")

    check_stopped_rollout(hosts, run, report, apps, 5)
