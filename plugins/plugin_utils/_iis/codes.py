# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that Windows and IIS answer, with their symbols and what they mean here.

Sources: MS-ERREF (Win32 errors and HRESULTs), MS-IMSA (metabase), MS-IISS (IISReset), the CIMWin32 reference
(return codes of Win32_Service), the WS-Management SDK header wsmerror.h.
"""

from __future__ import annotations

from .._wsman import errors
from .._wsman.errors import Fault, canonical

ACCESS_DENIED = 0x80070005
PATH_NOT_FOUND = 0x80070003
SHARING_VIOLATION = 0x80070020
LOCK_VIOLATION = 0x80070021
DUP_NAME = 0x80070034
FILE_EXISTS = 0x80070050
INVALID_PARAMETER = 0x80070057
DISK_FULL = 0x80070070
PATH_BUSY = 0x80070094
ALREADY_EXISTS = 0x800700B7
WRONG_PASSWORD = 0x8007052B
SERVICE_CANNOT_ACCEPT_CTRL = 0x80070425
SERVICE_NOT_ACTIVE = 0x80070426
NOT_FOUND = 0x80070490
OBJECT_NOT_FOUND = 0x800710D8
RESOURCE_DISABLED = 0x800710D5

WBEM_FAILED = 0x80041001
WBEM_ACCESS_DENIED = 0x80041003
NO_MORE_ITEMS = 0x80070103
MD_DATA_NOT_FOUND = 0x800CC801
WBEM_INVALID_CLASS = 0x80041010
WBEM_INVALID_NAMESPACE = 0x8004100E
WBEM_NOT_FOUND = 0x80041002

#: The remedy for a host that denies access.
USE_AN_ADMINISTRATOR = "Use an account that is a member of the host's Administrators group."
#: The remedy for a logon over the network whose token lacks its rights (User Account Control, from Windows Vista on).
USE_AN_ELEVATED_ACCOUNT = (
    "Use a domain account that is a member of the host's Administrators group, or the built-in Administrator; for "
    "another local administrator, set the host's registry value HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
    "Policies\\System\\LocalAccountTokenFilterPolicy to 1."
)

#: Codes of a host on which a method can't be called, whatever state its object is in. The last four are
#: WBEM_E_PROVIDER_NOT_CAPABLE, WBEM_E_INVALID_METHOD, WBEM_E_METHOD_NOT_IMPLEMENTED and WBEM_E_METHOD_DISABLED.
NOT_CALLABLE = frozenset(
    {
        errors.WSMAN_RESOURCE_NOT_FOUND,
        errors.WSMAN_INVALID_URI,
        errors.WSMAN_DESTINATION_UNREACHABLE,
        errors.WSMAN_ACTION_NOT_SUPPORTED,
        errors.WSMAN_INVALID_SELECTORS,
        errors.WSMAN_INSUFFICIENT_SELECTORS,
        errors.WSMAN_UNEXPECTED_SELECTORS,
        errors.WSMAN_INVALID_SELECTOR_VALUE,
        *(0x80041024, 0x8004102E, 0x80041055, 0x80041056),
    }
)

#: Codes a site gives when its address and port are taken (iisweb.vbs; W3SVC event 1007).
BINDING_IN_USE = frozenset({SHARING_VIOLATION, DUP_NAME, ALREADY_EXISTS})

#: FTP answers a taken address with "invalid parameter" as well (iisftp.vbs).
FTP_BINDING_IN_USE = BINDING_IN_USE | {INVALID_PARAMETER}

#: WBEM_E_PROVIDER_NOT_FOUND, WBEM_E_INVALID_PROVIDER_REGISTRATION, WBEM_E_PROVIDER_LOAD_FAILURE.
_BROKEN_PROVIDER = (0x80041011, 0x80041012, 0x80041013)

#: Codes of a host that has no such class or namespace.
NO_CLASS = (
    errors.WSMAN_RESOURCE_NOT_FOUND,
    errors.WSMAN_CANNOT_PROCESS_FILTER,
    errors.WSMAN_INVALID_URI,
    errors.WSMAN_DESTINATION_UNREACHABLE,
    WBEM_INVALID_NAMESPACE,
    WBEM_INVALID_CLASS,
)
#: Codes of a host that denies the account what it asked for.
_DENIED = (
    ACCESS_DENIED,
    WBEM_ACCESS_DENIED,
    errors.WSMAN_WMI_SVC_ACCESS_DENIED,
    errors.WSMAN_WMI_PROVIDER_ACCESS_DENIED,
    errors.WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED,
)

#: What the account or the share of a shared configuration is refused with: the path or share isn't there, the logon
#: fails, the account's password has expired or has to be changed, the account is disabled or locked.
_NO_SHARE = (0x80070035, 0x80070043, 0x8007052E, 0x80070532, 0x80070533, 0x80070773, 0x80070775)
#: What a read of the configuration of IIS 7 and later meets where the file isn't valid, or isn't there. WAS ends with
#: the same at its start (Service Control Manager 7023, WAS 5172 and 5005).
_NO_CONFIGURATION = (0x8007000D, 0x80070002, PATH_NOT_FOUND, *_NO_SHARE)

#: The remedy for a configuration that isn't valid.
RESTORE_A_BACKUP = "Mend the file, or restore a backup with fleetops.iis.iis_metabase_backup (state=restored)."

#: Symbols and meanings. A Win32 error stands for its HRESULT as well.
_CODES: dict[int, tuple[str, str]] = {
    2: ("ERROR_FILE_NOT_FOUND", "the file doesn't exist"),
    3: ("ERROR_PATH_NOT_FOUND", "the path doesn't exist"),
    13: ("ERROR_INVALID_DATA", "the data is invalid"),
    14: ("ERROR_OUTOFMEMORY", "the host is out of memory"),
    32: ("ERROR_SHARING_VIOLATION", "another process holds it open"),
    33: ("ERROR_LOCK_VIOLATION", "another process has locked it"),
    50: ("ERROR_NOT_SUPPORTED", "the request isn't supported"),
    52: ("ERROR_DUP_NAME", "another site already uses the binding"),
    53: ("ERROR_BAD_NETPATH", "the network path wasn't found"),
    67: ("ERROR_BAD_NET_NAME", "there is no such share"),
    80: ("ERROR_FILE_EXISTS", "it exists already"),
    112: ("ERROR_DISK_FULL", "the disk is full"),
    122: ("ERROR_INSUFFICIENT_BUFFER", "it is more than can be listed; ask for one object"),
    123: ("ERROR_INVALID_NAME", "the name isn't allowed"),
    148: ("ERROR_PATH_BUSY", "something else is writing to the metabase"),
    183: ("ERROR_ALREADY_EXISTS", "it exists already"),
    259: ("ERROR_NO_MORE_ITEMS", "there are no more items"),
    1051: ("ERROR_DEPENDENT_SERVICES_RUNNING", "services that depend on it are running"),
    1052: ("ERROR_INVALID_SERVICE_CONTROL", "the service can't do this"),
    1053: ("ERROR_SERVICE_REQUEST_TIMEOUT", "the service didn't respond in time"),
    1056: ("ERROR_SERVICE_ALREADY_RUNNING", "the service is running already"),
    1058: ("ERROR_SERVICE_DISABLED", "the service is disabled"),
    1060: ("ERROR_SERVICE_DOES_NOT_EXIST", "the service isn't installed"),
    1061: ("ERROR_SERVICE_CANNOT_ACCEPT_CTRL", "the service can't take this now"),
    1062: ("ERROR_SERVICE_NOT_ACTIVE", "the service isn't running"),
    1066: ("ERROR_SERVICE_SPECIFIC_ERROR", "the service failed with a code of its own"),
    1067: ("ERROR_PROCESS_ABORTED", "the process ended unexpectedly"),
    1068: ("ERROR_SERVICE_DEPENDENCY_FAIL", "a service it depends on didn't start"),
    1069: ("ERROR_SERVICE_LOGON_FAILED", "the service's account can't log on"),
    1168: ("ERROR_NOT_FOUND", "there is no such object"),
    1323: ("ERROR_WRONG_PASSWORD", "the password is wrong"),
    1326: ("ERROR_LOGON_FAILURE", "the user name or password is wrong"),
    1330: ("ERROR_PASSWORD_EXPIRED", "the account's password has expired"),
    1331: ("ERROR_ACCOUNT_DISABLED", "the account is disabled"),
    1726: ("RPC_S_CALL_FAILED", "the service went away during the call"),
    1907: ("ERROR_PASSWORD_MUST_CHANGE", "the account's password has to be changed"),
    1909: ("ERROR_ACCOUNT_LOCKED_OUT", "the account is locked"),
    4309: ("ERROR_RESOURCE_DISABLED", "IISReset is disabled on this host"),
    4312: ("ERROR_OBJECT_NOT_FOUND", "IIS doesn't know such a site"),
    10013: ("WSAEACCES", "the address may not be used"),
    10048: ("WSAEADDRINUSE", "the address and port are in use"),
    10049: ("WSAEADDRNOTAVAIL", "the address isn't this host's"),
    0x80010006: ("RPC_E_CONNECTION_TERMINATED", "the service went away during the call"),
    0x80005006: ("E_ADS_PROPERTY_NOT_SET", "the property isn't set"),
    0x80041001: ("WBEM_E_FAILED", "WMI failed"),
    0x80041002: ("WBEM_E_NOT_FOUND", "there is no such object"),
    0x80041003: ("WBEM_E_ACCESS_DENIED", "WMI denies access"),
    0x8004100E: ("WBEM_E_INVALID_NAMESPACE", "there is no such WMI namespace"),
    0x80041010: ("WBEM_E_INVALID_CLASS", "there is no such WMI class"),
    0x800CC800: ("MD_ERROR_NOT_INITIALIZED", "the metabase isn't initialised"),
    0x800CC801: ("MD_ERROR_DATA_NOT_FOUND", "the metabase has no such data"),
    0x800CC802: ("MD_ERROR_INVALID_VERSION", "the metabase has no such version"),
    0x800CC819: ("MD_ERROR_INVALID_XML", "the file isn't valid metabase XML"),
}

#: Meanings of the codes whose symbols stand in :data:`~.._wsman.errors.SYMBOLS`.
_MEANINGS: dict[int, str] = {
    5: "the account lacks the right to do this",
    87: "a parameter is wrong",
    170: "it is in use",
    995: "the host aborted the operation",
    errors.WSMAN_RESOURCE_NOT_FOUND: "the host has no such class or object",
    errors.WSMAN_INVALID_URI: "the host has no such class",
    errors.WSMAN_DESTINATION_UNREACHABLE: "the host has no such class or object",
    errors.WSMAN_ACTION_NOT_SUPPORTED: "the object can't do this",
    errors.WSMAN_CANNOT_PROCESS_FILTER: "the host can't answer the query",
    2150858790: "the message is too large",
    errors.WSMAN_OPERATION_TIMEDOUT: "the host didn't finish in time",
    errors.WSMAN_WMI_PROVIDER_NOT_CAPABLE: "the WMI provider couldn't do this",
    2150859011: "WMI doesn't accept the value",
    errors.WSMAN_WMI_SVC_ACCESS_DENIED: "WMI denies access",
    errors.WSMAN_WMI_PROVIDER_ACCESS_DENIED: "the WMI provider denies access",
    errors.WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED: "WMI denies access to the namespace",
    2150859038: "the WMI provider rejects a parameter",
    errors.WSMAN_QUOTA_MAX_SHELLS: "the user has too many shells open",
    2150859174: "the user has too many operations under way",
    2150859180: "the host doesn't allow remote shells",
}

#: What the methods of Win32_Service return (uint32), in words.
SERVICE_RETURN_CODES: dict[int, str] = {
    0: "accepted",
    1: "the request isn't supported",
    2: "access denied",
    3: "services that depend on it are running",
    4: "the service doesn't know the control",
    5: "the service can't accept the control in its present state",
    6: "the service isn't running",
    7: "the service didn't respond in time",
    8: "unknown failure when starting",
    9: "the path of the service's program wasn't found",
    10: "the service is running already",
    11: "the service database is locked",
    12: "a service it depends on has been removed",
    13: "a service it depends on couldn't be started",
    14: "the service is disabled",
    15: "the service's account couldn't log on",
    16: "the service is marked for deletion",
    17: "the service has no execution thread",
    18: "the service depends on itself",
    19: "a service of the same name is running",
    20: "the service name has invalid characters",
    21: "invalid parameters",
    22: "the service's account is invalid or may not run it",
    23: "the service exists already",
    24: "the service is paused already",
}


def describe(code: int) -> str:
    """Return a code as an administrator would look it up: ``ERROR_PATH_BUSY (0x80070094)``.

    Takes a Win32 error, an HRESULT (signed or unsigned) or a WS-Man fault code. Win32 errors are shown as
    HRESULTs, the way IIS shows them.
    """
    symbol, _meaning, unsigned = _look_up(code)
    number = f"0x{unsigned:08X}"
    return f"{symbol} ({number})" if symbol else number


def meaning(code: int) -> str:
    """Return in a few words what a code means here, or an empty string for a code that isn't in the tables."""
    return _look_up(code)[1]


