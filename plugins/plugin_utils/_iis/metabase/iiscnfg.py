# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saving by the script that Windows ships with IIS 6.0, for hosts on which SaveData can't be called from outside.

``iiscnfg.vbs /save`` calls the same method on the host itself. It ends with 0, with 1 after a wrong call, or with the
HRESULT of what went wrong. None of that is trusted: the caller looks at the file.
"""

from __future__ import annotations

from ..._wsman.errors import Fault, OutcomeUnknown
from ..context import Context
from ..outcome import IisError
from ..windows.programs import run_program
from ..windows.system import System

#: Seconds that the script is given at least; cscript starts in one or two on a machine of the time.
SHORTEST_RUN = 10.0

_FIRST_HRESULT = 0x80000000


def save_by_script(context: Context, system: System, timeout: float) -> None:
    """Run ``cscript //nologo iiscnfg.vbs /save``.

    Raises Fault with the HRESULT that the script ended with, OutcomeUnknown when its end wasn't seen, and IisError when
    it couldn't be run or failed otherwise.
    """
    script = f"{system.directory}\\iiscnfg.vbs"
    run = run_program(context, "cscript.exe", "//nologo", script, "/save", timeout=max(timeout, SHORTEST_RUN))
    if run.exit_code is None:
        raise OutcomeUnknown(run.text)
    if run.exit_code >= _FIRST_HRESULT:
        raise Fault(run.words(), codes=[run.exit_code])
    if run.exit_code:
        raise IisError(f"{run.words()}.")
