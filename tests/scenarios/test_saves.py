# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saves that need another way or another try, and what old failures and somebody's edits say about the file."""

from __future__ import annotations

import pytest

from simulator.iis.spec import IisSpec
from simulator.iis.switches import Switches
from simulator.wire.profile import ProviderFault, WireOptions

NEW = 4711
#: WBEM_E_PROVIDER_NOT_CAPABLE, WBEM_E_INVALID_METHOD, WBEM_E_METHOD_NOT_IMPLEMENTED.
NOT_CALLABLE = [0x80041024, 0x8004102E, 0x80041055]
BROKEN_EDIT = {"old": "</MBProperty>", "new": "</MBProp"}


def host_of(start, wire=None, *, edit_while_running=False, **switches):
    spec = IisSpec(edit_while_running=edit_while_running, switches=Switches(**switches))
    host = start(spec, wire=wire or WireOptions())
    change(host)
    return host


def change(host, value=NEW):
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=value)


def on_disk(host):
    return host.on_disk("/LM", "MaxBandwidth")


def saved(host, **options):
    result = host.run("iis_metabase_save", **options)
    assert not result.get("failed"), result["msg"]
    return result


# -- where SaveData can't be called --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", NOT_CALLABLE)
def test_where_savedata_cannot_be_called_the_script_saves(start, code):
    host = host_of(start, refused_methods={"SaveData": code})

    assert saved(host)["changed"]

    assert on_disk(host) == str(NEW)
    assert [command for command in host.commands() if "iiscnfg.vbs /save" in command]
    assert saved(host)["changed"] is False


def test_a_restart_saves_by_the_script_as_well(start):
    host = host_of(start, refused_methods={"SaveData": 0x80041024})

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert on_disk(host) == str(NEW)


def test_the_script_waits_for_a_busy_metabase_too(start):
    host = host_of(start, refused_methods={"SaveData": 0x80041024})
    host.act("metabase_hold", path="/LM/W3SVC", seconds=12)

    saved(host, timeout=30)

    assert on_disk(host) == str(NEW)


@pytest.mark.parametrize("cause", ["metabase_lock", "fill_disk"])
def test_a_save_by_the_script_that_fails_is_a_failure_with_its_code(start, cause):
    host = host_of(start, refused_methods={"SaveData": 0x80041024})
    host.act(cause)

    result = host.run("iis_metabase_save", timeout=5)

    assert result["failed"]
    assert "0x80070020" in result["msg"] or "0x80070070" in result["msg"]
    assert on_disk(host) != str(NEW)


def test_without_the_method_and_without_a_shell_the_failure_names_both(start):
    host = host_of(start, WireOptions(allow_remote_shell=False), refused_methods={"SaveData": 0x80041024})

    result = host.run("iis_metabase_save", timeout=5)

    assert result["failed"]
    assert "It couldn't be saved by iiscnfg.vbs either" in result["msg"]
    assert "the host gave no command shell" in result["msg"]
    assert host.run("iis_service", state="restarted", method="scm")["failed"]
    assert host.in_memory("/LM", "MaxBandwidth") == NEW


def test_what_a_fault_without_a_code_hides_the_script_says(start):
    host = host_of(start, WireOptions(provider_fault=ProviderFault.GENERIC))
    host.act("fill_disk")

    result = host.run("iis_metabase_save", timeout=20)

    assert result["failed"]
    assert "ERROR_DISK_FULL (0x80070070)" in result["msg"]


# -- a file that is held for a moment ------------------------------------------------------------------------------


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_a_file_that_a_scanner_holds_for_a_moment_is_waited_for(start, reported, seconds):
    host = host_of(start, save_returns_file_errors=reported)
    host.act("metabase_lock", seconds=seconds)
    history = len(host.iis["metabase"]["history"])

    assert saved(host, timeout=30)["changed"]

    assert on_disk(host) == str(NEW)
    assert len(host.iis["metabase"]["history"]) - history <= 5, "each failed save displaces a copy of the history"
    assert saved(host)["changed"] is False, "the failures before the save aren't held against the file"


