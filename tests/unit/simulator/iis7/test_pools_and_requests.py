# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools, their worker processes, and what clients see of sites."""

from __future__ import annotations

import pytest

from simulator.iis7.spec import Pool7, Site7


def test_a_worker_process_comes_with_the_first_request_and_goes_when_idle(host):
    assert host.workers("DefaultAppPool") == []
    assert host.act("request", site="Default Web Site") == 200
    (pid,) = host.workers("DefaultAppPool")
    (process,) = host.ask(f"SELECT CommandLine FROM Win32_Process WHERE ProcessId={pid}", "root/cimv2")
    assert '-ap "DefaultAppPool"' in process["CommandLine"]
    host.pass_time(19 * 60)
    assert host.workers("DefaultAppPool") == [pid]
    host.pass_time(3 * 60)
    assert host.workers("DefaultAppPool") == []
    assert host.pool("DefaultAppPool") == "started"


def test_one_that_always_runs_is_there_at_once(make_host):
    host = make_host(pools=[Pool7("DefaultAppPool", attributes={"startMode": "AlwaysRunning"})])
    (pid,) = host.workers("DefaultAppPool")
    host.act("crash_worker", pool="DefaultAppPool")
    assert host.workers("DefaultAppPool") not in ([], [pid])


def test_what_a_client_sees(host):
    host.appcmd("stop apppool Shop")
    assert host.act("request", site="Shop") == 503
    host.appcmd("stop site Shop")
    assert host.act("request", site="Shop") == 0
    host.run("net stop was /y")
    assert host.act("request", site="Default Web Site") == 0


@pytest.mark.parametrize(("disallow", "between"), [("false", 2), ("true", 0)])
def test_a_recycle_overlaps_unless_told_otherwise(make_host, disallow, between):
    attributes = {"recycling.disallowOverlappingRotation": disallow}
    host = make_host(pools=[Pool7("DefaultAppPool", attributes=attributes, workers=1)])
    (old,) = host.workers("DefaultAppPool")
    host.act("switch", name="appcmd_seconds", value=0.0)
    host.appcmd("recycle apppool DefaultAppPool")
    assert len(host.workers("DefaultAppPool")) == (2 if between else 1)
    host.pass_time(1.5)
    (new,) = host.workers("DefaultAppPool")
    assert new != old
    assert host.machine.event_log.find(5079)


def test_a_worker_process_that_hangs_is_killed_at_the_limit(host):
    host.act("request", site="Shop", hang=True)
    host.act("stop_pool", pool="Shop")
    host.pass_time(85)
    assert host.pool("Shop") == "stopping"
    assert host.appcmd("start apppool Shop")[0] == 1061
    host.pass_time(10)
    assert (host.pool("Shop"), host.workers("Shop")) == ("stopped", [])
    assert host.machine.event_log.find(5013)


def test_a_pool_that_fails_five_times_in_five_minutes_is_stopped(host):
    for _time in range(5):
        assert host.act("request", site="Shop") == 200
        host.act("crash_worker", pool="Shop")
    assert host.pool("Shop") == "stopped"
    assert host.act("request", site="Shop") == 503
    assert host.machine.event_log.find(5002)
    assert host.appcmd("start apppool Shop")[0] == 0
    assert host.act("request", site="Shop") == 200


def test_a_changed_pool_is_recycled_but_not_for_its_auto_start(host):
    (old,) = host.workers("Shop")
    host.act("set_pool", pool="Shop", path="autoStart", value="false")
    host.pass_time(5)
    assert host.workers("Shop") == [old]
    host.act("set_pool", pool="Shop", path="processModel.idleTimeout", value="00:05:00")
    host.pass_time(5)
    assert host.workers("Shop") != [old]
    assert host.machine.event_log.find(5080)


def test_w3svc_alone_may_leave_pools_as_they_are(host):
    host.act("switch", name="w3svc_restart_resets_pools", value=False)
    host.appcmd("stop apppool Shop")
    host.run("net stop w3svc")
    host.run("net start w3svc")
    assert host.pool("Shop") == "stopped"
    host.run("iisreset")
    assert host.pool("Shop") == "started"


def test_connections_of_a_stopped_site_end_by_and_by_or_are_cut(host):
    host.act("add_sessions", site="Shop", count=10)
    host.appcmd("stop site Shop")
    assert 0 < host.iis["sites"]["Shop"]["sessions"] <= 10
    host.pass_time(10)
    assert host.iis["sites"]["Shop"]["sessions"] == 0
    assert host.iis["sessions_cut"]["W3SVC"] == 0
    host.act("switch", name="site_stop_cuts", value=True)
    host.act("add_sessions", site="Default Web Site", count=4)
    host.appcmd('stop site "Default Web Site"')
    assert host.iis["sessions_cut"]["W3SVC"] == 4


def test_counters_need_no_feature(host):
    host.act("add_sessions", site="Shop", count=7)
    host.act("request", site="Shop", seconds=60.0)
    host.appcmd("stop apppool DefaultAppPool")

    def ask(what, item):
        return {row["Name"]: row[what] for row in host.ask(f"SELECT * FROM Win32_PerfRawData_{item}", "root/cimv2")}

    assert ask("CurrentConnections", "W3SVC_WebService") == {"_Total": 7, "Default Web Site": 0, "Shop": 7}
    states = ask("CurrentApplicationPoolState", "APPPOOLCountersProvider_APPPOOLWAS")
    assert (states["DefaultAppPool"], states["Shop"]) == (5, 3)
    pid = host.workers("Shop")[0]
    active = ask("ActiveRequests", "W3SVCW3WPCounterProvider_W3SVCW3WP")
    assert active == {"_Total": 1, f"{pid}_Shop": 1}
    host.appcmd("stop site Shop")
    assert ask("ServiceUptime", "W3SVC_WebService")["Shop"] == 0
    host.act("switch", name="counters_of_stopped_sites", value=False)
    assert "Shop" not in ask("ServiceUptime", "W3SVC_WebService")
    host.run("net stop was /y")
    assert ask("ServiceUptime", "W3SVC_WebService") == {}
    host.act("switch", name="counters_when_down", value=True)
    assert ask("ServiceUptime", "W3SVC_WebService") == {"_Total": 0}


def test_an_application_names_its_pool_with_case(host):
    host.act("set_pool", pool="Shop", path="name", value="SHOP")
    host.pass_time(3)
    assert host.pool("SHOP") == "started"
    assert host.act("request", site="Shop") == 503


def test_a_site_whose_id_changes_stops(host):
    host.appcmd("set site Shop /id:9")
    host.pass_time(3)
    assert host.site("Shop") == "stopped"
    assert host.appcmd("start site Shop")[0] == 0


def test_of_two_sites_with_one_binding_the_first_comes_up(make_host):
    host = make_host(sites=[Site7(1, "A"), Site7(2, "B")])
    assert (host.site("A"), host.site("B")) == ("started", "stopped")
    assert host.iis["sites"]["B"]["auto_start"] is True
    (event,) = host.machine.event_log.find(1007)
    assert event.data == bytes.fromhex("b7000780")


def test_a_site_that_is_stuck_never_arrives(host):
    host.act("stick_site", site="Shop")
    host.act("stop_site", site="Default Web Site", lasting=True)
    assert host.act("get_site", site="Default Web Site", path="serverAutoStart") == "false"
    host.act("switch", name="appcmd_seconds", value=0.0)
    with pytest.raises(TimeoutError):
        host.appcmd("stop site Shop")
    assert host.site("Shop") == "stopping"
