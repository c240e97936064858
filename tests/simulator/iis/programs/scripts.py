# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The scripts that are simulated, and where they lie: adsutil.vbs in Inetpub\AdminScripts, iiscnfg.vbs in system32."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.iis.host import Iis
from simulator.iis.programs.adsutil import adsutil
from simulator.iis.programs.cscript import Script
from simulator.iis.programs.iiscnfg import iiscnfg

_SYSTEM32 = r"C:\WINDOWS\system32"
#: Files that are there, with their sizes in bytes (ASSUMED sizes).
SCRIPT_FILES: Mapping[str, int] = {
    r"C:\Inetpub\AdminScripts\adsutil.vbs": 95204,
    rf"{_SYSTEM32}\iiscnfg.vbs": 62978,
    rf"{_SYSTEM32}\iisreset.exe": 12800,
    rf"{_SYSTEM32}\cscript.exe": 98304,
}


def scripts_of(iis: Iis) -> dict[str, Script]:
    """The scripts of a host by lower-case file name."""
    return {
        "adsutil.vbs": adsutil(iis),
        "iiscnfg.vbs": iiscnfg(iis),
    }
