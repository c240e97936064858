# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the IIS 7 programming interfaces, and the exit codes that appcmd makes of them."""

from __future__ import annotations

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_DATA = 13
ERROR_SHARING_VIOLATION = 32
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_DISK_FULL = 112
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_ALREADY_EXISTS = 183
ERROR_SERVICE_CANNOT_ACCEPT_CTRL = 1061
ERROR_SERVICE_NOT_ACTIVE = 1062
ERROR_NOT_FOUND = 1168
RPC_S_CALL_FAILED = 1726
ERROR_INVALID_OBJECT_IDENTIFIER = 4312
"""0x800710D8: "The object identifier does not represent a valid object"."""
E_NOTIMPL = 0x80004001


def hresult(code: int) -> int:
    """An HRESULT from a Win32 code; an HRESULT stays what it is."""
    return code if code & 0xFFFF0000 else 0x80070000 | code


def exit_code(code: int) -> int:
    """The exit code of appcmd: the Win32 code of an 0x8007xxxx, else the whole HRESULT. It fits every pair of code and
    exit code that was published (1726, 4312, 1168, 183, 1062, 13; 2147549190 for 0x80010006)."""
    full = hresult(code)
    return full & 0xFFFF if full >> 16 == 0x8007 else full


class Refused(Exception):
    """A call that IIS refuses; ``code`` is an HRESULT, ``subject`` what it is about."""

    def __init__(self, code: int, subject: str = "") -> None:
        self.code = hresult(code)
        self.subject = subject
        super().__init__(f"0x{self.code:08X} {subject}".strip())


class BadConfiguration(Refused):
    """A file of the configuration that can't be read as one."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__(ERROR_INVALID_DATA, file)
        self.file = file
        self.line = line
