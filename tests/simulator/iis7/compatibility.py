# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metabase compatibility of IIS 7 and later: IISADMIN with the metabase of IIS 6.0, for SMTP alone.

The W3SVC part of the metabase is mapped onto applicationHost.config by IISADMIN (iis-docs, metabase compatibility with
IIS 7); SMTP's lives in MetaBase.xml as it did, with the classes of root/MicrosoftIISv2 if those are installed.
"""

from __future__ import annotations

from simulator.iis.behaviours import IisAdminBehaviour, ProtocolBehaviour
from simulator.iis.control import control_actions
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.programs.adsutil import adsutil
from simulator.iis.programs.cscript import cscript
from simulator.iis.providers.register import register_classes
from simulator.iis.setup import build_metabase
from simulator.iis.sites import SiteState
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.store import METABASE
from simulator.iis7.host import Iis7
from simulator.iis7.providers.mapped import register_mapped
from simulator.iis7.services import INETINFO, RUN_IISRESET, make, place
from simulator.iis7.spec import Iis7Spec
from simulator.windows.service import Service, StartMode

_ADSUTIL = r"C:\inetpub\AdminScripts\adsutil.vbs"
#: The control actions of IIS 6.0 that make sense here: those about the metabase, and the states of SMTP servers.
_ACTIONS = (
    "metabase_set",
    "metabase_get",
    "metabase_save",
    "metabase_lock",
    "metabase_read_only",
    "metabase_hold",
    "site_state",
)


def install_metabase(iis: Iis7, spec: Iis7Spec) -> Iis | None:
    """Install IISADMIN, SMTP and their classes, as far as the description has them; the metabase's own IIS, if any."""
    if not spec.has_metabase:
        return None
    old = Iis(iis.machine, _old_spec(spec))
    if not old.store.folder.exists(METABASE):
        old.store.adopt(build_metabase(_old_spec(spec), iis.machine.name))
        old.store.create_files()
        old.store.forget()
    for service in _services(old, spec):
        place(iis.machine, service, spec)
    for server in spec.smtp_servers if spec.smtp and iis.running("SMTPSVC") else ():
        old.sites[Kind.SMTP].force(server.id, SiteState[server.state.upper()])
    if spec.wmi_classes:
        register_classes(old, spec.missing_counters)
        register_mapped(iis, old)
    if spec.legacy_scripts:
        iis.machine.files.ship(_ADSUTIL, 95204)
        iis.machine.programs["cscript.exe"] = cscript({"adsutil.vbs": adsutil(old)})
    actions = control_actions(old)
    iis.machine.control_actions.update({name: actions[name] for name in _ACTIONS if name in actions})
    iis.machine.control_actions["metabase_switch"] = actions["switch"]
    iis.machine.sections["metabase"] = old.describe
    return old


def _old_spec(spec: Iis7Spec) -> IisSpec:
    servers = [
        SiteSpec(server.id, server.name, Kind.SMTP, (BindingSpec(25),), state=server.state)
        for server in (spec.smtp_servers if spec.smtp else ())
    ]
    kinds = (Kind.SMTP,) if spec.smtp else ()
    return IisSpec(services=kinds, sites=servers, pools=())


def _services(old: Iis, spec: Iis7Spec) -> list[Service]:
    admin = make(
        spec,
        "IISADMIN",
        "IIS Admin Service",
        StartMode.AUTO,
        ("RPCSS", "SamSs", "HTTP"),
        INETINFO,
        IisAdminBehaviour(old),
    )
    admin.recovery = RUN_IISRESET
    if not spec.smtp:
        return [admin]
    # Manual after its installation (recall); ASSUMED here that somebody set it to start, as who uses it does
    smtp = make(
        spec,
        "SMTPSVC",
        Kind.SMTP.value.display_name,
        StartMode.AUTO,
        ("IISADMIN", "EventLog"),
        INETINFO,
        ProtocolBehaviour(old, Kind.SMTP),
        pause=True,
    )
    return [admin, smtp]
