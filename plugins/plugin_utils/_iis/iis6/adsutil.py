# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ADSI script that Windows ships with IIS: adsutil.vbs, run in a WinRS shell.

It does what WMI can't. Its exit code and its text prove nothing: its callers read the result back.
"""

from __future__ import annotations

from dataclasses import replace

from ..._wsman.wql import quote
from ..context import CIMV2, Context
from ..outcome import IisError
from ..windows.programs import ProgramRun, run_program

#: Seconds that one run may take at most; cscript starts in one or two on a machine of the time.
RUN_TIMEOUT = 60.0

_FOLDER = "\\inetpub\\adminscripts\\"


def run_adsutil(context: Context, verb: str, *arguments: str, timeout: float = RUN_TIMEOUT) -> ProgramRun:
    """Run ``cscript //nologo adsutil.vbs VERB ARGUMENTS``, for at most ``timeout`` seconds.

    Raises IisError when the script isn't on the host, or when the host gives no command shell. A failing script is an
    ordinary answer.
    """
    command = (locate_adsutil(context), verb, *arguments)
    run = run_program(context, "cscript.exe", "//nologo", *command, timeout=min(timeout, RUN_TIMEOUT))
    return replace(run, command=" ".join(("adsutil.vbs", verb, *arguments)))


def locate_adsutil(context: Context) -> str:
    """Find adsutil.vbs: IIS puts it into Inetpub\\AdminScripts of the drive chosen at its installation."""
    wql = f"SELECT Name FROM CIM_DataFile WHERE Path={quote(_FOLDER)} AND FileName='adsutil' AND Extension='vbs'"
    found = sorted(name for row in context.host.query(CIMV2, wql) if (name := row.text("Name")))
    if not found:
        raise IisError(
            "The script adsutil.vbs isn't in \\Inetpub\\AdminScripts of any drive of the host. It comes with IIS 6.0; "
            "on IIS 7 and later install the Windows feature 'IIS 6 Scripting Tools' (Web-Lgcy-Scripting)."
        )
    return found[0]
