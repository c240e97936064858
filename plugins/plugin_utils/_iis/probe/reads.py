# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Having the domain read all that it ever reads: iis_info and iis_facts by subset, and what only modules ask for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from ..._wsman import errors
from .. import codes
from ..context import CIMV2
from ..facts.gather import SUBSETS as FACTS
from ..facts.source import Source as FactSource
from ..iis6.adsutil import run_adsutil
from ..iis6.isolation import PROPERTY, SERVICE, SETTING, has_worker_processes
from ..iis6.kinds import KINDS, Iis6Kind
from ..iis6.provider import IISADMIN, IISV2
from ..iis6.server import IIS6
from ..iis7.web_administration import NAMESPACE, site_path
from ..info import SUBSETS, Source
from ..metabase.disk import locate_metabase, read_metabase_file, read_rejected_edit
from ..metabase.events import read_save_failures
from ..metabase.metaback import count_backup_files, list_backups
from ..metabase.save import save
from ..model.isolation import W3SVC
from ..model.sites import Site, SiteState
from ..sites.read import find_site_by_id, find_site_by_name, read_sites, with_setting
from ..versions import read_major_version
from ..windows.dependencies import Dependencies
from ..windows.services import (
    Service,
    ServiceState,
    read_names_in_process,
    service_path,
)
from ..windows.system import read_boot, read_process_start, read_system
from ..windows.workers import read_workers
from .attempts import Probe
from .later import Later, probe_features, probe_later

#: Seconds that a program may take, and that IISADMIN may take to settle.
_RUN_TIMEOUT = 60.0
_SAVE_TIMEOUT = 30.0
#: The major version from which on an IIS is a later one.
LATER = 7
#: The name of a site, or of a service, that no host has.
NOBODY = "fleetops-iis-there-is-none"

#: Seconds that a query of facts may take.
_FACTS_TIMEOUT = 30.0


@dataclass
class Found:
    """What the writes need: the services by key, and a started site of each kind.

    ``later`` says what an IIS 7 or later has; None: the host has IIS 6, or its registry doesn't say.
    """

    services: dict[str, Service] = field(default_factory=dict)
    started: dict[str, Site] = field(default_factory=dict)
    later: Later | None = None

    @property
    def has_metabase_classes(self) -> bool:
        """Whether the classes of IIS 6 and its metabase may be there."""
        return IISADMIN in self.services and (self.later is None or self.later.has_metabase_classes)

    def runs(self, key: str) -> bool:
        """Whether a service is installed and runs."""
        return key in self.services and self.services[key].state is ServiceState.STARTED


def probe_reads(probe: Probe) -> Found:
    """Try everything that reads."""
    source = Source(probe.context)
    services = probe.attempt(lambda: source.services) or {}
    found = Found(services)
    if (probe.attempt(lambda: read_major_version(probe.context)) or 0) >= LATER:
        found.later = probe_features(probe)
        probe.host.absent |= set() if found.later.has_metabase_classes else {IISV2}
        probe.host.absent |= set() if found.later.has_classes else {NAMESPACE}
    for read in SUBSETS.values():
        probe.attempt(partial(read, source))
    facts = FactSource(probe.context, _FACTS_TIMEOUT)
    for gather in FACTS.values():
        probe.attempt(partial(gather, facts))
    _windows(probe, found)
    if found.has_metabase_classes:
        _metabase(probe)
        for kind in KINDS.values():
            if kind.service_key in services:
                _sites(probe, kind, found)
            else:
                why = f"{kind.windows_service} isn't installed"
                probe.skip(f"query {kind.server_class}", f"SELECT … FROM {kind.server_class}", why)
        for pool in (probe.attempt(lambda: IIS6.pools.read_all(probe.context)) or [])[:1]:
            probe.attempt(partial(IIS6.pools.find, probe.context, pool.name))
    if found.later:
        probe_later(probe, services)
    _programs(probe, found)
    _refusals(probe, found)
    return found


