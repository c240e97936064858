# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from simulator.clock import VirtualClock
from simulator.iis.install import install_iis
from simulator.iis.kinds import Kind
from simulator.iis.sites import SiteState
from simulator.iis.spec import IisSpec, SiteSpec
from simulator.machine import Machine


def test_a_metabase_that_is_there_is_kept(tmp_path, host):
    host.put("IIsWebServerSetting", "W3SVC/1", ServerComment="Renamed")
    host.act("metabase_save")
    again = Machine("WEB01", VirtualClock(), tmp_path)
    described = install_iis(again, IisSpec(iis5_mode=True)).describe()
    assert described["sites"]["W3SVC/1"]["name"] == "Renamed"
    assert described["running_mode"] == described["configured_mode"] == "worker_process"
    assert described["metabase"]["file_version"] == 244


def test_a_corrupt_one_keeps_iisadmin_from_running(tmp_path, host):
    host.act("metabase_corrupt")
    again = Machine("WEB01", VirtualClock(), tmp_path)
    iis = install_iis(again, IisSpec())
    assert iis.service_state("IISADMIN").value == iis.service_state("W3SVC").value == "Stopped"
    assert again.scm.get("IISADMIN").exit_code == 13


def test_a_host_may_have_unsaved_changes_from_the_start(make_host):
    host = make_host(unsaved_changes=3)
    assert host.metabase["unsaved_changes"] == 3
    assert not host.metabase["memory_equals_disk"]


def test_services_may_be_stopped_or_disabled(make_host):
    host = make_host(stopped=["W3SVC"])
    assert host.service("W3SVC") == "Stopped"
    assert host.iis.describe()["running_mode"] is None
    assert host.state("W3SVC/1") == "stopped"


def test_a_disabled_iisadmin_takes_everything_with_it(make_host):
    host = make_host(start_modes={"IISADMIN": "Disabled"})
    assert host.service("IISADMIN") == host.service("W3SVC") == "Stopped"
    assert host.iis.describe()["configured_mode"] == "worker_process"


def test_in_iis5_mode_http_ssl_lives_in_inetinfo(make_host):
    scm = make_host(iis5_mode=True).machine.scm
    assert scm.get("HTTPFilter").pid == scm.get("IISADMIN").pid
    assert scm.get("W3SVC").pid != scm.get("IISADMIN").pid


def test_dependencies_are_the_same_by_every_way_of_asking(make_host):
    host = make_host(services=list(Kind), sites=[])
    rows = host.machine.wmi.query("root/cimv2", "SELECT * FROM Win32_DependentService").rows
    pairs = {tuple(row.instance.values[role].keys["Name"] for role in ("Antecedent", "Dependent")) for row in rows}
    by_select = {dependent for needed, dependent in pairs if needed == "IISADMIN"}
    wql = "ASSOCIATORS OF {Win32_Service.Name='IISADMIN'} WHERE AssocClass=Win32_DependentService Role=Antecedent"
    by_association = {row["Name"] for row in host.ask(wql, "root/cimv2")}
    registry = host.machine.wmi.provider("root/default", "StdRegProv")
    services = r"SYSTEM\CurrentControlSet\Services"

    def ask(method, key, **arguments):
        return host.wait_for(registry.invoke(None, method, {"sSubKeyName": key, **arguments}))

    names = ask("EnumKey", services)["sNames"]
    needs = {
        name: ask("GetMultiStringValue", rf"{services}\{name}", sValueName="DependOnService").get("sValue") or []
        for name in names
    }
    by_registry = {name for name, wanted in needs.items() if "iisadmin" in [each.lower() for each in wanted]}
    assert by_select == by_association == by_registry == {"HTTPFilter", "MSFTPSVC", "NntpSvc", "SMTPSVC", "W3SVC"}
    assert needs["IISADMIN"] == ["RpcSs", "SamSs"]
    assert "DependOnService" in ask("EnumValues", rf"{services}\W3SVC")["sNames"]


def test_hundreds_of_sites_are_no_trouble(make_host):
    host = make_host(sites=[SiteSpec(number, f"s{number}", state="stopped") for number in range(1, 401)])
    assert len(host.ask("SELECT Name, ServerState FROM IIsWebServer WHERE ServerState = 4")) == 400
    assert host.iis.sites[host.iis.kinds[0]].state(400) is SiteState.STOPPED


def test_after_a_reboot_everything_is_back(host):
    host.put("IIsWebServerSetting", "W3SVC/1", ServerComment="Renamed")
    host.machine.reboot()
    host.pass_time(90)
    assert host.service("W3SVC") == "Running"
    assert host.state("W3SVC/1") == "started"
    assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Renamed"


def test_pulling_the_plug_loses_what_is_unsaved(host):
    host.put("IIsWebServerSetting", "W3SVC/1", ServerComment="Renamed")
    host.machine.reboot(force=True)
    host.pass_time(90)
    assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Default Web Site"
