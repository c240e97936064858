# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for test reporters: one JUnit case for each host. A host that wasn't reached is never green."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .rollout import Host, HostStatus, Rollout
from .troubles import troubles
from .words import meaning

#: What XML 1.0 can't hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (HostStatus.FAILED,)
_ERRORS = (HostStatus.UNREACHABLE, HostStatus.INTERRUPTED, HostStatus.STOPPED, HostStatus.RUNNING)


def to_junit(rollout: Rollout) -> str:
    """The report as JUnit XML. Until the play ends, hosts that wait are errors: so they stay when it is killed."""
    suite = Element("testsuite", name=_clean(rollout.title), time=f"{rollout.ended - rollout.started:.1f}")
    messages = {host.name: trouble.message for trouble in troubles(rollout) for host in trouble.hosts}
    for host in rollout.hosts:
        _case(suite, host, rollout, messages.get(host.name, ""))
    kinds = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    kinds["skipped"] = "testcase/skipped"
    for attribute, path in kinds.items():
        suite.set(attribute, str(len(suite.findall(path))))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, host: Host, rollout: Rollout, message: str) -> None:
    line = host.timeline
    took = line.ended - line.started if line else 0.0
    classname = _clean(rollout.playbook.rpartition(".")[0] or rollout.playbook)
    case = SubElement(suite, "testcase", name=_clean(host.name), classname=classname, time=f"{took:.1f}")
    waits = host.status is HostStatus.UNTOUCHED
    kind = ""
    if host.status in _FAILURES:
        kind = "failure"
    elif host.status in _ERRORS or (waits and not rollout.finished):
        kind = "error"
    elif waits:
        kind = "skipped"
    if kind:
        words = (line.message if line else "") or message or meaning(host.status, rollout)
        outcome = SubElement(case, kind, message=_clean(words.partition("\n")[0]))
        if kind != "skipped":
            outcome.set("type", host.status.value)
            outcome.text = _clean(words)
    if line and line.warnings:
        SubElement(case, "system-out").text = _clean("\n".join(f"Warning: {words}" for words in line.warnings))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
