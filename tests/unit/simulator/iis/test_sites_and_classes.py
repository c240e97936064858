# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.providers.settings import MASK
from simulator.iis.spec import BindingSpec, SiteSpec
from simulator.iis.switches import CurrentMode, PutRule, Switches
from simulator.wmi.model import WmiError, WmiStatus

ARRAYS = ("ScriptMaps", "HttpErrors", "HttpCustomHeaders", "WebSvcExtRestrictionList")
BINDINGS = ("ServerBindings", "SecureBindings")


def refused(host, site, method, class_name="IIsWebServer"):
    with pytest.raises(WmiError) as error:
        host.call(class_name, site, method)
    return error.value.hresult


class TestStates:
    def test_a_site_goes_through_stopping_to_stopped(self, make_host):
        host = make_host(switches=Switches(methods_return_at_once=True, site_seconds=2))
        assert host.call("IIsWebServer", "W3SVC/1", "Stop") == {}
        assert host.ask("SELECT Name, ServerState FROM IIsWebServer")[0]["ServerState"] == 3
        host.pass_time(3)
        assert host.ask("SELECT Name, ServerState FROM IIsWebServer")[0]["ServerState"] == 4

    def test_or_the_method_returns_when_it_is_settled(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        assert host.state("W3SVC/1") == "stopped"

    def test_stopping_clears_auto_start_and_starting_sets_it(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        assert host.iis.describe()["sites"]["W3SVC/1"]["auto_start"] is False
        host.call("IIsWebServer", "W3SVC/1", "Start")
        assert host.iis.describe()["sites"]["W3SVC/1"]["auto_start"] is True

    def test_pausing_leaves_auto_start_alone(self, host):
        host.call("IIsWebServer", "w3svc/1", "Pause")
        assert host.state("W3SVC/1") == "paused"
        assert host.iis.describe()["sites"]["W3SVC/1"]["auto_start"] is True
        host.call("IIsWebServer", "W3SVC/1", "Continue")
        assert host.state("W3SVC/1") == "started"

    def test_a_stopped_site_cannot_be_paused(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        assert refused(host, "W3SVC/1", "Pause") == 0x80070425

    def test_stopping_a_paused_site_is_uncertain(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        assert refused(host, "W3SVC/1", "Stop") == 0x80070425
        host.act("switch", name="stop_of_paused_refused", value=False)
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        assert host.state("W3SVC/1") == "stopped"

    def test_a_site_in_transition_takes_no_command(self, host):
        host.act("stick_site", kind="web", site=1)
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        assert host.state("W3SVC/1") == "stopping"
        assert refused(host, "W3SVC/1", "Start") == 0x80070425

    def test_a_site_cannot_start_while_its_service_is_stopped(self, host):
        host.machine.scm.stop("W3SVC")
        host.pass_time(5)
        assert host.state("W3SVC/1") == "stopped"
        assert refused(host, "W3SVC/1", "Start") == 0x80070426

    def test_a_busy_key_keeps_the_command_away(self, host):
        host.act("metabase_hold", path="/LM/W3SVC/1", seconds=100)
        assert refused(host, "W3SVC/1", "Stop") == 0x80070094

    def test_sites_come_up_with_the_service_by_auto_start(self, make_host):
        sites = [SiteSpec(1, "a"), SiteSpec(2, "b", bindings=[BindingSpec(81)], state="stopped")]
        sites += [SiteSpec(3, "c", bindings=[BindingSpec(82)], state="paused")]
        host = make_host(sites=sites)
        assert [host.state(f"W3SVC/{site}") for site in (1, 2, 3)] == ["started", "stopped", "paused"]
        host.restart("W3SVC")
        assert [host.state(f"W3SVC/{site}") for site in (1, 2, 3)] == ["started", "stopped", "started"]

    @pytest.mark.parametrize("key", ["pausing", "W3SVC/1 pausing"])
    def test_a_single_transition_may_take_long(self, make_host, key):
        sites = [SiteSpec(1, "a"), SiteSpec(2, "b", bindings=[BindingSpec(81)])]
        switches = Switches(methods_return_at_once=True, site_seconds=1, transition_seconds={key: 6})
        host = make_host(sites=sites, switches=switches)
        assert host.state("W3SVC/1") == "started"
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.call("IIsWebServer", "W3SVC/2", "Pause")
        host.pass_time(5)
        assert host.state("W3SVC/1") == "pausing"
        assert host.state("W3SVC/2") == ("pausing" if key == "pausing" else "paused")
        assert refused(host, "W3SVC/1", "Continue") == 0x80070425
        host.pass_time(1.5)
        assert host.state("W3SVC/1") == "paused"
        host.call("IIsWebServer", "W3SVC/1", "Continue")
        host.pass_time(1.5)
        assert host.state("W3SVC/1") == "started"

    def test_they_pass_through_starting(self, make_host):
        host = make_host(switches=Switches(site_seconds=3))
        host.machine.scm.stop("W3SVC")
        host.pass_time(5)
        host.machine.scm.start("W3SVC")
        host.pass_time(1.5)
        assert host.service("W3SVC") == "Running"
        assert host.state("W3SVC/1") == "starting"


class TestBindings:
    def two(self, make_host, kind=Kind.WEB, **kwargs):
        port = kind.value.port
        sites = [
            SiteSpec(1, "one", kind, [BindingSpec(port)]),
            SiteSpec(2, "two", kind, [BindingSpec(port)], "stopped"),
        ]
        return make_host(services=[Kind.WEB, kind], sites=sites, **kwargs)

    def test_a_binding_of_a_started_site_is_taken(self, make_host):
        host = self.two(make_host)
        assert refused(host, "W3SVC/2", "Start") == 0x80070034
        assert host.state("W3SVC/2") == "stopped"
        setting = host.ask("SELECT Name, Win32Error FROM IIsWebServerSetting WHERE Name = 'W3SVC/2'")
        assert setting[0]["Win32Error"] == 52
        (event,) = host.machine.event_log.find(1007, "W3SVC")
        assert "http://*:80/" in event.message
        assert event.data == bytes.fromhex("b7000780")

    def test_it_is_free_again_when_that_site_stops(self, make_host):
        host = self.two(make_host)
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        host.call("IIsWebServer", "W3SVC/2", "Start")
        assert host.state("W3SVC/2") == "started"
        assert refused(host, "W3SVC/1", "Start") == 0x80070034

    def test_a_port_of_a_foreign_process_is_taken_otherwise(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Stop")
        host.act("occupy_port", port=80)
        assert refused(host, "W3SVC/1", "Start") == 0x80070020

    def test_ftp_has_a_code_of_its_own(self, make_host):
        host = self.two(make_host, Kind.FTP)
        assert refused(host, "MSFTPSVC/2", "Start", "IIsFtpServer") == 0x80070057

    def test_different_host_names_share_a_port(self, make_host):
        sites = [SiteSpec(1, "a", bindings=[BindingSpec(80, host="a")]), SiteSpec(2, "b", bindings=[BindingSpec(80)])]
        host = make_host(sites=sites)
        assert host.state("W3SVC/1") == host.state("W3SVC/2") == "started"

    def test_a_site_that_cannot_have_its_binding_stays_down_when_the_service_starts(self, host):
        host.act("occupy_port", port=80)
        host.restart("W3SVC")
        assert host.service("W3SVC") == "Running"
        assert host.state("W3SVC/1") == "stopped"
        assert host.iis.describe()["sites"]["W3SVC/1"]["auto_start"] is True


class TestClasses:
    def test_settings_show_bindings_as_embedded_objects(self, make_host):
        bindings = [BindingSpec(8080, "10.0.0.1", "www.example.org"), BindingSpec(443, secure=True)]
        host = make_host(sites=[SiteSpec(7, "Shop", bindings=bindings)])
        (site,) = host.ask("SELECT * FROM IIsWebServerSetting")
        (binding,) = site["ServerBindings"]
        assert binding.values == {"IP": "10.0.0.1", "Port": "8080", "Hostname": "www.example.org"}
        assert site["SecureBindings"][0].values["Port"] == "443"
        assert site["Name"] == "W3SVC/7"
        assert site["AppPoolId"] == "DefaultAppPool"
        assert site["MaxConnections"] == -1
        assert site["AccessRead"] is True
        assert "ServerState" not in site
        assert len(site) > 150

    def test_values_are_inherited_from_the_service(self, host):
        host.put("IIsWebServiceSetting", "W3SVC", ConnectionTimeout=300)
        (site,) = host.ask("SELECT ConnectionTimeout FROM IIsWebServerSetting")
        assert site["ConnectionTimeout"] == 300

    def test_a_put_changes_what_differs(self, host):
        updated = host.put("IIsWebServerSetting", "W3SVC/1", ServerComment="Shop", ServerSize=1, AccessWrite=True)
        assert updated.values["ServerComment"] == "Shop"
        assert updated.values["AccessFlags"] == 515
        assert host.metabase["unsaved_changes"] == 2

    def test_put_rules(self, host):
        provider = host.machine.wmi.provider("root/MicrosoftIISv2", "IIsWebServerSetting")
        host.put("IIsWebServerSetting", "W3SVC/1", MaxConnections=5)
        host.iis.switches.put_rule = PutRule.NEEDS_ALL
        with pytest.raises(WmiError):
            host.wait_for(provider.put_whole({"Name": "W3SVC/1"}, {"ServerComment": "x"}))
        host.iis.switches.put_rule = PutRule.RESETS_OMITTED
        updated = host.wait_for(provider.put_whole({"Name": "W3SVC/1"}, {"ServerComment": "x"}))
        assert updated.values["MaxConnections"] == -1

    def test_lists_show_as_embedded_objects(self, host):
        (service,) = host.ask("SELECT * FROM IIsWebServiceSetting")
        asp, error, header = (service[name][0] for name in ("ScriptMaps", "HttpErrors", "HttpCustomHeaders"))
        assert (asp.class_name, asp.values) == (
            "ScriptMap",
            {
                "Extensions": ".asp",
                "ScriptProcessor": r"C:\WINDOWS\system32\inetsrv\asp.dll",
                "Flags": "5",
                "IncludedVerbs": "GET,HEAD,POST,TRACE",
            },
        )
        assert (error.values["HttpErrorCode"], error.values["HandlerType"]) == ("400", "FILE")
        assert header.values == {"Keyname": "X-Powered-By", "Value": "ASP.NET"}
        before = {name: host.act("metabase_get", path="/LM/W3SVC", name=name) for name in ARRAYS}
        lists = {name: list(reversed(service[name])) for name in ARRAYS}
        host.put("IIsWebServiceSetting", "W3SVC", **lists)
        assert {name: host.act("metabase_get", path="/LM/W3SVC", name=name)[::-1] for name in ARRAYS} == before

    @pytest.mark.parametrize(
        ("rule", "lost"), [(None, True), (PutRule.MERGE, False), (PutRule.NEEDS_ALL, True)], ids=str
    )
    @pytest.mark.parametrize(
        ("class_name", "name", "lists"),
        [("IIsWebServiceSetting", "W3SVC", ARRAYS), ("IIsWebServerSetting", "W3SVC/1", (*ARRAYS[:3], *BINDINGS))],
    )
    def test_a_whole_put_empties_the_lists_that_it_leaves_out(self, make_host, rule, lost, class_name, name, lists):
        switches = Switches() if rule is None else Switches(put_rule=rule)
        bindings = [BindingSpec(80), BindingSpec(443, secure=True)]
        host = make_host(sites=[SiteSpec(1, "Shop", bindings=bindings)], switches=switches)
        provider = host.machine.wmi.provider("root/MicrosoftIISv2", class_name)
        read = provider.get({"Name": name})
        declared = {entry.name: entry for entry in provider.wmi_class.properties if entry.writable}
        single = {key: value for key, value in read.values.items() if key in declared and not declared[key].array}
        before = {entry: host.act("metabase_get", path=f"/LM/{name}", name=entry) for entry in lists}
        assert all(before.values())

        host.wait_for(provider.put_whole({"Name": name}, {**single, "MaxConnections": 5}))
        host.act("metabase_save")

        after = {entry: host.act("metabase_get", path=f"/LM/{name}", name=entry) for entry in lists}
        assert after == ({entry: [] for entry in lists} if lost else before)
        key = host.iis.store.on_disk()[0].children["lm"].children["w3svc"]
        values = (key if name == "W3SVC" else key.children["1"]).values
        assert values["MaxConnections"] == 5
        assert [entry for entry in lists if values.get(entry) == ()] == (list(lists) if lost else [])

    @pytest.mark.parametrize("masked", [False, True])
    def test_passwords_can_be_masked_and_the_mask_be_written_back(self, make_host, masked):
        host = make_host(switches=Switches(mask_passwords=masked))
        provider = host.machine.wmi.provider("root/MicrosoftIISv2", "IIsWebServiceSetting")
        names = ("AnonymousUserPass", "WAMUserPass")
        before = {name: host.act("metabase_get", path="/LM/W3SVC", name=name) for name in names}
        read = provider.get({"Name": "W3SVC"}).values
        assert {name: read[name] for name in names} == (dict.fromkeys(names, MASK) if masked else before)
        assert read["LogOdbcPassword"] == "", "what is not set has nothing to hide"
        host.wait_for(provider.put_whole({"Name": "W3SVC"}, read))
        after = {name: host.act("metabase_get", path="/LM/W3SVC", name=name) for name in names}
        assert after == (dict.fromkeys(names, MASK) if masked else before)

    def test_smtp_and_nntp_sites_have_no_methods(self, make_host):
        sites = [SiteSpec(1, "Mail", Kind.SMTP), SiteSpec(1, "News", Kind.NNTP)]
        host = make_host(services=[Kind.SMTP, Kind.NNTP], sites=sites)
        assert host.ask("SELECT Name, ServerState FROM IIsSmtpServer")[0] == {"Name": "SmtpSvc/1", "ServerState": 2}
        assert host.ask("SELECT Name, ServerState FROM IIsNntpServer")[0]["ServerState"] == 2
        assert host.machine.wmi.provider("root/MicrosoftIISv2", "IIsSmtpServer").wmi_class.methods == ()
        assert refused(host, "SmtpSvc/1", "Start", "IIsSmtpServer") == WmiStatus.INVALID_METHOD

    def test_the_version_is_six(self, host):
        (info,) = host.ask("SELECT * FROM IIsWebInfo")
        assert (info["MajorIIsVersionNumber"], info["MinorIIsVersionNumber"]) == (6, 0)

    def test_the_service_class_is_a_service(self, host):
        (service,) = host.ask("SELECT * FROM IIsWebService")
        assert service["State"] == "Running"
        assert host.call("IIsWebService", "W3SVC", "StopService") == {"ReturnValue": 0}

    def test_a_new_site_is_stopped(self, host):
        made = host.call("IIsWebService", "W3SVC", "CreateNewSite", ServerComment="New", PathOfRootVirtualDir="c:\\new")
        assert made == {"ReturnValue": "IIsWebServer='W3SVC/2'"}
        assert host.state("W3SVC/2") == "stopped"

    def test_without_iisadmin_nothing_answers(self, host):
        host.stop("W3SVC", "HTTPFilter", "IISADMIN")
        for class_name in ("IIsWebServer", "IIsWebServerSetting", "IIsWebService", "IIsComputer"):
            with pytest.raises(WmiError) as error:
                host.ask(f"SELECT * FROM {class_name}")
            assert error.value.hresult == 0x800706BA

    def test_states_come_back_when_inetinfo_was_killed_under_w3svc(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.act("kill_service", name="IISADMIN", recover=False)
        assert host.service("W3SVC") == "Running"
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert host.ask("SELECT ServerState FROM IIsWebServer")[0]["ServerState"] == 6


class TestIsolationMode:
    def mode(self, host):
        return host.call("IIsWebService", "W3SVC", "GetCurrentMode")["ReturnValue"]

    def test_a_change_waits_for_a_restart_of_w3svc(self, host):
        assert self.mode(host) == 1
        host.put("IIsWebServiceSetting", "W3SVC", IIs5IsolationModeEnabled=True)
        assert host.iis.describe()["configured_mode"] == "iis5"
        assert self.mode(host) == 1
        host.restart("W3SVC")
        assert self.mode(host) == 0

    def test_a_host_may_run_another_mode_than_it_is_configured_for(self, make_host):
        host = make_host(iis5_mode=False, running_iis5_mode=True)
        assert host.iis.describe()["configured_mode"] == "worker_process"
        assert self.mode(host) == 0
        assert host.metabase["memory_equals_disk"]

    @pytest.mark.parametrize("answer", [0, 1])
    @pytest.mark.parametrize("iis5", [True, False])
    def test_perhaps_the_answer_contradicts_the_processes(self, make_host, answer, iis5):
        host = make_host(iis5_mode=iis5, switches=Switches(current_mode_answer=answer))
        assert self.mode(host) == answer
        assert host.iis.describe()["running_mode"] == ("iis5" if iis5 else "worker_process")
        assert host.iis.describe()["http_ssl_process"] == ("inetinfo.exe" if iis5 else "lsass.exe")

    def test_perhaps_the_method_cannot_be_invoked(self, make_host):
        host = make_host(switches=Switches(refused_methods={"GetCurrentMode": WmiStatus.INVALID_METHOD}))
        assert refused(host, "W3SVC", "GetCurrentMode", "IIsWebService") == WmiStatus.INVALID_METHOD
        assert host.call("IIsWebServer", "W3SVC/1", "Stop") == {}

    @pytest.mark.parametrize(("rule", "answer"), [(CurrentMode.LAST, 1), (CurrentMode.CONFIGURED, 0)])
    def test_with_w3svc_stopped_nobody_knows(self, host, rule, answer):
        host.put("IIsWebServiceSetting", "W3SVC", IIs5IsolationModeEnabled=True)
        host.machine.scm.stop("W3SVC")
        host.pass_time(5)
        with pytest.raises(WmiError):
            self.mode(host)
        host.iis.switches.current_mode_when_stopped = rule
        assert self.mode(host) == answer

    def test_worker_processes_belong_to_worker_process_mode(self, host):
        assert len(host.machine.processes.named("w3wp.exe")) == 1
        host.put("IIsWebServiceSetting", "W3SVC", IIs5IsolationModeEnabled=True)
        host.restart("W3SVC", "HTTPFilter")
        assert host.machine.processes.named("w3wp.exe") == []
        assert len(host.machine.processes.named("dllhost.exe")) == 1
        assert host.machine.scm.get("HTTPFilter").image.endswith("inetinfo.exe")


class TestHttpSsl:
    """The process of HTTP SSL, which a restart of W3SVC alone leaves where it is (ms525697, table 2.4)."""

    TREE = ("W3SVC", "HTTPFilter", "IISADMIN")

    def processes(self, host):
        """The process of HTTP SSL as WMI tells it, checked against the truth."""
        (row,) = host.ask("SELECT ProcessId, State FROM Win32_Service WHERE Name='HTTPFilter'", "root/cimv2")
        named = host.ask(f"SELECT Name FROM Win32_Process WHERE ProcessId={row['ProcessId']}", "root/cimv2")
        name = named[0]["Name"].lower() if row["State"] == "Running" else None
        assert name == host.iis.describe()["http_ssl_process"]
        return name

    def configure(self, host, iis5):
        host.put("IIsWebServiceSetting", "W3SVC", IIs5IsolationModeEnabled=iis5)

    @pytest.mark.parametrize(("iis5", "process"), [(False, "lsass.exe"), (True, "inetinfo.exe")])
    def test_it_lives_where_the_mode_has_it(self, make_host, iis5, process):
        host = make_host(iis5_mode=iis5)
        assert self.processes(host) == process
        lsass = host.machine.processes.named("lsass.exe")[0].pid
        pid = lsass if process == "lsass.exe" else host.machine.scm.get("IISADMIN").pid
        assert host.machine.describe()["services"]["HTTPFilter"]["pid"] == pid

    @pytest.mark.parametrize(("before", "process"), [(False, "lsass.exe"), (True, "inetinfo.exe")])
    def test_a_restart_of_w3svc_alone_leaves_it_in_its_old_process(self, make_host, before, process):
        host = make_host(iis5_mode=before)
        self.configure(host, not before)
        host.restart("W3SVC")
        assert host.iis.running_iis5_mode is not before
        assert self.processes(host) == process

    def test_w3svc_started_later_makes_the_same_mixture(self, host):
        host.stop("W3SVC")
        self.configure(host, True)
        host.machine.scm.start("W3SVC")
        host.pass_time(5)
        assert (host.iis.describe()["running_mode"], self.processes(host)) == ("iis5", "lsass.exe")

    @pytest.mark.parametrize("tree", [("W3SVC", "HTTPFilter"), TREE])
    def test_its_own_restart_moves_it(self, host, tree):
        self.configure(host, True)
        host.restart(*tree)
        assert self.processes(host) == "inetinfo.exe"

    @pytest.mark.parametrize("needed", [True, False])
    def test_iisreset_moves_it_only_if_it_depends_on_iisadmin(self, make_host, needed):
        host = make_host(switches=Switches(http_ssl_needs_iisadmin=needed))
        self.configure(host, True)
        assert host.run("iisreset /noforce")[0] == 0
        assert host.iis.describe()["running_mode"] == "iis5"
        assert self.processes(host) == ("inetinfo.exe" if needed else "lsass.exe")

    def test_where_it_does_not_depend_on_iisadmin_it_keeps_inetinfo_alive(self, make_host):
        host = make_host(iis5_mode=True, switches=Switches(http_ssl_needs_iisadmin=False))
        host.stop("W3SVC", "IISADMIN")
        assert self.processes(host) == "inetinfo.exe"
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert host.machine.scm.get("IISADMIN").pid == host.machine.scm.get("HTTPFilter").pid

    def test_a_stopped_service_has_no_process(self, make_host):
        host = make_host(stopped=["IISADMIN"])
        assert self.processes(host) is None
        assert host.machine.scm.get("HTTPFilter").pid == 0

    def test_in_iis5_mode_it_has_left_lsass(self, make_host):
        assert "HTTPFilter" not in make_host(iis5_mode=True).act("kill_service", name="SamSs")


class TestPools:
    NAME = "W3SVC/AppPools/DefaultAppPool"

    def test_a_pool_stops_and_starts(self, host):
        host.call("IIsApplicationPool", self.NAME, "Stop")
        (pool,) = host.ask("SELECT Name, AppPoolState, AppPoolAutoStart FROM IIsApplicationPoolSetting")
        assert (pool["AppPoolState"], pool["AppPoolAutoStart"]) == (4, False)
        assert host.machine.processes.named("w3wp.exe") == []
        host.call("IIsApplicationPool", self.NAME, "Start")
        assert host.ask("SELECT * FROM IIsApplicationPoolSetting")[0]["AppPoolState"] == 2

    def test_recycling_changes_the_process(self, host):
        before = host.machine.processes.named("w3wp.exe")[0].pid
        host.call("IIsApplicationPool", self.NAME, "Recycle")
        after = host.machine.processes.named("w3wp.exe")[0].pid
        assert before != after

    def test_there_are_no_pools_in_iis5_mode(self, make_host):
        host = make_host(iis5_mode=True)
        with pytest.raises(WmiError):
            host.call("IIsApplicationPool", self.NAME, "Recycle")

    def test_its_applications(self, host):
        assert host.call("IIsApplicationPool", self.NAME, "EnumAppsInPool") == {"Applications": ["/LM/W3SVC/1/ROOT/"]}


class TestCounters:
    WQL = "SELECT Name, CurrentConnections FROM Win32_PerfRawData_W3SVC_WebService"

    def counts(self, host):
        return {row["Name"]: row["CurrentConnections"] for row in host.ask(self.WQL, "root/cimv2")}

    def test_they_count_sessions_by_site(self, make_host):
        sites = [SiteSpec(1, "a", sessions=5), SiteSpec(2, "b", bindings=[BindingSpec(81)], sessions=7)]
        assert self.counts(make_host(sites=sites)) == {"_Total": 12, "a": 5, "b": 7}

    def test_a_paused_site_drains(self, make_host):
        host = make_host(sites=[SiteSpec(1, "a", sessions=10)], switches=Switches(drain_per_second=2))
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.pass_time(3)
        assert 1 <= self.counts(host)["a"] <= 4
        host.pass_time(3)
        assert self.counts(host)["a"] == 0

    def test_keep_alive_clients_of_a_paused_site_stay_until_their_timeout_is_over(self, make_host):
        host = make_host(sites=[SiteSpec(1, "a", sessions=4)], switches=Switches(drain_per_second=2))
        host.act("add_sessions", kind="web", site=1, count=3, keep_alive=True)
        host.pass_time(500)
        assert self.counts(host)["a"] == 7, "they come back while they are served"
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.pass_time(60)
        assert self.counts(host)["a"] == 3
        host.call("IIsWebServer", "W3SVC/1", "Continue")
        host.pass_time(500)
        assert self.counts(host)["a"] == 3
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.pass_time(119)
        assert self.counts(host)["a"] == 3
        host.pass_time(2)
        assert self.counts(host)["a"] == 0

    def test_their_timeout_is_the_sites(self, host):
        host.put("IIsWebServerSetting", "W3SVC/1", ConnectionTimeout=10)
        host.act("add_sessions", kind="web", site=1, count=3, keep_alive=True)
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        host.pass_time(11)
        assert self.counts(host)["_Total"] == 0

    def test_a_stop_cuts_keep_alive_clients_too(self, host):
        host.act("add_sessions", kind="web", site=1, count=3, keep_alive=True)
        host.restart("W3SVC")
        assert host.iis.describe()["sessions_cut"]["W3SVC"] == 3
        assert self.counts(host)["_Total"] == 0

    def test_a_paused_service_still_counts(self, make_host):
        host = make_host(sites=[SiteSpec(1, "a", sessions=10)], switches=Switches(drain_per_second=0))
        host.act("slow_service", name="W3SVC", pause=4)
        assert host.machine.scm.pause("W3SVC") == 0
        for state in ("Pause Pending", "Paused"):
            assert host.service("W3SVC") == state
            assert self.counts(host)["_Total"] == 10
            host.pass_time(5)
        assert host.state("W3SVC/1") == "paused"
        host.stop("W3SVC")
        assert self.counts(host) == {}
        assert host.iis.describe()["sessions_cut"]["W3SVC"] == 10

    def test_a_stop_cuts(self, make_host):
        host = make_host(sites=[SiteSpec(1, "a", sessions=10)])
        host.restart("W3SVC")
        assert host.iis.describe()["sessions_cut"]["W3SVC"] == 10
        assert self.counts(host)["_Total"] == 0

    def test_a_class_may_be_missing(self, make_host):
        host = make_host(missing_counters=["W3SVC"])
        with pytest.raises(WmiError):
            self.counts(host)

    def test_smtp_counts_otherwise(self, make_host):
        host = make_host(services=[Kind.SMTP], sites=[SiteSpec(1, "Mail", Kind.SMTP, sessions=3)])
        rows = host.ask("SELECT * FROM Win32_PerfFormattedData_SMTPSVC_SMTPServer", "root/cimv2")
        assert {row["Name"]: row["InboundConnectionsCurrent"] for row in rows} == {"_Total": 3, "SMTP 1": 3}
