# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``list``: objects by identifier and filters, and sections of the configuration.

A filter is any attribute: ``/id:1``, ``/state:Stopped``, ``/serverAutoStart:false``, ``/apppool.name:x``. What finds
nothing prints nothing (an empty document in XML) and ends with another code than 0.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from simulator.iis7.apphost import section_of
from simulator.iis7.codes import ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_FOUND
from simulator.iis7.programs.appcmd import output
from simulator.iis7.programs.appcmd.context import Context
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.programs.appcmd.rows import Row
from simulator.iis7.setup import REDIRECTION


async def show(context: Context, order: Order) -> int:
    """List objects."""
    found = [row for row in context.rows.of(order.kind) if _wanted(row, order)]
    as_xml = "xml" in order.switches
    if not found and order.identifier is not None and context.iis.switches.list_missing_in_words and not as_xml:
        raise Failed("missing", exit=ERROR_NOT_FOUND, tag=order.tag, name=order.identifier)
    if as_xml:
        context.say_text(output.XML_HEAD)
    for row in found:
        _check_length(context, row, order)
        context.say_text(_form(row, order))
    if as_xml:
        context.say_text(output.XML_END)
    return 0 if found else context.iis.switches.list_nothing_code


def _form(row: Row, order: Order) -> str:
    switches = order.switches
    if "xml" in switches:
        return output.xml_item(row, configuration="config" in switches)
    if "config" in switches and row.element is not None:
        return output.fragment(row.element)
    wanted = switches.get("text", "")
    if wanted == "*":
        return output.detailed(row)
    if wanted:
        return _attribute(row, wanted) + "\r\n"
    return output.line(row)


def _attribute(row: Row, wanted: str) -> str:
    value = row.value(wanted)
    if value is None:
        raise Failed("unknown_attribute", exit=ERROR_INVALID_PARAMETER, name=wanted)
    return value


def _wanted(row: Row, order: Order) -> bool:
    if order.identifier is not None and row.name.lower() != order.identifier.lower():
        return False
    return all(_attribute(row, name).lower() == value.lower() for name, value in order.parameters)


def _check_length(context: Context, row: Row, order: Order) -> None:
    """A line that holds too many bindings breaks the list off (azure-pipelines-extensions#677, 129 bindings); whether
    the other forms do so, too, is a switch."""
    switches = context.iis.switches
    limit = switches.bindings_in_a_line
    plain = not {"xml", "text", "config"} & set(order.switches)
    if limit and row.long > limit and (plain or switches.bindings_limit_everywhere):
        raise Failed("item_failed", ERROR_INSUFFICIENT_BUFFER)


async def show_section(context: Context, order: Order) -> int:
    """``list config /section:x``: the section as XML, without a declaration."""
    name = order.switches.get("section", "")
    root = context.iis.config.root()
    if name.lower() == "configurationredirection":
        element = section_of(ET.fromstring(context.iis.machine.files.read(REDIRECTION)), "configurationRedirection")
        context.say_text(output.fragment(element))
        return 0
    path = section_path(root, name)
    element = section_of(root, path)
    for outer in reversed(path.split("/")[:-1]):
        wrapped = ET.Element(outer)
        wrapped.append(element)
        element = wrapped
    context.say_text(output.fragment(element))
    return 0


#: Sections that a file need not have.
_KNOWN = (
    "system.applicationHost/applicationPools",
    "system.applicationHost/configHistory",
    "system.applicationHost/sites",
    "system.applicationHost/webLimits",
)


def section_path(root: ET.Element, name: str) -> str:
    """The full path of a section that may be named by its last part. Raises Failed."""
    present = [f"{group.tag}/{section.tag}" for group in root for section in group]
    for path in (*_KNOWN, *present):
        if name.lower() in (path.lower(), path.rpartition("/")[2].lower()):
            return path
    raise Failed("unknown_section", exit=ERROR_INVALID_PARAMETER, name=name)
