# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from simulator.iis.disk import INETSRV
from simulator.iis.metabase_file import BadMetabase, parse
from simulator.wmi.model import WmiError

METABASE = rf"{INETSRV}\MetaBase.xml"


def change(host, value=True):
    host.act("metabase_set", path="/LM/W3SVC", name="IIs5IsolationModeEnabled", value=value)


class TestWhenMemoryReachesDisk:
    def test_a_change_is_in_memory_only_at_first(self, host):
        change(host)
        assert host.metabase["unsaved_changes"] == 1
        assert not host.metabase["memory_equals_disk"]
        assert host.metabase["file_version"] == 243

    def test_it_is_written_sixty_seconds_later(self, host):
        change(host)
        host.pass_time(59)
        assert not host.metabase["memory_equals_disk"]
        host.pass_time(2)
        assert host.metabase["memory_equals_disk"]
        assert host.metabase["file_version"] == 244

    def test_more_than_thirty_further_changes_postpone_it_but_not_more_than_five_times(self, host):
        for minute in range(7):
            for number in range(40):
                host.act("metabase_set", path="/LM", name="MaxBandwidth", value=1000 * minute + number)
            written = host.metabase["file_version"] == 244
            assert written is (minute == 6), minute
            host.pass_time(60)

    def test_nothing_is_written_if_nothing_changed(self, host):
        before = host.machine.files.info(METABASE).modified
        host.pass_time(300)
        host.call("IIsComputer", "LM", "SaveData")
        assert host.metabase["file_version"] == 243
        assert host.machine.files.info(METABASE).modified == before

    def test_stopping_iisadmin_writes_it(self, host):
        change(host)
        host.stop("W3SVC", "HTTPFilter", "IISADMIN")
        host.pass_time(5)
        assert host.metabase["file_version"] == 244
        assert not host.metabase["loaded"]

    def test_killing_inetinfo_loses_it(self, host):
        change(host)
        host.act("kill_service", name="IISADMIN", recover=False)
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert host.metabase["lost_changes"] == 1
        assert host.act("metabase_get", path="/LM/W3SVC", name="IIs5IsolationModeEnabled") is False

    def test_volatile_properties_are_no_changes(self, host):
        host.call("IIsWebServer", "W3SVC/1", "Pause")
        assert host.metabase["unsaved_changes"] == 0


class TestSaveData:
    def test_it_writes_the_file_and_a_history_pair(self, host):
        change(host)
        host.pass_time(1)
        assert host.call("IIsComputer", "LM", "SaveData") == {}
        assert host.metabase["memory_equals_disk"]
        assert host.metabase["history"] == ["244.0", "243.0"]
        assert host.machine.files.exists(rf"{INETSRV}\History\MBSchema_0000000244_0000000000.xml")

    def test_the_time_of_the_file_is_the_machines(self, host):
        host.pass_time(1000)
        change(host)
        host.call("IIsComputer", "LM", "SaveData")
        age = host.machine.now() - host.machine.files.info(METABASE).modified
        assert abs(age.total_seconds()) < 1

    def test_only_so_many_pairs_are_kept(self, make_host):
        host = make_host(max_history_files=3)
        for number in range(6):
            change(host, value=number % 2 == 0)
            host.act("metabase_save")
        assert host.metabase["history"] == ["249.0", "248.0", "247.0"]
        assert len(host.machine.files.list(rf"{INETSRV}\History")) == 6

    def test_without_history_no_pair_is_written(self, make_host):
        host = make_host(history=False)
        change(host)
        host.act("metabase_save")
        assert host.metabase["history"] == ["243.0"]
        assert host.metabase["file_version"] == 244

    def test_an_open_write_handle_makes_it_busy_after_a_few_seconds(self, host):
        change(host)
        host.act("metabase_hold", path="/LM/W3SVC/1", seconds=60)
        before = host.clock.monotonic()
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80070094
        assert 4 <= host.clock.monotonic() - before <= 7

    def test_it_waits_for_a_handle_that_closes_soon(self, host):
        change(host)
        host.act("metabase_hold", seconds=2)
        host.call("IIsComputer", "LM", "SaveData")
        assert host.metabase["memory_equals_disk"]


