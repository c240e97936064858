# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management faults: codes, subcodes and texts as hosts send them, and the fault's XML.

Codes and texts: wsmerror.h of the Windows SDK. Shapes: recorded answers of 2008 R2 and 2012 R2 hosts. Every
fault travels with HTTP status 500.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.wire import names
from simulator.wire.markup import attribute, element, leaf, text

_BASE = 0x80338000


@dataclass(frozen=True)
class Kind:
    """What a code looks like: SOAP code (sender or receiver), subcode, reason, last part of wsman:FaultDetail."""

    subcode: str
    reason: str
    detail: str = ""
    receiver: bool = False


_CANNOT = "The WS-Management service cannot process the request"
_NO_DATA = f"{_CANNOT}. The service cannot find the resource identified by the resource URI and selectors. "
_SELECTORS = f"{_CANNOT} because the request contained invalid selectors for the resource. "
_WMI = f"{_CANNOT}. The WMI service"
_FILTER = (
    "The data source could not process the filter. The filter might be missing or it might be invalid. "
    "Change the filter and try the request again.  "
)
_BAD_URI = (
    f"{_CANNOT}. The resource URI is missing or it has an incorrect format. Check the documentation or use the "
    'following command for information on how to construct a resource URI: "winrm help uris". '
)
_SCHEMA = (
    "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. "
)

