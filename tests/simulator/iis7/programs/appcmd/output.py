# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which appcmd prints objects: a line each, an attribute of each, their configuration, XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.sax.saxutils import quoteattr

from simulator.iis7.programs.appcmd.rows import Row

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\r\n<appcmd>\r\n'
XML_END = "</appcmd>\r\n"


def line(row: Row) -> str:
    """``SITE "Default Web Site" (id:1,...)``."""
    return f'{row.tag} "{row.name}"' + (f" ({row.line})" if row.line else "") + "\r\n"


def detailed(row: Row) -> str:
    """The form of ``/text:*``: attributes, then the configuration as a tree."""
    lines = [row.tag, *(f'  {name}:"{value}"' for name, value in row.attributes.items())]
    if row.element is not None:
        lines += _tree(row.element, "  ")
    return "\r\n".join(lines) + "\r\n\r\n"


def _tree(element: ET.Element, indent: str) -> list[str]:
    lines = [f"{indent}[{element.tag}]"]
    lines += [f'{indent}  {name}:"{value}"' for name, value in element.attrib.items()]
    for child in element:
        lines += _tree(child, indent + "  ")
    return lines


def xml_item(row: Row, *, configuration: bool) -> str:
    """The element of an object in the form of ``/xml``, with its configuration inside if that is asked for."""
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in row.attributes.items())
    if not configuration or row.element is None:
        return f"    <{row.tag} {attributes} />\r\n"
    return f"    <{row.tag} {attributes}>\r\n{fragment(row.element, 2)}    </{row.tag}>\r\n"


def fragment(element: ET.Element, level: int = 0) -> str:
    """A part of the configuration as it stands in the file."""
    copy = ET.fromstring(ET.tostring(element))
    ET.indent(copy, "  ")
    text = ET.tostring(copy, encoding="unicode")
    return "".join("    " * level + one + "\r\n" for one in text.splitlines())
