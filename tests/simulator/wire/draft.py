# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management of Windows Server 2003 R2 without KB936059, WinRM 0.5: a draft of the protocol (MS-WSMAN).

Its namespaces and resource URIs are others, which is most of what differs: a request is translated, answered as one of
the later protocol, and the answer translated back. The transcripts of MS-WSMAN 4.1 to 4.3 show each of these shapes.

It has no shells, no filters, no fragments, no optimised enumeration. Not simulated: Put and the parts of its own
configuration, listeners, and that instances of a subclass come as their base class (3.1.4.1.28).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from simulator.wire import fault, names
from simulator.wire.fault import Kind, WsFault
from simulator.wire.markup import attribute, element, leaf, local_name, namespace_of
from simulator.wire.profile import Foreign, Profile, WireOptions
from simulator.wire.soap import UNDERSTOOD, must_understand

MANAGEMENT = "http://schemas.xmlsoap.org/ws/2005/06/management"
THIS = "wsman:system/2005/06/this"
CONFIG = "wsman:microsoft.com/wsman/2005/06/config"
_WMI = "http://schemas.microsoft.com/wsman/2005/06/wmi/"
_PAIRS = (
    (MANAGEMENT, names.WSMAN),
    (_WMI, names.WMI_RESOURCE),
    ("http://schemas.dmtf.org/wsman/2005/06/base", names.CIM),
    ("http://schemas.microsoft.com/ws/2005/06/wsmanfault", names.FAULT),
    (f"{MANAGEMENT}/fault", "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"),
    ("wsman:faultDetail/", names.FAULT_DETAIL),
)
"""What the draft has, and the later protocol. ASSUMED: the action of a fault."""
_CIM_PROVIDER = "D9A2A039-A4B3-4A70-8CB9-8D7714EAD776"
_MARKED = re.compile(rb"<(a:Action|a:MessageID|a:RelatesTo)>")
_CODE = re.compile(rb'(<f:WSManFault [^>]*Code=")(\d+)"')
_PROVIDER = re.compile(rb"<f:ProviderFault [^>]*>")
_NOT_UNDERSTOOD = re.compile(rb"(<s:NotUnderstood [^>]*>)")
_UNDERSTOOD: Mapping[str, set[str]] = {
    names.ADDRESSING: UNDERSTOOD[names.ADDRESSING],
    MANAGEMENT: {"ResourceURI", "SelectorSet", "MaxEnvelopeSize", "OperationTimeout", "Locale"},
}
_IGNORED = {
    f"{{{names.WSMAN}}}OptimizeEnumeration",
    f"{{{names.WSMAN}}}MaxElements",
    f"{{{names.WSMAN}}}EnumerationMode",
    f"{{{names.CIM_BINDING}}}PolymorphismMode",
    f"{{{names.CIM}}}Location",
    *(f"{{{names.WSMAN}}}{name}" for name in ("FragmentTransfer", "OptionSet", "RequestEPR")),
}


def later(data: bytes) -> bytes:
    """A request in the words of the later protocol."""
    for draft, published in _PAIRS:
        data = data.replace(draft.encode(), published.encode())
    return data


def earlier(data: bytes) -> bytes:
    """An answer in the words of the draft. Codes of faults lack the upper half (MS-WSMAN 4.3). What was not understood
    keeps the name that the request gave it."""
    data = _MARKED.sub(rb'<\1 s:mustUnderstand="true">', data)
    data = _CODE.sub(lambda match: b'%s%d"' % (match[1], int(match[2]) & 0xFFFF), data)
    data = _PROVIDER.sub(f'<f:ProviderFault providerId="{_CIM_PROVIDER}">'.encode(), data)
    return b"".join(part if _NOT_UNDERSTOOD.fullmatch(part) else _renamed(part) for part in _NOT_UNDERSTOOD.split(data))