KINDS: dict[int, Kind] = {
    5: Kind("w:AccessDenied", "Access is denied. "),
    87: Kind("w:InvalidParameter", "The parameter is incorrect. ", "InvalidValue"),
    170: Kind("w:Concurrency", "The requested resource is in use. "),
    _BASE + 0x00: Kind("a:DestinationUnreachable", _NO_DATA, "InvalidResourceURI"),
    _BASE + 0x03: Kind("w:InternalError", "An error was encountered inside the plugin. ", receiver=True),
    _BASE + 0x0F: Kind(
        "a:InvalidMessageInformationHeader", f"{_CANNOT}. The request contains one or more invalid SOAP headers. "
    ),
    _BASE + 0x10: Kind(
        "",
        "The WS-Management service cannot process a SOAP header in the request that is marked as mustUnderstand by the "
        "client.  This could be caused by the use of a version of the protocol which is not supported, or may be an "
        "incompatibility  between the client and server implementations. ",
    ),
    _BASE + 0x11: Kind(
        "a:MessageInformationHeaderRequired", f"{_CANNOT}. The request does not have all the expected SOAP headers. "
    ),
    _BASE + 0x13: Kind(
        "a:ActionNotSupported", "The WS-Management service does not support the action specified in the request. "
    ),
    _BASE + 0x18: Kind(
        "n:FilteringNotSupported",
        "The data source does not support filtering. Remove the filter from the request and try the request again. ",
    ),
    _BASE + 0x19: Kind(
        "n:FilterDialectRequestedUnavailable",
        "The filter dialect (the type associated with the filter) was not supported for this resource. "
        "Change the filter dialect or remove it from the request and try the request again. ",
    ),
    _BASE + 0x1A: Kind("n:CannotProcessFilter", _FILTER),
    _BASE + 0x1B: Kind(
        "n:InvalidEnumerationContext",
        "The WS-Enumeration context in the enumeration is not valid. Enumeration may have been completed or canceled. "
        "You cannot use this enumeration context anymore. Start a new enumeration. ",
        receiver=True,
    ),
    _BASE + 0x27: Kind("w:InvalidBody", f"{_CANNOT} because the request packet does not have a valid SOAP body. "),
    _BASE + 0x29: Kind(
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
        receiver=True,
    ),
    _BASE + 0x2F: Kind("w:InvalidBatchParameter", "The WS-Management service cannot process the batch request. "),
    _BASE + 0x31: Kind(
        "w:ActionMismatch",
        f"{_CANNOT} because the WS-Addressing Action URI in the request is not compatible with the resource. ",
    ),
    _BASE + 0x32: Kind(
        "w:Concurrency",
        "The WS-Management service cannot complete the WS-Addressing Action URI in the request because the resource "
        "was already in use. ",
    ),
    _BASE + 0x3B: Kind("a:DestinationUnreachable", _BAD_URI, "InvalidResourceURI"),
    _BASE + 0x41: Kind("w:SchemaValidationError", _SCHEMA),
    _BASE + 0x42: Kind(
        "w:UnsupportedFeature",
        "The WS-Management service does not support the specified feature. Remove the unsupported feature from the "
        "request and retry. ",
        "FragmentLevelAccess",
    ),
    _BASE + 0x43: Kind("w:SchemaValidationError", f"{_CANNOT} because the XML is invalid. "),
    _BASE + 0x47: Kind(
        "w:EncodingLimit",
        "The maximum envelope size in the request is too large. Change the maximum envelope size and try the request "
        "again. ",
        "MaxEnvelopeSize",
    ),
    _BASE + 0x48: Kind(
        "w:EncodingLimit",
        "The response that the WS-Management service computed exceeds the maximum envelope size in the request. ",
        "MaxEnvelopeSizeExceeded",
    ),
    _BASE + 0x56: Kind("w:SchemaValidationError", f"{_CANNOT} because the XML content has invalid values. "),
    _BASE + 0x57: Kind("w:SchemaValidationError", f"{_CANNOT} because the XML content has missing values. "),
    _BASE + 0x58: Kind(
        "x:InvalidRepresentation",
        "The WS-Management service cannot identify the format of the object passed to a Put or Create method. The XML "
        "namespace for the input XML is invalid. Change the XML namespace for the input XML in the request. ",
        "InvalidNamespace",
    ),
    _BASE + 0x59: Kind("x:InvalidRepresentation", f"{_CANNOT} because an XML fragment in the URI is invalid. "),
    _BASE + 0x5A: Kind(
        "w:InvalidSelectors",
        f"{_CANNOT} because the request did not contain all required selectors. ",
        "InsufficientSelectors",
    ),
    _BASE + 0x5B: Kind("w:InvalidSelectors", _SELECTORS, "UnexpectedSelectors"),
    _BASE + 0x5F: Kind(
        "w:InvalidSelectors", f"{_CANNOT} because the request contains duplicate selectors. ", "DuplicateSelectors"
    ),
    _BASE + 0x7E: Kind(
        "w:EncodingLimit", f"{_CANNOT} because the envelope size in the request is too small. ", "MinimumEnvelopeLimit"
    ),
    _BASE + 0x86: Kind(
        "w:UnsupportedFeature",
        "The WS-Management service does not support the specified enumeration mode. ",
        "EnumerationMode",
    ),
    _BASE + 0x93: Kind("w:FragmentDialectNotSupported", "The fragment path is not valid. ", "InvalidFragment"),
    _BASE + 0xED: Kind("w:InvalidParameter", f"{_CANNOT}. The keys of an instance cannot be changed. "),
    _BASE + 0xFA: Kind(
        "a:DestinationUnreachable",
        "The resource URI is not valid: it does not contain keys, but the class selected is not a singleton. To access "
        "an instance which is not a singleton, keys must be provided. ",
        "InvalidResourceURI",
    ),
    _BASE + 0xFB: Kind(
        "a:DestinationUnreachable",
        "The resource URI for an enumeration operation with WQL filter must not contain keys and the class name must "
        "be '*' (star). ",
        "InvalidResourceURI",
    ),
    _BASE + 0x102: Kind(
        "w:InternalError",
        f"{_WMI} reported that the WMI provider could not perform the requested operation. ",
        receiver=True,
    ),
    _BASE + 0x104: Kind("w:AccessDenied", f"{_WMI} returned an 'access denied' error. "),
    _BASE + 0x105: Kind("w:AccessDenied", f"{_CANNOT}. The WMI provider returned an 'access denied' error. "),
    _BASE + 0x108: Kind(
        "w:InvalidSelectors",
        f"{_CANNOT}. The resource URI for an Enumerate operation must not contain keys. ",
        "UnexpectedSelectors",
    ),
    _BASE + 0x11E: Kind(
        "w:InvalidParameter", f"{_CANNOT}. The WMI provider returned an 'invalid parameter' error. ", "InvalidValue"
    ),
    _BASE + 0x137: Kind(
        "w:UnsupportedFeature", "The WS-Management service does not support the specified polymorphism mode. "
    ),
    _BASE + 0x13B: Kind(
        "w:InvalidSelectors",
        f"{_CANNOT}. The resource URI and __cimnamespace selector attempted to use different namespaces. ",
        "UnexpectedSelectors",
    ),
    _BASE + 0x140: Kind(
        "w:InvalidOptions",
        "The WinRS client cannot process the request. The server cannot set Code Page. You may want to use the CHCP "
        "command to change the client Code Page to 437 and receive the results in English. ",
    ),
    _BASE + 0x1A5: Kind(
        "w:InternalError",
        f"{_CANNOT}. The maximum number of concurrent shells for this user has been exceeded. "
        "Close existing shells or raise the quota for this user. ",
        receiver=True,
    ),
    _BASE + 0x1A6: Kind(
        "w:InternalError",
        f"{_CANNOT}. The maximum number of concurrent operations for this user has been exceeded. "
        "Close existing operations for this user, or raise the quota for this user. ",
        receiver=True,
    ),
    _BASE + 0x1AC: Kind(
        "w:InternalError",
        f"{_CANNOT}. The service is configured to not accept any remote shell requests. ",
        receiver=True,
    ),
}

