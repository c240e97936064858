# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other way of each assumption that no other test takes."""

from __future__ import annotations

from dataclasses import fields

import pytest
import stage
from unit.simulator.iis7.conftest import refusal

from simulator.iis7.spec import Binding7, Site7
from simulator.iis7.switches import Switches7

SHOP = {"Name": "Shop"}


def test_appcmd_may_not_wait_for_worker_processes(host):
    host.act("switch", name="appcmd_waits", value=False)
    host.act("request", site="Shop", seconds=20.0)
    before = host.clock.monotonic()
    assert host.appcmd("stop apppool Shop")[0] == 0
    assert host.clock.monotonic() - before < 1
    assert host.pool("Shop") == "stopping"


@pytest.mark.parametrize("code", [1062, 50, 0x800706BE])
def test_any_code_while_was_is_down(wmi, code):
    wmi.act("switch", name="was_down_code", value=code)
    wmi.run("net stop was /y")
    wanted = code if code > 0xFFFF else 0x80070000 | code
    assert refusal(lambda: wmi.call("Site", "Start", SHOP)) == wanted
    assert refusal(lambda: wmi.call("ApplicationPool", "Stop", SHOP)) == wanted


@pytest.mark.parametrize("code", [1062, 4312])
def test_any_code_while_w3svc_is_down(wmi, code):
    wmi.act("switch", name="w3svc_down_code", value=code)
    wmi.machine.scm.stop("W3SVC")
    wmi.pass_time(10)
    assert refusal(lambda: wmi.call("Site", "Stop", SHOP)) == 0x80070000 | code
    assert wmi.appcmd("start site Shop")[0] == code


@pytest.mark.parametrize("code", [1062, 4312])
def test_any_code_for_a_pool_that_is_stopped(wmi, code):
    wmi.act("switch", name="pool_stopped_code", value=code)
    wmi.appcmd("stop apppool Shop")
    assert wmi.appcmd("stop apppool Shop")[0] == code
    assert wmi.appcmd("recycle apppool Shop")[0] == code
    assert refusal(lambda: wmi.call("ApplicationPool", "Recycle", SHOP)) == 0x80070000 | code


def test_any_code_for_a_backup_that_is_not_there(host):
    host.act("switch", name="backup_missing_code", value=2)
    assert host.appcmd("restore backup none")[0] == 2


def test_a_restore_may_leave_the_services_alone(host):
    host.appcmd("add backup before")
    host.act("switch", name="restore_stops", value=False)
    before = host.machine.scm.get("WAS").pid
    assert host.appcmd("restore backup before")[0] == 0
    assert host.machine.scm.get("WAS").pid == before


def test_any_number_of_bindings_may_fit_a_line(make_host):
    many = tuple(Binding7(f"*:80:h{number}") for number in range(300))
    host = make_host(sites=[Site7(1, "A", many)], switches=Switches7(bindings_in_a_line=0))
    assert host.appcmd("list sites")[0] == 0


def test_the_status_of_iisreset_may_end_with_another_number(host):
    host.act("switch", name="iisreset_status_code", value=7)
    assert host.run("iisreset /status")[0] == 7


def test_other_answers_of_the_mapped_classes(make_host):
    host = make_host(wmi_compatibility=True, switches=Switches7(mapped_current_mode=0, mapped_pause_code=0x80004001))
    provider = host.machine.wmi.provider("root/MicrosoftIISv2", "IIsWebService")
    assert host.wait_for(provider.invoke({"Name": "W3SVC"}, "GetCurrentMode", {})) == {"ReturnValue": 0}
    server = host.machine.wmi.provider("root/MicrosoftIISv2", "IIsWebServer")
    assert refusal(lambda: host.wait_for(server.invoke({"Name": "W3SVC/1"}, "Pause", {}))) == 0x80004001


def test_how_long_things_take(host):
    for name, value in (("site_seconds", 5.0), ("pool_seconds", 5.0), ("worker_stop_seconds", 7.0)):
        host.act("switch", name=name, value=value)
    for command, seconds in (("stop site Shop", 5), ("stop apppool Shop", 7), ("start apppool Shop", 5)):
        before = host.clock.monotonic()
        host.appcmd(command)
        assert seconds <= host.clock.monotonic() - before < seconds + 1
    host.act("switch", name="pickup_seconds", value=30.0)
    host.appcmd("add apppool /name:Late")
    host.pass_time(20)
    assert host.appcmd("start apppool Late")[0] == 4312
    host.pass_time(20)
    assert host.pool("Late") == "started"


def test_a_worker_process_that_has_ended_may_be_listed_without_its_command_line(host):
    for name, value in (("worker_stop_seconds", 0.0), ("worker_hidden_seconds", 5.0)):
        host.act("switch", name=name, value=value)
    provider = host.machine.wmi.provider("root/cimv2", "Win32_Process")

    def lines():
        rows = [row.values for row in provider.instances() if row.values["Name"] == "w3wp.exe"]
        return [row["CommandLine"] for row in rows]

    assert ['-ap "Shop"' in line for line in lines()] == [True]
    host.appcmd("recycle apppool Shop")
    host.pass_time(1)
    assert [line is None for line in lines()] == [True, False]
    host.pass_time(6)
    assert [line is None for line in lines()] == [False]


def test_every_switch_is_taken_both_ways_somewhere():
    tests = "".join(path.read_text() for path in (stage.ROOT / "tests" / "unit" / "simulator").rglob("test_*.py"))
    assert [field.name for field in fields(Switches7) if field.name not in tests] == []