def _windows(probe: Probe, found: Found) -> None:
    context, services = probe.context, found.services
    probe.attempt(lambda: read_boot(context))
    dependencies = Dependencies(context)
    for read in (dependencies.dependents, dependencies.antecedents):
        probe.attempt(partial(read, "W3SVC"))
    probe.attempt(dependencies.read_table)
    probe.attempt(lambda: has_worker_processes(context))
    workers = probe.attempt(lambda: read_workers(context))
    if workers and workers.hidden:
        probe.host.remark("query Win32_Process by Name", "some show no pool")
    if found.later is None and W3SVC in services and services[W3SVC].state is ServiceState.STOPPED:
        probe.skip("ask GetCurrentMode", f"GetCurrentMode of {SERVICE}", "W3SVC is stopped")
    running = next((service for service in services.values() if service.process_id), None)
    if running is not None:
        probe.attempt(lambda: read_names_in_process(context, running.process_id))
        probe.attempt(lambda: read_process_start(context, running.process_id))
    if IISADMIN in services:
        probe.attempt(lambda: probe.host.get(service_path("IISADMIN")))


def _metabase(probe: Probe) -> None:
    context = probe.context
    probe.attempt(lambda: save(replace(context, check_mode=True), timeout=_SAVE_TIMEOUT))
    file = probe.attempt(lambda: read_metabase_file(context, locate_metabase(read_system(context))))
    if file is not None:
        probe.attempt(lambda: read_save_failures(context, file.last_modified))
        probe.attempt(lambda: read_rejected_edit(context, file))
    probe.attempt(lambda: list_backups(context))
    probe.attempt(lambda: count_backup_files(context, ""))
    probe.attempt(lambda: probe.host.get(SETTING))


def _sites(probe: Probe, kind: Iis6Kind, found: Found) -> None:
    context = probe.context
    sites = probe.attempt(lambda: read_sites(context, kind.name)) or []
    if not sites:
        probe.skip(f"query {kind.server_class} by Name", f"{kind.server_class} of one site", "there is none")
        return
    if started := [site for site in sites if site.state is SiteState.STARTED]:
        found.started[kind.name] = started[0]
    site = sites[0]
    probe.attempt(lambda: find_site_by_id(context, kind.name, site.id))
    probe.attempt(lambda: with_setting(context, site))
    probe.attempt(lambda: IIS6.sites.last_error(context, site))
    probe.attempt(lambda: IIS6.sites.read_bindings(context, kind, site.id))
    probe.attempt(lambda: IIS6.sites.read_bindings(context, kind))
    if name := site.name:
        probe.attempt(lambda: find_site_by_name(context, kind.name, name))
    probe.attempt(lambda: probe.host.get(kind.server(site.id)))


def _programs(probe: Probe, found: Found) -> None:
    """Programs that read; without leave to open a shell, they are noted as skipped."""
    service = "IISADMIN" if found.later is None or IISADMIN in found.services else "W3SVC"
    probe.attempt(lambda: probe.host.run("sc", "qfailure", service, timeout=_RUN_TIMEOUT))
    if found.later is None or found.later.has_scripts:
        probe.attempt(lambda: run_adsutil(probe.context, "GET", f"W3SVC/{PROPERTY}"))


def _refusals(probe: Probe, found: Found) -> None:
    """What isn't there shows where in a fault the host puts its codes."""
    no_class = "SELECT Name FROM Win32_ThereIsNoSuchClass"
    probe.refused(
        "missing class",
        no_class,
        lambda host: host.query(CIMV2, no_class),
        (errors.WSMAN_CANNOT_PROCESS_FILTER, codes.WBEM_INVALID_CLASS),
    )
    if found.later is None or found.later.has_metabase_classes:
        no_site = KINDS["web"].server(0)
    else:
        no_site = site_path(NOBODY) if found.later.has_classes else service_path(NOBODY)
    probe.refused(
        "missing object",
        f"Get {no_site}",
        lambda host: host.get(no_site),
        (errors.WSMAN_RESOURCE_NOT_FOUND, codes.WBEM_NOT_FOUND, codes.PATH_NOT_FOUND),
    )
