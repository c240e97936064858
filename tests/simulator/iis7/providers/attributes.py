# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods of ConfiguredObject that read and write one attribute of the configuration.

They stand in the class definitions and in no document: ASSUMED is what ``SectionPath`` and ``RelativePath`` look like
(``system.applicationHost/sites`` with ``site[@name='x']``, an XPath below the section), and that a write is committed
at once. A switch has them refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from simulator.iis7.apphost import set_attribute
from simulator.iis7.codes import E_NOTIMPL, ERROR_INVALID_PARAMETER, Refused
from simulator.iis7.host import Iis7
from simulator.wmi.model import Method, Property

_WHERE = tuple(Property(name) for name in ("SectionPath", "AttributeName", "RelativePath", "Location"))
ATTRIBUTE_METHODS = (
    Method("GetAttribute", _WHERE, (Property("Value"),), returns=False),
    Method("SetAttribute", (*_WHERE, Property("Value")), returns=False),
    Method("ClearAttribute", _WHERE, returns=False),
)
_STEP = re.compile(r"(\w+)(?:\[@(\w+)='([^']*)'\])?")


class Attributes:
    """Serves them for any class."""

    def __init__(self, iis: Iis7) -> None:
        self._iis = iis

    async def get(self, _keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """GetAttribute."""
        self._check()
        element = _find(self._iis.config.root(), arguments)
        return {"Value": element.get(str(arguments.get("AttributeName") or ""))}

    async def set(self, _keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SetAttribute."""
        self._check()
        with self._iis.config.change() as root:
            set_attribute(
                _find(root, arguments), str(arguments.get("AttributeName") or ""), str(arguments.get("Value") or "")
            )
        return {}

    async def clear(self, _keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """ClearAttribute."""
        self._check()
        with self._iis.config.change() as root:
            _find(root, arguments).attrib.pop(str(arguments.get("AttributeName") or ""), None)
        return {}

    def _check(self) -> None:
        if not self._iis.switches.set_attribute:
            raise Refused(E_NOTIMPL)


def _find(root: ET.Element, arguments: Mapping[str, Any]) -> ET.Element:
    element = root.find(str(arguments.get("SectionPath") or ""))
    for step in filter(None, str(arguments.get("RelativePath") or "").split("/")):
        match = _STEP.fullmatch(step)
        if element is None or match is None:
            break
        found = element.findall(match[1])
        element = next((one for one in found if not match[2] or one.get(match[2]) == match[3]), None)
    if element is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return element
