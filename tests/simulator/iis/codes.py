# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error codes that IIS 6 gives, as HRESULTs, and the exception that carries one (MS-ERREF, MS-IMSA 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def hresult(win32: int) -> int:
    """HRESULT_FROM_WIN32: 148 becomes 0x80070094; 0 stays 0."""
    return win32 if win32 == 0 or win32 & 0x80000000 else 0x80070000 | win32


def signed(code: int) -> int:
    """An HRESULT as the signed 32-bit number that VBScript and process exit codes show."""
    return code - 0x100000000 if code & 0x80000000 else code


ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_DATA = 13
ERROR_SHARING_VIOLATION = 32
ERROR_DUP_NAME = 52
ERROR_FILE_EXISTS = 80
ERROR_INVALID_PARAMETER = 87
ERROR_DISK_FULL = 112
ERROR_INVALID_NAME = 123
ERROR_PATH_BUSY = 148
ERROR_ALREADY_EXISTS = 183
ERROR_NO_MORE_ITEMS = 259
ERROR_SERVICE_REQUEST_TIMEOUT = 1053
ERROR_SERVICE_CANNOT_ACCEPT_CTRL = 1061
ERROR_SERVICE_NOT_ACTIVE = 1062
ERROR_WRONG_PASSWORD = 1323
RPC_S_SERVER_UNAVAILABLE = 1722
ERROR_RESOURCE_DISABLED = 4309

MD_ERROR_DATA_NOT_FOUND = 0x800CC801
E_ADS_PROPERTY_NOT_FOUND = 0x8000500D
E_ADS_PROPERTY_NOT_SET = 0x80005006

#: What FormatMessage says, en-US (MS-ERREF 2.2).
MESSAGES: Mapping[int, str] = MappingProxyType(
    {
        ERROR_FILE_NOT_FOUND: "The system cannot find the file specified.",
        ERROR_PATH_NOT_FOUND: "The system cannot find the path specified.",
        ERROR_ACCESS_DENIED: "Access is denied.",
        ERROR_INVALID_DATA: "The data is invalid.",
        ERROR_SHARING_VIOLATION: "The process cannot access the file because it is being used by another process.",
        ERROR_DUP_NAME: "You were not connected because a duplicate name exists on the network.",
        ERROR_FILE_EXISTS: "The file exists.",
        ERROR_INVALID_PARAMETER: "The parameter is incorrect.",
        ERROR_DISK_FULL: "There is not enough space on the disk.",
        ERROR_INVALID_NAME: "The filename, directory name, or volume label syntax is incorrect.",
        ERROR_PATH_BUSY: "The path specified cannot be used at this time.",
        ERROR_ALREADY_EXISTS: "Cannot create a file when that file already exists.",
        ERROR_NO_MORE_ITEMS: "No more data is available.",
        ERROR_SERVICE_REQUEST_TIMEOUT: (
            "The service did not respond to the start or control request in a timely fashion."
        ),
        ERROR_SERVICE_CANNOT_ACCEPT_CTRL: "The service cannot accept control messages at this time.",
        ERROR_SERVICE_NOT_ACTIVE: "The service has not been started.",
        ERROR_WRONG_PASSWORD: "Unable to update the password. The value provided as the current password is incorrect.",
        RPC_S_SERVER_UNAVAILABLE: "The RPC server is unavailable.",
        ERROR_RESOURCE_DISABLED: "The object or resource is currently disabled.",
    }
)


def message(code: int) -> str:
    """The system's text for a Win32 code or an HRESULT made from one."""
    if code >> 16 not in (0, 0x8007):
        return f"Unspecified error 0x{code:08X}"
    return MESSAGES.get(code & 0xFFFF, f"Unknown error 0x{code:08X}")


class IisError(Exception):
    """A refusal by IIS: an HRESULT and the system's text for it."""

    def __init__(self, code: int, text: str | None = None) -> None:
        self.hresult = hresult(code)
        self.text = text or message(self.hresult)
        super().__init__(f"{self.text} (0x{self.hresult:08X})")
