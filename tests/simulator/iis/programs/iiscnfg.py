# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iiscnfg.vbs /save: IIsComputer.SaveData, called on the host. The other operations are not simulated.

Texts, exit codes and slips are those of the shipped script, which is readable text. Exit codes: 0, 1 for a wrong call,
else Err.Number. It calls the method through the provider on the host, so that it works where a remote Invoke does not.
Its slip, kept: where the computer object can't be had it names a text that it never defined, which under Option
Explicit is run-time error 500 (VBScript: "Variable is undefined"). That error replaces the one it was to report.

ASSUMED: while IISADMIN is down the connection to the namespace stands, and getting the object fails; the line
"Connecting to server", which comes from Microsoft.IIsScriptHelper.
"""

from __future__ import annotations

from simulator.iis.codes import ERROR_ACCESS_DENIED, IisError, hresult
from simulator.iis.host import Iis
from simulator.iis.programs.cscript import Script
from simulator.windows.console import Console

_OPERATIONS = ("save", "import", "export", "copy", "enableaudit", "disableaudit")
_SIGN_ON = ("s", "server", "u", "user", "p", "password")
_GENERAL_FAILURE = 1
_UNDEFINED_VARIABLE = 500
_SEE_HELP = "Type IIsCnfg /? for help."
_HELP = (
    "Description:  Save configuration to disk.",
    "",
    "Syntax: IIsCnfg [/s <server> [/u <username> [/p <password>]]]",
    "        /save",
)


def _refusal(switches: list[str]) -> list[str]:
    """What the script says of a wrong call; nothing for a right one."""
    for switch in switches:
        if switch not in (*_OPERATIONS, *_SIGN_ON, "?"):
            return [f"Invalid switch: {switch}", _SEE_HELP]
    operations = [switch for switch in switches if switch in _OPERATIONS]
    if len(operations) > 1:
        return ["Please specify only one operation at a time.", _SEE_HELP]
    if not operations and "?" not in switches:
        return [_SEE_HELP]  # another text that the script never defined
    return []


def iiscnfg(iis: Iis) -> Script:
    """The script for a host."""

    async def script(arguments: list[str], console: Console) -> int:
        def echo(*lines: str) -> None:
            console.write("".join(f"{line}\r\n" for line in lines))

        if not arguments:
            echo("Required arguments are missing.", _SEE_HELP)
            return _GENERAL_FAILURE
        switches = [word[1:].lower() for word in arguments if word[:1] in ("/", "-")]
        if refusal := _refusal(switches):
            echo(*refusal)
            return _GENERAL_FAILURE
        if "?" in switches:
            echo(*_HELP)
            return 0
        if "save" not in switches:
            echo("Required arguments are missing.", _SEE_HELP)  # they all take more than the operation
            return _GENERAL_FAILURE
        echo("Connecting to server ...Done.")
        if not console.account.privileged:
            echo(
                "You cannot run this command because you are not an",
                "administrator on the server you are trying to configure.",
            )
            return hresult(ERROR_ACCESS_DENIED)
        try:
            iis.require_metabase()
        except IisError:
            echo("Error &H1F4: Variable is undefined")
            return _UNDEFINED_VARIABLE
        try:
            await iis.save_data()
        except IisError as error:
            echo("Error while flushing metabase.", error.text)
            return error.hresult
        echo("Metadata successfully flushed to disk.")
        return 0

    return script
