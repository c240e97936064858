# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iisback.vbs: /backup, /restore, /delete, /list.

Texts and codes of the public script. Exit codes: 0, 1 for a wrong call, else Err.Number.
"""

from __future__ import annotations

from simulator.iis.backups import FORCE_BACKUP, HIGHEST_VERSION, NEXT_VERSION, OVERWRITE, SAVE_FIRST
from simulator.iis.codes import (
    ERROR_FILE_EXISTS,
    ERROR_FILE_NOT_FOUND,
    ERROR_WRONG_PASSWORD,
    IisError,
    hresult,
)
from simulator.iis.host import Iis
from simulator.iis.programs.cscript import Script
from simulator.iis.restore import restore
from simulator.windows.console import Console

_VERSION_WORDS = {"HIGHEST_VERSION": HIGHEST_VERSION, "NEXT_VERSION": NEXT_VERSION}
_TEXTS = {
    hresult(ERROR_FILE_EXISTS): "Backup already exists. Please specify another name\r\nor use /overwrite.",
    hresult(ERROR_FILE_NOT_FOUND): "Backup doesn't exist.",
    hresult(ERROR_WRONG_PASSWORD): "The password specified is incorrect.",
}


def _switch(arguments: list[str], name: str, default: str = "") -> str:
    for index, word in enumerate(arguments[:-1]):
        if word.lower() == name:
            return arguments[index + 1]
    return default


def iisback(iis: Iis) -> Script:
    """The script for a host."""

    async def run(words: list[str], console: Console) -> None:
        lower = [word.lower() for word in words]
        iis.require_metabase()
        name = _switch(words, "/b", "SampleBackup")
        password = _switch(words, "/e")
        if "/backup" in lower:
            text = _switch(words, "/v", "NEXT_VERSION").upper()
            flags = SAVE_FIRST | FORCE_BACKUP | (OVERWRITE if "/overwrite" in lower else 0)
            await iis.save_data()
            iis.backups.create(name, _number(text), flags, password)
            console.write(f"Backup {name} version {text} has been CREATED.\r\n")
        elif "/restore" in lower:
            text = _switch(words, "/v", "HIGHEST_VERSION").upper()
            await restore(iis, *iis.backups.open(name, _number(text), password))
            console.write(f"Backup {name} version {text} has been RESTORED.\r\n")
        elif "/delete" in lower:
            text = _switch(words, "/v", "HIGHEST_VERSION").upper()
            iis.backups.delete(name, _number(text))
            console.write(f"Backup {name} version {text} has been DELETED.\r\n")
        else:
            _list(console)

    def _list(console: Console) -> None:
        entries = iis.backups.entries()
        if not entries:
            console.write("No backups exist.\r\n")
            return
        console.write(f"{'Backup Name':<35}{'Version #':<15}Date/Time\r\n{'=' * 68}\r\n")
        for entry in entries:
            written = entry.time.strftime("%m/%d/%Y %I:%M:%S %p")
            console.write(f"{entry.location:<35}{entry.version:<15}{written}\r\n")

    async def script(arguments: list[str], console: Console) -> int:
        operations = [word for word in arguments if word.lower() in ("/backup", "/restore", "/delete", "/list")]
        if len(operations) != 1:
            console.write("Please specify an operation before the arguments.\r\nType IIsBack /? for help.\r\n")
            return 1
        console.write("Connecting to server ...Done.\r\n")
        try:
            await run(arguments, console)
        except IisError as error:
            console.write(_TEXTS.get(error.hresult, f"Error &H{error.hresult:X}: {error.text}") + "\r\n")
            return error.hresult
        return 0

    return script


def _number(text: str) -> int:
    if text in _VERSION_WORDS:
        return _VERSION_WORDS[text]
    return int(text) if text.isdigit() else NEXT_VERSION
