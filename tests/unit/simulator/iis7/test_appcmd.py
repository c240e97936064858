# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What appcmd prints and how it ends."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from simulator.iis7.spec import Binding7, Pool7, Site7
from simulator.iis7.switches import FilteredToken, Switches7


def test_lists_of_sites_and_pools(host):
    assert host.appcmd("list sites") == (
        0,
        'SITE "Default Web Site" (id:1,bindings:http/*:80:,state:Started)\r\n'
        'SITE "Shop" (id:2,bindings:http/*:8080:,https/*:443:,state:Started)\r\n',
    )
    assert host.appcmd("list apppool Shop") == (
        0,
        'APPPOOL "Shop" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)\r\n',
    )


def test_lists_as_xml(host):
    sites = ET.fromstring(host.appcmd("list site /xml")[1])
    assert [(site.get("SITE.NAME"), site.get("SITE.ID"), site.get("state")) for site in sites] == [
        ("Default Web Site", "1", "Started"),
        ("Shop", "2", "Started"),
    ]
    (worker,) = ET.fromstring(host.appcmd("list wp /xml")[1])
    assert (worker.get("WP.NAME"), worker.get("APPPOOL.NAME")) == (str(host.workers("Shop")[0]), "Shop")
    whole = ET.fromstring(host.appcmd("list site Shop /config:* /xml")[1])
    assert whole.find("SITE/site/application").get("applicationPool") == "Shop"
    apps = ET.fromstring(host.appcmd("list apps /xml")[1])
    assert [app.get("APPPOOL.NAME") for app in apps] == ["DefaultAppPool", "Shop"]


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ("list site /id:2 /text:name", "Shop"),
        ('list site "default web site" /text:id', "1"),
        ('list site /site.name:"Default Web Site" /text:state', "Started"),
        ("list site Shop /text:serverAutoStart", "true"),
        ("list apppool -apppool.name:Shop -text:processModel.shutdownTimeLimit", "00:01:30"),
        ("list wp /apppool.name:shop /text:APPPOOL.NAME", "Shop"),
        ("list vdir Shop/ /text:physicalPath", r"%SystemDrive%\inetpub\wwwroot"),
    ],
)
def test_one_attribute_of_what_a_filter_finds(host, arguments, printed):
    assert host.appcmd(arguments) == (0, f"{printed}\r\n")


def test_what_finds_nothing_prints_nothing(host):
    assert host.appcmd("list site nope") == (1, "")
    assert host.appcmd("list apppool /state:Stopped") == (1, "")
    assert ET.fromstring(host.appcmd("list site nope /xml")[1]).tag == "appcmd"
    host.act("switch", name="list_nothing_code", value=1168)
    host.act("switch", name="list_missing_in_words", value=True)
    assert host.appcmd("list site nope") == (
        1168,
        'ERROR ( message:Cannot find SITE object with identifier "nope". )\r\n',
    )
    assert host.appcmd("list apppool /state:Stopped") == (1168, "")


def test_commands_of_what_is_not_there(host):
    for arguments in ("start site nope", "stop apppool nope", "recycle apppool nope", "set site nope /id:9"):
        code, text = host.appcmd(arguments)
        assert code == 1168
        assert "nope" in text
    assert host.appcmd("start site 1")[0] == 1168  # an id is no identifier


def test_a_value_with_a_blank_is_quoted_as_a_whole(host):
    code, text = host.appcmd("stop site Default Web Site")
    assert code == 87
    assert "must begin with a / or -" in text
    assert host.appcmd('stop site "/site.name:Default Web Site"')[0] == 0
    assert host.site("Default Web Site") == "stopped"


def test_a_stop_is_forgotten_when_the_services_start_anew(host):
    assert host.appcmd("stop site Shop") == (0, '"Shop" successfully stopped.\r\n')
    assert host.appcmd("stop site Shop")[0] == 0
    assert host.iis["sites"]["Shop"]["auto_start"] is True
    assert host.workers("Shop")  # worker processes stay
    host.run("iisreset")
    host.pass_time(1)
    assert host.site("Shop") == "started"