class TestWhatCanGoWrong:
    def test_a_locked_file_stays_stale_while_history_gets_a_copy(self, host):
        change(host)
        host.act("metabase_lock")
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80070020
        assert host.metabase["file_version"] == 243
        assert host.metabase["history"][0] == "244.0"
        assert host.machine.files.exists(rf"{INETSRV}\MetaBase.xml.tmp")
        (event,) = host.machine.event_log.find(51228)
        assert event.logfile == "System"
        assert "0x80070020" in event.message
        assert host.metabase["unsaved_changes"] == 1

    def test_a_virus_scanner_holds_the_file_for_half_a_second(self, host):
        change(host)
        host.act("metabase_lock", seconds=0.5)
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80070020
        host.pass_time(0.5)
        host.call("IIsComputer", "LM", "SaveData")
        assert host.metabase["memory_equals_disk"]
        assert not host.machine.files.exists(rf"{INETSRV}\MetaBase.xml.tmp")

    def test_the_event_of_a_failed_save_and_the_process_that_outlived_it_have_their_times(self, host):
        """What tells a failure that matters from one that a crash of inetinfo.exe has overtaken."""

        def started():
            (row,) = host.ask("SELECT ProcessId FROM Win32_Service WHERE Name='IISADMIN'", "root/cimv2")
            wql = f"SELECT Name, CreationDate FROM Win32_Process WHERE ProcessId={row['ProcessId']}"
            (process,) = host.ask(wql, "root/cimv2")
            assert process["Name"] == "inetinfo.exe"
            return process["CreationDate"]

        first = started()
        host.pass_time(100.75)
        change(host)
        host.act("metabase_lock")
        with pytest.raises(WmiError):
            host.call("IIsComputer", "LM", "SaveData")
        now = host.machine.now()
        wql = "SELECT TimeGenerated FROM Win32_NTLogEvent WHERE Logfile='System' AND EventCode=51228"
        (event,) = host.ask(wql, "root/cimv2")
        assert event["TimeGenerated"] == now.replace(microsecond=0), "whole seconds, as the log has them"
        assert first < event["TimeGenerated"]

        host.pass_time(10)
        host.act("kill_service", name="IISADMIN", recover=False)
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert started() > event["TimeGenerated"]
        assert host.metabase["memory_equals_disk"]
        assert host.ask(wql, "root/cimv2") == [event]

    def test_a_restart_then_loads_the_stale_file(self, host):
        change(host)
        host.act("metabase_lock")
        host.restart("W3SVC", "HTTPFilter", "IISADMIN")
        assert host.iis.describe()["configured_mode"] == "worker_process"
        assert host.metabase["lost_changes"] == 1

    def test_a_read_only_file_cannot_be_written(self, host):
        change(host)
        host.act("metabase_read_only")
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80070005
        assert not host.machine.files.exists(rf"{INETSRV}\MetaBase.xml.tmp")

    def test_nor_can_it_on_a_full_disk(self, host):
        change(host)
        host.act("fill_disk")
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "SaveData")
        assert refused.value.hresult == 0x80070070
        assert host.metabase["history"] == ["243.0"]

    def test_perhaps_only_the_event_log_tells(self, host):
        host.act("switch", name="save_returns_file_errors", value=False)
        change(host)
        host.act("metabase_lock")
        assert host.call("IIsComputer", "LM", "SaveData") == {}
        assert len(host.machine.event_log.find(51228)) == 1

    def test_the_background_save_tries_again(self, host):
        change(host)
        host.act("metabase_lock")
        host.pass_time(61)
        host.act("metabase_lock", locked=False)
        host.pass_time(61)
        assert host.metabase["memory_equals_disk"]

    @pytest.mark.parametrize("damage", ["missing", "corrupt"])
    def test_without_a_readable_file_iisadmin_does_not_start(self, host, damage):
        host.stop("W3SVC", "HTTPFilter", "IISADMIN")
        host.pass_time(5)
        if damage == "missing":
            host.machine.files.delete(METABASE)
        else:
            host.act("metabase_corrupt")
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert host.service("IISADMIN") == "Stopped"
        assert host.machine.scm.get("IISADMIN").exit_code == (2 if damage == "missing" else 13)
        assert host.machine.event_log.find(7023)


