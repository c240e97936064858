# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The scripts there are, and where they lie: adsutil.vbs in Inetpub\AdminScripts, the iis*.vbs in system32."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.programs.adsutil import adsutil
from simulator.iis.programs.cscript import Script
from simulator.iis.programs.iisback import iisback
from simulator.iis.programs.iiscnfg import iiscnfg
from simulator.iis.programs.iisweb import iisweb

_SYSTEM32 = r"C:\WINDOWS\system32"
#: Files that are there, with their sizes in bytes (ASSUMED sizes).
SCRIPT_FILES: Mapping[str, int] = {
    r"C:\Inetpub\AdminScripts\adsutil.vbs": 95204,
    rf"{_SYSTEM32}\iiscnfg.vbs": 62978,
    rf"{_SYSTEM32}\iisback.vbs": 33214,
    rf"{_SYSTEM32}\iisweb.vbs": 58221,
    rf"{_SYSTEM32}\iisftp.vbs": 71003,
    rf"{_SYSTEM32}\iisreset.exe": 12800,
    rf"{_SYSTEM32}\cscript.exe": 98304,
}


def scripts_of(iis: Iis) -> dict[str, Script]:
    """The scripts of a host by lower-case file name."""
    return {
        "adsutil.vbs": adsutil(iis),
        "iiscnfg.vbs": iiscnfg(iis),
        "iisback.vbs": iisback(iis),
        "iisweb.vbs": iisweb(iis, Kind.WEB),
        "iisftp.vbs": iisweb(iis, Kind.FTP),
    }
