# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Win32_OperatingSystem says of each simulated version of Windows, but for what changes while it runs.

Server 2003: recorded answers of a 2003 SP2 host. The others: the properties that tell the version are documented
(win32: operating system version; build numbers of 2008 R2 SP1 and 2022), memory and serial numbers are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

_INSTALLED = datetime(2013, 3, 11, 21, 28, 4, tzinfo=timezone.utc)

SERVER_2003_SYSTEM: Mapping[str, Any] = MappingProxyType(
    {
        "BootDevice": "\\Device\\HarddiskVolume1",
        "BuildNumber": "3790",
        "BuildType": "Uniprocessor Free",
        "Caption": "Microsoft(R) Windows(R) Server 2003, Standard Edition",
        "CodeSet": "1252",
        "CountryCode": "1",
        "CreationClassName": "Win32_OperatingSystem",
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSDVersion": "Service Pack 2",
        "CurrentTimeZone": 0,
        "DataExecutionPrevention_32BitApplications": True,
        "DataExecutionPrevention_Available": True,
        "DataExecutionPrevention_Drivers": True,
        "DataExecutionPrevention_SupportPolicy": 3,
        "Debug": False,
        "Description": "",
        "Distributed": False,
        "EncryptionLevel": 168,
        "ForegroundApplicationBoost": 0,
        "FreePhysicalMemory": 248032,
        "FreeSpaceInPagingFiles": 4162748,
        "FreeVirtualMemory": 4413620,
        "InstallDate": _INSTALLED,
        "LargeSystemCache": 1,
        "Locale": "0409",
        "Manufacturer": "Microsoft Corporation",
        "MaxNumberOfProcesses": 4294967295,
        "MaxProcessMemorySize": 2097024,
        "Name": "Microsoft Windows Server 2003 Standard Edition|C:\\WINDOWS|\\Device\\Harddisk0\\Partition1",
        "NumberOfLicensedUsers": 5,
        "NumberOfUsers": 2,
        "Organization": "",
        "OSLanguage": 1033,
        "OSProductSuite": 272,
        "OSType": 18,
        "OtherTypeDescription": "",
        "Primary": True,
        "ProductType": 3,
        "QuantumLength": 0,
        "QuantumType": 0,
        "RegisteredUser": "",
        "SerialNumber": "69712-OEM-4418023-92148",
        "ServicePackMajorVersion": 2,
        "ServicePackMinorVersion": 0,
        "SizeStoredInPagingFiles": 4177920,
        "Status": "OK",
        "SuiteMask": 272,
        "SystemDevice": "\\Device\\HarddiskVolume1",
        "SystemDirectory": "C:\\WINDOWS\\system32",
        "SystemDrive": "C:",
        "TotalVirtualMemorySize": 4765544,
        "TotalVisibleMemorySize": 629200,
        "Version": "5.2.3790",
        "WindowsDirectory": "C:\\WINDOWS",
    }
)


def _system(version: str, product: str, service_pack: int, installed: datetime, processors: str) -> Mapping[str, Any]:
    """The properties of a 64-bit Server Standard of the NT 6 line or later."""
    return MappingProxyType(
        {
            **SERVER_2003_SYSTEM,
            "BuildNumber": version.rpartition(".")[2],
            "BuildType": processors,
            "Caption": f"Microsoft {product} Standard",
            "CSDVersion": f"Service Pack {service_pack}" if service_pack else None,
            "EncryptionLevel": 256,
            "InstallDate": installed,
            "FreePhysicalMemory": 5_921_780,
            "FreeVirtualMemory": 7_204_116,
            "LargeSystemCache": None,
            "MaxProcessMemorySize": 8_589_934_464 if version.startswith("6.") else 137_438_953_344,
            "Name": f"Microsoft {product} Standard|C:\\Windows|\\Device\\Harddisk0\\Partition2",
            "SerialNumber": "00454-00000-00001-AA000",
            "ServicePackMajorVersion": service_pack,
            "SystemDirectory": "C:\\Windows\\system32",
            "TotalVirtualMemorySize": 9_961_012,
            "TotalVisibleMemorySize": 8_388_148,
            "Version": version,
            "WindowsDirectory": "C:\\Windows",
        }
    )


SERVER_2008_R2_SYSTEM = _system(
    "6.1.7601",
    "Windows Server 2008 R2",
    1,
    datetime(2014, 5, 6, 9, 11, 40, tzinfo=timezone.utc),
    "Multiprocessor Free",
)
SERVER_2022_SYSTEM = _system(
    "10.0.20348",
    "Windows Server 2022",
    0,
    datetime(2023, 2, 14, 12, 3, 9, tzinfo=timezone.utc),
    "Multiprocessor Free",
)
