# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring a backup: the services stop, the files are replaced, and what starts by itself starts again."""

from __future__ import annotations

from simulator.iis.codes import IisError
from simulator.iis7.codes import Refused
from simulator.iis7.host import Iis7
from simulator.iis7.reset import ResetService7

_LIMIT = 60.0
"""ASSUMED: seconds that the services get to stop; then their processes are killed."""


async def restore(iis: Iis7, name: str, *, stop: bool) -> None:
    """Restore. Raises Refused.

    ASSUMED: what stops is WAS with its dependents (a manually started IISADMIN is left alone), and what starts again is
    what a reset starts, if the Web service ran.
    """
    service = ResetService7(iis, roots=("WAS",))
    ran = iis.running("W3SVC")
    disabled, iis.iisreset_disabled = iis.iisreset_disabled, False
    try:
        if stop:
            await service.stop(_LIMIT, force=True)
        iis.files.restore(name)
        if stop and ran and iis.switches.restore_starts_again:
            await service.start(_LIMIT)
    except IisError as error:
        raise Refused(error.hresult, name) from error
    finally:
        iis.iisreset_disabled = disabled
