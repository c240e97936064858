# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_OperatingSystem, Win32_ComputerSystem, Win32_Processor and Win32_TimeZone.

The first one is what :mod:`editions` has of a version of Windows. With KB932370, or on a later Windows, a host also
knows of logical processors and of cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.windows.process import Machine
from simulator.windows.providers.base import ReadOnlyProvider, properties, sorted_properties
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass


class OperatingSystemProvider(ReadOnlyProvider):
    """Win32_OperatingSystem: the one that runs."""

    wmi_class = WmiClass(
        "Win32_OperatingSystem",
        sorted_properties(
            properties(
                "BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName CSCreationClassName "
                "CSDVersion CSName Description Locale Manufacturer Name Organization OtherTypeDescription "
                "PlusProductID PlusVersionNumber RegisteredUser SerialNumber Status SystemDevice SystemDirectory "
                "SystemDrive Version WindowsDirectory"
            ),
            properties(
                "DataExecutionPrevention_32BitApplications DataExecutionPrevention_Available "
                "DataExecutionPrevention_Drivers Debug Distributed PAEEnabled Primary",
                CimType.BOOLEAN,
            ),
            properties("CurrentTimeZone", CimType.SINT32),
            properties("DataExecutionPrevention_SupportPolicy ForegroundApplicationBoost", CimType.UINT8),
            properties("QuantumLength QuantumType", CimType.UINT8),
            properties("OSType ServicePackMajorVersion ServicePackMinorVersion", CimType.UINT16),
            properties(
                "EncryptionLevel LargeSystemCache MaxNumberOfProcesses NumberOfLicensedUsers NumberOfProcesses "
                "NumberOfUsers OSLanguage OSProductSuite ProductType SuiteMask",
                CimType.UINT32,
            ),
            properties(
                "FreePhysicalMemory FreeSpaceInPagingFiles FreeVirtualMemory MaxProcessMemorySize "
                "SizeStoredInPagingFiles TotalSwapSpaceSize TotalVirtualMemorySize TotalVisibleMemorySize",
                CimType.UINT64,
            ),
            properties("InstallDate LastBootUpTime LocalDateTime", CimType.DATETIME),
        ),
        methods=(
            Method("Reboot"),
            Method("Shutdown"),
            Method("Win32Shutdown", inputs=(Property("Flags", CimType.SINT32),)),
        ),
        bases=("CIM_OperatingSystem", "CIM_LogicalElement", "CIM_ManagedSystemElement"),
        singleton=True,
    )

    def instances(self) -> Sequence[Instance]:
        """The running system."""
        machine = self.machine
        return [
            Instance(
                "Win32_OperatingSystem",
                {
                    **machine.edition.system,
                    **machine.system,
                    "CSName": machine.name,
                    "LastBootUpTime": machine.booted_at,
                    "LocalDateTime": machine.now(),
                    "NumberOfProcesses": len(machine.processes),
                },
            )
        ]

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Reboot, Shutdown and Win32Shutdown (flags 0x2 reboot, 0x1 and 0x8 off; win32shutdown-method)."""
        power = self.machine.power
        flags = {"Reboot": 2, "Shutdown": 1}.get(method, arguments.get("Flags"))
        if method not in ("Reboot", "Shutdown", "Win32Shutdown") or not isinstance(flags, int):
            return await super().invoke(keys, method, arguments)
        if flags & 2:
            return {"ReturnValue": power.reboot()}
        return {"ReturnValue": power.shut_down() if flags & 9 else 0}


class ComputerSystemProvider(ReadOnlyProvider):
    """Win32_ComputerSystem, the properties that inventories ask for. DNSHostName isn't among those of Server 2003."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.wmi_class = WmiClass(
            "Win32_ComputerSystem",
            sorted_properties(
                properties(
                    "Caption CreationClassName Description Domain Manufacturer Model Name PrimaryOwnerContact "
                    "PrimaryOwnerName Status SystemType UserName Workgroup",
                    keys=("Name",),
                ),
                properties("PartOfDomain", CimType.BOOLEAN),
                properties("DomainRole", CimType.UINT16),
                properties("NumberOfProcessors", CimType.UINT32),
                properties("NumberOfLogicalProcessors" if machine.kb932370 else "", CimType.UINT32),
                properties("TotalPhysicalMemory", CimType.UINT64),
                properties("CurrentTimeZone", CimType.SINT32),
            ),
            bases=("CIM_UnitaryComputerSystem", "CIM_ComputerSystem", "CIM_System"),
        )

    def instances(self) -> Sequence[Instance]:
        """This computer: a stand-alone server, or a member of the machine's domain, with one processor of two cores."""
        machine = self.machine
        values = {
            "Caption": machine.name,
            "CreationClassName": "Win32_ComputerSystem",
            "CurrentTimeZone": 0,
            "Description": "AT/AT COMPATIBLE",
            "Domain": machine.domain or "WORKGROUP",
            "DomainRole": 3 if machine.domain else 2,
            "Manufacturer": "Simulated",
            "Model": "Simulated Server",
            "Name": machine.name,
            "NumberOfProcessors": 1 if machine.kb932370 else 2,
            "NumberOfLogicalProcessors": 2,
            "PartOfDomain": bool(machine.domain),
            "Status": "OK",
            "SystemType": machine.edition.system_type,
            "TotalPhysicalMemory": 644300800,
            "Workgroup": None if machine.domain else "WORKGROUP",
        }
        known = {prop.name for prop in self.wmi_class.properties}
        return [Instance("Win32_ComputerSystem", {name: value for name, value in values.items() if name in known})]


