# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between the controller and the WMI service of a host.

Every exception that leaves ``_wsman`` derives from :class:`WsManError`, so callers never meet a
``requests``, ``winrm``, ``pypsrp`` or XML exception.
"""

from __future__ import annotations

from collections.abc import Iterable

#: The codes that somebody asks for, each named by its symbol (wsmerror.h).
OPERATION_ABORTED = 995
WSMAN_RESOURCE_NOT_FOUND = 2150858752
WSMAN_INVALID_URI = 2150858754
WSMAN_PROVIDER_FAILURE = 2150858755
WSMAN_DESTINATION_UNREACHABLE = 2150858770
WSMAN_ACTION_NOT_SUPPORTED = 2150858771
WSMAN_CANNOT_PROCESS_FILTER = 2150858778
WSMAN_INVALID_ENUMERATION_CONTEXT = 2150858779
WSMAN_OPERATION_TIMEDOUT = 2150858793
WSMAN_INVALID_SELECTORS = 2150858813
WSMAN_INSUFFICIENT_SELECTORS = 2150858842
WSMAN_UNEXPECTED_SELECTORS = 2150858843
WSMAN_INVALID_SELECTOR_VALUE = 2150858845
WSMAN_WMI_PROVIDER_NOT_CAPABLE = 2150859010
WSMAN_WMI_SVC_ACCESS_DENIED = 2150859012
WSMAN_WMI_PROVIDER_ACCESS_DENIED = 2150859013
WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED = 2150859014
WSMAN_QUOTA_MAX_SHELLS = 2150859173

#: Symbols of the codes that a WMI or WinRS client meets in faults (wsmerror.h, winerror.h). A Win32 error stands for
#: its HRESULT as well.
SYMBOLS: dict[int, str] = {
    5: "ERROR_ACCESS_DENIED",
    87: "ERROR_INVALID_PARAMETER",
    170: "ERROR_BUSY",
    OPERATION_ABORTED: "ERROR_OPERATION_ABORTED",
    WSMAN_RESOURCE_NOT_FOUND: "ERROR_WSMAN_RESOURCE_NOT_FOUND",
    WSMAN_INVALID_URI: "ERROR_WSMAN_INVALID_URI",
    WSMAN_PROVIDER_FAILURE: "ERROR_WSMAN_PROVIDER_FAILURE",
    2150858767: "ERROR_WSMAN_INVALID_MESSAGE_INFORMATION_HEADER",
    WSMAN_DESTINATION_UNREACHABLE: "ERROR_WSMAN_DESTINATION_UNREACHABLE",
    WSMAN_ACTION_NOT_SUPPORTED: "ERROR_WSMAN_ACTION_NOT_SUPPORTED",
    2150858777: "ERROR_WSMAN_FILTERING_UNAVAILABLE",
    WSMAN_CANNOT_PROCESS_FILTER: "ERROR_WSMAN_CANNOT_PROCESS_FILTER",
    WSMAN_INVALID_ENUMERATION_CONTEXT: "ERROR_WSMAN_INVALID_ENUMERATION_CONTEXT",
    2150858790: "ERROR_WSMAN_ENVELOPE_TOO_LARGE",
    WSMAN_OPERATION_TIMEDOUT: "ERROR_WSMAN_OPERATION_TIMEDOUT",
    2150858803: "ERROR_WSMAN_ALREADY_EXISTS",
    2150858806: "ERROR_WSMAN_FAILED_AUTHENTICATION",
    WSMAN_INVALID_SELECTORS: "ERROR_WSMAN_INVALID_SELECTORS",
    2150858817: "ERROR_WSMAN_SCHEMA_VALIDATION_ERROR",
    2150858823: "ERROR_WSMAN_MAX_ENVELOPE_SIZE",
    2150858824: "ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED",
    2150858825: "ERROR_WSMAN_SERVER_ENVELOPE_LIMIT",
    2150858838: "ERROR_WSMAN_INVALID_XML_VALUES",
    2150858839: "ERROR_WSMAN_INVALID_XML_MISSING_VALUES",
    2150858840: "ERROR_WSMAN_INVALID_XML_NAMESPACE",
    2150858841: "ERROR_WSMAN_INVALID_XML_FRAGMENT",
    WSMAN_INSUFFICIENT_SELECTORS: "ERROR_WSMAN_INSUFFCIENT_SELECTORS",
    WSMAN_UNEXPECTED_SELECTORS: "ERROR_WSMAN_UNEXPECTED_SELECTORS",
    2150858844: "ERROR_WSMAN_SELECTOR_TYPEMISMATCH",
    WSMAN_INVALID_SELECTOR_VALUE: "ERROR_WSMAN_INVALID_SELECTOR_VALUE",
    2150858886: "ERROR_WSMAN_ENUMERATION_MODE_UNSUPPORTED",
    2150858899: "ERROR_WSMAN_INVALID_FRAGMENT_PATH",
    2150858989: "ERROR_WSMAN_CANNOT_CHANGE_KEYS",
    2150859001: "ERROR_WSMAN_CANNOT_DECRYPT",
    2150859002: "ERROR_WSMAN_INVALID_URI_WMI_SINGLETON",
    2150859003: "ERROR_WSMAN_INVALID_URI_WMI_ENUM_WQL",
    2150859008: "ERROR_WSMAN_WMI_MAX_NESTED",
    WSMAN_WMI_PROVIDER_NOT_CAPABLE: "ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE",
    2150859011: "ERROR_WSMAN_WMI_INVALID_VALUE",
    WSMAN_WMI_SVC_ACCESS_DENIED: "ERROR_WSMAN_WMI_SVC_ACCESS_DENIED",
    WSMAN_WMI_PROVIDER_ACCESS_DENIED: "ERROR_WSMAN_WMI_PROVIDER_ACCESS_DENIED",
    WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED: "ERROR_WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED",
    2150859016: "ERROR_WSMAN_ENUMERATE_WMI_INVALID_KEY",
    2150859038: "ERROR_WSMAN_WMI_PROVIDER_INVALID_PARAMETER",
    WSMAN_QUOTA_MAX_SHELLS: "ERROR_WSMAN_QUOTA_MAX_SHELLS",
    2150859174: "ERROR_WSMAN_QUOTA_MAX_OPERATIONS",
    2150859175: "ERROR_WSMAN_QUOTA_USER",
    2150859176: "ERROR_WSMAN_QUOTA_SYSTEM",
    2150859179: "ERROR_WSMAN_QUOTA_MAX_SHELLUSERS",
    2150859180: "ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED",
    2150859181: "ERROR_WSMAN_PULL_PARAMS_NOT_SAME_AS_ENUM",
    2150859204: "ERROR_WSMAN_SHELL_DISCONNECTED",
    2150859212: "ERROR_WINRS_COMMAND_TERMINATED",
}

_QUOTAS = (WSMAN_QUOTA_MAX_SHELLS, 2150859174, 2150859175, 2150859176, 2150859179)


class WsManError(Exception):
    """Base of everything that a WS-Management exchange can raise."""


class HostUnreachable(WsManError):
    """No answer can be had from the host: connection refused or lost, TLS or authentication refused.

    Raised only when the request certainly had no effect, or was safe to repeat and repeating failed too.
    """


class AuthenticationRefused(HostUnreachable):
    """The host turned the credentials down (HTTP 401) or refused the way they were offered."""


class OutcomeUnknown(WsManError):
    """A request that changes something was sent and its answer never came.

    The connection was cut, or the host answered OperationTimeout (2150858793) to a Put, Invoke or
    Command. The change may or may not have happened: read the state back before deciding anything.
    """


class UnsupportedConnection(HostUnreachable):
    """The Ansible connection of the host can't carry WS-Management."""


