# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From SOAP faults to :class:`~.errors.Fault` (MS-WSMV 2.2.4.43, reference transcripts of WinRM 1.1 to 2012 R2).

The detail comes in several shapes: a WSManFault, which may nest a ProviderFault with further WSManFaults and
an ``__ExtendedStatus``; a CIM error (MSFT_WmiError) in the DMTF namespace or in that of the provider's class; or a
plain Win32 code. WMI's own HRESULT is often in the text only.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from ..errors import WSMAN_ACTION_NOT_SUPPORTED, Fault
from .xml_reader import child, children, descendants, local_name, text_of

_HEX = re.compile(r"\b0x([0-9A-Fa-f]{8})\b", re.ASCII)
_HRESULT = re.compile(r"(?<![\w.-])(-?2\d{9}|[34]\d{9}|-1\d{9})(?![\w.])", re.ASCII)
_CODE = re.compile(
    r"\b(?:code|error|errno|HRESULT)\b\s*(?:is|=|:)?\s*\(?(-?\d{1,10})(?![\w.])", re.ASCII | re.IGNORECASE
)


#: What a fault without any number means by its subcode (DSP0226 14).
_CODES = {"AccessDenied": (5,), "ActionNotSupported": (WSMAN_ACTION_NOT_SUPPORTED,)}


def read_fault(fault: ET.Element, header: ET.Element | None) -> Fault:
    """Read an ``s:Fault``. The header of its envelope names what wasn't understood, if that is the reason."""
    detail = child(fault, "Detail")
    messages = list(_messages(detail))
    subcode = text_of(child(child(child(fault, "Code"), "Subcode"), "Value")).rpartition(":")[2]
    reason = _reason(fault) or (messages[0] if messages else "") or "the host gave no reason"
    unknown = ", ".join(not_understood(header))
    codes = _unique([*_declared_codes(detail), *_codes_in_texts([reason, *messages])])
    return Fault(
        f"{reason} ({unknown})" if unknown else reason,
        codes=codes or _CODES.get(subcode, ()),
        subcode=subcode,
        provider_text=messages[-1] if messages else None,
    )


def not_understood(header: ET.Element | None) -> list[str]:
    """The headers of the request that the host didn't understand, ``w:FragmentTransfer`` (SOAP 1.2 part 1, 5.4.8)."""
    return [element.get("qname", "") for element in children(header, "NotUnderstood")]


def _reason(fault: ET.Element) -> str:
    texts = list(children(child(fault, "Reason"), "Text"))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    texts.sort(key=lambda text: not text.get(language, "").lower().startswith("en"))
    return _flat(text_of(texts[0])) if texts else ""


def _declared_codes(detail: ET.Element | None) -> Iterator[int]:
    for fault in descendants(detail, "WSManFault"):
        yield from _number(fault.get("Code", ""))
    for name in ("StatusCode", "error_Code"):
        for element in descendants(detail, name):
            yield from _number(text_of(element))


def _codes_in_texts(texts: list[str]) -> Iterator[int]:
    for text in texts:
        for digits in _HEX.findall(text):
            yield int(digits, 16)
        for pattern in (_HRESULT, _CODE):
            for digits in pattern.findall(text):
                yield from _number(digits)


def _messages(detail: ET.Element | None) -> Iterator[str]:
    """All texts of the detail, the outermost first and the most specific last."""
    for error in _cim_errors(detail):
        yield from _texts(child(error, "MessageID"))
        yield from _texts(child(error, "Message"))
    for element in descendants(detail, "WSManFault"):
        for message in children(element, "Message"):
            yield from _texts(message)
            for provider in children(message, "ProviderFault"):
                yield from _texts(provider)
    for status in descendants(detail, "__ExtendedStatus"):
        yield from _texts(child(status, "Description"))


def _cim_errors(detail: ET.Element | None) -> Iterator[ET.Element]:
    """The CIM errors (DSP0227 11.1): marked as such, or by Windows's own name for them."""
    for element in detail.iter() if detail is not None else ():
        marked = any(name.endswith("}IsCIM_Error") and value == "true" for name, value in element.attrib.items())
        if marked or local_name(element) == "MSFT_WmiError":
            yield element


def _texts(element: ET.Element | None) -> Iterator[str]:
    if element is not None:
        text = _flat(" ".join([element.text or "", *(inner.tail or "" for inner in element)]))
        if text:
            yield text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _number(digits: str) -> Iterator[int]:
    text = digits.strip()
    if re.fullmatch(r"-?\d{1,10}", text, re.ASCII):
        yield int(text) & 0xFFFFFFFF
    elif re.fullmatch(r"0[xX][0-9A-Fa-f]{1,8}", text):
        yield int(text, 16)


def _unique(codes: list[int]) -> list[int]:
    return list(dict.fromkeys(codes))
