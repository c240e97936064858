# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our answers beside those of a real Windows Server 2003 SP2, recorded by txwinrm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from unit.simulator.wire.fakes import FakeMachine, TableProvider
from unit.simulator.wire.requests_xml import CIMV2, ENUM, envelope, local, wql
from unit.simulator.wire.running import Start

from simulator.wire.durations import parse_datetime
from simulator.wmi.model import CimType, Property, WmiClass

CAPTURES = Path(os.environ.get("IIS_CAPTURES") or Path(__file__).parents[5] / "shared" / "captures") / "server_2003"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason=f"no captures of a real host in {CAPTURES}")

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def rebuilt(capture: str, class_name: str) -> FakeMachine:
    """A machine that has the very objects of a capture."""
    root = ET.parse(CAPTURES / capture).getroot()
    items = [node for node in root.iter() if local(node) == class_name]
    properties = []
    for node in items[0]:
        datetimes = any(len(child) for item in items for child in item if local(child) == local(node))
        cim_type = CimType.DATETIME if datetimes else CimType.STRING
        properties.append(Property(local(node), cim_type, key=local(node) == "Name"))
    rows = []
    for item in items:
        row: dict[str, Any] = {}
        for child in item:
            if child.get(NIL):
                row[local(child)] = None
            elif len(child):
                row[local(child)] = parse_datetime(child[0].text or "")
            else:
                row[local(child)] = child.text or ""
        rows.append(row)
    machine = FakeMachine()
    machine.wmi.register("root/cimv2", TableProvider(WmiClass(class_name, properties), rows))
    return machine


def beside(text: str) -> str:
    """An answer without what differs each time: ids."""
    head, _mark, tail = text.partition("<a:MessageID>")
    return head + tail.partition("</a:RelatesTo>")[2]


@pytest.mark.parametrize("class_name", ["Win32_OperatingSystem", "Win32_Service"])
def test_whole_instances_are_byte_for_byte_those_of_2003(start: Start, class_name: str) -> None:
    capture = f"{class_name}_star_000.xml"
    protocol = start(machine=rebuilt(capture, class_name)).pywinrm()
    answer = protocol.send_message(envelope(f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(f"SELECT * FROM {class_name}")))
    assert beside(answer.decode()) == beside((CAPTURES / capture).read_text())


def test_fragments_have_the_structure_of_2003(start: Start) -> None:
    star, all_of_them = "Win32_Service_star_000.xml", "Win32_Service_all_000.xml"
    expected = ET.parse(CAPTURES / all_of_them).getroot()
    fragments = [node for node in expected.iter() if local(node) == "XmlFragment"]
    columns = ", ".join(local(node) for node in reversed(list(fragments[0])))
    protocol = start(machine=rebuilt(star, "Win32_Service")).pywinrm()
    query = wql(f"SELECT {columns} FROM Win32_Service")
    answer = protocol.send_message(envelope(f"{ENUM}/Enumerate", f"{CIMV2}/*", query)).decode()
    ours = [node for node in ET.fromstring(answer).iter() if local(node) == "XmlFragment"]
    assert [[child.tag for child in node] for node in ours] == [[child.tag for child in node] for node in fragments]
    real = (CAPTURES / all_of_them).read_text()
    assert (
        answer.partition("<s:Body>")[2].partition("<Caption>")[0]
        == real.partition("<s:Body>")[2].partition("<Caption>")[0]
    )
    assert answer[-300:] == real[-300:]
