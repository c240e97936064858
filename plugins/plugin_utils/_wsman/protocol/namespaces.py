# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML namespaces, actions and URIs of WS-Management (MS-WSMV 2.2.1, DSP0226, DSP0227)."""

from __future__ import annotations

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

#: The prefixes of every envelope that is written here.
PREFIXES = {
    "s": SOAP,
    "a": ADDRESSING,
    "n": ENUMERATION,
    "x": TRANSFER,
    "w": WSMAN,
    "p": MICROSOFT,
    "cim": CIM,
    "rsp": SHELL,
    "xsi": XSI,
}

ANONYMOUS = ADDRESSING + "/role/anonymous"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CIM_SCHEMA = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
CMD_SHELL = SHELL + "/cmd"

GET = TRANSFER + "/Get"
PUT = TRANSFER + "/Put"
CREATE = TRANSFER + "/Create"
DELETE = TRANSFER + "/Delete"
ENUMERATE = ENUMERATION + "/Enumerate"
PULL = ENUMERATION + "/Pull"
RELEASE = ENUMERATION + "/Release"
COMMAND = SHELL + "/Command"
RECEIVE = SHELL + "/Receive"
SIGNAL = SHELL + "/Signal"
TERMINATE = SHELL + "/signal/terminate"