class TestTheFile:
    @pytest.mark.parametrize("name", ["a\tb", 'R&D "<1>"', "Größe", "  two blanks  "])
    def test_a_value_is_read_back_as_it_was(self, host, name):
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerComment", value=name)
        host.restart("W3SVC", "HTTPFilter", "IISADMIN")
        assert host.act("metabase_get", path="/LM/W3SVC/1", name="ServerComment") == name

    def test_it_comes_back_as_it_was(self, make_host):
        host = make_host()
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerComment", value='R&D "intranet" <b>; caf\u00e9')
        host.act("metabase_set", path="/LM/W3SVC/1", name="ServerBindings", value=[":80:", "10.0.0.1:8080:www"])
        host.act("metabase_set", path="/LM/W3SVC/1", name="AccessFlags", value=0x201)
        host.act("metabase_save")
        root, version = host.iis.store.on_disk()
        values = root.children["lm"].children["w3svc"].children["1"].values
        assert version.major == 244
        assert values["ServerComment"] == 'R&D "intranet" <b>; caf\u00e9'
        assert values["ServerBindings"] == (":80:", "10.0.0.1:8080:www")
        assert values["AccessFlags"] == 0x201
        assert "AccessRead | AccessScript" in host.machine.files.read(METABASE).decode()

    def test_passwords_are_in_it_but_not_to_be_read(self, host):
        password = host.act("metabase_get", path="/LM/W3SVC", name="AnonymousUserPass")
        assert len(password) == 14
        text = host.machine.files.read(METABASE).decode()
        assert "AnonymousUserPass=" in text
        assert password not in text
        host.restart("W3SVC", "HTTPFilter", "IISADMIN")
        assert host.act("metabase_get", path="/LM/W3SVC", name="AnonymousUserPass") == password

    def test_volatile_properties_are_not_in_it(self, host):
        assert b"ServerState" not in host.machine.files.read(METABASE)

    @pytest.mark.parametrize("text", ["", "<configuration/>", "no xml"])
    def test_what_is_no_metabase_is_refused(self, text):
        with pytest.raises(BadMetabase):
            parse(text)


class TestEditWhileRunning:
    def test_an_edit_is_taken_over_and_counted_as_a_minor_version(self, make_host):
        host = make_host(edit_while_running=True)
        host.act("metabase_edit", old='ServerComment="Default Web Site"', new='ServerComment="Shop"')
        assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Shop"
        assert host.metabase["history"][0] == "243.1"
        assert host.metabase["memory_equals_disk"]

    def test_what_is_unsaved_in_memory_survives_it(self, make_host):
        host = make_host(edit_while_running=True)
        change(host)
        host.act("metabase_edit", old='ServerComment="Default Web Site"', new='ServerComment="Shop"')
        assert host.iis.describe()["configured_mode"] == "iis5"
        assert host.metabase["unsaved_changes"] == 1

    def test_switched_off_the_edit_is_lost_with_the_next_save(self, host):
        host.act("metabase_edit", old='ServerComment="Default Web Site"', new='ServerComment="Shop"')
        change(host)
        host.act("metabase_save")
        assert b"Shop" not in host.machine.files.read(METABASE)

    def test_an_unreadable_edit_is_kept_aside(self, make_host):
        host = make_host(edit_while_running=True)
        host.act("metabase_edit", old="</MBProperty>", new="")
        assert host.machine.files.exists(rf"{INETSRV}\History\MetabaseError_0000000000.xml")
        assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Default Web Site"

    def test_a_rejected_edit_lies_on_disk_until_a_save_writes_over_it(self, make_host):
        host = make_host(edit_while_running=True)
        host.act("metabase_edit", old='ServerComment="Default Web Site"', new='ServerComment="Shop')
        (event,) = host.machine.event_log.find(4275, "IIS Config")
        assert (event.logfile, event.type.name) == ("System", "ERROR")
        assert not host.metabase["memory_equals_disk"]
        assert host.metabase["unsaved_changes"] == 0

        host.call("IIsComputer", "LM", "SaveData")
        assert b"Shop" in host.machine.files.read(METABASE), "nothing has changed, and nothing is written"

        change(host)
        host.call("IIsComputer", "LM", "SaveData")
        assert b"Shop" not in host.machine.files.read(METABASE)
        assert host.metabase["memory_equals_disk"]
        kept = host.machine.files.read(rf"{INETSRV}\History\MetabaseError_0000000000.xml")
        assert b"Shop" in kept

    def test_with_a_rejected_edit_iisadmin_does_not_start_again(self, make_host):
        host = make_host(edit_while_running=True)
        host.act("metabase_edit", old="</MBProperty>", new="")
        host.stop("W3SVC", "HTTPFilter", "IISADMIN")
        host.machine.scm.start("IISADMIN")
        host.pass_time(5)
        assert host.service("IISADMIN") == "Stopped"
        assert len(host.machine.event_log.find(4275, "IIS Config")) == 2

    def test_history_cannot_be_off_with_it(self, make_host):
        host = make_host(edit_while_running=True)
        updated = host.put("IIsComputerSetting", "LM", EnableHistory=0)
        assert updated.values["EnableHistory"] == 1

    def test_it_can_be_switched_on_while_running(self, host):
        host.put("IIsComputerSetting", "LM", EnableEditWhileRunning=1)
        host.act("metabase_save")
        real = host.machine.files.real_path(METABASE)
        real.write_bytes(real.read_bytes().replace(b"Default Web Site", b"Shop"))
        host.pass_time(3)
        assert host.iis.describe()["sites"]["W3SVC/1"]["name"] == "Shop"