def test_auto_start_is_what_lasts(host):
    assert host.appcmd("set site Shop /serverAutoStart:false") == (0, 'SITE object "Shop" changed\r\n')
    assert host.appcmd("set apppool Shop /autoStart:false")[0] == 0
    assert (host.site("Shop"), host.pool("Shop")) == ("started", "started")
    host.run("iisreset")
    assert (host.site("Shop"), host.pool("Shop")) == ("stopped", "stopped")
    assert host.appcmd("start site Shop") == (0, '"Shop" successfully started.\r\n')
    assert host.appcmd("start apppool Shop")[0] == 0
    host.run("iisreset")
    assert (host.site("Shop"), host.pool("Shop")) == ("stopped", "stopped")


def test_pools_stop_once(host):
    assert host.appcmd("stop apppool Shop") == (0, '"Shop" successfully stopped.\r\n')
    code, text = host.appcmd("stop apppool Shop")
    assert code == 1062
    assert "already stopped" in text
    assert host.appcmd("recycle apppool Shop")[0] == 1062
    assert host.appcmd("start apppool Shop")[0] == 0
    assert host.appcmd("start apppool Shop")[0] == 0
    host.act("switch", name="pool_started_code", value=1056)
    code, text = host.appcmd("start apppool Shop")
    assert code == 1056
    assert "80070420" in text


def test_the_stop_of_a_pool_waits_for_its_worker_process(host):
    host.act("request", site="Shop", seconds=20.0)
    before = host.clock.monotonic()
    assert host.appcmd("stop apppool Shop")[0] == 0
    assert 20 <= host.clock.monotonic() - before < 22
    assert host.workers("Shop") == []


def test_a_recycle_needs_no_worker_process(host):
    before = host.workers("Shop")
    assert host.appcmd("recycle apppool Shop") == (0, '"Shop" successfully recycled\r\n')
    host.pass_time(2)
    assert len(host.workers("Shop")) == 1
    assert host.workers("Shop") != before
    assert host.appcmd("recycle apppool DefaultAppPool")[0] == 0
    assert host.workers("DefaultAppPool") == []


def test_a_binding_that_is_taken(make_host):
    host = make_host(
        sites=[Site7(1, "A"), Site7(2, "B", state="stopped"), Site7(3, "C", (Binding7("*:81:"),), state="stopped")]
    )
    code, text = host.appcmd("start site B")
    assert code == 183
    assert text.startswith("ERROR ( hresult:800700b7, message:Command execution failed.\r\n")
    host.act("occupy_port", port=81)
    assert host.appcmd("start site C")[0] == 32
    assert len(host.machine.event_log.find(1007)) == 2


def test_a_site_that_was_has_not_noticed(host):
    added = 'SITE object "New" added\r\nAPP object "New/" added\r\nVDIR object "New/" added\r\n'
    assert host.appcmd(r"add site /name:New /bindings:http/*:90: /physicalPath:C:\new") == (0, added)
    host.act("switch", name="appcmd_seconds", value=0.0)
    code, text = host.appcmd("start site New")
    assert code == 4312
    assert "hresult:800710d8" in text
    host.pass_time(2)
    assert host.site("New") == "started"
    assert host.appcmd("delete site New") == (0, 'SITE object "New" deleted\r\n')


def test_while_was_is_down(host):
    host.run("net stop was /y")
    assert "state:Unknown" in host.appcmd("list sites")[1]
    assert "state:Started" not in host.appcmd("list sites")[1] + host.appcmd("list apppools")[1]
    for arguments in ("list wp", "start site Shop", "stop apppool Shop", "recycle apppool Shop"):
        code, text = host.appcmd(arguments)
        assert code == 50
        assert text.startswith("ERROR ( message:The WAS service is not available")


