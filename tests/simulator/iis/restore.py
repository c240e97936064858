# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring a metabase: the services that depend on IISADMIN stop and start again (ms525448).

ASSUMED: what ran before runs afterwards; the version goes on from the one there was; the restored tree counts as
unsaved until the next flush, which the restore does itself.
"""

from __future__ import annotations

from simulator.iis.host import Iis
from simulator.iis.metabase import Key, Metabase
from simulator.iis.metabase_file import FileVersion
from simulator.windows.service import ServiceState

_STEP = 0.25
_PATIENCE = 60.0


async def restore(iis: Iis, root: Key, version: FileVersion) -> None:
    """Replace the metabase by another. Raises IisError if it can't be written."""
    scm = iis.machine.scm
    running = [service.name for service in scm.all_dependents("IISADMIN") if service.state is ServiceState.RUNNING]
    for name in running:
        scm.stop(name)
        await _until(iis, name, ServiceState.STOPPED)
    metabase = Metabase()
    metabase.root = root
    iis.store.version.session_key = version.session_key
    iis.store.adopt(metabase)
    iis.store.unsaved = 1
    iis.save_now()
    for name in reversed(running):
        scm.start(name)
        await _until(iis, name, ServiceState.RUNNING)


async def _until(iis: Iis, name: str, state: ServiceState) -> None:
    clock = iis.machine.clock
    deadline = clock.monotonic() + _PATIENCE
    while iis.service_state(name) is not state and clock.monotonic() < deadline:
        await clock.sleep(_STEP)
