# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing XML as text: the answers must have the very shape that hosts send, prefixes and order included."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Character data. ASSUMED: characters that XML 1.0 forbids are left out."""
    return escape(_ILLEGAL.sub("", value), {"\r": "&#13;"})


def element(name: str, content: str = "", attributes: str = "") -> str:
    """``<name attributes>content</name>``; the content is XML already."""
    return f"<{name}{attributes}>{content}</{name}>"


def leaf(name: str, value: str, attributes: str = "") -> str:
    """An element that holds text; an empty one keeps both tags, as hosts write ``<p:Description></p:Description>``."""
    return element(name, text(value), attributes)


def attribute(name: str, value: str) -> str:
    """`` name="value"``, with the blank before it."""
    return f" {name}={quoteattr(value)}"


def local_name(node: ET.Element) -> str:
    """An element's name without its namespace."""
    return node.tag.rpartition("}")[2]


def namespace_of(node: ET.Element) -> str:
    """An element's namespace, empty if it has none."""
    return node.tag[1:].partition("}")[0] if node.tag.startswith("{") else ""
