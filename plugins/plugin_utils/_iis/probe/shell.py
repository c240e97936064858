# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request shapes that open a command shell. What is run changes nothing."""

from __future__ import annotations

from ..adsutil import RUN_TIMEOUT
from .findings import Probe
from .windows import Windows

_NOT_ASKED = "needs a command shell: ask for it with shell=true"

_COMMANDS = {
    "shell-ver": ("ver",),
    "shell-iisreset-status": ("iisreset", "/STATUS"),
    "shell-sc-qfailure": ("sc", "qfailure", "IISADMIN"),
}
_GET = ("GET", "W3SVC/IIs5IsolationModeEnabled")


def probe_shell(probe: Probe, windows: Windows, *, allowed: bool) -> None:
    """Try a shell, the programs that the collection runs, and adsutil.vbs by its verb GET."""
    for shape, (program, *arguments) in _COMMANDS.items():
        if allowed:
            probe.run(shape, program, *arguments)
        else:
            probe.skip(shape, " ".join((program, *arguments)), _NOT_ASKED)
    shape, request = "shell-adsutil-get", f"cscript.exe //nologo adsutil.vbs {' '.join(_GET)}"
    script = windows.adsutil
    if not allowed:
        probe.skip(shape, request, _NOT_ASKED)
    elif script is None:
        probe.skip(shape, request, "adsutil.vbs wasn't found")
    else:
        probe.attempt(
            shape,
            request,
            lambda: probe.context.host.run("cscript.exe", "//nologo", script, *_GET, timeout=RUN_TIMEOUT),
            lambda result: f"exit code {result.exit_code}, {len(result.stdout)} characters",
        )