def test_while_w3svc_alone_is_down(host):
    host.machine.scm.stop("W3SVC")
    host.pass_time(10)
    assert host.appcmd("list site Shop /text:state")[1].strip() == "Unknown"
    assert host.appcmd("list apppool Shop /text:state")[1].strip() == "Unknown"
    assert host.appcmd("start site Shop")[0] == 1062
    host.act("switch", name="pools_unknown_without_w3svc", value=False)
    assert host.appcmd("list apppool Shop /text:state")[1].strip() == "Started"


def test_a_filtered_token(host):
    code, text = host.appcmd("list sites", elevated=False)
    assert code == 1168
    assert "redirection.config" in text
    host.act("switch", name="filtered_token", value=FilteredToken.UNKNOWN_STATES)
    code, text = host.appcmd("list sites", elevated=False)
    assert code == 0
    assert "state:Unknown" in text
    assert host.appcmd("stop site Shop", elevated=False)[0] == 50
    assert host.appcmd("set site Shop /id:7", elevated=False)[0] == 1168


def test_a_connection_to_was_that_breaks(host):
    host.act("break_rpc")
    code, text = host.appcmd("list wp")
    assert code == 1726
    assert "800706be" in text
    assert host.appcmd("list wp")[0] == 0


def test_too_many_bindings_break_the_list_off(make_host):
    many = tuple(Binding7(f"*:80:h{number}") for number in range(129))
    host = make_host(sites=[Site7(1, "A", (Binding7("*:81:"),)), Site7(2, "B", many), Site7(3, "C", (Binding7(),))])
    code, text = host.appcmd("list sites")
    assert code == 122
    assert text.startswith('SITE "A"')
    assert "hresult:8007007a" in text
    assert '"C"' not in text
    assert len(ET.fromstring(host.appcmd("list sites /xml")[1])) == 3
    host.act("switch", name="bindings_limit_everywhere", value=True)
    assert host.appcmd("list sites /xml")[0] == 122


def test_ftp_sites_are_listed_and_cannot_be_controlled(make_host):
    host = make_host(sites=[Site7(1, "Web"), Site7(2, "Files", (Binding7("*:21:", "ftp"),))], ftp=True)
    assert 'SITE "Files" (id:2,bindings:ftp/*:21:,state:Unknown)' in host.appcmd("list sites")[1]
    assert host.appcmd("stop site Files")[0] == 4312
    assert host.iis["sites"]["Files"]["ftp_state"] == "started"
    host.act("switch", name="ftp_listed_state", value="Started")
    assert host.appcmd("list site Files /text:state")[1] == "Started\r\n"


def test_the_ftp_half_has_an_auto_start_of_its_own(make_host):
    host = make_host(sites=[Site7(2, "Files", (Binding7("*:21:", "ftp"),))], ftp=True)
    assert host.appcmd("set site Files /ftpServer.serverAutoStart:false")[0] == 0
    host.run("net stop ftpsvc")
    host.run("net start ftpsvc")
    assert host.iis["sites"]["Files"]["ftp_state"] == "stopped"


def test_texts_are_in_the_language_of_the_host_and_numbers_are_not(make_host):
    host = make_host(language="de")
    code, text = host.appcmd("stop site nope")
    assert (code, "nicht gefunden" in text, text.startswith("ERROR ( message:")) == (1168, True, True)
    assert "erfolgreich beendet" in host.appcmd('stop site "Default Web Site"')[1]
    assert "state:Stopped" in host.appcmd("list sites")[1]


def test_backups(host):
    assert host.appcmd("add backup before") == (0, 'BACKUP object "before" added\r\n')
    assert host.appcmd("list backups") == (0, 'BACKUP "before"\r\n')
    assert host.appcmd("add backup before")[0] == 183
    assert host.appcmd("restore backup nope")[0] == 1168
    host.appcmd("delete site Shop")
    pid = host.machine.scm.get("WAS").pid
    assert host.appcmd("restore backup before") == (0, 'Restored configuration from backup "before"\r\n')
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
    assert host.machine.scm.get("WAS").pid != pid
    host.pass_time(3)
    assert host.site("Shop") == "started"
    assert host.appcmd("delete backup before") == (0, 'BACKUP object "before" deleted\r\n')
    assert host.appcmd("list backups")[1] == ""


