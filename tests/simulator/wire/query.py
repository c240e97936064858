# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Enumerate asks for: filter and mode, and the items they give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from simulator.wire import fault, names
from simulator.wire.fault import WsFault
from simulator.wire.profile import Profile, WireOptions
from simulator.wire.render import Renderer
from simulator.wire.resource import Resource, read_resource, without_namespace
from simulator.wire.soap import Request
from simulator.wire.transfer import Translated
from simulator.wire.wmi_faults import Operation, wmi_fault
from simulator.wmi.conditions import find_property
from simulator.wmi.literals import key_text
from simulator.wmi.model import WmiError, WmiStatus
from simulator.wmi.repository import Repository, Result, Row

_FOLLOWS = re.compile(r"\s*(?:ASSOCIATORS|REFERENCES)\s+OF\b", re.IGNORECASE)
_MODES = ("EnumerateObject", "EnumerateEPR", "EnumerateObjectAndEPR")


class ItemQuery:
    """Runs the queries of Enumerate against a machine's WMI."""

    def __init__(self, wmi: Repository, profile: Profile, options: WireOptions) -> None:
        self._wmi = wmi
        self._profile = profile
        self._options = options
        self._render = Renderer(profile, options)

    def items(self, request: Request, body: ET.Element) -> Iterator[str]:
        """The items, rendered; raises WsFault."""
        resource = read_resource(request.resource_uri)
        mode = (body.findtext(f"{{{names.WSMAN}}}EnumerationMode") or "EnumerateObject").strip()
        if mode not in _MODES:
            raise WsFault(fault.ENUMERATION_MODE)
        _check_polymorphism(body)
        if without_namespace(resource, request.selectors):
            raise WsFault(fault.ENUMERATE_WITH_KEYS)
        result = self._result(resource, body.find(f"{{{names.WSMAN}}}Filter"))
        for row in result.rows:
            yield self._item(row, result, resource, mode)

    def _result(self, resource: Resource, filter_node: ET.Element | None) -> Result:
        """WQL wants the class ``*``, anything else a class. A dialect that nobody knows is refused first, whatever the
        URI (DSP0226 8.3, WS-Enumeration 3.1)."""
        dialect = names.XPATH_DIALECT if filter_node is None else filter_node.get("Dialect") or names.XPATH_DIALECT
        if filter_node is not None and dialect.casefold() == names.WQL_DIALECT.casefold():
            if resource.class_name != "*":
                raise WsFault(fault.WQL_NEEDS_STAR)
            text = filter_node.text or ""
            with self._translated("ExecQuery", text, resource):
                if self._options.refuse_associators and _FOLLOWS.match(text):
                    raise WmiError(WmiStatus.INVALID_QUERY, "Invalid query")
                return self._wmi.query(resource.namespace, text)
        if filter_node is not None and dialect != names.SELECTOR_DIALECT:
            raise WsFault(fault.FILTER_DIALECT)
        if resource.class_name == "*":
            raise WsFault(fault.CANNOT_PROCESS_FILTER)
        with self._translated("CreateInstanceEnum", resource.class_name, resource):
            result = self._wmi.all(resource.namespace, resource.class_name)
        if filter_node is None:
            return result
        with self._translated("CreateInstanceEnum", resource.class_name, resource):
            return Result([row for row in result.rows if _selected(row, filter_node)])

    def _item(self, row: Row, result: Result, resource: Resource, mode: str) -> str:
        if mode == "EnumerateEPR":
            return self._render.epr(row)
        if result.columns is not None:
            content = self._render.columns(row, result.columns)
        else:
            content = self._render.instance(row, _row_uri(row, resource))
        return self._render.item(row, content) if mode == "EnumerateObjectAndEPR" else content

    def _translated(self, operation: str, parameter: str, resource: Resource) -> Translated:
        what = Operation(operation, parameter, resource.namespace)

        def translate(error: WmiError) -> WsFault:
            return wmi_fault(error, what, self._profile, self._options)

        return Translated(translate)


def _check_polymorphism(body: ET.Element) -> None:
    """Instances come as their own class; the other modes are not simulated, and refused."""
    mode = body.findtext(f"{{{names.CIM_BINDING}}}PolymorphismMode")
    if mode is not None and mode.strip() != "IncludeSubClassProperties":
        raise WsFault(fault.POLYMORPHISM_MODE)


def _row_uri(row: Row, resource: Resource) -> str:
    """The class URI of a row: the request's own spelling of the namespace, and of the class where it is the same."""
    same = resource.class_name.casefold() == row.wmi_class.name.casefold()
    return f"{names.WMI_RESOURCE}{resource.namespace}/{resource.class_name if same else row.wmi_class.name}"


def _selected(row: Row, filter_node: ET.Element) -> bool:
    """The selector filter: properties, key or not, that must have these values. ASSUMED: compared without case."""
    for selector in filter_node.iter(f"{{{names.WSMAN}}}Selector"):
        prop = find_property(row.wmi_class, selector.get("Name") or "")
        value = row.instance.values.get(prop.name)
        if key_text(value).casefold() != (selector.text or "").casefold():
            return False
    return True
