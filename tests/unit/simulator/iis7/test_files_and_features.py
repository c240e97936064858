# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be learnt of a host without any optional feature: its features, its files, its history and backups."""

from __future__ import annotations

CIMV2 = "root/cimv2"
CONFIG = r"C:\\Windows\\System32\\inetsrv\\config\\applicationHost.config"


def call(host, class_name, keys, method, **arguments):
    provider = host.machine.wmi.provider(CIMV2, class_name)
    return host.wait_for(provider.invoke(keys, method, arguments))


def test_features_by_their_names(make_host):
    host = make_host(scripting_tools=True)
    rows = host.ask("SELECT Name, InstallState FROM Win32_OptionalFeature", CIMV2)
    states = {row["Name"]: row["InstallState"] for row in rows}
    assert (states["IIS-ManagementScriptingTools"], states["IIS-WMICompatibility"]) == (1, 2)
    assert [row["ID"] for row in host.ask("SELECT * FROM Win32_ServerFeature", CIMV2)] == [2, 41]


def test_the_configuration_is_a_file(host):
    query = f"SELECT FileSize, LastModified FROM CIM_DataFile WHERE Name='{CONFIG}'"
    (before,) = host.ask(query, CIMV2)
    host.appcmd("set site Shop /serverAutoStart:false")
    (after,) = host.ask(query, CIMV2)
    assert after["LastModified"] > before["LastModified"]
    assert after["FileSize"] > before["FileSize"]


def test_backups_and_snapshots_are_folders(host):
    host.appcmd("add backup before")
    host.appcmd("set site Shop /serverAutoStart:false")
    host.pass_time(130)
    backups = host.ask(r"SELECT Name FROM Win32_Directory WHERE Path='\\windows\\system32\\inetsrv\\backup\\'", CIMV2)
    assert [row["Name"] for row in backups] == [r"c:\windows\system32\inetsrv\backup\before"]
    history = host.ask(r"SELECT FileName FROM Win32_Directory WHERE Path='\\inetpub\\history\\'", CIMV2)
    assert [row["FileName"] for row in history] == ["cfghistory_0000000001"]


def test_a_file_can_be_copied_once(host):
    keys = {"Name": r"C:\Windows\System32\inetsrv\config\applicationHost.config"}
    target = r"C:\Windows\System32\inetsrv\config\before.config"
    assert call(host, "CIM_DataFile", keys, "Copy", FileName=target) == {"ReturnValue": 0}
    assert host.machine.files.read(target) == host.machine.files.read(keys["Name"])
    assert call(host, "CIM_DataFile", keys, "Copy", FileName=target) == {"ReturnValue": 10}


def test_remote_desktop_services_come_as_a_class_of_their_own(host):
    rows = host.machine.wmi.query(CIMV2, "SELECT * FROM Win32_Service").rows
    classes = {row.instance.values["Name"]: row.wmi_class.name for row in rows}
    assert classes["TermService"] == "Win32_TerminalService"
    assert classes["W3SVC"] == "Win32_Service"
    assert len(rows) == len(classes)


def test_the_history_keeps_as_many_as_it_is_told_to(host):
    host.appcmd("set config /section:configHistory /maxHistories:2 /period:00:01:00 /commit:apphost")
    for number in range(4):
        host.appcmd(f"set site Shop /limits.maxConnections:{number}")
        host.pass_time(125)
    names = host.iis["history"]
    assert len(names) == 2
    assert names[-1] > "CFGHISTORY_0000000002"
    host.appcmd("set config /section:configHistory /enabled:false")
    host.appcmd("set site Shop /limits.maxConnections:9")
    host.pass_time(300)
    assert host.iis["history"] == names
