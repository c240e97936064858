# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The envelopes that are sent (DSP0226 5, MS-WSMV 2.2.3).

Written by ElementTree with literal, declared prefixes; nothing from outside is ever concatenated into XML.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from ..object_path import ObjectPath
from ..text import check_text
from .namespaces import ANONYMOUS, PREFIXES
from .value_writer import write_selectors

#: Bytes that an answer may have. 150 KiB is what every version of WinRM grants (MS-WSMV 2.2.4.10).
MAX_ENVELOPE_SIZE = 153600


class Envelope:
    """One request: its addressing, and a body to fill in.

    ``action`` and ``resource_uri`` say what is asked of whom; ``body`` is the ``s:Body`` element.
    """

    def __init__(self, action: str, resource_uri: str, path: ObjectPath | None = None) -> None:
        self.action = action
        self.resource_uri = resource_uri
        self.root = ET.Element("s:Envelope")
        self.header = ET.SubElement(self.root, "s:Header")
        self.body = ET.SubElement(self.root, "s:Body")
        self._must_understand("w:ResourceURI", check_text(resource_uri))
        self._must_understand("a:Action", check_text(action))
        self._must_understand("w:MaxEnvelopeSize", str(MAX_ENVELOPE_SIZE))
        ET.SubElement(
            ET.SubElement(self.header, "a:ReplyTo"), "a:Address", {"s:mustUnderstand": "true"}
        ).text = ANONYMOUS
        for locale in ("w:Locale", "p:DataLocale"):
            ET.SubElement(self.header, locale, {"xml:lang": "en-US", "s:mustUnderstand": "false"})
        if path is not None:
            write_selectors(self.header, path)

    def fragment(self, expression: str) -> None:
        """Address a part of the resource only (DSP0226 7.7)."""
        self._must_understand("w:FragmentTransfer", check_text(expression))

    def selector(self, name: str, value: str) -> None:
        """Address a resource that isn't a WMI object, such as a shell."""
        selectors = ET.SubElement(self.header, "w:SelectorSet")
        ET.SubElement(selectors, "w:Selector", Name=name).text = check_text(value)

    def options(self, options: Mapping[str, str]) -> None:
        """Add a ``w:OptionSet``."""
        option_set = ET.SubElement(self.header, "w:OptionSet")
        for name, value in options.items():
            ET.SubElement(option_set, "w:Option", Name=name).text = value

    def to_bytes(self, *, to: str, message_id: str, operation_timeout: float) -> bytes:
        """Write the envelope for one sending; it may be written again with another message id.

        ``operation_timeout`` is in seconds: how long the host may take before it answers OperationTimeout.
        """
        self._set("a:To", to)
        self._set("a:MessageID", message_id)
        self._set("w:OperationTimeout", f"PT{operation_timeout:.3f}".rstrip("0").rstrip(".") + "S")
        self._declare_prefixes()
        document: bytes = ET.tostring(self.root, encoding="utf-8")
        # A parser would read a bare carriage return back as a line feed.
        return document.replace(b"\r", b"&#13;")

    def _must_understand(self, tag: str, text: str) -> None:
        ET.SubElement(self.header, tag, {"s:mustUnderstand": "true"}).text = text

    def _declare_prefixes(self) -> None:
        """Declare what this envelope uses, and no more: it is a third of a small request."""
        names = {name for element in self.root.iter() for name in (element.tag, *element.attrib)}
        used = {name.partition(":")[0] for name in names}
        for prefix, uri in PREFIXES.items():
            if prefix in used:
                self.root.set(f"xmlns:{prefix}", uri)

    def _set(self, tag: str, text: str) -> None:
        element = next((header for header in self.header if header.tag == tag), None)
        if element is None:
            element = ET.SubElement(self.header, tag)
        element.text = text
