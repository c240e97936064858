# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``set``, ``add``, ``delete``: changes of applicationHost.config, on the disk when the command ends.

An attribute is a path (``/processModel.idleTimeout:00:05:00``), an element of a collection stands in brackets
(``/[name='A'].autoStart:false``, ``/+bindings.[protocol='http',bindingInformation='*:81:']``).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from simulator.iis7.apphost import HEAD, AppHostConfig, Entry, section_of, set_attribute
from simulator.iis7.codes import (
    ERROR_ALREADY_EXISTS,
    ERROR_INVALID_DATA,
    ERROR_INVALID_OBJECT_IDENTIFIER,
    ERROR_INVALID_PARAMETER,
    Refused,
)
from simulator.iis7.programs.appcmd.context import Context
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.programs.appcmd.listing import section_path
from simulator.iis7.setup import add_pool as add_pool_element
from simulator.iis7.setup import add_site as add_site_element
from simulator.iis7.spec import Binding7, Pool7, Site7

_INDEXED = re.compile(r"(?P<sign>[+-]?)(?P<head>[\w.]*?)\.?\[(?P<keys>.*)\](?:\.(?P<tail>[\w.]+))?")
_KEY = re.compile(r"\s*(\w+)\s*=\s*'([^']*)'\s*(?:,|$)")


async def set_object(context: Context, order: Order) -> int:
    """Set attributes of a site or a pool."""
    row = context.named(order)
    root = _copy(context.iis.config)
    config = context.iis.config
    entry = config.site(row.name, root) if order.kind == "site" else config.pool(row.name, root)
    assert entry is not None
    for name, value in order.parameters:
        _set(entry, name, value)
    _commit(context, root)
    context.say("changed", tag=order.tag, name=row.name)
    return 0


async def set_section(context: Context, order: Order) -> int:
    """``set config /section:x``: attributes of a section, or of elements in it."""
    root = _copy(context.iis.config)
    path = section_path(root, order.switches.get("section", ""))
    section = _section(root, path)
    for name, value in order.parameters:
        if "[" in name:
            _set_indexed(section, name, value)
        else:
            set_attribute(section, name, value)
    _commit(context, root)
    context.say("applied", section=path)
    return 0


async def add_site(context: Context, order: Order) -> int:
    """``add site /name:x /id:2 /bindings:http/*:81: /physicalPath:C:\\x``."""
    given = {name.lower(): value for name, value in order.parameters}
    name = given.get("name") or order.identifier or ""
    config = context.iis.config
    taken = [site.id for site in config.sites()]
    number = int(given.get("id") or next(n for n in range(1, len(taken) + 2) if n not in taken))
    if config.site(name) is not None or number in taken:
        raise Failed("duplicate", exit=ERROR_ALREADY_EXISTS, name=name)
    bindings = tuple(_binding(text) for text in given.get("bindings", "").split(",") if text)
    spec = Site7(number, name, bindings, path=given.get("physicalpath", ""))
    root = _copy(config)
    element = add_site_element(_section(root, f"{HEAD}/sites"), spec)
    directory = "physicalpath" in given
    if not directory:
        for application in element.findall("application"):
            element.remove(application)
    _commit(context, root)
    context.say("added", tag="SITE", name=name)
    if directory:
        context.say("added", tag="APP", name=f"{name}/")
        context.say("added", tag="VDIR", name=f"{name}/")
    return 0


async def add_pool(context: Context, order: Order) -> int:
    """``add apppool /name:x``."""
    given = {name.lower(): value for name, value in order.parameters}
    name = given.get("name") or order.identifier or ""
    if context.iis.config.pool(name) is not None:
        raise Failed("duplicate", exit=ERROR_ALREADY_EXISTS, name=name)
    attributes = {path: value for path, value in order.parameters if path.lower() != "name"}
    root = _copy(context.iis.config)
    section = _section(root, f"{HEAD}/applicationPools")
    element = add_pool_element(section, Pool7(name, attributes=attributes))
    section.remove(element)
    section.insert(len(section.findall("add")), element)
    _commit(context, root)
    context.say("added", tag="APPPOOL", name=name)
    return 0


async def delete(context: Context, order: Order) -> int:
    """Delete a site or a pool."""
    row = context.named(order)
    root = _copy(context.iis.config)
    section = _section(root, f"{HEAD}/{'sites' if order.kind == 'site' else 'applicationPools'}")
    for child in list(section):
        if child.tag in ("site", "add") and child.get("name") == row.name:
            section.remove(child)
    _commit(context, root)
    context.say("deleted", tag=order.tag, name=row.name)
    return 0


def _copy(config: AppHostConfig) -> ET.Element:
    return ET.fromstring(ET.tostring(config.root()))


def _section(root: ET.Element, path: str) -> ET.Element:
    """A section to be changed, made if the file doesn't have it."""
    found = root.find(path)
    if found is not None:
        return found
    head, _slash, name = path.partition("/")
    group = root.find(head)
    group = ET.SubElement(root, head) if group is None else group
    return ET.SubElement(group, name)


def _commit(context: Context, root: ET.Element) -> None:
    try:
        context.iis.config.write(root)
    except Refused as error:
        raise Failed("commit_failed", error.code) from error


def _set(entry: Entry, name: str, value: str) -> None:
    if name.lower() == "bindings":
        bindings = section_of(entry.element, "bindings")
        for old in list(bindings):
            bindings.remove(old)
        for text in value.split(","):
            binding = _binding(text)
            ET.SubElement(bindings, "binding", protocol=binding.protocol, bindingInformation=binding.information)
        return
    if "[" in name:
        _set_indexed(entry.element, name, value)
        return
    path = entry.spelled(name)
    if path is None:
        raise Failed("unknown_attribute", exit=ERROR_INVALID_PARAMETER, name=name)
    set_attribute(entry.element, path, value)


def _binding(text: str) -> Binding7:
    protocol, _slash, information = text.partition("/")
    return Binding7(information, protocol)


def _set_indexed(element: ET.Element, name: str, value: str) -> None:
    """Change, add (``+``) or remove (``-``) an element of a collection. Raises Failed: malformed 13, missing 4312,
    there already 183."""
    match = _INDEXED.fullmatch(name)
    keys = dict(_KEY.findall(match["keys"])) if match else {}
    if match is None or not keys:
        raise Failed("execution_failed", ERROR_INVALID_DATA)
    collection = section_of(element, match["head"].replace(".", "/")) if match["head"] else element
    tag = {"bindings": "binding", "sites": "site", "site": "application", "application": "virtualDirectory"}.get(
        collection.tag, "add"
    )
    found = next((one for one in collection.findall(tag) if keys.items() <= one.attrib.items()), None)
    if match["sign"] == "+":
        if found is not None:
            raise Failed("duplicate", exit=ERROR_ALREADY_EXISTS, name=tag)
        ET.SubElement(collection, tag, keys)
    elif found is None:
        raise Failed("element_missing", exit=ERROR_INVALID_OBJECT_IDENTIFIER)
    elif match["sign"] == "-":
        collection.remove(found)
    else:
        set_attribute(found, match["tail"] or "", value)