@pytest.mark.parametrize("reported", [True, False])
def test_a_file_that_stays_held_fails_in_time(start, reported):
    host = host_of(start, save_returns_file_errors=reported)
    host.act("metabase_lock")
    began = host.time.monotonic()

    result = host.run("iis_metabase_save", timeout=20)

    assert result["failed"]
    assert "51228" in result["msg"]
    assert "an editor, a backup, a virus scanner" in result["msg"]
    assert 15 <= host.time.monotonic() - began < 30


# -- what an old failure says --------------------------------------------------------------------------------------


def fail_a_save(host):
    host.act("metabase_lock")
    assert host.run("iis_metabase_save", timeout=1)["failed"]
    host.act("metabase_lock", locked=False)


def test_a_failure_of_an_iisadmin_that_is_gone_says_nothing(start):
    host = host_of(start)
    fail_a_save(host)
    host.act("kill_service", name="IISADMIN")
    host.wait(120)
    assert host.iis["metabase"]["memory_equals_disk"]

    assert saved(host)["changed"] is False

    result = host.run("iis_service", state="restarted")
    assert not result.get("failed"), result["msg"]


def test_a_failure_before_the_last_boot_says_nothing(start):
    host = host_of(start)
    fail_a_save(host)
    host.act("reboot", force=True)
    host.wait(300)

    assert saved(host)["changed"] is False


def test_the_date_of_the_process_is_asked_for_only_where_a_failure_was_found(start):
    host = host_of(start)
    saved(host)
    host.forget()

    saved(host)

    assert not [entry for entry in host.journal() if "Win32_Process" in (entry.query or "")]


def test_a_large_log_is_searched_only_back_to_the_last_write(start):
    host = host_of(start)
    host.act("slow_event_log", seconds=5000.0, days=365.0)
    began = host.time.monotonic()

    result = saved(host)

    assert result["changed"]
    assert "warnings" not in result
    assert host.time.monotonic() - began < 20


def test_a_log_that_takes_minutes_is_given_up_once(start):
    host = host_of(start)
    host.act("slow_event_log", seconds=100_000.0, days=0.01)
    host.wait(30)
    began = host.time.monotonic()

    result = saved(host)

    assert result["changed"]
    assert [warning for warning in result["warnings"] if "can't be searched for event 51228" in warning]
    assert host.time.monotonic() - began < 45
    assert on_disk(host) == str(NEW)


# -- an edit that IIS rejected -------------------------------------------------------------------------------------


def reject_an_edit(host):
    saved(host)
    host.act("metabase_edit", **BROKEN_EDIT)
    host.wait(10)


@pytest.mark.parametrize("module", ["iis_metabase_save", "iis_service"])
def test_an_edit_that_iis_rejected_is_warned_of_before_a_save_overwrites_it(start, module):
    host = host_of(start, edit_while_running=True)
    reject_an_edit(host)
    change(host, NEW + 1)

    assert any("IIS rejected the edit" in words for words in host.check("iis_metabase_save")["warnings"])
    result = host.run(module, **({"state": "restarted"} if module == "iis_service" else {}))

    assert not result.get("failed"), result["msg"]
    assert any("metabaseerror_" in words.lower() for words in result["warnings"])
    assert on_disk(host) == str(NEW + 1)
    assert "warnings" not in saved(host)


def test_a_rejected_edit_that_no_save_would_overwrite_keeps_iis_from_being_restarted(start):
    host = host_of(start, edit_while_running=True)
    reject_an_edit(host)
    process = host.process("IISADMIN")

    result = host.run("iis_service", state="restarted")

    assert result["failed"]
    assert "IIS couldn't start from it" in result["msg"]
    assert host.process("IISADMIN") == process
    change(host, NEW + 1)
    assert saved(host)["changed"]


def test_a_corrected_edit_is_no_rejected_one(start):
    host = host_of(start, edit_while_running=True)
    reject_an_edit(host)
    host.act("metabase_edit", old=BROKEN_EDIT["new"], new=BROKEN_EDIT["old"])
    host.wait(10)

    assert "warnings" not in saved(host)
