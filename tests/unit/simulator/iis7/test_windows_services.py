# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows, the services and the registry of a host with IIS 7.5 or 10."""

from __future__ import annotations

import pytest

from simulator.iis7.switches import Switches7

CIMV2 = "root/cimv2"


@pytest.mark.parametrize(
    ("kind", "version", "caption", "iis"),
    [
        ("iis75", "6.1.7601", "Microsoft Windows Server 2008 R2 Standard", (7, 5)),
        ("iis10", "10.0.20348", "Microsoft Windows Server 2022 Standard", (10, 0)),
    ],
)
def test_windows_and_iis_say_their_versions(make_host, kind, version, caption, iis):
    host = make_host(kind)
    (system,) = host.ask("SELECT Version, Caption, WindowsDirectory FROM Win32_OperatingSystem", CIMV2)
    assert (system["Version"], system["Caption"], system["WindowsDirectory"]) == (version, caption, r"C:\Windows")
    values = host.machine.registry.open(r"SOFTWARE\Microsoft\InetStp").values()
    assert (values["majorversion"].data, values["minorversion"].data) == iis
    assert values["versionstring"].data == f"Version {iis[0]}.{iis[1]}"
    assert values["installpath"].data == r"C:\Windows\system32\inetsrv"


def test_only_installed_features_are_among_the_components(make_host):
    plain = make_host().machine.registry.open(r"SOFTWARE\Microsoft\InetStp\Components").values()
    assert "w3svc" in plain
    assert not {"managementscriptingtools", "metabase", "wmicompatibility"} & set(plain)


def test_each_feature_has_its_component(make_host):
    host = make_host(scripting_tools=True, smtp=True, request_monitor=True, ftp=True, management_service=True)
    values = host.machine.registry.open(r"SOFTWARE\Microsoft\InetStp\Components").values()
    wanted = {"managementscriptingtools", "metabase", "requestmonitor", "ftpsvc", "adminservice"}
    assert wanted <= set(values)
    assert "wmicompatibility" not in values


def test_the_web_server_needs_was_and_runs_in_its_process(host):
    assert host.services("WAS", "W3SVC", "AppHostSvc") == ["Running"] * 3
    assert host.machine.scm.get("WAS").pid == host.machine.scm.get("W3SVC").pid
    assert host.machine.scm.find("IISADMIN") is None
    assert host.machine.scm.find("HTTPFilter") is None
    rows = host.ask("ASSOCIATORS OF {Win32_Service.Name='WAS'} WHERE Role=Antecedent ResultRole=Dependent", CIMV2)
    assert [row["Name"] for row in rows] == ["W3SVC"]


def test_was_does_not_stop_under_what_depends_on_it(host):
    assert host.machine.scm.stop("WAS") == 3
    assert host.machine.scm.stop("W3SVC") == 0
    host.pass_time(5)
    assert host.machine.scm.stop("WAS") == 0


def test_w3svc_brings_was_along(host):
    host.run("net stop was /y")
    assert host.services("WAS", "W3SVC") == ["Stopped", "Stopped"]
    host.machine.scm.start("W3SVC")
    host.pass_time(10)
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]


def test_only_was_and_the_helper_accept_a_pause(host):
    rows = host.ask("SELECT Name, AcceptPause FROM Win32_Service", CIMV2)
    accepted = {row["Name"] for row in rows if row["AcceptPause"]}
    assert {"WAS", "AppHostSvc"} <= accepted
    assert "W3SVC" not in accepted


def test_what_was_stopped_by_name_does_not_come_back_with_w3svc(make_host):
    host = make_host(activators=("NetTcpActivator", "NetPipeActivator"), ftp=True)
    host.run("net stop was /y")
    host.machine.scm.start("W3SVC")
    host.pass_time(10)
    assert host.services("NetTcpActivator", "NetPipeActivator", "FTPSVC") == ["Stopped", "Stopped", "Running"]


def test_iisreset_restarts_what_starts_by_itself_and_nothing_else(make_host):
    host = make_host(
        activators=("NetTcpActivator", "NetPipeActivator"), ftp=True, start_modes={"NetPipeActivator": "Manual"}
    )
    host.machine.scm.start("NetPipeActivator")
    host.pass_time(5)
    before = host.machine.scm.get("FTPSVC").pid
    code, text = host.run("iisreset")
    assert code == 0
    assert "successfully restarted" in text
    assert host.services("WAS", "W3SVC", "NetTcpActivator", "NetPipeActivator") == [*["Running"] * 3, "Stopped"]
    assert host.machine.scm.get("FTPSVC").pid == before


def test_iisreset_lists_what_depends_on_was_and_iisadmin(make_host):
    host = make_host(smtp=True, activators=("NetTcpActivator",), ftp=True)
    _code, text = host.run("iisreset /status")
    names = [line.split("(")[-1].split(")")[0].strip() for line in text.splitlines() if line.startswith("Status")]
    assert names == ["IISADMIN", "WAS", "NetTcpActivator", "SMTPSVC", "W3SVC"]


def test_ftp_may_depend_on_was(make_host):
    host = make_host(ftp=True, switches=Switches7(ftpsvc_depends_on_was=True))
    assert "( FTPSVC )" in host.run("iisreset /status")[1]


def test_iisreset_no_longer_reboots(host):
    code, text = host.run("iisreset /reboot")
    assert code == 1
    assert "80004001" in text
    host.pass_time(120)
    assert host.machine.powered


def test_iisreset_can_be_disabled(host):
    host.act("disable_iisreset")
    code, text = host.run("iisreset")
    assert code == 1
    assert "800710d5" in text
    assert host.service("W3SVC") == "Running"


def test_the_stop_of_the_web_server_waits_for_a_worker_process_that_hangs(host):
    host.act("request", site="Shop", hang=True)
    host.machine.scm.stop("W3SVC")
    host.pass_time(60)
    assert host.service("W3SVC") == "Stop Pending"
    host.pass_time(40)
    assert host.service("W3SVC") == "Stopped"
    assert host.machine.event_log.find(5013)


def test_iisreset_kills_what_does_not_stop_in_time(host):
    host.act("request", site="Shop", hang=True)
    code, _text = host.run("iisreset")
    assert code == 0
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
    assert host.workers("Shop") == []
    host.pass_time(1)
    host.act("request", site="Shop", hang=True)
    assert host.run("iisreset /noforce")[0] == 1


def test_services_come_up_again_after_a_reboot(host):
    host.appcmd("stop site Shop")
    host.machine.reboot()
    host.pass_time(120)
    assert host.services("WAS", "W3SVC", "AppHostSvc") == ["Running"] * 3
    assert host.site("Shop") == "started"
