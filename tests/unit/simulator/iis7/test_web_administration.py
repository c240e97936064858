# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root/WebAdministration: shapes, methods, and what they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.simulator.iis7.conftest import NAMESPACE, refusal

from simulator.iis7.spec import Binding7, Site7
from simulator.iis7.switches import ProtocolName, StateWhenDown, Switches7
from simulator.wmi.caller import ELEVATED
from simulator.wmi.model import Instance, WmiStatus

SHOP = {"Name": "Shop"}


def test_it_is_there_only_with_the_feature(host):
    assert refusal(lambda: host.ask("SELECT Name FROM Site")) == WmiStatus.INVALID_NAMESPACE


def test_a_site_as_it_reads(wmi):
    site = wmi.ask("SELECT * FROM Site WHERE Name='shop'")[0]
    assert (site["Id"], site["Name"], site["ServerAutoStart"]) == (2, "Shop", True)
    assert [binding.values for binding in site["Bindings"]] == [
        {"BindingInformation": "*:8080:", "Protocol": "http", "SslFlags": 0},
        {"BindingInformation": "*:443:", "Protocol": "https", "SslFlags": 0},
    ]
    assert site["Limits"].values["ConnectionTimeout"] == timedelta(seconds=120)
    assert site["Limits"].values["MaxConnections"] == 4294967295
    assert "State" not in site
    assert refusal(lambda: wmi.ask("SELECT State FROM Site")) == WmiStatus.INVALID_QUERY


def test_ssl_flags_came_with_iis_8(make_host):
    host = make_host("iis75", scripting_tools=True)
    (binding,) = host.ask("SELECT Bindings FROM Site")[0]["Bindings"]
    assert set(binding.values) == {"BindingInformation", "Protocol"}


def test_a_pool_as_it_reads(wmi):
    pool = wmi.ask("SELECT * FROM ApplicationPool WHERE Name='Shop'")[0]
    assert pool["ProcessModel"].values["ShutdownTimeLimit"] == timedelta(seconds=90)
    assert pool["ProcessModel"].values["IdentityType"] == 4
    assert pool["Recycling"].values["LogEventOnRecycle"] & 32
    assert (pool["AutoStart"], pool["StartMode"], pool["ManagedPipelineMode"]) == (True, 0, 0)


def test_states_are_a_method_of_their_own(wmi):
    assert wmi.call("Site", "GetState", SHOP) == {"ReturnValue": 1}
    assert wmi.call("Site", "Stop", SHOP) == {}
    assert wmi.call("Site", "GetState", SHOP) == {"ReturnValue": 2}
    wmi.pass_time(1)
    assert wmi.call("Site", "GetState", SHOP) == {"ReturnValue": 3}
    assert wmi.call("Site", "Stop", SHOP) == {}
    wmi.call("Site", "Start", SHOP)
    wmi.pass_time(1)
    assert wmi.site("Shop") == "started"


def test_methods_may_return_when_it_is_done(wmi):
    wmi.act("switch", name="methods_return_at_once", value=False)
    wmi.call("Site", "Stop", SHOP)
    assert wmi.site("Shop") == "stopped"
    wmi.call("ApplicationPool", "Stop", SHOP)
    assert wmi.pool("Shop") == "stopped"


def test_a_stop_is_forgotten_or_written_down(wmi):
    wmi.call("Site", "Stop", SHOP)
    wmi.call("ApplicationPool", "Stop", SHOP)
    wmi.pass_time(3)
    assert (wmi.iis["sites"]["Shop"]["auto_start"], wmi.iis["pools"]["Shop"]["auto_start"]) == (True, True)
    wmi.call("ApplicationPool", "Start", SHOP)
    wmi.call("Site", "Start", SHOP)
    wmi.pass_time(3)
    wmi.act("switch", name="wmi_stop_persists", value=True)
    wmi.call("Site", "Stop", SHOP)
    wmi.call("ApplicationPool", "Stop", SHOP)
    assert (wmi.iis["sites"]["Shop"]["auto_start"], wmi.iis["pools"]["Shop"]["auto_start"]) == (False, False)


