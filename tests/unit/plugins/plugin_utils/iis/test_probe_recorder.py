# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe calls a request, and what it makes of its answer."""

from __future__ import annotations

from typing import Any

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis6.kinds import KINDS
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.probe.attempts import Probe
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import find_site_by_id, read_sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.dependencies import Dependencies
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import read_services
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable, MalformedAnswer
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, ObjectPath

WEB = KINDS["web"]


class NoMeter:
    def begin(self, label: str) -> None:
        pass

    def spent(self) -> tuple[int, int, int]:
        return (1, 2, 3)


@pytest.fixture
def host() -> ModelHost:
    return ModelHost()


def probe_of(host: ModelHost, *, may_run: bool = False) -> Probe:
    return Probe(host.context(), NoMeter(), may_run=may_run)


def endings(probe: Probe) -> list[tuple[str, str]]:
    return [(finding.shape, str(finding.status)) for finding in probe.host.findings]


def test_a_shape_is_called_by_what_is_done_and_to_what(host):
    probe = probe_of(host, may_run=True)
    path = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
    probe.attempt(lambda: read_sites(probe.context, "web"))
    probe.attempt(lambda: Dependencies(probe.context).dependents("IISADMIN"))
    probe.attempt(lambda: find_site_by_id(probe.context, "web", 1))
    probe.attempt(lambda: probe.host.invoke(path, "Stop"))
    probe.attempt(lambda: probe.host.put_property(path, "ServerAutoStart", True))
    assert [finding.shape for finding in probe.host.findings] == [
        "query IIsWebServerSetting",
        "query IIsWebServer",
        "query associators of Win32_Service by Antecedent",
        "query IIsWebServer by Name",
        "invoke Stop",
        "put ServerAutoStart",
    ]


def test_requests_that_differ_in_their_objects_only_are_one_shape(host):
    probe = probe_of(host)
    for number in (1, 2):
        probe.attempt(lambda number=number: find_site_by_id(probe.context, "web", number))  # type: ignore[misc]
    for names in (["IISADMIN"], ["W3SVC", "IISADMIN"], ["W3SVC", "MSFTPSVC", "IISADMIN"]):
        probe.attempt(lambda names=names: read_services(probe.context, names))  # type: ignore[misc]
    assert endings(probe) == [("query IIsWebServer by Name", "holds"), ("query Win32_Service by Name", "holds")]


def test_a_shape_that_ends_in_another_way_is_listed_again(host):
    probe = probe_of(host)
    for number in (1, 2, 1):
        if number == 2:
            host.when("IIsWebServer", Fault("busy", codes=[0x80070094]))
        probe.attempt(lambda number=number: find_site_by_id(probe.context, "web", number))  # type: ignore[misc]
    states = [finding for finding in probe.host.findings if finding.shape == "query IIsWebServer by Name"]
    assert [(str(finding.status), finding.codes) for finding in states] == [("holds", ()), ("refused", (0x80070094,))]


def test_a_row_without_a_column_that_was_asked_for_is_unexpected(host, monkeypatch):
    probe = probe_of(host)
    monkeypatch.setattr(host, "query", lambda *_, **_limit: [Instance({"Name": "W3SVC/1"})])
    probe.attempt(lambda: find_site_by_id(probe.context, "web", 1))
    [finding] = probe.host.findings
    assert (str(finding.status), finding.detail) == ("unexpected", "a row without ServerState")


def test_an_array_may_be_missing_because_it_is_null(host, monkeypatch):
    probe = probe_of(host)
    monkeypatch.setattr(host, "query", lambda *_, **_limit: [Instance({"Name": "W3SVC/1"})])
    probe.attempt(
        lambda: probe.host.query("root/MicrosoftIISv2", "SELECT Name, SecureBindings FROM IIsWebServerSetting")
    )
    assert endings(probe) == [("query IIsWebServerSetting", "holds")]


@pytest.mark.parametrize("trouble", [MalformedAnswer("no number"), IisError("there is no such file")])
def test_an_answer_that_its_reader_can_make_nothing_of_is_unexpected(host, trouble):
    probe = probe_of(host)

    def read() -> Any:
        read_services(probe.context, ["IISADMIN"])
        raise trouble

    probe.attempt(read)
    [finding] = probe.host.findings
    assert (str(finding.status), finding.detail) == ("unexpected", str(trouble))


def test_what_a_reader_says_of_a_refusal_spoils_no_request_that_it_made_to_explain_it(host):
    host.when("IIsWebServer", Fault("provider failed", codes=[2150859010]), times=2)
    probe = probe_of(host)
    for _time in range(2):
        probe.attempt(lambda: find_site_by_id(probe.context, "web", 1))
    assert endings(probe) == [("query IIsWebServer by Name", "refused"), ("query Win32_Service by Name", "holds")]


def test_without_a_shell_a_program_is_skipped_and_not_run(host):
    probe = probe_of(host)
    probe.attempt(lambda: probe.host.run("iisreset", "/STATUS", timeout=60.0))
    assert endings(probe) == [("run iisreset", "skipped")]
    assert host.requests == []


def test_what_isnt_there_has_to_be_refused_with_a_code_that_says_so(host):
    probe = probe_of(host)
    answers = iter([Fault("gone", codes=[0x80041002]), Fault("busy", codes=[0x80070094]), None])

    def ask(_host: Any) -> None:
        answer = next(answers)
        if answer is not None:
            raise answer

    for shape in ("gone", "busy", "there"):
        probe.refused(shape, "Get it", ask, (0x80041002,))
    assert endings(probe) == [("gone", "holds"), ("busy", "refused"), ("there", "unexpected")]


def test_a_lost_answer_is_a_finding_only_while_the_host_answers_others(host):
    probe = probe_of(host)
    probe.attempt(lambda: read_services(probe.context, ["IISADMIN"]))
    host.when("IIsWebServer", HostUnreachable("cut"))
    probe.attempt(lambda: find_site_by_id(probe.context, "web", 1))
    assert ("query IIsWebServer by Name", "unexpected") in endings(probe)

    host.when("SELECT", HostUnreachable("no route"), times=2)
    with pytest.raises(HostUnreachable):
        probe.attempt(lambda: find_site_by_id(probe.context, "web", 1))
