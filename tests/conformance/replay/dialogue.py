# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded dialogues: what a real host answered, in order.

Two forms are read. Captures: files ``<name>_<number>.xml``, the answers to one query and its Pulls (txwinrm's tests).
Recordings: YAML with ``messages``, a list of ``request`` and ``response`` envelopes (pypsrp's tests).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import yaml

from conformance.xml import ADDRESSING, SOAP

_NUMBERED = re.compile(r"(.+)_(\d+)")


@dataclass(frozen=True)
class Answer:
    """One answer. ``to`` is the last part of the action that it answers: ``Enumerate``, ``Receive``, ``Get``."""

    to: str
    document: str

    @property
    def is_fault(self) -> bool:
        """Whether it is a SOAP fault, which travels with HTTP status 500."""
        return self.fault is not None

    @property
    def fault(self) -> ET.Element | None:
        """The s:Fault, if it is one."""
        return ET.fromstring(self.document).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")


@dataclass(frozen=True)
class Dialogue:
    """The answers of one dialogue."""

    name: str
    answers: tuple[Answer, ...]

    @property
    def first(self) -> str:
        """What the first answer is to."""
        return self.answers[0].to if self.answers else ""


def captures(folder: Path) -> Iterator[Dialogue]:
    """The dialogues of a folder of captures and the folders in it, by name."""
    groups: dict[str, list[tuple[int, Path]]] = defaultdict(list)
    for path in sorted(folder.rglob("*.xml")):
        found = _NUMBERED.fullmatch(path.stem)
        name, number = (found[1], int(found[2])) if found else (path.stem, 0)
        groups[f"{path.parent.name}: {name}"].append((number, path))
    for name, paths in sorted(groups.items()):
        texts = [path.read_text(encoding="utf-8-sig") for _number, path in sorted(paths)]
        answers = tuple(Answer(_answered(text), text) for text in texts)
        yield Dialogue(name, answers)


def recordings(folder: Path) -> Iterator[Dialogue]:
    """The dialogues of a folder of recordings, by name."""
    for path in sorted(folder.glob("*.yml")):
        if path.name.startswith("_"):
            continue
        messages = yaml.safe_load(path.read_text(encoding="utf-8"))["messages"]
        answers = tuple(
            Answer(action_of(message["request"]).rpartition("/")[2], message["response"])
            for message in messages
            if (message.get("response") or "").lstrip().startswith("<")
        )
        yield Dialogue(path.stem, answers)


def header_of(document: str | bytes, name: str) -> str:
    """The text of a WS-Addressing header."""
    return ET.fromstring(document).findtext(f"{{{SOAP}}}Header/{{{ADDRESSING}}}{name}") or ""


def action_of(document: str | bytes) -> str:
    """The action of an envelope."""
    return header_of(document, "Action")


def _answered(document: str) -> str:
    """What an answer without its request is to; of a fault that isn't known."""
    action = action_of(document).rpartition("/")[2]
    return action.removesuffix("Response") if action.endswith("Response") else ""
