# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import SiteSpec
from simulator.wmi.model import WmiError

ADSUTIL = r"cscript //nologo C:\Inetpub\AdminScripts\adsutil.vbs"
SUCCESS = (
    "\r\nAttempting stop...\r\nInternet services successfully stopped\r\n"
    "Attempting start...\r\nInternet services successfully restarted\r\n"
)


@pytest.fixture
def full_host(make_host):
    sites = [SiteSpec(1, "Web"), SiteSpec(1, "Mail", Kind.SMTP), SiteSpec(1, "Files", Kind.FTP)]
    return make_host(
        services=[Kind.WEB, Kind.FTP, Kind.SMTP],
        sites=sites,
        start_modes={"MSFTPSVC": "manual"},
        third_party_services=["ACME"],
    )


class TestIisreset:
    def test_it_restarts_iis_and_brings_the_configured_mode(self, host):
        host.put("IIsWebServiceSetting", "W3SVC", IIs5IsolationModeEnabled=True)
        assert host.run("iisreset") == (0, SUCCESS)
        described = host.iis.describe()
        assert described["running_mode"] == "iis5"
        assert described["metabase"]["memory_equals_disk"]
        host.pass_time(1)
        assert host.state("W3SVC/1") == "started"

    def test_it_stops_whatever_depends_on_iisadmin_and_starts_what_is_auto(self, full_host):
        full_host.machine.scm.start("MSFTPSVC")
        full_host.pass_time(5)
        assert full_host.run("iisreset /noforce /restart")[0] == 0
        states = {name: full_host.service(name) for name in ("IISADMIN", "W3SVC", "MSFTPSVC", "SMTPSVC", "ACME")}
        assert states == {
            "IISADMIN": "Running", "W3SVC": "Running", "MSFTPSVC": "Stopped", "SMTPSVC": "Running", "ACME": "Running",
        }  # fmt: skip

    def test_stop_and_start_alone(self, host):
        code, text = host.run("iisreset /stop")
        assert (code, text) == (0, "\r\nAttempting stop...\r\nInternet services successfully stopped\r\n")
        assert host.service("IISADMIN") == host.service("W3SVC") == "Stopped"
        code, text = host.run("IISRESET -start")
        assert (code, text) == (0, "\r\nAttempting start...\r\nInternet services successfully started\r\n")
        assert host.service("W3SVC") == "Running"

    def test_status_shows_the_internet_services(self, host):
        code, text = host.run("iisreset /status")
        assert code == 0
        assert "Status for IIS Admin Service ( IISADMIN ) : Running\r\n" in text
        assert "Status for World Wide Web Publishing Service ( W3SVC ) : Running\r\n" in text

    @pytest.mark.parametrize("verb", ["", "/status", "/stop", "/start", "/reboot"])
    def test_disabled_it_refuses_every_verb(self, host, verb):
        assert host.run("iisreset /disable")[0] == 0
        code, text = host.run(f"iisreset {verb}")
        assert code == 1
        assert "(2147946709, 800710d5)" in text
        assert host.service("W3SVC") == "Running"
        assert host.machine.powered

    def test_it_can_be_enabled_again(self, make_host):
        host = make_host(iisreset_disabled=True)
        assert host.run("iisreset /enable")[0] == 0
        assert host.run("iisreset /status")[0] == 0

    def test_a_hung_service_without_force_ends_in_a_timeout(self, host):
        host.act("hang_service", name="W3SVC", phase="stopping")
        before = host.clock.monotonic()
        code, text = host.run("iisreset /noforce")
        assert code == 1
        assert "Restart attempt failed.\r\n" in text
        assert "8007041d" in text
        assert 19 <= host.clock.monotonic() - before <= 22
        assert host.service("IISADMIN") == "Running"

    def test_it_restarts_http_ssl_too_which_depends_on_iisadmin(self, host):
        before = host.machine.scm.get("HTTPFilter").state
        host.iis.switches.iisreset_leaves_http_ssl_stopped = True
        assert host.run("iisreset") == (0, SUCCESS)
        assert (before.value, host.service("HTTPFilter"), host.service("W3SVC")) == ("Running", "Stopped", "Running")
        host.iis.switches.iisreset_leaves_http_ssl_stopped = False
        assert host.run("iisreset") == (0, SUCCESS)
        assert (host.service("HTTPFilter"), host.service("W3SVC")) == ("Running", "Running")

    def test_with_force_it_is_killed_and_unsaved_changes_are_lost(self, host):
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerComment", value="new name")
        host.act("hang_service", name="W3SVC", phase="stopping")
        code, text = host.run("iisreset /timeout:5")
        assert (code, text) == (0, SUCCESS)
        assert host.metabase["lost_changes"] == 1
        assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Default Web Site"

    def test_timeout_zero_kills_at_once(self, host):
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerComment", value="new name")
        assert host.run("iisreset /timeout:0")[0] == 0
        assert host.metabase["lost_changes"] == 1

    def test_a_refused_control_takes_the_kill_path_or_is_reported(self, host):
        host.act("refuse_control_once")
        assert "80070425" in host.run("iisreset /noforce")[1]
        host.act("refuse_control_once")
        assert host.run("iisreset") == (0, SUCCESS)

    def test_a_service_that_does_not_start_again_is_reported(self, host):
        host.act("fail_next_start", service="W3SVC", code=1053)
        code, text = host.run("iisreset")
        assert code == 1
        assert "Internet services successfully stopped" in text
        assert "Restart attempt failed." in text
        assert host.service("W3SVC") == "Stopped"
        assert host.service("IISADMIN") == "Running"

    def test_reboot_on_error(self, host):
        host.act("fail_next_start")
        assert host.run("iisreset /rebootonerror")[0] == 1
        host.pass_time(20)
        assert not host.machine.powered
        host.pass_time(60)
        assert host.service("W3SVC") == "Running"

    def test_reboot(self, host):
        assert host.run("iisreset /reboot")[0] == 0
        host.pass_time(20)
        assert not host.machine.powered
        host.pass_time(60)
        assert host.machine.powered
        assert host.service("W3SVC") == "Running"

    def test_others_than_administrators_are_refused(self, host):
        code, text = host.run("iisreset", admin=False)
        assert code == 1
        assert "Access denied, you must be an administrator" in text

    def test_the_status_may_end_with_a_number_that_means_nothing(self, host):
        shown = host.run("iisreset /status")[1]
        host.act("switch", name="iisreset_status_code", value=259)
        assert host.run("iisreset /status") == (259, shown)
        assert host.run("iisreset /noforce")[0] == 0

    def test_it_refuses_in_another_language(self, make_host):
        host = make_host(iisreset_language="de", iisreset_disabled=True)
        code, text = host.run("iisreset /status")
        assert code == 1
        assert "(2147946709, 800710d5)" in text
        assert not {"attempt", "disabled", "resource"} & set(text.lower().replace(".", " ").split())

    def test_its_texts_are_localised(self, make_host):
        code, text = make_host(iisreset_language="de").run("iisreset")
        assert code == 0
        assert "successfully" not in text

    def test_unknown_options_and_computers(self, host):
        assert host.run("iisreset /frobnicate")[0] == 1
        assert "800706ba" in host.run("iisreset OTHER /status")[1]
        assert host.run("iisreset web01 /status")[0] == 0
        assert "Usage:" in host.run("iisreset /?")[1]

    def test_a_crash_of_iisadmin_runs_it(self, host):
        async def crash():
            host.act("kill_service", name="IISADMIN")
            await host.clock.sleep(20)

        host.wait_for(crash())
        assert host.service("IISADMIN") == host.service("W3SVC") == "Running"

    def test_a_crash_is_not_healed_while_it_is_disabled(self, make_host):
        host = make_host(iisreset_disabled=True)

        async def crash():
            host.act("kill_service", name="IISADMIN")
            await host.clock.sleep(20)

        host.wait_for(crash())
        assert host.service("IISADMIN") == "Stopped"