ACCESS_DENIED = 5
INVALID_PARAMETER = 87
BUSY = 170
NOT_FOUND = _BASE
PROVIDER_FAILURE = _BASE + 0x03
INVALID_HEADER = _BASE + 0x0F
MUST_UNDERSTAND = _BASE + 0x10
HEADER_REQUIRED = _BASE + 0x11
ACTION_NOT_SUPPORTED = _BASE + 0x13
FILTERING_NOT_SUPPORTED = _BASE + 0x18
FILTER_DIALECT = _BASE + 0x19
CANNOT_PROCESS_FILTER = _BASE + 0x1A
INVALID_CONTEXT = _BASE + 0x1B
INVALID_BODY = _BASE + 0x27
TIMED_OUT = _BASE + 0x29
INVALID_BATCH = _BASE + 0x2F
ACTION_MISMATCH = _BASE + 0x31
CONCURRENCY = _BASE + 0x32
INVALID_RESOURCE_URI = _BASE + 0x3B
SCHEMA_VALIDATION = _BASE + 0x41
UNSUPPORTED_FEATURE = _BASE + 0x42
INVALID_XML = _BASE + 0x43
MAX_ENVELOPE_SIZE = _BASE + 0x47
ENVELOPE_EXCEEDED = _BASE + 0x48
INVALID_VALUES = _BASE + 0x56
INVALID_NAMESPACE = _BASE + 0x58
INVALID_FRAGMENT = _BASE + 0x59
INSUFFICIENT_SELECTORS = _BASE + 0x5A
UNEXPECTED_SELECTORS = _BASE + 0x5B
DUPLICATE_SELECTORS = _BASE + 0x5F
MIN_ENVELOPE_SIZE = _BASE + 0x7E
ENUMERATION_MODE = _BASE + 0x86
INVALID_FRAGMENT_PATH = _BASE + 0x93
CANNOT_CHANGE_KEYS = _BASE + 0xED
NOT_SINGLETON = _BASE + 0xFA
WQL_NEEDS_STAR = _BASE + 0xFB
WMI_PROVIDER_NOT_CAPABLE = _BASE + 0x102
WMI_SERVICE_ACCESS_DENIED = _BASE + 0x104
WMI_PROVIDER_ACCESS_DENIED = _BASE + 0x105
ENUMERATE_WITH_KEYS = _BASE + 0x108
WMI_INVALID_PARAMETER = _BASE + 0x11E
POLYMORPHISM_MODE = _BASE + 0x137
DIFFERENT_NAMESPACE = _BASE + 0x13B
CODE_PAGE = _BASE + 0x140
QUOTA_SHELLS = _BASE + 0x1A5
QUOTA_OPERATIONS = _BASE + 0x1A6
SHELLS_NOT_ALLOWED = _BASE + 0x1AC