def test_a_restore_may_leave_the_services_stopped_or_running(host):
    host.appcmd("add backup before")
    host.act("switch", name="restore_starts_again", value=False)
    host.appcmd("restore backup before")
    assert host.services("WAS", "W3SVC") == ["Stopped", "Stopped"]
    host.machine.scm.start("W3SVC")
    host.pass_time(10)
    pid = host.machine.scm.get("WAS").pid
    assert host.appcmd("restore backup before /stop:false")[0] == 0
    assert host.machine.scm.get("WAS").pid == pid


def test_a_shared_configuration_is_not_in_a_backup(make_host):
    host = make_host(shared_configuration=r"\\files\iis")
    assert 'enabled="true"' in host.appcmd("list config /section:configurationRedirection")[1]
    host.appcmd("add backup before")
    host.appcmd('set site "Default Web Site" /serverAutoStart:false')
    host.appcmd("restore backup before")
    assert host.appcmd('list site "Default Web Site" /text:serverAutoStart')[1] == "false\r\n"


def test_the_history_follows_a_change_after_a_while(host):
    host.appcmd("set site Shop /serverAutoStart:false")
    assert host.iis["history"] == []
    host.pass_time(130)
    assert host.iis["history"] == ["CFGHISTORY_0000000001"]
    assert host.appcmd("list backup")[1] == 'BACKUP "CFGHISTORY_0000000001"\r\n'
    host.machine.scm.stop("AppHostSvc")
    host.pass_time(5)
    host.appcmd("set site Shop /serverAutoStart:true")
    host.pass_time(600)
    assert len(host.iis["history"]) == 1


def test_a_file_that_is_held_or_broken(host):
    host.act("config_lock")
    code, text = host.appcmd("set site Shop /serverAutoStart:false")
    assert code == 32
    assert "hresult:80070020" in text
    host.act("config_lock", locked=False)
    host.act("config_corrupt")
    code, text = host.appcmd("list sites")
    assert code == 13
    assert "not well-formed" in text
    host.pass_time(3)
    assert host.machine.event_log.find(5189)


def test_sections_and_indexers(host):
    assert "<applicationPools>" in host.appcmd("list config /section:system.applicationHost/applicationPools")[1]
    code, text = host.appcmd("set config /section:applicationPools \"/[name='Shop'].autoStart:false\" /commit:apphost")
    assert code == 0
    assert text.startswith("Applied configuration changes to section")
    assert host.iis["pools"]["Shop"]["auto_start"] is False
    assert host.appcmd("set config /section:applicationPools \"/[name='x'].autoStart:false\"")[0] == 4312
    assert host.appcmd("set site Shop \"/+bindings.[protocol='http',bindingInformation='*:99:']\"")[0] == 0
    assert host.appcmd("set site Shop /nonsense:1")[0] == 87


def test_objects_come_in_by_a_pipe(host):
    code, text = host.run(
        r"%windir%\system32\inetsrv\appcmd list site /xml | %windir%\system32\inetsrv\appcmd stop site /in"
    )
    assert code == 0
    assert text.count("successfully stopped") == 2
    assert host.site("Shop") == "stopped"


def test_requests_need_the_request_monitor(make_host):
    host = make_host()
    code, text = host.appcmd("list request")
    assert code == 0x80004001 - (1 << 32)
    assert "80004001" in text
    host = make_host(request_monitor=True, pools=[Pool7("DefaultAppPool")], switches=Switches7())
    host.act("request", site="Default Web Site", seconds=60.0)
    assert host.appcmd("list requests")[1].startswith('REQUEST "')


def test_it_is_not_on_the_path(host):
    assert host.run("appcmd list sites")[0] == 1
