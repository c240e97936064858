# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration that can't be read: what runs goes on, and nothing starts."""

from __future__ import annotations

import pytest

from simulator.iis7.switches import Switches7

COUNTER = "SELECT Name, CurrentConnections FROM Win32_PerfRawData_W3SVC_WebService"


def break_it(host, code):
    if code == 13:
        host.act("config_corrupt")
    else:
        host.act("config_refused", code=code)
    host.pass_time(5)


@pytest.mark.parametrize("code", [13, 1326])
def test_what_runs_goes_on_with_what_it_has_read(host, code):
    break_it(host, code)
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
    assert host.act("request", site="Shop") == 200
    assert [row["Name"] for row in host.ask(COUNTER, "root/cimv2")][:2] == ["_Total", "Default Web Site"]


@pytest.mark.parametrize("code", [13, 1326])
def test_a_stopped_was_does_not_start_with_it_and_logs_why(host, code):
    break_it(host, code)
    for name in ("W3SVC", "WAS"):
        host.machine.scm.stop(name)
        host.pass_time(10)
    host.machine.scm.start("W3SVC")
    host.pass_time(30)
    assert host.services("WAS", "W3SVC") == ["Stopped", "Stopped"]
    assert host.machine.scm.get("WAS").exit_code == code
    for event in (5172, 5005, 7023):
        assert host.machine.event_log.find(event)
    assert host.machine.event_log.find(5005)[-1].data == (0x80070000 | code).to_bytes(4, "little")


def test_the_ftp_service_starts_without_a_site(make_host):
    host = make_host(ftp=True)
    break_it(host, 13)
    host.machine.scm.stop("FTPSVC")
    host.pass_time(10)
    host.machine.scm.start("FTPSVC")
    host.pass_time(10)
    assert host.services("FTPSVC") == ["Running"]


@pytest.mark.parametrize("needs", [False, True])
def test_backups_may_or_may_not_need_it(make_host, needs):
    host = make_host(switches=Switches7(backups_need_configuration=needs, malformed_code=1168))
    assert host.appcmd("add backup good")[0] == 0
    break_it(host, 13)
    assert host.appcmd("list sites")[0] == 1168
    assert host.appcmd("list backup")[0] == (1168 if needs else 0)
    assert host.appcmd("restore backup good")[0] == (1168 if needs else 0)
    assert (host.appcmd("list sites")[0] == 0) is not needs
    host.pass_time(30)
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
