# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small tools of the domain: waiting, codes, reading every site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.model_host import ModelHost, ModelSite

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis import codes
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import read_sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.waiting import TimedOut, wait_until
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (148, "ERROR_PATH_BUSY (0x80070094)"),
        (0x80070094, "ERROR_PATH_BUSY (0x80070094)"),
        (-2147024748, "ERROR_PATH_BUSY (0x80070094)"),
        (2147946709, "ERROR_RESOURCE_DISABLED (0x800710D5)"),
        (2150858793, "ERROR_WSMAN_OPERATION_TIMEDOUT (0x80338029)"),
        (0x800CC801, "MD_ERROR_DATA_NOT_FOUND (0x800CC801)"),
        (0x80071234, "0x80071234"),
        (0, "0x00000000"),
    ],
)
def test_a_code_is_given_as_symbol_and_number(code, text):
    assert codes.describe(code) == text


def test_a_refusal_is_given_in_the_hosts_own_words():
    fault = Fault("outer", codes=[2150859010, 0x80070094], provider_text="The path specified\n cannot be used. ")
    assert codes.describe_fault(fault) == "ERROR_PATH_BUSY (0x80070094): The path specified cannot be used"
    assert codes.describe_fault(Fault("", codes=[0x80070034])).endswith("another site already uses the binding")
    assert codes.describe_fault(Fault("no number")) == "no number"


@given(st.integers(-(2**31), 2**32 - 1))
def test_any_number_can_be_described(code):
    assert codes.describe(code)
    assert 0 <= codes.hresult(code) < 2**32


@given(st.floats(0, 100), st.none() | st.floats(0.1, 5))
def test_waiting_reads_at_once_and_at_the_deadline_and_then_ends(timeout, interval):
    host = ModelHost()
    began = host.clock.now
    times = []
    with pytest.raises(TimedOut) as caught:
        wait_until(host.context(), lambda: times.append(host.clock.now), lambda _seen: False, timeout, interval)
    assert times[0] == began
    assert times[-1] == pytest.approx(began + timeout, abs=0.001)
    assert caught.value.waited == pytest.approx(timeout, abs=0.001)


def test_waiting_gives_what_was_waited_for():
    host = ModelHost()
    numbers = iter(range(100))
    assert wait_until(host.context(), lambda: next(numbers), lambda number: number == 5, 60) == 5


def test_every_site_of_every_service_is_read_in_two_requests_each():
    host = ModelHost()
    host.add(ModelSite("W3SVC/10", None, auto_start=False))
    sites = read_sites(host.context())
    assert [site.key for site in sites] == ["W3SVC/1", "W3SVC/2", "W3SVC/10", "MSFTPSVC/1", "SmtpSvc/1"]
    assert sites[2].name is None
    assert sites[2].auto_start is False
    assert len(host.requests) == 8


def test_a_service_that_isnt_installed_has_no_sites():
    host = ModelHost()
    del host.scm["SMTPSVC"]
    host.when("IIsSmtpServer", Fault("no such class", codes=[2150858778]), times=9)
    assert [site.kind.name for site in read_sites(host.context())] == ["web", "web", "ftp"]


def test_a_class_that_is_missing_although_its_service_is_there_is_a_failure():
    host = ModelHost()
    host.when("IIsSmtpServer", Fault("no such class", codes=[2150858778]), times=9)
    with pytest.raises(IisError, match="WMI provider isn't answering"):
        read_sites(host.context())


def test_one_broken_site_does_not_spoil_the_list():
    host = ModelHost()
    host.sites["W3SVC/2"].state = 99
    assert [site.key for site in read_sites(host.context(), "web")] == ["W3SVC/1"]
    assert "W3SVC/2 is left out" in host.operator.warnings[0]
