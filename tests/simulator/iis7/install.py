# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts IIS 7.5 or 10 onto a machine: files, registry, services, programs, WMI classes, control actions."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from simulator.iis.programs.iisreset import iisreset
from simulator.iis7.apphost import FILE, FOLDER
from simulator.iis7.codes import Refused
from simulator.iis7.compatibility import install_metabase
from simulator.iis7.control import control_actions
from simulator.iis7.host import Iis7
from simulator.iis7.inetstp import write_version
from simulator.iis7.programs.appcmd import appcmd
from simulator.iis7.providers.register import register_classes
from simulator.iis7.reset import ResetService7
from simulator.iis7.services import place, services_of
from simulator.iis7.setup import ADMINISTRATION, REDIRECTION, build_document, redirection
from simulator.iis7.sites import Half
from simulator.iis7.spec import Iis7Spec
from simulator.iis7.states import State
from simulator.machine import Machine

_SYSTEM32 = r"C:\Windows\system32"
APPCMD = rf"{_SYSTEM32}\inetsrv\appcmd.exe"
#: Programs that are there, with their sizes in bytes (ASSUMED sizes).
SHIPPED = {
    APPCMD: 193_536,
    r"C:\Windows\SysWOW64\inetsrv\appcmd.exe": 168_448,
    rf"{_SYSTEM32}\iisreset.exe": 17_408,
    rf"{FOLDER}\schema\IIS_schema.xml": 106_478,
}


def install_iis7(machine: Machine, spec: Iis7Spec, version: tuple[int, int] = (10, 0)) -> Iis7:
    """Install IIS as described. What is to run, runs when this returns; no simulated time passes.

    An applicationHost.config that lies in the machine's folder already is kept: the machine was switched off and on.
    """
    iis = Iis7(machine, spec, version)
    fresh = not machine.files.exists(FILE)
    if fresh:
        _write_files(iis, spec)
    _install_programs(machine, iis)
    write_version(machine.registry, version, spec)
    quick = iis.switches.site_seconds, iis.switches.pool_seconds
    iis.switches.site_seconds = iis.switches.pool_seconds = 0.0
    for service in services_of(iis, spec):
        place(machine, service, spec)
    install_metabase(iis, spec)
    iis.switches.site_seconds, iis.switches.pool_seconds = quick
    register_classes(iis, spec)
    machine.control_actions.update(control_actions(iis))
    machine.sections["iis"] = iis.describe
    _bring_to_state(iis, spec, fresh)
    machine.on_power(lambda on: None if on else iis.occupied_ports.clear())
    return iis


def _write_files(iis: Iis7, spec: Iis7Spec) -> None:
    files = iis.machine.files
    document = build_document(spec)
    iis.config.write(document)
    if spec.shared_configuration:
        local = ET.fromstring(files.read(iis.config.file))
        files.write(FILE, ET.tostring(local, encoding="utf-8"))
    files.write(REDIRECTION, redirection(spec.shared_configuration))
    files.write(ADMINISTRATION, b'<?xml version="1.0" encoding="UTF-8"?>\r\n<configuration />\r\n')
    for name in spec.backups:
        iis.files.add(name)


def _install_programs(machine: Machine, iis: Iis7) -> None:
    for path, size in SHIPPED.items():
        machine.files.ship(path, size)
    program = appcmd(iis)
    for path in SHIPPED:
        if path.endswith("appcmd.exe"):  # the folder is not on PATH
            machine.programs[path] = program
    machine.programs["iisreset.exe"] = iisreset(iis, ResetService7(iis))


def _bring_to_state(iis: Iis7, spec: Iis7Spec, fresh: bool) -> None:
    """Sites and pools that somebody stopped, connections, worker processes."""
    for site in spec.sites:
        entry = iis.config.site(site.name)
        if entry is None:
            continue
        for half, sites in ((Half.HTTP, iis.web), (Half.FTP, iis.ftp)):
            if not half.has(entry) or sites.state(entry) is State.UNKNOWN:
                continue
            if fresh and site.state == "stopped":
                sites.force(entry, State.STOPPED)
            if sites.state(entry) is State.STARTED:
                sites.sessions.add(entry.id, site.sessions)
    for pool in spec.pools:
        if not iis.running("W3SVC"):
            break
        try:
            if fresh and pool.state == "stopped":
                iis.pools.force(pool.name, State.STOPPED)
            elif pool.workers:
                iis.pools.run(pool.name)
        except Refused:
            continue  # the file that was there doesn't have it