def check(envelope: ET.Element, options: WireOptions) -> None:
    """Refuse what the draft does not know, before a request is translated; raises WsFault."""
    foreign = [block for block in _headers(envelope) if namespace_of(block) in (names.WSMAN, names.WSMAN_MS)]
    if foreign:
        _refuse(foreign, options.foreign)
    uri = _headers_text(envelope, "ResourceURI")
    if uri is not None and not uri.casefold().startswith((_WMI, THIS, CONFIG)):
        raise WsFault(fault.INVALID_RESOURCE_URI)
    for block in filter(must_understand, _headers(envelope)):
        if local_name(block) not in _UNDERSTOOD.get(namespace_of(block), ()):
            raise _not_understood(block)
        if local_name(block) == "Locale":
            reason = fault.KINDS[fault.UNSUPPORTED_FEATURE].reason
            raise WsFault(fault.UNSUPPORTED_FEATURE, kind=Kind("w:UnsupportedFeature", reason, "Locale"))


def prune(envelope: ET.Element) -> None:
    """Take away what the draft ignores in a translated request (MS-WSMAN 3.1.4.1.11, .12, .16 to .18, .27, .28); raises
    WsFault for a filter (3.1.4.1.13, note 9). ASSUMED: which fault that is."""
    for parent in list(envelope.iter()):
        for node in list(parent):
            if node.tag in (f"{{{names.WSMAN}}}Filter", f"{{{names.ENUMERATION}}}Filter"):
                raise WsFault(fault.FILTERING_NOT_SUPPORTED)
            if node.tag in _IGNORED:
                parent.remove(node)


def this(profile: Profile) -> str:
    """What it says of itself: the answer to Get on ``this``, and to Identify (MS-WSMAN 2.2.4.12, <7>)."""
    content = leaf("t:Vendor", "Microsoft Corporation")
    content += leaf("t:Version", f"OS: 5.2.3790 SP: 2.0 Stack: {profile.stack}")
    return element("t:This", content, attribute("xmlns:t", f"{MANAGEMENT}/this"))


def configuration(profile: Profile, options: WireOptions) -> str:
    """The parts of its configuration that the simulated service has (MS-WSMAN 4.2.1)."""
    schemes = leaf("cfg:Basic", _flag(options.allow_basic)) + leaf("cfg:Negotiate", "true")
    service = (
        leaf("cfg:MaxConcurrentOperations", str(profile.max_operations_per_user))
        + leaf("cfg:EnumerationTimeoutms", str(int(profile.enumeration_timeout * 1000)))
        + leaf("cfg:MaxConnections", str(profile.max_connections))
        + element("cfg:HTTP", element("cfg:Unencrypted", schemes))
        + element("cfg:HTTPS", schemes)
    )
    content = (
        leaf("cfg:MaxEnvelopeSizekb", str(profile.max_envelope_kb))
        + leaf("cfg:MaxTimeoutms", str(int(profile.max_timeout * 1000)))
        + leaf("cfg:MaxBatchItems", str(profile.max_batch_items))
        + element("cfg:Service", service)
    )
    return element("cfg:Config", content, attribute("xmlns:cfg", "wsman:microsoft.com/wsman/2005/06/config.xsd"))


def _refuse(foreign: list[ET.Element], answer: Foreign) -> None:
    """Answer a request of the later protocol; raises WsFault."""
    if answer is Foreign.ACTION_NOT_SUPPORTED:
        raise WsFault(fault.ACTION_NOT_SUPPORTED)
    marked = [block for block in foreign if must_understand(block)]
    if answer is Foreign.NOT_UNDERSTOOD or (answer is Foreign.AS_MARKED and marked):
        raise _not_understood((marked or foreign)[0])
    raise WsFault(fault.INVALID_RESOURCE_URI)


def _not_understood(block: ET.Element) -> WsFault:
    return WsFault(fault.MUST_UNDERSTAND, not_understood=(namespace_of(block), local_name(block)))


def _renamed(data: bytes) -> bytes:
    for draft, published in reversed(_PAIRS):
        data = data.replace(published.encode(), draft.encode())
    return data


def _headers(envelope: ET.Element) -> Iterator[ET.Element]:
    header = envelope.find(f"{{{names.SOAP}}}Header")
    return iter(header if header is not None else ())


def _headers_text(envelope: ET.Element, name: str) -> str | None:
    block = envelope.find(f"{{{names.SOAP}}}Header/{{{MANAGEMENT}}}{name}")
    return None if block is None else (block.text or "").strip()


def _flag(value: bool) -> str:
    return "true" if value else "false"
