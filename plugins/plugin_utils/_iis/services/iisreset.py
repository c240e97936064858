# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running iisreset.exe in a WinRS shell, and what its exit codes and texts say.

Its texts are localised, so nothing is concluded from words: the exit code (0 is success, KB:Q202013), the
HRESULTs that its failures print as ``(2147946709, 800710d5)``, and the states of the services count.
"""

from __future__ import annotations

import re

from .. import codes
from ..context import Context
from ..outcome import IisError
from ..waiting import Deadline, patiently
from ..windows.programs import ProgramRun, run_program

PROGRAM = "iisreset"

#: Seconds that asking IISReset for its status, enabling or disabling it may take.
QUICK = 60.0
#: Seconds on top of the time that iisreset has, for starting the program and its COM server.
_MARGIN = 30.0
_RETRY_PAUSE = 5.0
#: Services that every status names in its lines, ``Status for … ( W3SVC ) : Running``: one of each generation of IIS.
_IN_EVERY_STATUS = frozenset({"iisadmin", "w3svc"})
_PRINTED_CODES = re.compile(r"\(\s*(\d{5,10})\s*,\s*([0-9a-fA-F]{8})\s*\)")


class ResetRun(ProgramRun):
    """How a run of iisreset ended."""

    @property
    def printed(self) -> tuple[int, ...]:
        """The HRESULTs that it printed, and its exit code where that is one."""
        if self.exit_code is None:
            return ()
        printed = [int(hexadecimal, 16) for _decimal, hexadecimal in _PRINTED_CODES.findall(self.text)]
        if f"{codes.RESOURCE_DISABLED:x}" in self.text.lower() or str(codes.RESOURCE_DISABLED) in self.text:
            printed.append(codes.RESOURCE_DISABLED)
        if self.exit_code & 0x80000000:
            printed.append(self.exit_code)
        return tuple(dict.fromkeys(printed))

    @property
    def succeeded(self) -> bool:
        """Whether it says that it succeeded; the services have the last word."""
        return self.exit_code == 0 and not self.printed

    @property
    def is_disabled(self) -> bool:
        """Whether IISReset is disabled on the host (iisreset /disable)."""
        return codes.RESOURCE_DISABLED in self.printed

    @property
    def names_services(self) -> bool:
        """Whether it printed names of services, as a status does."""
        return not _IN_EVERY_STATUS.isdisjoint(re.findall(r"\w+", self.text.lower()))

    @property
    def code_words(self) -> str:
        """The first code that it printed."""
        return codes.describe(self.printed[0]) if self.printed else ""


def run_iisreset(context: Context, *switches: str, timeout: float) -> ResetRun:
    """Run iisreset, for at most ``timeout`` seconds; see :func:`~..windows.programs.run_program`."""
    run = run_program(context, PROGRAM, *switches, timeout=timeout)
    return ResetRun(run.command, run.exit_code, run.text, run.is_complete)


def run_reset(context: Context, verb: str, *, force: bool, timeout: int, deadline: Deadline) -> ResetRun:
    """Run ``iisreset /restart``, ``/stop`` or ``/start``, with /NOFORCE unless forced.

    ``timeout`` is iisreset's own, in seconds; the program is given until a little after the deadline to end. Run a
    second time when the SCM refused the control (0x80070425), as is known to happen on Server 2003.
    """
    switches = [verb]
    if verb != "/START" and not force:
        switches.append("/NOFORCE")
    switches.append(f"/TIMEOUT:{timeout}")
    run = run_iisreset(context, *switches, timeout=deadline.left + _MARGIN)
    if codes.SERVICE_CANNOT_ACCEPT_CTRL in run.printed:
        context.operator.progress(f"{run.command}: a service can't take the control just now, trying once more")
        context.clock.sleep(_RETRY_PAUSE)
        run = patiently(context, deadline, lambda: run_iisreset(context, *switches, timeout=deadline.left + _MARGIN))
    return run


def is_enabled(context: Context) -> bool:
    """Whether IISReset is enabled, by ``iisreset /status``, which changes nothing (MS-IISS 3.1.4.4).

    Disabled is what says so. A status that shows services and fails without any code doesn't, so it is a warning and no
    more. Raises IisError when the answer isn't seen, has another code, or shows nothing (the program isn't there, or
    the account may not run it), and NoShell.
    """
    run = run_iisreset(context, "/STATUS", timeout=QUICK)
    if run.exit_code is None or (run.exit_code and not run.is_complete):
        run = run_iisreset(context, "/STATUS", timeout=QUICK)
    if run.is_disabled:
        return False
    if run.exit_code == 0:
        return True
    if run.exit_code is None or not run.is_complete or run.printed or not run.names_services:
        raise IisError(f"Couldn't find out whether IISReset is enabled: {run.words()}. {_advice(run)}".rstrip())
    context.operator.warn(f"{run.words()}. That isn't how a disabled IISReset answers, so it is taken for enabled.")
    return True


def _advice(run: ResetRun) -> str:
    if codes.ACCESS_DENIED in run.printed:
        return codes.USE_AN_ADMINISTRATOR
    if run.exit_code and run.is_complete and not run.printed:
        return f"See that iisreset.exe is there, and that the account may run it. {codes.USE_AN_ADMINISTRATOR}"
    return ""
