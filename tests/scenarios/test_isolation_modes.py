# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The isolation mode that runs: a matter of two services, which need not agree (ms525697)."""

from __future__ import annotations

import pytest

from simulator.iis.spec import IisSpec
from simulator.iis.switches import Switches

PROCESSES = {"worker_process": "lsass.exe", "iis5": "inetinfo.exe"}
OTHER = {"worker_process": "iis5", "iis5": "worker_process"}


def modes_seen(result):
    return result["running_mode"], result["http_ssl_mode"], result["services_to_restart"]


@pytest.mark.parametrize("wanted", ["iis5", "worker_process"])
def test_http_ssl_that_was_not_restarted_is_pending_and_named(start, wanted):
    former = OTHER[wanted]
    host = start(IisSpec(iis5_mode=former == "iis5"))
    host.run("iis_isolation_mode", mode=wanted)
    host.run("iis_service", name=["w3svc"], state="restarted")
    assert host.modes == (wanted, wanted)
    assert host.iis["http_ssl_process"] == PROCESSES[former]

    result = host.run("iis_isolation_mode", mode=wanted)

    assert result["changed"]
    assert result["restart_pending"]
    assert modes_seen(result) == (wanted, former, ["httpfilter"])
    assert "It takes effect when HTTPFilter is restarted." in result["msg"]
    assert any("HTTPFilter" in warning and "GetCurrentMode" in warning for warning in result["warnings"])
    assert host.run("iis_info", gather_subset=["isolation_mode"])["isolation_mode"]["restart_pending"]
    host.run("iis_service", name=["httpfilter"], state="restarted")
    assert host.iis["http_ssl_process"] == PROCESSES[wanted]
    done = host.run("iis_isolation_mode", mode=wanted)
    assert (done["changed"], modes_seen(done)) == (False, (wanted, wanted, []))
    assert "warnings" not in done


def test_http_ssl_that_runs_on_while_w3svc_is_stopped_is_pending(start):
    host = start(IisSpec(stopped=("W3SVC",)))

    result = host.run("iis_isolation_mode", mode="iis5")

    assert modes_seen(result) == (None, "worker_process", ["httpfilter"])
    assert "in memory only" in result["msg"]
    assert "when HTTPFilter is restarted and W3SVC, which is stopped, starts" in result["msg"]
    assert host.run("iis_isolation_mode", mode="iis5")["changed"]
    host.run("iis_service", name=["httpfilter"], state="restarted")
    host.run("iis_service", name=["w3svc"], state="started")
    assert (host.modes, host.iis["http_ssl_process"]) == (("iis5", "iis5"), "inetinfo.exe")
    assert host.run("iis_isolation_mode", mode="iis5")["changed"] is False


def test_a_mode_taken_back_after_half_a_restart_needs_the_other_half_taken_back(start):
    host = start(IisSpec())
    host.run("iis_isolation_mode", mode="iis5")
    host.run("iis_service", name=["w3svc"], state="restarted")

    result = host.run("iis_isolation_mode", mode="worker_process")

    assert modes_seen(result) == ("iis5", "worker_process", ["w3svc"])
    host.run("iis_service", name=["w3svc"], state="restarted")
    assert host.run("iis_isolation_mode", mode="worker_process")["changed"] is False


def test_where_http_ssl_does_not_depend_on_iisadmin_a_restart_of_all_moves_it_all_the_same(start):
    host = start(IisSpec(switches=Switches(http_ssl_needs_iisadmin=False)))
    host.run("iis_isolation_mode", mode="iis5")
    host.run("iis_service", state="restarted")
    assert (host.modes, host.iis["http_ssl_process"]) == (("iis5", "iis5"), "inetinfo.exe")

    assert modes_seen(host.run("iis_isolation_mode", mode="iis5")) == ("iis5", "iis5", [])


def test_a_getcurrentmode_that_always_returns_0_is_found_out(start):
    host = start(IisSpec(switches=Switches(current_mode_answer=0)))

    result = host.run("iis_isolation_mode", mode="worker_process")

    assert (result["changed"], modes_seen(result)) == (False, ("worker_process", "worker_process", []))
    assert "GetCurrentMode can't be trusted on this host" in result["warnings"][0]
    for mode in ("iis5", "worker_process"):
        assert host.run("iis_isolation_mode", mode=mode)["services_to_restart"] == ["w3svc", "httpfilter"]
        host.run("iis_service", state="restarted")
        assert host.run("iis_isolation_mode", mode=mode)["changed"] is False


@pytest.mark.parametrize("mode", PROCESSES)
def test_a_mode_that_is_in_effect_takes_three_requests_and_no_shell(start, mode):
    host = start(IisSpec(iis5_mode=mode == "iis5"))

    host.run("iis_isolation_mode", mode=mode)

    sent = [entry.action for entry in host.journal() if entry.action not in ("Auth", "Identify", "")]
    assert sent == ["Enumerate", "Enumerate", "Invoke"]
