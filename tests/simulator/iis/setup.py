# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree that setup leaves in the metabase, with the sites and pools of a host's description."""

from __future__ import annotations

import hashlib

from simulator.iis.kinds import Kind
from simulator.iis.metabase import Metabase
from simulator.iis.pools import POOLS
from simulator.iis.spec import IisSpec, SiteSpec

_INETSRV = r"C:\WINDOWS\system32\inetsrv"
_HELP = r"C:\WINDOWS\help\iisHelp\common"
_ASP = ("asp", "cer", "cdx", "asa")
_SERVER_SIDE_INCLUDES = ("stm", "shtm", "shtml")

#: ".asp ... is mapped to the asp.dll ISAPI DLL" on a default installation (ms524316); the rest of the list, the flags
#: and the verbs are ASSUMED (5: ms526052).
SCRIPT_MAPS = (
    *(rf".{extension},{_INETSRV}\asp.dll,5,GET,HEAD,POST,TRACE" for extension in _ASP),
    rf".idc,{_INETSRV}\httpodbc.dll,5,GET,POST",
    *(rf".{extension},{_INETSRV}\ssinc.dll,5,GET,POST" for extension in _SERVER_SIDE_INCLUDES),
)
#: The beginning of the internal default of ms525083.
HTTP_ERRORS = (
    rf"400,*,FILE,{_HELP}\400.htm",
    *(rf"401,{sub},FILE,{_HELP}\401-{1 if sub == 7 else sub}.htm" for sub in (1, 2, 3, 4, 5, 7)),
    *(rf"403,{sub},FILE,{_HELP}\403-{sub}.htm" for sub in range(1, 11)),
)
#: ASSUMED: what the ASP.NET of Server 2003 adds.
HTTP_CUSTOM_HEADERS = ("X-Powered-By: ASP.NET",)
#: ASSUMED: forbidden are all extensions that are not listed.
WEB_SERVICE_EXTENSIONS = ("0,*.dll", "0,*.exe", rf"1,{_INETSRV}\asp.dll,0,ASP,Active Server Pages")


def build_metabase(spec: IisSpec, machine_name: str) -> Metabase:
    """A metabase for a host."""
    metabase = Metabase()
    metabase.create("/LM", "IIsComputer")
    metabase.set("/LM", "EnableEditWhileRunning", int(spec.edit_while_running))
    metabase.set("/LM", "EnableHistory", int(spec.history))
    metabase.set("/LM", "MaxHistoryFiles", spec.max_history_files)
    metabase.set("/LM", "MaxBandwidth", 0xFFFFFFFF)
    for kind in Kind:
        if kind in spec.services:
            _add_service(metabase, kind, spec, machine_name)
    return metabase


def _add_service(metabase: Metabase, kind: Kind, spec: IisSpec, machine_name: str) -> None:
    path = f"/LM/{kind.key}"
    metabase.create(path, kind.service_type)
    metabase.create(f"{path}/Info", f"{kind.value.prefix}Info")
    metabase.set(f"{path}/Info", "MajorIIsVersionNumber", 6)
    metabase.set(f"{path}/Info", "MinorIIsVersionNumber", 0)
    metabase.set(path, "ConnectionTimeout", 120)
    metabase.set(path, "LogFileDirectory", r"C:\WINDOWS\system32\LogFiles")
    if kind is Kind.WEB:
        for user, password, name in (
            ("AnonymousUserName", "AnonymousUserPass", f"IUSR_{machine_name}"),
            ("WAMUserName", "WAMUserPass", f"IWAM_{machine_name}"),
        ):
            metabase.set(path, user, name)
            metabase.set(path, password, _password(name))
        metabase.set(path, "ScriptMaps", SCRIPT_MAPS)
        metabase.set(path, "HttpErrors", HTTP_ERRORS)
        metabase.set(path, "HttpCustomHeaders", HTTP_CUSTOM_HEADERS)
        metabase.set(path, "WebSvcExtRestrictionList", WEB_SERVICE_EXTENSIONS)
        metabase.set(path, "AppPoolId", "DefaultAppPool")
        metabase.set(path, "DefaultDoc", "Default.htm,Default.asp,index.htm,iisstart.htm")
        metabase.set(path, "IIs5IsolationModeEnabled", spec.iis5_mode)
        metabase.create(POOLS, "IIsApplicationPools")
        for pool in spec.pools:
            metabase.create(f"{POOLS}/{pool.name}", "IIsApplicationPool")
            metabase.set(f"{POOLS}/{pool.name}", "AppPoolAutoStart", pool.auto_start)
    for site in spec.sites:
        if site.kind is kind:
            add_site(metabase, site)


def _password(account: str) -> str:
    """What setup invents for an account; the same for the same account, so that hosts can be compared."""
    return hashlib.sha256(account.encode()).hexdigest()[:14]


def add_site(metabase: Metabase, site: SiteSpec) -> None:
    """The keys of a site."""
    path = site.kind.site_path(site.id)
    metabase.create(path, site.kind.server_type)
    metabase.set(path, "ServerComment", site.name)
    plain = tuple(binding.text() for binding in site.bindings if not binding.secure)
    secure = tuple(binding.text() for binding in site.bindings if binding.secure)
    metabase.set(path, "ServerBindings", plain or (f":{site.kind.value.port}:",))
    if secure:
        metabase.set(path, "SecureBindings", secure)
    metabase.set(path, "ServerAutoStart", site.starts_automatically())
    if site.kind is Kind.WEB:
        metabase.set(path, "AppPoolId", site.pool)
        metabase.create(f"{path}/ROOT", "IIsWebVirtualDir")
        metabase.set(f"{path}/ROOT", "Path", r"c:\inetpub\wwwroot")
        metabase.set(f"{path}/ROOT", "AppRoot", f"{path}/ROOT")
        metabase.set(f"{path}/ROOT", "AppFriendlyName", "Default Application")
