# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which service needs which, on a host whose WinRM refuses ASSOCIATORS OF, and what the question costs elsewhere."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.windows.service import Service, StartMode

ALL = ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC", "SMTPSVC", "NntpSvc")

CHANGES = {
    "everything by iisreset": {"state": "restarted"},
    "everything by the SCM": {"state": "restarted", "method": "scm"},
    "one service": {"state": "restarted", "name": ["w3svc"]},
    "two services": {"state": "restarted", "name": ["w3svc", "httpfilter"]},
    "IISADMIN with all that needs it": {"state": "restarted", "name": ["iisadmin"]},
}


@pytest.fixture
def refusing(full):
    """A host that calls ASSOCIATORS OF a filter that it can't process."""
    full.fault(Rule(Effect.FAULT, action="Enumerate", query="ASSOCIATORS", code=2150858778, count=0))
    return full


@pytest.mark.parametrize("change", CHANGES)
def test_services_are_restarted_all_the_same(refusing, change):
    options = CHANGES[change]
    process = refusing.process("W3SVC")

    result = refusing.run("iis_service", **options)

    assert not result.get("failed"), result["msg"]
    assert refusing.process("W3SVC") != process
    assert refusing.services(*ALL) == ["Running"] * 6
    assert set(refusing.sites().values()) == {"started"}


def test_what_needs_a_service_is_stopped_before_it(refusing):
    refusing.install(Service("Agent", "Agent", StartMode.AUTO, ("W3SVC",), image=r"C:\agent.exe"))

    result = refusing.run("iis_service", name=["w3svc"], state="stopped")

    assert not result.get("failed"), result["msg"]
    assert result["steps"] == ["stop Agent", "stop W3SVC"]
    assert refusing.services("Agent", "W3SVC", "IISADMIN") == ["Stopped", "Stopped", "Running"]


def test_what_a_service_needs_is_started_before_it(refusing):
    refusing.run("iis_service", name=["iisadmin"], state="stopped")

    result = refusing.run("iis_service", name=["w3svc"], state="started")

    assert not result.get("failed"), result["msg"]
    assert refusing.services("IISADMIN", "W3SVC", "MSFTPSVC") == ["Running", "Running", "Stopped"]


def test_a_host_is_rebooted_all_the_same(refusing):
    result = refusing.run("iis_service", state="rebooted")

    assert not result.get("failed"), result["msg"]
    assert set(result["services"]) == {name.lower() for name in ALL}


def test_a_backup_is_restored_all_the_same(refusing):
    refusing.run("iis_metabase_backup", name="before")

    result = refusing.run("iis_metabase_backup", name="before", state="restored")

    assert not result.get("failed"), result["msg"]
    assert refusing.services(*ALL) == ["Running"] * 6


def test_the_services_are_in_the_facts(refusing):
    refusing.install(Service("Portal", "Portal", StartMode.AUTO, ("IISADMIN",), image=r"C:\portal.exe"))

    result = refusing.run("iis_info", gather_subset=["services"])

    assert set(result["services"]) == {*(name.lower() for name in ALL), "portal"}


def test_disabling_iisreset_warns_of_the_recovery_that_will_fail(refusing):
    assert refusing.run("iis_reset_access", state="disabled")["recovery_failing"] == ["IISADMIN"]


@pytest.mark.parametrize("method", ["iisreset", "scm"])
def test_each_service_is_asked_about_once(full, method):
    full.run("iis_service", state="restarted", method=method)

    asked = [entry.query for entry in full.journal() if "ASSOCIATORS" in entry.query]
    assert len(asked) == len(set(asked)) == len(ALL)