def describe_service_return(code: int) -> str:
    """Return the return code of a Win32_Service method in words, with its number."""
    return f"{SERVICE_RETURN_CODES.get(code, 'unknown return code')} (return code {code})"


def describe_fault(fault: Fault) -> str:
    """Return a host's refusal as one phrase: symbol, hex code and the host's own words, where it gave any."""
    words = " ".join((fault.provider_text or fault.reason or "").split()).rstrip(".")
    if fault.code is None:
        return words or "a fault without a code"
    answer = describe(fault.code)
    words = words or meaning(fault.code)
    return f"{answer}: {words}" if words else answer


def is_missing_class(fault: Fault) -> bool:
    """Whether the host has no such class or namespace, which may be because a component isn't installed."""
    return fault.has(*NO_CLASS)


def is_broken_provider(fault: Fault) -> bool:
    """Whether WMI can't load the provider of a class or namespace: installed, but broken."""
    return fault.has(*_BROKEN_PROVIDER)


def is_no_configuration(fault: Fault) -> bool:
    """Whether IIS 7 or later can't read its configuration, asked for something in it: invalid, missing, or no share."""
    return fault.has(*_NO_CONFIGURATION)


def mend_configuration(fault: Fault) -> str:
    """Say what to do about a configuration that can't be read."""
    if fault.has(*_NO_SHARE):
        return (
            "The configuration is shared, and its share can't be reached: see that the account in redirection.config "
            "can log on, with the password that is set there, and that the share is there."
        )
    return RESTORE_A_BACKUP


def is_access_denied(fault: Fault) -> bool:
    """Whether the account lacks the right to do what it asked for."""
    return fault.has(*_DENIED)


def shell_advice(fault: Fault) -> str:
    """Say what to do about a host that grants no command shell."""
    if fault.exceeds_quota:
        return (
            "The account has all the shells open that the host grants (winrm/config/winrs: MaxShellsPerUser, 2 with "
            "WinRM 1.1). One that a lost connection left behind ends by itself, or when the service Windows Remote "
            "Management is restarted; other tools may have left some, too."
        )
    return "Let the account use remote shells (winrm/config/winrs: AllowRemoteShellAccess)."


def hresult(code: int) -> int:
    """Return a code as an unsigned HRESULT: a small Win32 error N becomes 0x80070000 + N."""
    return _look_up(code)[2]


def _look_up(code: int) -> tuple[str, str, int]:
    number = canonical(code)
    symbol, words = _CODES.get(number) or (errors.SYMBOLS.get(number, ""), _MEANINGS.get(number, ""))
    return symbol, words, number | 0x80070000 if 0 < number <= 0xFFFF else number