class TestHistoryAndBackups:
    def test_enum_history_ends_with_its_own_code(self, host):
        assert host.call("IIsComputer", "LM", "EnumHistory", EnumIndex=0)["MajorVersion"] == 243
        with pytest.raises(WmiError) as end:
            host.call("IIsComputer", "LM", "EnumHistory", EnumIndex=1)
        assert end.value.hresult == 0x800CC801

    def test_a_backup_can_be_listed_restored_and_deleted(self, host):
        host.call("IIsComputer", "LM", "BackupWithPassword", BackupLocation="safe", BackupVersion=-1, Password="pw")
        listed = host.call("IIsComputer", "LM", "EnumBackups", BackupLocation="", IndexIn=0)
        assert (listed["BackupLocation"], listed["BackupVersionOut"]) == ("safe", 0)
        change(host)
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "RestoreWithPassword", BackupLocation="safe", BackupVersion=0, Password="x")
        assert refused.value.hresult == 0x8007052B
        host.call("IIsComputer", "LM", "RestoreWithPassword", BackupLocation="safe", BackupVersion=0, Password="pw")
        assert host.iis.describe()["configured_mode"] == "worker_process"
        assert host.service("W3SVC") == "Running"
        host.call("IIsComputer", "LM", "DeleteBackup", BackupLocation="safe", BackupVersion=0)
        with pytest.raises(WmiError) as end:
            host.call("IIsComputer", "LM", "EnumBackups", BackupLocation="", IndexIn=0)
        assert end.value.hresult == 0x80070103

    def test_versions_go_on_and_are_not_overwritten_unasked(self, host):
        for _time in range(2):
            host.call("IIsComputer", "LM", "BackupWithPassword", BackupLocation="safe", BackupVersion=-1)
        assert [entry.version for entry in host.iis.backups.entries("SAFE")] == [1, 0]
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "BackupWithPassword", BackupLocation="safe", BackupVersion=1)
        assert refused.value.hresult == 0x80070050

    @pytest.mark.parametrize(
        ("name", "version", "code"), [("a\\b", 1, 0x8007007B), ("x" * 101, 1, 0x8007007B), ("a", 10000, 0x80070057)]
    )
    def test_bad_names_and_versions_are_refused(self, host, name, version, code):
        with pytest.raises(WmiError) as refused:
            host.call("IIsComputer", "LM", "BackupWithPassword", BackupLocation=name, BackupVersion=version)
        assert refused.value.hresult == code

    def test_history_can_be_restored(self, host):
        change(host)
        host.act("metabase_save")
        host.call("IIsComputer", "LM", "RestoreHistory", MDHistoryLocation="", MajorVersion=243, MinorVersion=0)
        assert host.iis.describe()["configured_mode"] == "worker_process"
        assert host.metabase["file_version"] == 245
