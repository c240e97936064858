# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a run of targets as JUnit's XML, which CI services show."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """How a target ended. ``skipped`` says why, by host; ``seconds`` is what it took on all hosts together."""

    target: str
    failed: bool
    seconds: float
    skipped: Mapping[str, str]


def write(path: Path, results: Iterable[Result]) -> None:
    """Write the results, one case for each target, and one for each host that skipped it."""
    suite = ET.Element("testsuite", name="integration")
    for result in results:
        case = ET.SubElement(suite, "testcase", name=result.target, time=f"{result.seconds:.1f}")
        if result.failed:
            ET.SubElement(case, "failure", message="ansible-playbook failed; its output is in the log")
        for host, why in result.skipped.items():
            case = ET.SubElement(suite, "testcase", name=f"{result.target} on {host}")
            ET.SubElement(case, "skipped", message=why)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
