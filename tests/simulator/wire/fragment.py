# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fragment paths: ``Name``, ``Class/Name``, ``Names[2]`` (resourcelocator-fragmentpath; indices count from 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from simulator.wire import names
from simulator.wire.decode import read_properties
from simulator.wire.fault import CANNOT_PROCESS_FILTER, INVALID_FRAGMENT, INVALID_FRAGMENT_PATH, WsFault
from simulator.wmi.model import Property, WmiClass

_PATH = re.compile(r"(?:([A-Za-z_]\w*)/)?([A-Za-z_]\w*)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Fragment:
    """A property, or one element of an array property (``index`` from 0)."""

    prop: Property
    index: int | None = None

    def of(self, value: Any) -> Any:
        """The part of the property's value; raises WsFault if the array has no such element."""
        if self.index is None:
            return value
        items = value or []
        if self.index >= len(items):
            raise WsFault(INVALID_FRAGMENT_PATH)
        return [items[self.index]]

    def changed(self, value: Any, part: Any) -> Any:
        """The property's new value, the part replaced."""
        if self.index is None:
            return part
        self.of(value)
        return [*value[: self.index], *(part or []), *value[self.index + 1 :]]


def read_path(path: str, dialect: str | None, wmi_class: WmiClass) -> Fragment:
    """The fragment of a FragmentTransfer header; raises WsFault. Names compare with case (winrm resource-uris)."""
    if path.startswith("/"):
        raise WsFault(CANNOT_PROCESS_FILTER)  # MS-WSMV <65>
    match = _PATH.fullmatch(path)
    if match is None or dialect not in (None, names.XPATH_DIALECT):
        raise WsFault(INVALID_FRAGMENT_PATH)
    class_name, name, index = match.groups()
    prop = next((prop for prop in wmi_class.properties if prop.name == name), None)
    if prop is None or class_name not in (None, wmi_class.name):
        raise WsFault(INVALID_FRAGMENT_PATH)
    if index is not None and (not prop.array or int(index) == 0):
        raise WsFault(INVALID_FRAGMENT_PATH)
    return Fragment(prop, None if index is None else int(index) - 1)


def read_part(body: ET.Element, fragment: Fragment) -> Any:
    """The value within a w:XmlFragment; its elements have no namespace. Raises WsFault."""
    values = read_properties(body, [fragment.prop], "")
    if fragment.prop.name not in values:
        raise WsFault(INVALID_FRAGMENT)
    return values[fragment.prop.name]
