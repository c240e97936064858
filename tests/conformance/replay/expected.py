# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a recorded answer, read in the plainest way, to hold against what the client made of it."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

from conformance.replay.dialogue import Answer
from conformance.xml import FAULT, SOAP, items_of, local, value_of

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


class Tally(Counter[str]):
    """How many values of each kind were compared."""

    def __str__(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.items()))


def rows(answers: Iterable[Answer]) -> list[ET.Element]:
    """The items of all answers of an enumeration."""
    return [item for answer in answers for item in items_of(ET.fromstring(answer.document))]


def compare(instance: Mapping[str, Any], node: ET.Element, tally: Tally) -> None:
    """Raise AssertionError unless the object holds exactly what the element does."""
    elements: dict[str, list[ET.Element]] = {}
    for child in node:
        elements.setdefault(local(child), []).append(child)
    if set(instance) != set(elements):
        raise AssertionError(f"properties {set(instance) ^ set(elements)} of {local(node)} are too many or too few")
    for name, children in elements.items():
        found = instance[name]
        if len(children) > 1:
            tally["arrays"] += 1
            if not isinstance(found, list) or len(found) != len(children):
                raise AssertionError(f"{name}: {found!r} is not the array of {len(children)}")
        for value, child in zip(found if len(children) > 1 else [found], children, strict=True):
            _compare_value(name, value, child, tally)
    tally["objects"] += 1


def _compare_value(name: str, found: Any, node: ET.Element, tally: Tally) -> None:
    wanted = value_of(node)
    kind = "texts"
    if wanted is None:
        kind = "nulls"
    elif len(node) == 1 and local(node[0]) == "Datetime":
        kind, wanted = "times", _moment(str(wanted))
    elif len(node):
        compare(found, node, tally)
        return
    tally[kind] += 1
    if found != wanted:
        raise AssertionError(f"{name}: {found!r}, but the host sent {wanted!r}")


def _moment(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise AssertionError(f"a time that this test cannot read: {text}")
    *numbers, fraction, zone = found.groups()
    offset = timedelta()
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    year, month, day, hour, minute, second = (int(number) for number in numbers)
    micro = int((fraction or "0").ljust(6, "0")[:6])
    return datetime(year, month, day, hour, minute, second, micro, timezone.utc) - offset


def codes(fault: ET.Element) -> list[int]:
    """The codes of the f:WSManFault elements of a fault, outermost first."""
    return [int(node.get("Code") or 0) for node in fault.iter(f"{{{FAULT}}}WSManFault")]


def reason(fault: ET.Element) -> str:
    """The reason that a fault gives."""
    return (fault.findtext(f"{{{SOAP}}}Reason/{{{SOAP}}}Text") or "").strip()


def output(answers: Sequence[Answer]) -> tuple[int | None, str, str]:
    """Exit code, output and error output that the Receives of a recording gave, of its first command."""
    streams = {"stdout": b"", "stderr": b""}
    for answer in answers:
        if answer.to != "Receive" or answer.is_fault:
            continue
        root = ET.fromstring(answer.document)
        for node in root.iter():
            if local(node) == "Stream":
                streams[node.get("Name") or ""] += base64.b64decode(node.text or "")
        code = next((node.text for node in root.iter() if local(node) == "ExitCode"), None)
        if code is not None:
            return int(code) & 0xFFFFFFFF, streams["stdout"].decode(), streams["stderr"].decode()
    return None, "", ""
