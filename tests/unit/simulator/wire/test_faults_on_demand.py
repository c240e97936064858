# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests can make go wrong on the wire."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import requests
from unit.simulator.wire.requests_xml import CIMV2, fault_code, select, send
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WinRMTransportError, WSManFaultError

from simulator.faults import Effect, Rule

QUERY = "SELECT Name FROM Win32_Service"
LOST = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def test_cut_before_processing(host: Running) -> None:
    rule = host.faults.add(Rule(Effect.CUT_BEFORE, action="Enumerate"))
    protocol = host.pywinrm()
    with pytest.raises(LOST):
        select(protocol, QUERY)
    assert rule.done == 1
    assert host.journal.requests()[-1].status == 0
    assert select(host.pywinrm(), QUERY), "once only"


def test_cut_after_processing(host: Running) -> None:
    host.faults.add(Rule(Effect.CUT_AFTER, action="invoke", class_name="win32_service", method="StopService"))
    body = f'<p:StopService_INPUT xmlns:p="{CIMV2}/Win32_Service"/>'
    with pytest.raises(LOST):
        send(host.pywinrm(), f"{CIMV2}/Win32_Service/StopService", f"{CIMV2}/Win32_Service", body, {"Name": "W3SVC"})
    assert host.machine.services.calls == [("StopService", {"Name": "W3SVC"}, {})]


def test_truncated_sealed_answer(host: Running) -> None:
    host.faults.add(Rule(Effect.TRUNCATE))
    with pytest.raises(LOST):
        select(host.pywinrm(), QUERY)


def test_a_delayed_answer(host: Running) -> None:
    host.faults.add(Rule(Effect.DELAY, seconds=0.3))
    begun = time.monotonic()
    assert select(host.pywinrm(), QUERY)
    assert time.monotonic() - begun >= 0.3


def test_the_nth_request_gets_a_fault(host: Running) -> None:
    host.faults.add(Rule(Effect.FAULT, query="win32_service", nth=2, count=2, code=2150858793 + 1))
    protocol = host.pywinrm()
    assert select(protocol, QUERY)
    for _time in range(2):
        with pytest.raises(WSManFaultError) as caught:
            select(protocol, QUERY)
        assert fault_code(caught.value) == 2150858794
    assert select(protocol, QUERY)


def test_http_503(host: Running) -> None:
    host.faults.add(Rule(Effect.STATUS, count=0))
    protocol = host.pywinrm()
    for _time in range(2):
        with pytest.raises(WinRMTransportError) as caught:
            select(protocol, QUERY)
        assert caught.value.code == 503


def test_a_lost_socket_poisons_pywinrm_and_a_new_session_heals_it(host: Running) -> None:
    """The known weakness of sealed sessions, which clients have to live with."""
    protocol = host.pywinrm()
    assert select(protocol, QUERY)
    host.faults.add(Rule(Effect.CUT_BEFORE))
    with pytest.raises(LOST):
        select(protocol, QUERY)
    with pytest.raises(WinRMTransportError) as caught:
        select(protocol, QUERY)
    assert caught.value.code == 400
    protocol.transport.close_session()
    assert select(protocol, QUERY)


def control(host: Running, path: str) -> str:
    assert host.thread.fleet.control is not None
    return f"{host.thread.fleet.control.url}{path}"


def test_the_control_endpoint_tells_the_truth(host: Running) -> None:
    select(host.pywinrm(), QUERY)
    assert requests.get(control(host, "/hosts"), timeout=60).json() == {
        "web01": {"address": "127.0.9.1", "port": host.thread.fleet.port, "open": True}
    }
    assert requests.get(control(host, "/hosts/WEB01"), timeout=60).json()["services"]["W3SVC"] == "Running"
    journal = requests.get(control(host, "/hosts/web01/journal"), timeout=60).json()
    assert [entry["action"] for entry in journal] == ["Auth", "Auth", "Auth", "Enumerate"]
    requests.delete(control(host, "/hosts/web01/journal"), timeout=60)
    assert len(host.journal) == 0
    assert requests.get(control(host, "/hosts/nobody"), timeout=60).status_code == 404


def test_the_control_endpoint_acts(host: Running) -> None:
    act = control(host, "/hosts/web01/act")
    assert requests.post(act, json={"action": "power", "arguments": {"on": False}}, timeout=60).json() == {
        "result": "off"
    }
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(host.url, timeout=60)
    assert requests.post(act, json={"action": "explode"}, timeout=60).status_code == 400
    assert requests.post(act, json={"action": "power", "arguments": {"colour": 1}}, timeout=60).status_code == 400
    assert requests.post(act, data="[", timeout=60).status_code == 400


def test_faults_through_the_control_endpoint(host: Running) -> None:
    faults = control(host, "/hosts/web01/faults")
    assert requests.post(faults, json={"effect": "status", "action": "Enumerate", "count": 0}, timeout=60).ok
    with pytest.raises(WinRMTransportError):
        select(host.pywinrm(), QUERY)
    requests.delete(faults, timeout=60)
    assert select(host.pywinrm(), QUERY)
    for wrong in ({"effect": "boom"}, {"effect": "delay", "colour": 1}, {}):
        assert requests.post(faults, json=wrong, timeout=60).status_code == 400


def test_the_journal_is_kept_in_the_state_folder(start: Start, tmp_path: Path) -> None:
    host = start(folder=tmp_path)
    select(host.pywinrm(), QUERY)
    lines = (tmp_path / "web01" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["Auth", "Auth", "Auth", "Enumerate"]