class TestAdsutil:
    @pytest.mark.parametrize(("verb", "done", "state"), [("PAUSE", "PAUSED", "paused"), ("STOP", "STOPPED", "stopped")])
    def test_it_controls_sites_that_wmi_cannot(self, full_host, verb, done, state):
        assert full_host.run(f"{ADSUTIL} {verb}_SERVER SmtpSvc/1") == (0, f"Server SmtpSvc/1 Successfully {done}\r\n")
        assert full_host.state("SmtpSvc/1") == state
        again = "CONTINUE" if state == "paused" else "START"
        assert full_host.run(f"{ADSUTIL} {again}_SERVER smtpsvc/1")[0] == 0
        assert full_host.state("SmtpSvc/1") == "started"

    def test_an_unknown_site(self, host):
        code, text = host.run(f"{ADSUTIL} START_SERVER w3svc/9")
        assert code == 0x80070003 - (1 << 32)
        assert text == (
            "The path requested could not be found.\r\nErrNumber: -2147024893 (0x80070003)\r\n"
            "Error trying to open the object: w3svc/9\r\n"
        )

    def test_a_refused_command(self, host):
        host.run(f"{ADSUTIL} STOP_SERVER w3svc/1")
        code, text = host.run(f"{ADSUTIL} PAUSE_SERVER w3svc/1")
        assert code == 0x80070425 - (1 << 32)
        assert text.endswith("Error trying to PAUSE the server: w3svc/1\r\n")

    def test_get_and_set(self, host):
        name = "IIs5IsolationModeEnabled        : (BOOLEAN) "
        assert host.run(f"{ADSUTIL} GET W3SVC/IIs5IsolationModeEnabled") == (0, f"{name}False\r\n")
        assert host.run(f"{ADSUTIL} SET W3SVC/IIs5IsolationModeEnabled true") == (0, f"{name}True\r\n")
        assert host.iis.describe()["configured_mode"] == "iis5"
        assert host.run(f"{ADSUTIL} GET w3svc/1/ServerState")[1] == f"{'ServerState':<32}: (INTEGER) 2\r\n"
        assert '  ":80:"' in host.run(f"{ADSUTIL} GET W3SVC/1/ServerBindings")[1]

    def test_a_property_that_is_not_set_here(self, host):
        code, text = host.run(f"{ADSUTIL} GET W3SVC/1/MaxConnections")
        assert code == 0x80005006 - (1 << 32)
        assert text == 'The parameter "MaxConnections" is not set at this node.\r\n'

    def test_it_starts_and_stops_pools(self, host):
        pool = "W3SVC/AppPools/DefaultAppPool"
        text = host.run(f"{ADSUTIL} SET {pool}/AppPoolCommand 2")[1]
        assert text == f"Application pool {pool} Successfully STOPPED\r\n"
        assert host.iis.describe()["pools"]["DefaultAppPool"] == "stopped"

    def test_a_busy_path(self, host):
        host.act("metabase_hold", path="/LM/W3SVC", seconds=100)
        code, text = host.run(f"{ADSUTIL} SET W3SVC/IIs5IsolationModeEnabled true")
        assert code == 0x80070094 - (1 << 32)
        assert text.startswith("The requested path is being used by another application.\r\n")

    def test_enum_lists_what_is_set_and_the_keys_below(self, host):
        text = host.run(f"{ADSUTIL} ENUM W3SVC")[1]
        assert "[/W3SVC/1]" in text
        assert "(BOOLEAN) False" in text
        assert "IIs5" not in host.run(f"{ADSUTIL} ENUM W3SVC /P")[1]

    def test_mistakes_in_the_call_give_two(self, host):
        assert host.run(f"{ADSUTIL} START_SERVER")[0] == 2
        assert host.run(f"{ADSUTIL} FROBNICATE")[0] == 2
        assert host.run(ADSUTIL)[0] == 2


