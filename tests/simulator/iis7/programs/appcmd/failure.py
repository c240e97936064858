# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run of appcmd fails: the exit code, and what is printed about it."""

from __future__ import annotations

from simulator.iis7.codes import Refused, exit_code, hresult


class Failed(Exception):
    """A failure. ``key`` names the text, ``values`` fill it; with ``code`` the text is followed by that of the system,
    and the HRESULT stands in front. ``exit`` 0: the exit code follows from the HRESULT."""

    def __init__(self, key: str, code: int = 0, exit: int = 0, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.code = hresult(code) if code else 0
        self.exit_code = exit or exit_code(self.code)
        self.values = values


def from_refusal(error: Refused) -> Failed:
    """The failure of a command that IIS refused."""
    return Failed("execution_failed", error.code)