class ProcessorProvider(ReadOnlyProvider):
    """Win32_Processor, what tells processors, cores and threads apart. Without KB932370 each core is one."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.wmi_class = WmiClass(
            "Win32_Processor",
            sorted_properties(
                properties(
                    "Caption Description DeviceID Manufacturer Name SocketDesignation Status", keys=("DeviceID",)
                ),
                properties("AddressWidth DataWidth", CimType.UINT16),
                properties("CurrentClockSpeed MaxClockSpeed", CimType.UINT32),
                properties("NumberOfCores NumberOfLogicalProcessors" if machine.kb932370 else "", CimType.UINT32),
            ),
            bases=("CIM_Processor", "CIM_LogicalDevice", "CIM_LogicalElement", "CIM_ManagedSystemElement"),
        )

    def instances(self) -> Sequence[Instance]:
        """The processors."""
        values = {
            "AddressWidth": 32 if self.machine.edition.architecture == "x86" else 64,
            "DataWidth": 32 if self.machine.edition.architecture == "x86" else 64,
            "Manufacturer": "GenuineIntel",
            "Name": "Simulated Processor",
            "Status": "OK",
            **({"NumberOfCores": 2, "NumberOfLogicalProcessors": 2} if self.machine.kb932370 else {}),
        }
        count = 1 if self.machine.kb932370 else 2
        return [Instance("Win32_Processor", {**values, "DeviceID": f"CPU{number}"}) for number in range(count)]


class TimeZoneProvider(ReadOnlyProvider):
    """Win32_TimeZone. Every simulated host keeps UTC."""

    wmi_class = WmiClass(
        "Win32_TimeZone",
        sorted_properties(
            properties("Caption Description StandardName DaylightName SettingID"), properties("Bias", CimType.SINT32)
        ),
        bases=("CIM_Setting",),
        singleton=True,
    )

    def instances(self) -> Sequence[Instance]:
        """UTC, under the name that Server 2003 has for it."""
        name = "GMT Standard Time"
        caption = "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London"
        values = {"Bias": 0, "Caption": caption, "Description": caption, "StandardName": name, "DaylightName": name}
        return [Instance("Win32_TimeZone", values)]
