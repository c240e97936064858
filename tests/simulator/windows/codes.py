# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32 error codes that this machine gives, and how Win32_Service turns them into its return codes."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Win32(enum.IntEnum):
    """System error codes (MS-ERREF 2.2)."""

    SUCCESS = 0
    FILE_NOT_FOUND = 2
    PATH_NOT_FOUND = 3
    ACCESS_DENIED = 5
    SHARING_VIOLATION = 32
    BAD_NETPATH = 53
    DISK_FULL = 112
    INVALID_NAME = 123
    DIR_NOT_EMPTY = 145
    ALREADY_EXISTS = 183
    INVALID_PARAMETER = 87
    DEPENDENT_SERVICES_RUNNING = 1051
    INVALID_SERVICE_CONTROL = 1052
    SERVICE_REQUEST_TIMEOUT = 1053
    SERVICE_ALREADY_RUNNING = 1056
    SERVICE_DISABLED = 1058
    SERVICE_DOES_NOT_EXIST = 1060
    SERVICE_CANNOT_ACCEPT_CTRL = 1061
    SERVICE_NOT_ACTIVE = 1062
    SERVICE_SPECIFIC_ERROR = 1066
    PROCESS_ABORTED = 1067
    SERVICE_DEPENDENCY_FAIL = 1068
    SERVICE_DEPENDENCY_DELETED = 1075
    SERVICE_NEVER_STARTED = 1077
    SHUTDOWN_IN_PROGRESS = 1115
    SHUTDOWN_USERS_LOGGED_ON = 1191
    NO_SHUTDOWN_IN_PROGRESS = 1116


class ServiceReturn(enum.IntEnum):
    """Return values of the methods of Win32_Service (CIMWin32Prov, *-method-in-class-win32-service)."""

    SUCCESS = 0
    NOT_SUPPORTED = 1
    ACCESS_DENIED = 2
    DEPENDENT_SERVICES_RUNNING = 3
    INVALID_CONTROL = 4
    CANNOT_ACCEPT_CONTROL = 5
    NOT_ACTIVE = 6
    REQUEST_TIMEOUT = 7
    UNKNOWN_FAILURE = 8
    PATH_NOT_FOUND = 9
    ALREADY_RUNNING = 10
    DATABASE_LOCKED = 11
    DEPENDENCY_DELETED = 12
    DEPENDENCY_FAILURE = 13
    DISABLED = 14
    LOGON_FAILED = 15
    MARKED_FOR_DELETION = 16
    NO_THREAD = 17
    CIRCULAR_DEPENDENCY = 18
    DUPLICATE_NAME = 19
    INVALID_NAME = 20
    INVALID_PARAMETER = 21
    INVALID_ACCOUNT = 22
    EXISTS = 23
    ALREADY_PAUSED = 24


WIN32_OF_RETURN: Mapping[ServiceReturn, Win32] = MappingProxyType(
    {
        ServiceReturn.SUCCESS: Win32.SUCCESS,
        ServiceReturn.ACCESS_DENIED: Win32.ACCESS_DENIED,
        ServiceReturn.DEPENDENT_SERVICES_RUNNING: Win32.DEPENDENT_SERVICES_RUNNING,
        ServiceReturn.INVALID_CONTROL: Win32.INVALID_SERVICE_CONTROL,
        ServiceReturn.CANNOT_ACCEPT_CONTROL: Win32.SERVICE_CANNOT_ACCEPT_CTRL,
        ServiceReturn.NOT_ACTIVE: Win32.SERVICE_NOT_ACTIVE,
        ServiceReturn.REQUEST_TIMEOUT: Win32.SERVICE_REQUEST_TIMEOUT,
        ServiceReturn.UNKNOWN_FAILURE: Win32.SHUTDOWN_IN_PROGRESS,
        ServiceReturn.PATH_NOT_FOUND: Win32.PATH_NOT_FOUND,
        ServiceReturn.ALREADY_RUNNING: Win32.SERVICE_ALREADY_RUNNING,
        ServiceReturn.DEPENDENCY_DELETED: Win32.SERVICE_DEPENDENCY_DELETED,
        ServiceReturn.DEPENDENCY_FAILURE: Win32.SERVICE_DEPENDENCY_FAIL,
        ServiceReturn.DISABLED: Win32.SERVICE_DISABLED,
        ServiceReturn.INVALID_PARAMETER: Win32.INVALID_PARAMETER,
        # sc.exe and net.exe ask the service itself, which takes a second pause without complaint.
        ServiceReturn.ALREADY_PAUSED: Win32.SUCCESS,
    }
)
"""The system error that a program such as sc.exe sees where Win32_Service returns its own code."""
