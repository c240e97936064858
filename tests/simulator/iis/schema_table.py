# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties a metabase key can hold: name, identifier, data type, attributes, default.

Identifiers are those of the Windows SDK's ``iiscnfg.h``; 0 where that header has no constant for the ADSI name.
Defaults are the schema's where a page of the IIS 6.0 metabase reference gives one, else those of a recorded
IIsWebServerSetting instance. The table is text because it is long and the same for every host.

One line each: name, identifier, type (dword, bool, string, expand, multi, binary), attributes (``i`` inherited by
keys below, ``v`` volatile: never written to disk, ``s`` secure: encrypted on disk, ``-`` none), default.
"""

from __future__ import annotations

TABLE = r"""
AppPoolAutoStart 9028 bool - true
AppPoolCommand 9026 dword v 0
AppPoolId 9101 string i DefaultAppPool
AppPoolIdentityType 9021 dword i 2
AppPoolQueueLength 9017 dword i 1000
AppPoolState 9027 dword v 4
AccessFlags 6016 dword i 513
AccessSSLFlags 6030 dword i 0
AdminServer 2115 string i
AllowAnonymous 5005 bool i true
AllowKeepAlive 6038 bool i true
AllowPathInfoForScriptMappings 2095 bool i false
AnonymousOnly 5006 bool i true
AnonymousPasswordSync 6022 bool i true
AnonymousUserName 6020 string i IUSR_SERVER
AnonymousUserPass 6021 string is
AppAllowClientDebug 7019 bool i false
AppAllowDebugging 7018 bool i false
AppFriendlyName 2102 string -
AppIsolated 2104 dword i 2
AppOopRecoverLimit 2110 dword i 4294967295
AppPackageID 2106 string -
AppPackageName 2107 string -
AppRoot 2103 string i
AppWamClsid 2105 string -
AspAllowOutOfProcComponents 7014 bool i true
AspAllowSessionState 7011 bool i true
AspAppServiceFlags 7044 dword i 0
AspBufferingLimit 7052 dword i 4194304
AspBufferingOn 7000 bool i true
AspCalcLineNumber 7050 bool i true
AspCodepage 7016 dword i 0
AspDiskTemplateCacheDirectory 7036 expand i %windir%\system32\inetsrv\ASP Compiled Templates
AspEnableApplicationRestart 7027 bool i true
AspEnableAspHtmlFallback 7021 bool i false
AspEnableChunkedEncoding 7022 bool i true
AspEnableParentPaths 7008 bool i false
AspEnableTypelibCache 7023 bool i true
AspErrorsToNTLog 7024 bool i false
AspExceptionCatchEnable 7015 bool i true
AspExecuteInMTA 7041 dword i 0
AspKeepSessionIDSecure 7043 dword i 0
AspLCID 7042 dword i 2048
AspLogErrorRequests 7001 bool i true
AspMaxDiskTemplateCacheFiles 7040 dword i 2000
AspMaxRequestEntityAllowed 7053 dword i 204800
AspPartitionID 7048 string i
AspProcessorThreadMax 7025 dword i 25
AspQueueConnectionTestTime 7028 dword i 3
AspQueueTimeout 7013 dword i 4294967295
AspRequestQueueMax 7026 dword i 3000
AspRunOnEndAnonymously 7051 bool i true
AspScriptEngineCacheMax 7005 dword i 250
AspScriptErrorMessage 7003 string i An error occurred on the server when processing the URL.
AspScriptErrorSentToBrowser 7002 bool i true
AspScriptFileCacheSize 7004 dword i 500
AspScriptLanguage 7012 string i VBScript
AspScriptTimeout 7006 dword i 90
AspSessionMax 7029 dword i 4294967295
AspSessionTimeout 7007 dword i 20
AspSxsName 7049 string i
AspTrackThreadingModel 7020 bool i false
AuthChangeURL 2060 string i
AuthExpiredURL 2061 string i
AuthFlags 6000 dword i 1
AuthPersistence 6031 dword i 64
AzEnable 6048 bool i false
AzImpersonationLevel 6053 dword i 0
AzScopeName 6050 string i
AzStoreName 6049 string i
CGITimeout 6033 dword i 300
CacheControlCustom 6043 string i
CacheControlMaxAge 6042 dword i 0
CacheControlNoCache 6041 bool i false
CacheISAPI 6034 bool i true
CentralBinaryLoggingEnabled 4016 bool - false
CentralW3CLoggingEnabled 2119 bool - false
CertCheckMode 0 dword - 0
ClusterEnabled 0 bool - false
ConnectionTimeout 1013 dword i 120
ContentIndexed 6039 bool i true
CreateCGIWithNewConsole 6036 bool i false
CreateProcessAsUser 6035 bool i true
DefaultDoc 6006 string i Default.htm,Default.asp,index.htm,iisstart.htm
DefaultDocFooter 6009 string i
DefaultLogonDomain 6012 string i
DirBrowseFlags 6005 dword i 1073741886
DisableSocketPooling 1029 bool i false
DisableStaticFileCache 0 bool i false
DisallowOverlappingRotation 9015 bool i false
DisallowRotationOnConfigChange 9018 bool i false
DoDynamicCompression 2255 bool i false
DoStaticCompression 2256 bool i false
DontLog 6023 bool i false
DownlevelAdminInstance 1021 dword i 1
EnableDocFooter 6010 bool i false
EnableEditWhileRunning 9998 dword - 0
EnableHistory 9996 dword - 1
EnableReverseDns 6029 bool i false
ExitMessage 5001 string i
FrontPageWeb 2072 bool - false
FtpLogInUtf8 5013 bool i false
GreetingMessage 5002 multi i
HttpCustomHeaders 6004 multi i
HttpErrors 6008 multi i
HttpErrorsExistingResponse 6056 dword i 0
HttpExpires 6002 string i
HttpPics 6003 multi i
IIs5IsolationModeEnabled 9203 bool - true
IdleTimeout 9005 dword i 20
KeyType 1002 string -
LoadBalancerCapabilities 9034 dword i 2
LogAnonymous 5007 bool i false
LogEventOnRecycle 9037 dword i 137
LogExtFileFlags 4013 dword i 2199519
LogFileDirectory 4001 expand i %WinDir%\System32\LogFiles
LogFileLocaltimeRollover 4015 bool i false
LogFilePeriod 4003 dword i 1
LogFileTruncateSize 4004 dword i 20971520
LogNonAnonymous 5008 bool i false
LogOdbcDataSource 4007 string i HTTPLOG
LogOdbcPassword 4010 string is
LogOdbcTableName 4008 string i InternetLog
LogOdbcUserName 4009 string i InternetAdmin
LogPluginClsid 4011 string i {FF160663-DE82-11CF-BC0A-00AA006111E0}
LogType 4000 dword i 1
LogonMethod 6013 dword i 3
MSDOSDirOutput 5004 bool i true
MajorIIsVersionNumber 1101 dword - 6
MaxBandwidth 1000 dword i 4294967295
MaxBandwidthBlocked 1003 dword i 4294967295
MaxClientsMessage 5003 string i
MaxConnections 1014 dword i 4294967295
MaxEndpointConnections 1024 dword i 4294967295
MaxErrorFiles 9988 dword - 10
MaxGlobalBandwidth 9201 dword - 4294967295
MaxGlobalConnections 9202 dword - 4294967295
MaxHistoryFiles 9995 dword - 10
MaxProcesses 9003 dword i 1
MaxRequestEntityAllowed 6051 dword i 4294967295
MimeMap 6015 multi i
MinorIIsVersionNumber 1102 dword - 0
NTAuthenticationProviders 6032 string i
NotDeletable 2116 bool - false
OrphanWorkerProcess 9009 bool i false
PassportRequireADMapping 6052 dword i 1
PassivePortRange 5016 string -
PasswordCacheTTL 2064 dword i 600
PasswordChangeFlags 2068 dword i 6
PasswordExpirePrenotifyDays 2063 dword i 0
Path 3001 string i
PeriodicRestartMemory 9024 dword i 0
PeriodicRestartPrivateMemory 9038 dword i 0
PeriodicRestartRequests 9002 dword i 0
PeriodicRestartSchedule 9020 multi i
PeriodicRestartTime 9001 dword i 1740
PingInterval 9013 dword i 30
PingResponseTime 9014 dword i 90
PingingEnabled 9004 bool i true
PoolIdcTimeout 6037 dword i 0
ProcessNTCRIfLoggedOn 2070 bool i true
RapidFailProtection 9006 bool i true
RapidFailProtectionInterval 9029 dword i 5
RapidFailProtectionMaxCrashes 9030 dword i 5
Realm 6001 string i
RedirectHeaders 6044 multi i
RevocationFreshnessTime 0 dword - 86400
RevocationURLRetrievalTimeout 0 dword - 0
SMPAffinitized 9007 bool i false
SMPProcessorAffinityMask 9008 dword i 4294967295
SSIExecDisable 6028 bool i false
SSLAlwaysNegoClientCert 5521 bool - false
SSLStoreName 0 string -
SecureBindings 2021 multi -
ScriptMaps 6014 multi i
ServerAutoStart 1017 bool - true
ServerBindings 1023 multi -
ServerCommand 1012 dword v 0
ServerComment 1015 string -
ServerListenBacklog 1019 dword i 40
ServerListenTimeout 1020 dword i 120
ServerSize 1018 dword - 1
ServerState 1016 dword v 4
ShutdownTimeLimit 9012 dword i 90
SslCtlIdentifier 0 string -
SslCtlStoreName 0 string -
StartupTimeLimit 9011 dword i 90
TraceUriPrefix 2118 multi i
UNCPassword 3003 string is
UNCUserName 3002 string i
UploadReadAheadSize 6045 dword i 49152
UseDigestSSP 6047 bool i true
UserIsolationMode 5012 dword - 0
WAMUserName 7501 string i
WAMUserPass 7502 string is
WebSvcExtRestrictionList 2168 multi -
Win32Error 1099 dword v 0
"""

#: Bits that have names of their own: in MetaBase.xml the names are joined with " | ", and WMI shows each as a boolean.
FLAGS: dict[str, dict[str, int]] = {
    "AccessFlags": {
        "AccessRead": 0x1, "AccessWrite": 0x2, "AccessExecute": 0x4, "AccessSource": 0x10, "AccessScript": 0x200,
        "AccessNoRemoteWrite": 0x400, "AccessNoRemoteRead": 0x1000, "AccessNoRemoteExecute": 0x2000,
        "AccessNoRemoteScript": 0x4000, "AccessNoPhysicalDir": 0x8000,
    },
    "AccessSSLFlags": {
        "AccessSSL": 0x8, "AccessSSLNegotiateCert": 0x20, "AccessSSLRequireCert": 0x40, "AccessSSLMapCert": 0x80,
        "AccessSSL128": 0x100,
    },
    "AuthFlags": {"AuthAnonymous": 0x1, "AuthBasic": 0x2, "AuthNTLM": 0x4, "AuthMD5": 0x10, "AuthPassport": 0x40},
    "DirBrowseFlags": {
        "DirBrowseShowDate": 0x2, "DirBrowseShowTime": 0x4, "DirBrowseShowSize": 0x8, "DirBrowseShowExtension": 0x10,
        "DirBrowseShowLongDate": 0x20, "EnableDefaultDoc": 0x40000000, "EnableDirBrowsing": 0x80000000,
    },
    "LogExtFileFlags": {
        "LogExtFileDate": 0x1, "LogExtFileTime": 0x2, "LogExtFileClientIp": 0x4, "LogExtFileUserName": 0x8,
        "LogExtFileSiteName": 0x10, "LogExtFileComputerName": 0x20, "LogExtFileServerIp": 0x40,
        "LogExtFileMethod": 0x80, "LogExtFileUriStem": 0x100, "LogExtFileUriQuery": 0x200,
        "LogExtFileHttpStatus": 0x400, "LogExtFileWin32Status": 0x800, "LogExtFileBytesSent": 0x1000,
        "LogExtFileBytesRecv": 0x2000, "LogExtFileTimeTaken": 0x4000, "LogExtFileServerPort": 0x8000,
        "LogExtFileUserAgent": 0x10000, "LogExtFileCookie": 0x20000, "LogExtFileReferer": 0x40000,
        "LogExtFileProtocolVersion": 0x80000, "LogExtFileHost": 0x100000, "LogExtFileHttpSubStatus": 0x200000,
    },
}  # fmt: skip