class MalformedAnswer(WsManError):
    """The host answered something that is not the WS-Management answer to the request."""


class Fault(WsManError):
    """The host refused the request with a SOAP fault.

    ``codes`` holds every numeric code of the fault, outermost first: ``WSManFault/@Code``, nested
    ProviderFault codes, ``MSFT_WmiError/error_Code``, and codes found in its texts, all as unsigned
    32-bit integers. ``subcode`` is the SOAP subcode without its prefix (``AccessDenied``), ``reason`` the SOAP
    reason, ``provider_text`` the innermost message. As a text it is the latter two, and the symbol and hex form of
    the most specific code.
    """

    def __init__(
        self,
        reason: str,
        *,
        codes: Iterable[int] = (),
        subcode: str = "",
        provider_text: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.codes: tuple[int, ...] = tuple(codes)
        self.subcode = subcode
        self.provider_text = provider_text

    def __str__(self) -> str:
        texts = [self.reason]
        if self.provider_text and self.provider_text not in self.reason:
            texts.append(self.provider_text)
        if self.code is not None:
            symbol = SYMBOLS.get(canonical(self.code))
            texts.append(f"({symbol}, 0x{self.code:08X})" if symbol else f"(0x{self.code:08X})")
        return " ".join(texts)

    @property
    def code(self) -> int | None:
        """The most specific code: the innermost one, or None when the fault carries no number."""
        return self.codes[-1] if self.codes else None

    @property
    def exceeds_quota(self) -> bool:
        """Whether the host grants no more shells or operations to the account (MS-WSMV 3.1.4.5.2.1)."""
        return self.subcode == "QuotaLimit" or self.has(*_QUOTAS)

    def has(self, *codes: int) -> bool:
        """Whether the fault carries any of these codes, compared as unsigned 32-bit numbers.

        A Win32 error and its HRESULT form (0x8007xxxx) are the same code here.
        """
        mine = {canonical(code) for code in self.codes}
        return any(canonical(code) in mine for code in codes)


def canonical(code: int) -> int:
    """A code as an unsigned 32-bit number; an HRESULT that wraps a Win32 error (0x8007xxxx) as that error."""
    unsigned = code & 0xFFFFFFFF
    return unsigned & 0xFFFF if unsigned >> 16 == 0x8007 else unsigned
