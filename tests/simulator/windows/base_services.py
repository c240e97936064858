# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services that a Server 2003 SP2 host has before anything is added.

Names, display names, start modes, images, accounts, and which of them run are those of a recorded Win32_Service
enumeration of a real host; so are AcceptStop and AcceptPause of the running ones. Dependencies are ASSUMED from field
knowledge (the enumeration doesn't show them), seconds to start and to stop are invented.
"""

from __future__ import annotations

from simulator.windows.recovery import ActionType, Recovery, RecoveryAction
from simulator.windows.service import StartMode
from simulator.windows.service_rows import Driver, Row

_SYSTEM32 = "C:\\WINDOWS\\system32"
_NETSVCS = f"{_SYSTEM32}\\svchost.exe -k netsvcs"
_LOCAL = f"{_SYSTEM32}\\svchost.exe -k LocalService"
_NETWORK = f"{_SYSTEM32}\\svchost.exe -k NetworkService"
_SERVICES = f"{_SYSTEM32}\\services.exe"
_LSASS = f"{_SYSTEM32}\\lsass.exe"
_LOCAL_SERVICE = "NT AUTHORITY\\LocalService"
_NETWORK_SERVICE = "NT AUTHORITY\\NetworkService"
_AUTO, _MANUAL, _DISABLED = StartMode.AUTO, StartMode.MANUAL, StartMode.DISABLED

_RESTART_ONCE_A_MINUTE = Recovery(0, (RecoveryAction(ActionType.RESTART, 60_000),) * 2)
_REBOOT = Recovery(0, (RecoveryAction(ActionType.REBOOT, 60_000),))


DRIVERS = (
    Driver("HTTP", "HTTP", f"{_SYSTEM32}\\Drivers\\HTTP.sys", _MANUAL),
    Driver("Tcpip", "TCP/IP Protocol Driver", f"{_SYSTEM32}\\DRIVERS\\tcpip.sys", StartMode.SYSTEM),
    Driver("AFD", "AFD Networking Support Environment", f"{_SYSTEM32}\\drivers\\afd.sys", StartMode.SYSTEM),
    Driver("NetBT", "NetBios over Tcpip", f"{_SYSTEM32}\\DRIVERS\\netbt.sys", StartMode.SYSTEM),
    Driver("IPSec", "IPSEC driver", f"{_SYSTEM32}\\DRIVERS\\ipsec.sys", StartMode.SYSTEM),
)

ROWS = (
    Row("AeLookupSvc", "Application Experience Lookup Service", _AUTO, True, _NETSVCS, stop=False),
    Row("Alerter", "Alerter", _DISABLED, False, _LOCAL, ("LanmanWorkstation",), account=_LOCAL_SERVICE),
    Row("AppMgmt", "Application Management", _MANUAL, False, _NETSVCS),
    Row("BITS", "Background Intelligent Transfer Service", _MANUAL, False, _NETSVCS, ("RpcSs", "EventSystem")),
    Row("Browser", "Computer Browser", _AUTO, True, _NETSVCS, ("LanmanWorkstation", "LanmanServer")),
    Row("CiSvc", "Indexing Service", _DISABLED, False, f"{_SYSTEM32}\\cisvc.exe", ("RpcSs",)),
    Row("COMSysApp", "COM+ System Application", _MANUAL, False, f"{_SYSTEM32}\\dllhost.exe", ("RpcSs",), own=True),
    Row("CryptSvc", "Cryptographic Services", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row(
        "DcomLaunch",
        "DCOM Server Process Launcher",
        _AUTO,
        True,
        f"{_SYSTEM32}\\svchost.exe -k DcomLaunch",
        stop=False,
        recovery=_REBOOT,
    ),
    Row("Dhcp", "DHCP Client", _AUTO, True, _NETWORK, ("Tcpip", "Afd", "NetBT"), account=_NETWORK_SERVICE),
    Row("dmserver", "Logical Disk Manager", _AUTO, True, _NETSVCS, ("RpcSs", "PlugPlay")),
    Row("Dnscache", "DNS Client", _AUTO, True, _NETWORK, ("Tcpip",), account=_NETWORK_SERVICE),
    Row("ERSvc", "Error Reporting Service", _AUTO, True, f"{_SYSTEM32}\\svchost.exe -k WinErr", ("RpcSs",)),
    Row("Eventlog", "Event Log", _AUTO, True, _SERVICES, stop=False),
    Row("EventSystem", "COM+ Event System", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row("helpsvc", "Help and Support", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row("HTTPFilter", "HTTP SSL", _MANUAL, True, _LSASS, ("HTTP",), pause=True),
    Row("lanmanserver", "Server", _AUTO, True, _NETSVCS, pause=True),
    Row("lanmanworkstation", "Workstation", _AUTO, True, _NETSVCS, pause=True),
    Row("LicenseService", "License Logging", _DISABLED, False, f"{_SYSTEM32}\\llssrv.exe", own=True),
    Row("LmHosts", "TCP/IP NetBIOS Helper", _AUTO, True, _LOCAL, ("NetBT", "Afd"), account=_LOCAL_SERVICE),
    Row("Messenger", "Messenger", _DISABLED, False, _NETSVCS, ("LanmanWorkstation", "RpcSs")),
    Row(
        "MSDTC",
        "Distributed Transaction Coordinator",
        _AUTO,
        True,
        f"{_SYSTEM32}\\msdtc.exe",
        ("RpcSs", "SamSs"),
        account=_NETWORK_SERVICE,
        own=True,
        recovery=_RESTART_ONCE_A_MINUTE,
    ),
    Row("MSIServer", "Windows Installer", _MANUAL, False, f"{_SYSTEM32}\\msiexec.exe /V", ("RpcSs",)),
    Row("Netman", "Network Connections", _MANUAL, True, _NETSVCS, ("RpcSs",)),
    Row("Nla", "Network Location Awareness (NLA)", _MANUAL, True, _NETSVCS, ("Tcpip", "Afd")),
    Row("NtLmSsp", "NT LM Security Support Provider", _MANUAL, False, _LSASS),
    Row("PlugPlay", "Plug and Play", _AUTO, True, _SERVICES, stop=False),
    Row("PolicyAgent", "IPSEC Services", _AUTO, True, _LSASS, ("RpcSs", "Tcpip", "IPSec")),
    Row("ProtectedStorage", "Protected Storage", _AUTO, True, _LSASS, ("RpcSs",)),
    Row(
        "RemoteRegistry",
        "Remote Registry",
        _AUTO,
        True,
        f"{_SYSTEM32}\\svchost.exe -k regsvc",
        ("RpcSs",),
        account=_LOCAL_SERVICE,
        recovery=Recovery(0, (RecoveryAction(ActionType.RESTART, 1000),)),
    ),
    Row(
        "RpcSs",
        "Remote Procedure Call (RPC)",
        _AUTO,
        True,
        f"{_SYSTEM32}\\svchost.exe -k rpcss",
        stop=False,
        account="NT Authority\\NetworkService",
        own=True,
        recovery=_REBOOT,
    ),
    Row("SamSs", "Security Accounts Manager", _AUTO, True, _LSASS, ("RpcSs",), stop=False),
    Row("Schedule", "Task Scheduler", _AUTO, True, _NETSVCS, ("RpcSs",), pause=True),
    Row("seclogon", "Secondary Logon", _AUTO, True, _NETSVCS, pause=True),
    Row("SENS", "System Event Notification", _AUTO, True, _NETSVCS, ("EventSystem",)),
    Row(
        "SharedAccess",
        "Windows Firewall/Internet Connection Sharing (ICS)",
        _AUTO,
        True,
        _NETSVCS,
        ("Netman", "winmgmt"),
    ),
    Row("ShellHWDetection", "Shell Hardware Detection", _AUTO, True, _NETSVCS, ("RpcSs",), pause=True),
    Row(
        "Spooler",
        "Print Spooler",
        _AUTO,
        True,
        f"{_SYSTEM32}\\spoolsv.exe",
        ("RpcSs",),
        own=True,
        recovery=_RESTART_ONCE_A_MINUTE,
    ),
    Row(
        "TermService",
        "Terminal Services",
        _MANUAL,
        True,
        f"{_SYSTEM32}\\svchost.exe -k termsvcs",
        ("RpcSs",),
        stop=False,
    ),
    Row(
        "TlntSvr",
        "Telnet",
        _DISABLED,
        False,
        f"{_SYSTEM32}\\tlntsvr.exe",
        ("RpcSs", "Tcpip", "NtLmSsp"),
        account=_LOCAL_SERVICE,
        own=True,
    ),
    Row("TrkWks", "Distributed Link Tracking Client", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row("VSS", "Volume Shadow Copy", _MANUAL, False, f"{_SYSTEM32}\\vssvc.exe", ("RpcSs",), own=True),
    Row("W32Time", "Windows Time", _AUTO, True, _LOCAL, account=_LOCAL_SERVICE),
    Row("WebClient", "WebClient", _DISABLED, False, _LOCAL, account=_LOCAL_SERVICE, own=True),
    Row("winmgmt", "Windows Management Instrumentation", _AUTO, True, _NETSVCS, ("RpcSs", "Eventlog"), pause=True),
    Row(
        "WinRM",
        "Windows Remote Management (WS-Management)",
        _AUTO,
        True,
        f"{_SYSTEM32}\\svchost.exe -k WINRM",
        ("RpcSs", "HTTP"),
        account=_NETWORK_SERVICE,
    ),
    Row("Wmi", "Windows Management Instrumentation Driver Extensions", _MANUAL, True, _NETSVCS, stop=True),
    Row("wuauserv", "Automatic Updates", _AUTO, True, _NETSVCS),
)