class TestIiscnfg:
    SAVE = r"cscript //nologo C:\WINDOWS\system32\iiscnfg.vbs /save"
    HELP = "Type IIsCnfg /? for help.\r\n"

    @pytest.fixture
    def changed(self, host):
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerComment", value="x")
        return host

    def test_it_saves(self, changed):
        text = "Connecting to server ...Done.\r\nMetadata successfully flushed to disk.\r\n"
        assert changed.run(self.SAVE) == (0, text)
        assert changed.metabase["memory_equals_disk"]

    def test_it_saves_where_the_method_cannot_be_invoked_from_afar(self, changed):
        changed.act("switch", name="refused_methods", value={"SaveData": 0x80041024})
        with pytest.raises(WmiError) as refused:
            changed.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80041024
        assert changed.run(self.SAVE)[0] == 0
        assert changed.metabase["memory_equals_disk"]

    @pytest.mark.parametrize(
        ("trouble", "code", "words"),
        [
            ("metabase_hold", 0x80070094, "The path specified cannot be used at this time."),
            ("metabase_lock", 0x80070020, "The process cannot access the file because it is being used"),
            ("fill_disk", 0x80070070, "There is not enough space on the disk."),
        ],
    )
    def test_a_save_that_fails_is_its_exit_code(self, changed, trouble, code, words):
        changed.act(trouble)
        exit_code, text = changed.run(self.SAVE)
        assert exit_code == code - (1 << 32)
        assert f"Error while flushing metabase.\r\n{words}" in text
        assert not changed.metabase["memory_equals_disk"]

    def test_it_keeps_the_scripts_slip_while_iisadmin_is_down(self, host):
        host.stop("W3SVC", "HTTPFilter", "IISADMIN")
        code, text = host.run(self.SAVE)
        assert (code, text.splitlines()[-1]) == (500, "Error &H1F4: Variable is undefined")

    def test_others_than_administrators_are_refused(self, changed):
        code, text = changed.run(self.SAVE, admin=False)
        assert code == 0x80070005 - (1 << 32)
        assert text.endswith("administrator on the server you are trying to configure.\r\n")
        assert not changed.metabase["memory_equals_disk"]

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            ("", f"Required arguments are missing.\r\n{HELP}"),
            ("/frobnicate", f"Invalid switch: frobnicate\r\n{HELP}"),
            ("/save /export", f"Please specify only one operation at a time.\r\n{HELP}"),
            ("/s web01", HELP),
            ("/export", f"Required arguments are missing.\r\n{HELP}"),
        ],
    )
    def test_a_wrong_call_is_exit_code_one(self, changed, arguments, text):
        assert changed.run(self.SAVE.replace("/save", arguments)) == (1, text)
        assert not changed.metabase["memory_equals_disk"]

    def test_its_help(self, host):
        code, text = host.run(f"{self.SAVE} /?")
        assert code == 0
        assert "Save configuration to disk." in text


class TestCscript:
    def test_a_script_that_is_not_there(self, host):
        code, text = host.run("cscript nosuch.vbs")
        assert code == 1
        assert text.startswith("Microsoft (R) Windows Script Host Version 5.6")
        assert 'Can not find script file "nosuch.vbs"' in text
