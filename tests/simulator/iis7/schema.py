# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of sites and application pools that this host knows, with the defaults of IIS_schema.xml.

Names, defaults and forms: iis/configuration/system.applicationHost (sites/site, applicationPools/add and below).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

POOL: Mapping[str, str] = MappingProxyType(
    {
        "name": "",
        "queueLength": "1000",
        "autoStart": "true",
        "enable32BitAppOnWin64": "false",
        "managedRuntimeVersion": "v4.0",
        "managedRuntimeLoader": "webengine4.dll",
        "enableConfigurationOverride": "true",
        "managedPipelineMode": "Integrated",
        "CLRConfigFile": "",
        "passAnonymousToken": "true",
        "startMode": "OnDemand",
        "processModel.identityType": "ApplicationPoolIdentity",
        "processModel.userName": "",
        "processModel.password": "",
        "processModel.loadUserProfile": "false",
        "processModel.logonType": "LogonBatch",
        "processModel.maxProcesses": "1",
        "processModel.idleTimeout": "00:20:00",
        "processModel.shutdownTimeLimit": "00:01:30",
        "processModel.startupTimeLimit": "00:01:30",
        "processModel.pingingEnabled": "true",
        "processModel.pingInterval": "00:00:30",
        "processModel.pingResponseTime": "00:01:30",
        "recycling.disallowOverlappingRotation": "false",
        "recycling.disallowRotationOnConfigChange": "false",
        "recycling.logEventOnRecycle": "Time, Requests, Schedule, Memory, IsapiUnhealthy, OnDemand, ConfigChange, "
        "PrivateMemory",
        "recycling.periodicRestart.memory": "0",
        "recycling.periodicRestart.privateMemory": "0",
        "recycling.periodicRestart.requests": "0",
        "recycling.periodicRestart.time": "1.05:00:00",
        "failure.loadBalancerCapabilities": "HttpLevel",
        "failure.orphanWorkerProcess": "false",
        "failure.rapidFailProtection": "true",
        "failure.rapidFailProtectionInterval": "00:05:00",
        "failure.rapidFailProtectionMaxCrashes": "5",
        "failure.autoShutdownExe": "",
        "cpu.limit": "0",
        "cpu.action": "NoAction",
        "cpu.resetInterval": "00:05:00",
        "cpu.smpAffinitized": "false",
    }
)

SITE: Mapping[str, str] = MappingProxyType(
    {
        "name": "",
        "id": "",
        "serverAutoStart": "true",
        "limits.maxBandwidth": "4294967295",
        "limits.maxConnections": "4294967295",
        "limits.connectionTimeout": "00:02:00",
        "logFile.enabled": "true",
        "logFile.logFormat": "W3C",
        "logFile.directory": r"%SystemDrive%\inetpub\logs\LogFiles",
        "logFile.period": "Daily",
        "logFile.truncateSize": "20971520",
        "logFile.localTimeRollover": "false",
        "traceFailedRequestsLogging.enabled": "false",
        "traceFailedRequestsLogging.directory": r"%SystemDrive%\inetpub\logs\FailedReqLogFiles",
        "traceFailedRequestsLogging.maxLogFiles": "50",
        "ftpServer.serverAutoStart": "true",
        "ftpServer.allowUTF8": "true",
        "ftpServer.connections.maxConnections": "4294967295",
    }
)

HISTORY: Mapping[str, str] = MappingProxyType(
    {
        "enabled": "true",
        "path": r"%SystemDrive%\inetpub\history",
        "maxHistories": "10",
        "period": "00:02:00",
    }
)


def seconds(text: str) -> float:
    """The seconds of a timeSpan: ``hh:mm:ss``, with days before a point."""
    days, _point, rest = text.rpartition(".")
    hours, minutes, whole = (int(part) for part in rest.split(":"))
    return float(int(days or 0) * 86_400 + hours * 3600 + minutes * 60 + whole)
