# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI errors as WS-Management faults.

Known: an invalid class in WQL gives 2150858778 with an inner fault of the same code, and WinRM 2.0 adds an
__ExtendedStatus whose StatusCode is nil, so that the HRESULT is not on the wire; an instance that is not there gives
2150858752; a provider that fails gives 2150859010 with its text (KB2679685). ASSUMED: everything marked so below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.wire import fault, names
from simulator.wire.fault import Provider, WsFault
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import MissingNamespace, Profile, ProviderFault, WireOptions
from simulator.wire.render import class_attributes
from simulator.wmi.model import WmiError, WmiStatus

_PATH = r"%systemroot%\system32\WsmWmiPl.dll"
_NAME_1_1 = "WMIv1 plugin for Windows Remote Management "
_NAME_2_0 = "WMI Provider"

_CODES = {
    WmiStatus.NOT_FOUND: fault.NOT_FOUND,
    WmiStatus.INVALID_NAMESPACE: fault.NOT_FOUND,  # ASSUMED: no transcript of a namespace that is not there
    WmiStatus.INVALID_CLASS: fault.NOT_FOUND,  # ASSUMED outside of WQL
    WmiStatus.ACCESS_DENIED: fault.WMI_PROVIDER_ACCESS_DENIED,
    WmiStatus.TYPE_MISMATCH: fault.INVALID_VALUES,  # ASSUMED
    WmiStatus.INVALID_PARAMETER: fault.WMI_INVALID_PARAMETER,
    WmiStatus.PROVIDER_NOT_CAPABLE: fault.WMI_PROVIDER_NOT_CAPABLE,
    WmiStatus.INVALID_QUERY: fault.CANNOT_PROCESS_FILTER,
    WmiStatus.INVALID_METHOD: fault.ACTION_NOT_SUPPORTED,  # ASSUMED
    WmiStatus.READ_ONLY: fault.WMI_PROVIDER_NOT_CAPABLE,  # ASSUMED
    WmiStatus.FAILED: fault.WMI_PROVIDER_NOT_CAPABLE,
}
_CIM_STATUS: Mapping[int, int] = {
    WmiStatus.ACCESS_DENIED: 2,
    WmiStatus.INVALID_NAMESPACE: 3,
    WmiStatus.INVALID_PARAMETER: 4,
    WmiStatus.INVALID_CLASS: 5,
    WmiStatus.NOT_FOUND: 6,
    WmiStatus.PROVIDER_NOT_CAPABLE: 7,
    WmiStatus.TYPE_MISMATCH: 13,
    WmiStatus.INVALID_QUERY: 15,
    WmiStatus.INVALID_METHOD: 17,
}
"""The status codes of CIM operations (DSP0200 5.2.3); 1 is any other failure."""
_TEXTS = {
    WmiStatus.INVALID_CLASS: "The specified class does not exist in the given namespace. ",
    WmiStatus.INVALID_QUERY: "The WQL query is invalid. ",
}


@dataclass(frozen=True)
class Operation:
    """What WMI was doing: the names that __ExtendedStatus gives, e.g. ``GetObject`` of ``Win32_Service.Name="x"``."""

    name: str
    parameter: str
    namespace: str
    provider: str = "WinMgmt"


def wmi_fault(error: WmiError, operation: Operation, profile: Profile, options: WireOptions) -> WsFault:
    """The fault for an error of WMI or of a provider."""
    found = _fault(error, operation, profile, options)
    return WsFault(found.code, kind=found.kind, cim_error=_cim_error(error)) if options.cim_errors else found


def _fault(error: WmiError, operation: Operation, profile: Profile, options: WireOptions) -> WsFault:
    no_namespace = error.hresult == WmiStatus.INVALID_NAMESPACE
    rule = options.missing_namespace
    if error.hresult not in _CODES or (no_namespace and rule is MissingNamespace.PROVIDER):
        return _foreign(error, operation, profile, options.provider_fault)
    status = WmiStatus(error.hresult)
    code = _CODES[status]
    filtered = no_namespace and rule is MissingNamespace.CANNOT_PROCESS_FILTER
    if operation.name == "ExecQuery" and (status is WmiStatus.INVALID_CLASS or filtered):
        code = fault.CANNOT_PROCESS_FILTER
    described = (
        "" if status in (WmiStatus.INVALID_CLASS, WmiStatus.INVALID_QUERY, WmiStatus.NOT_FOUND) else error.message
    )
    text = _TEXTS.get(status) or (described and f"{described} ") or ""
    return WsFault(code, provider=_provider(code, text, described, operation, profile))


def _foreign(error: WmiError, operation: Operation, profile: Profile, shape: ProviderFault) -> WsFault:
    """An HRESULT of the provider's own, such as 0x80070034 of IIS."""
    text = f"{error.message} "
    outer = inner = fault.WMI_PROVIDER_NOT_CAPABLE
    kind = None
    if shape is ProviderFault.INNER_CODE:
        inner = error.hresult
    elif shape is ProviderFault.OUTER_CODE:
        outer = inner = error.hresult
        kind = fault.Kind("w:InternalError", text, receiver=True)
    elif shape is ProviderFault.TEXT:
        text = f"{error.message} (0x{error.hresult:08X}) "
    return WsFault(outer, provider=_provider(inner, text, text.strip(), operation, profile), kind=kind)


def _cim_error(error: WmiError) -> str:
    """The detail that Microsoft's OMI gives: an instance marked as a CIM error (DSP0227 16), with a status of CIM."""
    status = str(_CIM_STATUS.get(error.hresult, 1))
    values = (
        ("CIMStatusCode", "cimUnsignedInt", status),
        ("Message", "cimString", error.message),
        ("MessageID", "cimString", f"OMI:MI_Result:{status}"),
        ("OMI_Code", "cimUnsignedInt", status),
        ("OMI_Type", "cimString", "MI"),
        ("OwningEntity", "cimString", "OMI:CIMOM"),
    )
    declared = (
        attribute("wsmb:IsCIM_Error", "true")
        + attribute("xmlns:wsmb", names.CIM_BINDING)
        + class_attributes(f"{names.CIM_SCHEMA}OMI_Error")
    )
    content = "".join(leaf(f"p:{name}", value, attribute("xsi:type", f"cim:{kind}")) for name, kind, value in values)
    return element("p:OMI_Error", '<p:ErrorType xsi:nil="true"/>' + content, declared)


def _provider(code: int, text: str, described: str, operation: Operation, profile: Profile) -> Provider:
    if not profile.extended_status:
        return Provider(_NAME_1_1, _PATH, code, text)
    uri = f"{names.WMI_RESOURCE}{operation.namespace}/__ExtendedStatus"
    nil = ' xsi:nil="true"/>'
    status = element(
        "p:__ExtendedStatus",
        (leaf("p:Description", described) if described else f"<p:Description{nil}")
        + leaf("p:Operation", operation.name)
        + leaf("p:ParameterInfo", operation.parameter)
        + leaf("p:ProviderName", operation.provider)
        + f"<p:StatusCode{nil}",
        class_attributes(uri, "__ExtendedStatus"),
    )
    return Provider(_NAME_2_0, _PATH, code, text, status)