_OTHER = Kind("w:InternalError", "The WS-Management service cannot complete the operation. ", receiver=True)


@dataclass(frozen=True)
class Provider:
    """The inner part: which plug-in failed, and how. ``status`` is XML of an __ExtendedStatus, or empty."""

    name: str
    path: str
    code: int | None = None
    message: str = ""
    status: str = ""


class WsFault(Exception):
    """An operation that ends in a fault. ``message`` replaces the reason in the detail; ``not_understood`` are the
    namespace and the name of the header block that MUST_UNDERSTAND is about; ``cim_error`` is XML that stands for the
    whole detail."""

    def __init__(
        self,
        code: int,
        message: str = "",
        *,
        provider: Provider | None = None,
        kind: Kind | None = None,
        not_understood: tuple[str, str] | None = None,
        cim_error: str = "",
    ) -> None:
        self.code = code
        self.cim_error = cim_error
        self.not_understood = not_understood
        self.kind = kind or KINDS.get(code, _OTHER)
        self.message = message or self.kind.reason
        self.provider = provider
        super().__init__(f"{code}: {self.message}")

    @property
    def action(self) -> str:
        """The fault's WS-Addressing action, which goes with the namespace of its subcode."""
        prefix = self.kind.subcode.partition(":")[0]
        return {
            "a": f"{names.ADDRESSING}/fault",
            "n": f"{names.ENUMERATION}/fault",
            "x": f"{names.TRANSFER}/fault",
            "": f"{names.ADDRESSING}/fault",
        }.get(prefix, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault")

    @property
    def header(self) -> str:
        """The header block that a MustUnderstand fault comes with (SOAP 1.2 part 1, 5.4.8)."""
        if self.not_understood is None:
            return ""
        namespace, name = self.not_understood
        qname = attribute("qname", f"wsman:{name}") + attribute("xmlns:wsman", namespace)
        return element("s:NotUnderstood", "", qname)

    def body(self, address: str, machine: str) -> str:
        """The s:Fault. ``address`` is how the client reached the host, ``machine`` the host's own name. MustUnderstand
        has no detail and so no code (an answer that pypsrp's tests recorded)."""
        if not self.kind.subcode:
            reason = leaf("s:Text", self.kind.reason, ' xml:lang=""')
            code = element("s:Code", leaf("s:Value", "s:MustUnderstand"))
            return element("s:Fault", code + element("s:Reason", reason))
        value = leaf("s:Value", "s:Receiver" if self.kind.receiver else "s:Sender")
        code = value + element("s:Subcode", leaf("s:Value", self.kind.subcode))
        detail = leaf("w:FaultDetail", names.FAULT_DETAIL + self.kind.detail) if self.kind.detail else ""
        detail += _wsman_fault(self.code, address, self._message(machine))
        detail = self.cim_error or detail
        return element(
            "s:Fault",
            element("s:Code", code)
            + element("s:Reason", leaf("s:Text", self.kind.reason, ' xml:lang="en-US"'))
            + element("s:Detail", detail),
        )

    def _message(self, machine: str) -> str:
        provider = self.provider
        if provider is None:
            return leaf("f:Message", self.message)
        if provider.code is None:
            inner = text(provider.message)
        else:
            inner = _wsman_fault(provider.code, machine, leaf("f:Message", provider.message or self.message))
        if provider.status:
            inner += element("f:ExtendedError", provider.status)
        names_it = attribute("provider", provider.name) + attribute("path", provider.path)
        return element("f:Message", element("f:ProviderFault", inner, names_it))


def _wsman_fault(code: int, machine: str, content: str) -> str:
    attributes = attribute("xmlns:f", names.FAULT) + attribute("Code", str(code)) + attribute("Machine", machine)
    return element("f:WSManFault", content, attributes)