def test_auto_start_is_put(wmi):
    wmi.put("Site", SHOP, ServerAutoStart=False)
    wmi.put("ApplicationPool", SHOP, AutoStart=False, StartMode=1)
    assert wmi.act("get_site", site="Shop", path="serverAutoStart") == "false"
    assert wmi.act("get_pool", pool="Shop", path="startMode") == "AlwaysRunning"
    wmi.run("iisreset")
    assert (wmi.site("Shop"), wmi.pool("Shop")) == ("stopped", "stopped")
    wmi.act("switch", name="put", value=False)
    assert refusal(lambda: wmi.put("Site", SHOP, ServerAutoStart=True)) == WmiStatus.PROVIDER_NOT_CAPABLE


def test_one_attribute_by_its_path_in_the_configuration(wmi):
    where = {
        "SectionPath": "system.applicationHost/sites",
        "RelativePath": "site[@name='Shop']",
        "AttributeName": "serverAutoStart",
    }
    wmi.call("Site", "SetAttribute", SHOP, **where, Value="false")
    assert wmi.call("Site", "GetAttribute", SHOP, **where) == {"Value": "false"}
    wmi.call("Site", "ClearAttribute", SHOP, **where)
    assert wmi.iis["sites"]["Shop"]["auto_start"] is True
    wmi.act("switch", name="set_attribute", value=False)
    assert refusal(lambda: wmi.call("Site", "SetAttribute", SHOP, **where, Value="false")) == 0x80004001


def test_what_site_commands_refuse(make_host):
    host = make_host(sites=[Site7(1, "A"), Site7(2, "B", state="stopped")], scripting_tools=True)
    assert refusal(lambda: host.call("Site", "Start", {"Name": "B"})) == 0x800700B7
    host.act("occupy_port", port=80)
    assert refusal(lambda: host.call("Site", "Start", {"Name": "B"})) == 0x80070020
    assert refusal(lambda: host.call("Site", "Start", {"Name": "none"})) == WmiStatus.NOT_FOUND
    host.call("Site", "Create", None, Name="New", Bindings=[Instance("BindingElement", {"Protocol": "http"})])
    assert refusal(lambda: host.call("Site", "Start", {"Name": "New"})) == 0x800710D8
    host.act("switch", name="refused_methods", value={"Stop": 0x80041024})
    assert refusal(lambda: host.call("Site", "Stop", {"Name": "A"})) == 0x80041024


def test_what_pool_commands_refuse(wmi):
    wmi.act("request", site="Shop", hang=True)
    wmi.call("ApplicationPool", "Stop", SHOP)
    assert wmi.call("ApplicationPool", "GetState", SHOP) == {"ReturnValue": 2}
    assert refusal(lambda: wmi.call("ApplicationPool", "Start", SHOP)) == 0x80070425
    wmi.pass_time(95)
    assert refusal(lambda: wmi.call("ApplicationPool", "Stop", SHOP)) == 0x80070426
    assert refusal(lambda: wmi.call("ApplicationPool", "Recycle", SHOP)) == 0x80070426


def test_a_recycle_gives_another_worker_process(wmi):
    (before,) = wmi.ask("SELECT ProcessId FROM WorkerProcess WHERE AppPoolName='Shop'")
    wmi.call("ApplicationPool", "Recycle", SHOP)
    wmi.pass_time(2)
    (after,) = wmi.ask("SELECT ProcessId FROM WorkerProcess WHERE AppPoolName='Shop'")
    assert before != after
    wmi.call("ApplicationPool", "Recycle", {"Name": "DefaultAppPool"})
    assert wmi.workers("DefaultAppPool") == []


@pytest.mark.parametrize("services", ["was", "w3svc"])
def test_states_while_the_services_are_down(wmi, services):
    wmi.run(f"net stop {services} /y")
    assert wmi.call("Site", "GetState", SHOP) == {"ReturnValue": 4}
    assert wmi.call("ApplicationPool", "GetState", SHOP) == {"ReturnValue": 4}
    assert refusal(lambda: wmi.call("Site", "Start", SHOP)) == 0x80070426
    wmi.act("switch", name="state_when_down", value=StateWhenDown.FAULT)
    assert refusal(lambda: wmi.call("Site", "GetState", SHOP)) == 0x80070426
    assert refusal(lambda: wmi.call("ApplicationPool", "GetState", SHOP)) == 0x80070426


def ftp_host(make_host, rule):
    sites = [Site7(2, "Files", (Binding7("*:21:", "ftp"),))]
    return make_host(sites=sites, ftp=True, scripting_tools=True, switches=Switches7(protocol_name=rule))


