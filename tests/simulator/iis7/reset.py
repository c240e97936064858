# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reset service of Windows Server 2008 and later (MS-IISS <3>, <5>, <6>).

"Internet services" are those that depend on IISADMIN, where that is installed, and on WAS; WAS comes with W3SVC. It
can't restart the machine. After the time limit it kills the processes that host IIS (iisreset internals, IIS Support
Blog), unless told not to.

ASSUMED: the Net.* adapters are not killed but by their own process.
"""

from __future__ import annotations

from simulator.iis.codes import IisError
from simulator.iis.internet_reset import InternetReset
from simulator.iis7.codes import E_NOTIMPL
from simulator.iis7.host import Iis7
from simulator.windows.service import Service


class ResetService7(InternetReset):
    """The reset service of IIS 7 and later."""

    def __init__(self, iis: Iis7, roots: tuple[str, ...] = ("IISADMIN", "WAS")) -> None:
        super().__init__(iis, roots)

    def require_reboot(self) -> None:
        """Not implemented since Windows Vista (MS-IISS <6>)."""
        self.require_enabled()
        raise IisError(E_NOTIMPL, "Not implemented")

    def services(self) -> list[Service]:
        """The roots, then what depends on them, by name (so a published /STATUS has it)."""
        dependents = {entry.name: entry for root in self.roots() for entry in self._scm.dependents(root.name)}
        return [*self.roots(), *(dependents[name] for name in sorted(dependents, key=str.lower))]
