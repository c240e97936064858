# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which metabase properties each IIsXxxSetting class shows (IIS 6.0 SDK class pages; a recorded IIsWebServerSetting).

Not complete, but wide: a whole IIsWebServerSetting is large, as it is on a real host. A flags property brings its
named bits along (``AccessFlags``: ``AccessRead`` ...).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from simulator.iis.schema import PROPERTIES, PropertyDef
from simulator.iis.schema_table import FLAGS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ASP = tuple(item.name for item in PROPERTIES.values() if item.name.startswith("Asp"))
_LOG = tuple(item.name for item in PROPERTIES.values() if item.name.startswith("Log"))
_AUTH = _words("""AnonymousPasswordSync AnonymousUserName AnonymousUserPass AuthFlags AuthPersistence AzEnable
AzImpersonationLevel AzScopeName AzStoreName DefaultLogonDomain LogonMethod NTAuthenticationProviders
PassportRequireADMapping Realm UseDigestSSP""")
_FILE = _words("""AccessFlags AccessSSLFlags AllowKeepAlive AllowPathInfoForScriptMappings AppAllowClientDebug
AppAllowDebugging AppFriendlyName AppOopRecoverLimit AppPoolId AppWamClsid CGITimeout CacheControlCustom
CacheControlMaxAge CacheControlNoCache CacheISAPI ContentIndexed CreateCGIWithNewConsole CreateProcessAsUser
DefaultDoc DefaultDocFooter DirBrowseFlags DisableStaticFileCache DoDynamicCompression DoStaticCompression DontLog
EnableDocFooter EnableReverseDns FrontPageWeb HttpCustomHeaders HttpErrors HttpErrorsExistingResponse HttpExpires
HttpPics MaxRequestEntityAllowed MimeMap PasswordCacheTTL PasswordChangeFlags PasswordExpirePrenotifyDays
PoolIdcTimeout ProcessNTCRIfLoggedOn RedirectHeaders SSIExecDisable ScriptMaps ShutdownTimeLimit
UploadReadAheadSize""")
_SERVER = _words("""ConnectionTimeout DisableSocketPooling MaxConnections MaxEndpointConnections ServerAutoStart
ServerBindings ServerCommand ServerComment ServerListenBacklog ServerListenTimeout ServerSize Win32Error""")
_WEB_SERVER = _words("""CertCheckMode ClusterEnabled MaxBandwidth MaxBandwidthBlocked RevocationFreshnessTime
RevocationURLRetrievalTimeout SSLAlwaysNegoClientCert SSLStoreName SecureBindings SslCtlIdentifier SslCtlStoreName
TraceUriPrefix""")
_POOL_DEFAULTS = _words("""AppPoolIdentityType AppPoolQueueLength DisallowOverlappingRotation
DisallowRotationOnConfigChange IdleTimeout LoadBalancerCapabilities LogEventOnRecycle MaxProcesses
OrphanWorkerProcess PeriodicRestartMemory
PeriodicRestartPrivateMemory PeriodicRestartRequests PeriodicRestartSchedule PeriodicRestartTime PingInterval
PingResponseTime PingingEnabled RapidFailProtection RapidFailProtectionInterval RapidFailProtectionMaxCrashes
SMPAffinitized SMPProcessorAffinityMask StartupTimeLimit WAMUserName WAMUserPass""")
_FTP = _words("""AccessFlags AllowAnonymous AnonymousOnly AnonymousUserName AnonymousUserPass ExitMessage FtpLogInUtf8
GreetingMessage LogAnonymous LogNonAnonymous MSDOSDirOutput MaxClientsMessage PassivePortRange""")

#: Setting class -> the metabase properties it shows.
SETTING_CLASSES: dict[str, tuple[str, ...]] = {
    "IIsComputerSetting": (
        "EnableEditWhileRunning", "EnableHistory", "MaxBandwidth", "MaxBandwidthBlocked", "MaxErrorFiles",
        "MaxHistoryFiles", "MimeMap",
    ),
    "IIsWebServiceSetting": (
        "CentralBinaryLoggingEnabled", "CentralW3CLoggingEnabled", "DownlevelAdminInstance", "IIs5IsolationModeEnabled",
        "MaxGlobalBandwidth", "MaxGlobalConnections", "ConnectionTimeout", "MaxConnections", "ServerListenBacklog",
        "WebSvcExtRestrictionList", *_ASP, *_LOG, *_AUTH, *_FILE, *_POOL_DEFAULTS,
    ),
    "IIsWebServerSetting": (*_ASP, *_LOG, *_AUTH, *_FILE, *_SERVER, *_WEB_SERVER),
    "IIsWebVirtualDirSetting": (*_ASP, *_AUTH, *_FILE, "AppRoot", "Path", "UNCPassword", "UNCUserName"),
    "IIsApplicationPoolSetting": (*_POOL_DEFAULTS, "AppPoolAutoStart", "AppPoolCommand", "AppPoolState", "Win32Error"),
    "IIsFtpServiceSetting": (*_LOG, *_FTP, "ConnectionTimeout", "MaxConnections", "UserIsolationMode"),
    "IIsFtpServerSetting": (*_LOG, *_FTP, *_SERVER, "UserIsolationMode"),
    "IIsSmtpServiceSetting": (*_LOG, "ConnectionTimeout", "MaxConnections"),
    "IIsSmtpServerSetting": (*_LOG, *_SERVER, "SecureBindings"),
    "IIsNntpServiceSetting": (*_LOG, "ConnectionTimeout", "MaxConnections"),
    "IIsNntpServerSetting": (*_LOG, *_SERVER, "SecureBindings"),
}  # fmt: skip

#: Properties that a Setting class shows but IIS itself keeps.
READ_ONLY = frozenset({"Win32Error", "AppPoolState"})


@functools.cache
def properties_of(class_name: str) -> Mapping[str, PropertyDef]:
    """The schema's properties that a Setting class shows, by name; one table for all hosts of a fleet."""
    items = (PROPERTIES[name.lower()] for name in SETTING_CLASSES[class_name])
    return MappingProxyType({item.name: item for item in items})


def bits_of(definition: PropertyDef) -> dict[str, int]:
    """The named bits of a flags property."""
    return FLAGS.get(definition.name, {})