def test_the_ftp_half_by_its_protocol(make_host):
    host, files = ftp_host(make_host, ProtocolName.WORKS), {"Name": "Files"}
    assert refusal(lambda: host.call("Site", "GetState", files)) == 0x800710D8
    assert host.call("Site", "GetState", files, ProtocolName="ftp") == {"ReturnValue": 1}
    host.call("Site", "Stop", files, ProtocolName="FTP")
    host.pass_time(1)
    assert host.iis["sites"]["Files"]["ftp_state"] == "stopped"
    host.act("switch", name="ftp_state_code", value=0)
    assert host.call("Site", "GetState", files) == {"ReturnValue": 4}


def test_the_protocol_may_be_ignored_or_refused(make_host):
    host, files = ftp_host(make_host, ProtocolName.IGNORED), {"Name": "Files"}
    assert refusal(lambda: host.call("Site", "Stop", files, ProtocolName="ftp")) == 0x800710D8
    host.act("switch", name="protocol_name", value=ProtocolName.REFUSED)
    assert refusal(lambda: host.call("Site", "Stop", files, ProtocolName="ftp")) == 0x80070032
    assert host.iis["sites"]["Files"]["ftp_state"] == "started"


def test_a_filtered_token_is_refused(wmi):
    token = ELEVATED.set(False)
    try:
        assert refusal(lambda: wmi.ask("SELECT Name FROM Site")) == WmiStatus.ACCESS_DENIED
        processes = wmi.ask("SELECT CommandLine FROM Win32_Process WHERE Name='w3wp.exe'", "root/cimv2")
        assert [process["CommandLine"] for process in processes] == [None]
    finally:
        ELEVATED.reset(token)


def test_associations_and_singletons(wmi):
    (application,) = wmi.ask('ASSOCIATORS OF {Site.Name="Shop"} WHERE ResultClass=Application')
    assert application["ApplicationPool"] == "Shop"
    (worker,) = wmi.ask('ASSOCIATORS OF {ApplicationPool.Name="Shop"} WHERE ResultClass=WorkerProcess')
    assert worker["ProcessId"] == wmi.workers("Shop")[0]
    (server,) = wmi.ask("SELECT * FROM Server")
    assert server["ApplicationPoolDefaults"].values["ManagedRuntimeVersion"] == "v4.0"
    (history,) = wmi.ask("SELECT Enabled, MaxHistories, Location FROM ConfigurationHistorySection")
    assert (history["Enabled"], history["MaxHistories"], history["Location"]) == (True, 10, "")


def test_requests_that_run_now(make_host):
    host = make_host(scripting_tools=True, request_monitor=True)
    host.act("request", site="Default Web Site", seconds=30.0)
    pid = str(host.workers("DefaultAppPool")[0])
    found = host.call("WorkerProcess", "GetExecutingRequests", {"ProcessId": pid})["OutputElement"]
    assert [entry.class_name for entry in found] == ["HttpRequest"]
    host.pass_time(31)
    assert host.call("WorkerProcess", "GetExecutingRequests", {"ProcessId": pid}) == {"OutputElement": None}


def test_properties_that_go_back_to_their_defaults(wmi):
    wmi.put("Site", SHOP, ServerAutoStart=False)
    wmi.call("Site", "RevertToParent", SHOP, PropertyName="ServerAutoStart")
    assert wmi.iis["sites"]["Shop"]["auto_start"] is True
    wmi.put("ApplicationPool", SHOP, QueueLength=5, AutoStart=False)
    wmi.call("ApplicationPool", "RevertToParent", SHOP)
    assert wmi.act("get_pool", pool="Shop", path="queueLength") == "1000"


def test_passwords_show_only_by_a_switch(wmi):
    wmi.act("set_pool", pool="Shop", path="processModel.password", value="hidden")
    query = "SELECT ProcessModel FROM ApplicationPool WHERE Name='Shop'"
    assert wmi.ask(query)[0]["ProcessModel"].values["Password"] == ""
    wmi.act("switch", name="clear_passwords", value=True)
    assert wmi.ask(query)[0]["ProcessModel"].values["Password"] == "hidden"


def test_the_namespace_has_every_class_of_the_sheet(wmi):
    for name in ("Site", "ApplicationPool", "Application", "VirtualDirectory", "WorkerProcess", "Server"):
        assert wmi.machine.wmi.provider(NAMESPACE, name)
