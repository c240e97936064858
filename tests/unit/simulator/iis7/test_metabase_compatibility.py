# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 6 Management Compatibility: SMTP in the old metabase, the Web server mapped onto applicationHost.config."""

from __future__ import annotations

import pytest
from unit.simulator.iis7.conftest import refusal, two_pools, two_sites

from simulator.iis7.spec import Binding7, Site7
from simulator.iis7.switches import MappedStates
from simulator.wmi.model import WmiStatus

V2 = "root/MicrosoftIISv2"


@pytest.fixture
def old(make_host):
    sites = [*two_sites(), Site7(5, "Files", (Binding7("*:21:", "ftp"),))]
    return make_host(sites=sites, pools=two_pools(), wmi_compatibility=True, smtp=True, legacy_scripts=True)


def call(host, class_name, name, method):
    provider = host.machine.wmi.provider(V2, class_name)
    return host.wait_for(provider.invoke({"Name": name}, method, {}))


def test_it_is_there_only_with_the_feature(make_host):
    host = make_host(smtp=True)
    assert host.services("IISADMIN", "SMTPSVC") == ["Running", "Running"]
    assert refusal(lambda: host.ask("SELECT Name FROM IIsSmtpServer", V2)) == WmiStatus.INVALID_NAMESPACE


def test_smtp_servers_are_those_of_the_metabase(old):
    assert old.ask("SELECT Name, ServerState FROM IIsSmtpServer", V2) == [{"Name": "SmtpSvc/1", "ServerState": 2}]
    code, _text = old.run(r"cscript.exe //nologo C:\inetpub\AdminScripts\adsutil.vbs STOP_SERVER SmtpSvc/1")
    assert code == 0
    old.pass_time(1)
    assert old.ask("SELECT Name, ServerState FROM IIsSmtpServer", V2)[0]["ServerState"] == 4


def test_what_smtp_left_unsaved_is_saved_by_the_old_method(old):
    old.act("metabase_set", path="/LM/SmtpSvc/1", name="ServerComment", value="Relay")
    assert old.machine.describe()["metabase"]["metabase"]["unsaved_changes"] == 1
    call(old, "IIsComputer", "LM", "SaveData")
    assert old.machine.describe()["metabase"]["metabase"]["unsaved_changes"] == 0


def test_sites_and_pools_show_through(old):
    rows = old.ask("SELECT * FROM IIsWebServerSetting", V2)
    assert [(row["Name"], row["ServerComment"], row["ServerAutoStart"]) for row in rows] == [
        ("W3SVC/1", "Default Web Site", True),
        ("W3SVC/2", "Shop", True),
    ]
    assert rows[1]["SecureBindings"][0].values == {"IP": "", "Port": "443"}
    assert old.ask("SELECT Name, ServerState FROM IIsWebServer", V2)[0]["ServerState"] == 2
    (pool,) = old.ask("SELECT * FROM IIsApplicationPoolSetting WHERE Name='W3SVC/AppPools/Shop'", V2)
    assert (pool["AppPoolState"], pool["AppPoolAutoStart"]) == (2, True)
    old.act("switch", name="mapped_states", value=MappedStates.CENTREON)
    (pool,) = old.ask("SELECT * FROM IIsApplicationPoolSetting WHERE Name='W3SVC/AppPools/Shop'", V2)
    assert pool["AppPoolState"] == 1


def test_commands_reach_the_runtime_and_perhaps_the_file(old):
    call(old, "IIsWebServer", "W3SVC/2", "Stop")
    call(old, "IIsApplicationPool", "W3SVC/AppPools/Shop", "Stop")
    old.pass_time(2)
    assert (old.site("Shop"), old.pool("Shop")) == ("stopped", "stopped")
    assert old.iis["sites"]["Shop"]["auto_start"] is True
    call(old, "IIsWebServer", "W3SVC/2", "Start")
    old.pass_time(1)
    old.act("switch", name="mapped_stop_persists", value=True)
    call(old, "IIsWebServer", "W3SVC/2", "Stop")
    assert old.iis["sites"]["Shop"]["auto_start"] is False
    assert refusal(lambda: call(old, "IIsApplicationPool", "W3SVC/AppPools/Shop", "Recycle")) == 0x80070426


def test_what_is_gone(old):
    assert refusal(lambda: call(old, "IIsWebServer", "W3SVC/1", "Pause")) == 0x80070032
    assert call(old, "IIsWebService", "W3SVC", "GetCurrentMode") == {"ReturnValue": 1}
    query = "SELECT IIs5IsolationModeEnabled FROM IIsWebServiceSetting"
    assert refusal(lambda: old.ask(query, V2)) == WmiStatus.INVALID_CLASS


def test_backup_calls_are_ignored(old):
    call(old, "IIsComputer", "LM", "BackupWithPassword")
    assert refusal(lambda: call(old, "IIsComputer", "LM", "EnumBackups")) == 0x80070103
    assert old.iis["backups"] == []


def test_nothing_answers_while_iisadmin_is_down(old):
    old.run("net stop iisadmin /y")
    assert refusal(lambda: old.ask("SELECT Name FROM IIsWebServer", V2)) == 0x800706BA
    assert old.service("W3SVC") == "Running"
    assert "state:Started" in old.appcmd("list sites")[1]


def test_a_crash_of_iisadmin_loses_what_smtp_left_unsaved_but_no_site(old):
    old.act("metabase_set", path="/LM/SmtpSvc/1", name="ServerComment", value="Relay")
    old.act("kill_service", name="IISADMIN", recover=False)
    assert old.services("IISADMIN", "SMTPSVC", "W3SVC") == ["Stopped", "Stopped", "Running"]
    assert old.machine.describe()["metabase"]["metabase"]["lost_changes"] == 1
