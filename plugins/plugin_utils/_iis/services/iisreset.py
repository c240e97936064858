# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running iisreset.exe in a WinRS shell, and what its exit codes and texts tell.

Its texts are localised, so nothing is concluded from words: the exit code (0 is success, KB:Q202013), the
HRESULTs that its failures print as ``(2147946709, 800710d5)``, and the states of the services count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..outcome import IisError
from ..waiting import Deadline, patiently

PROGRAM = "iisreset"

#: Seconds that asking IISReset for its status, enabling or disabling it may take.
QUICK = 60.0

#: Seconds on top of iisreset's own time-outs, for starting the program and its COM server.
_MARGIN = 30.0
_RETRY_PAUSE = 5.0
_PRINTED_CODES = re.compile(r"\(\s*(\d{5,10})\s*,\s*([0-9a-fA-F]{8})\s*\)")


@dataclass(frozen=True)
class ResetRun:
    """How a run of iisreset ended. ``exit_code`` is None when its end wasn't seen."""

    command: str
    exit_code: int | None
    text: str = ""
    printed: tuple[int, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        """Whether it says that it succeeded; the services have the last word."""
        return self.exit_code == 0 and not self.printed

    @property
    def disabled(self) -> bool:
        """Whether IISReset is disabled on the host (iisreset /disable)."""
        return codes.RESOURCE_DISABLED in self.printed

    def words(self) -> str:
        """Say how it ended, with the code and what it printed, for a message."""
        if self.exit_code is None:
            return f"{self.command}: its end wasn't seen ({self.text})"
        said = f": {codes.describe(self.printed[0])}" if self.printed else ""
        text = f', it printed "{self.text}"' if self.text else ""
        return f"{self.command} ended with exit code {self.exit_code}{said}{text}"


def run_iisreset(context: Context, *switches: str, timeout: float) -> ResetRun:
    """Run iisreset and tell how it ended; ``timeout`` in seconds is for the whole run.

    Raises IisError when the program can't be run at all (no shell to be had), HostUnreachable when the host
    could not be reached before it was started.
    """
    command = " ".join((PROGRAM, *switches))
    try:
        result = context.host.run(PROGRAM, *switches, timeout=timeout)
    except OutcomeUnknown as unknown:
        return ResetRun(command, None, str(unknown))
    except Fault as fault:
        raise IisError(
            f"Couldn't run {command}: the host gave no command shell, it answered {codes.describe_fault(fault)}. "
            f"{codes.shell_advice(fault)} Or use method: scm, which needs no shell."
        ) from fault
    text = " ".join(f"{result.stdout}\n{result.stderr}".split())
    return ResetRun(command, result.exit_code, text, _codes_in(text, result.exit_code))


def run_reset(context: Context, verb: str, *, force: bool, timeout: int) -> ResetRun:
    """Run ``iisreset /restart``, ``/stop`` or ``/start``, with /NOFORCE unless forced.

    ``timeout`` is iisreset's own, in seconds, for the stop as for the start. Tried a second time when the SCM
    refused the control (0x80070425), as is known to happen on Server 2003.
    """
    switches = [verb]
    if verb != "/START" and not force:
        switches.append("/NOFORCE")
    switches.append(f"/TIMEOUT:{timeout}")
    limit = 2 * timeout + _MARGIN
    run = run_iisreset(context, *switches, timeout=limit)
    if codes.SERVICE_CANNOT_ACCEPT_CTRL in run.printed:
        context.operator.progress(f"{run.command}: a service can't take the control just now, trying once more")
        context.clock.sleep(_RETRY_PAUSE)
        deadline = Deadline.after(context, limit, f"run {run.command}")
        run = patiently(context, deadline, lambda: run_iisreset(context, *switches, timeout=limit))
    return run


def is_enabled(context: Context) -> bool:
    """Tell whether IISReset is enabled, by ``iisreset /status``, which changes nothing (MS-IISS 3.1.4.4).

    Raises IisError when it can't be told.
    """
    run = run_iisreset(context, "/STATUS", timeout=QUICK)
    if run.exit_code is None or (run.exit_code and not run.text):
        # Its end wasn't seen, or what it printed, which it always does when it fails, was lost with an answer.
        run = run_iisreset(context, "/STATUS", timeout=QUICK)
    if run.disabled:
        return False
    if run.exit_code == 0:
        return True
    raise IisError(f"Couldn't tell whether IISReset is enabled on this host: {run.words()}. {_advice(run)}".rstrip())


def _advice(run: ResetRun) -> str:
    if codes.ACCESS_DENIED in run.printed:
        return codes.USE_AN_ADMINISTRATOR
    return ""


def _codes_in(text: str, exit_code: int) -> tuple[int, ...]:
    """The HRESULTs that iisreset printed, and its exit code where that is one."""
    printed = [int(hexadecimal, 16) for _decimal, hexadecimal in _PRINTED_CODES.findall(text)]
    if f"{codes.RESOURCE_DISABLED:x}" in text.lower() or str(codes.RESOURCE_DISABLED) in text:
        printed.append(codes.RESOURCE_DISABLED)
    if exit_code & 0x80000000:
        printed.append(exit_code & 0xFFFFFFFF)
    return tuple(dict.fromkeys(printed))
