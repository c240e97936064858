# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iiscnfg.vbs /save: SaveData from the command line. The other operations are not simulated.

Exit codes: 0, 1 for a wrong call, else Err.Number.
"""

from __future__ import annotations

from simulator.iis.codes import IisError
from simulator.iis.host import Iis
from simulator.iis.programs.cscript import Script
from simulator.windows.console import Console


def iiscnfg(iis: Iis) -> Script:
    """The script for a host."""

    async def script(arguments: list[str], console: Console) -> int:
        if not any(word.lower() in ("/save", "-save") for word in arguments):
            console.write("Required arguments are missing.\r\nType IIsCnfg /? for help.\r\n")
            return 1
        console.write("Connecting to server ...Done.\r\n")
        try:
            iis.require_metabase()
        except IisError as error:
            console.write(f"Could not get computer object\r\nError &H{error.hresult:X}: {error.text}\r\n")
            return error.hresult
        try:
            await iis.save_data()
        except IisError as error:
            console.write(f"Error while flushing metabase.\r\n{error.text}\r\n")
            return error.hresult
        console.write("Metadata successfully flushed to disk.\r\n")
        return 0

    return script
