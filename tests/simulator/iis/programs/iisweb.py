# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iisweb.vbs and iisftp.vbs: /start, /stop, /pause, /query.

Traps of the public script, kept: "cannot be stopped in its current state" and "is already" leave the exit code 0; a
site in transition gives 1; /query leaves the status of such a site blank.
"""

from __future__ import annotations

from simulator.iis.codes import IisError
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.programs.cscript import Script
from simulator.iis.sites import Command, SiteState
from simulator.windows.console import Console

_STATUS = {SiteState.STARTED: "STARTED", SiteState.STOPPED: "STOPPED", SiteState.PAUSED: "PAUSED"}
_WORDS = {SiteState.STARTED: "started", SiteState.STOPPED: "stopped", SiteState.PAUSED: "paused"}
_VERBS = {
    "/start": (SiteState.STARTED, {SiteState.STOPPED: Command.START, SiteState.PAUSED: Command.CONTINUE}),
    "/stop": (SiteState.STOPPED, {SiteState.STARTED: Command.STOP}),
    "/pause": (SiteState.PAUSED, {SiteState.STARTED: Command.PAUSE}),
}


class _Run:
    """One run of the script."""

    def __init__(self, iis: Iis, kind: Kind, console: Console) -> None:
        self._sites = iis.sites[kind]
        self._key = kind.key
        self._console = console

    def find(self, word: str) -> list[int]:
        names = {site: (f"{self._key}/{site}".lower(), self._sites.name(site).lower()) for site in self._sites.ids()}
        return [site for site, known in names.items() if word.lower() in known]

    async def change(self, site: int, verb: str) -> int:
        wanted, ways = _VERBS[verb]
        state, name = self._sites.state(site), f"{self._key}/{site}"
        if state not in _STATUS:
            self._console.write("Server cannot be controled in its current state\r\n")
            return 1
        if state is wanted:
            self._console.write(f"Server {name} is already {_STATUS[wanted]}\r\n")
            return 0
        if state not in ways:
            self._console.write(f"{name}: Server cannot be {_WORDS[wanted]} in its current state\r\n")
            self._console.write(f"({name} server is {_WORDS[state]})\r\n")
            return 0
        await self._sites.command(site, ways[state])
        done = "CONTINUED" if ways[state] is Command.CONTINUE else _STATUS[wanted]
        self._console.write(f"Server {name} has been {done}\r\n")
        return 0

    def query(self) -> None:
        head = f"{'Site Name (Metabase Path)':<46}{'Status':<8}{'IP':<16}{'Port':<6}Host"
        self._console.write(f"{head}\r\n{'=' * 78}\r\n")
        for site in self._sites.ids():
            name = f"{self._sites.name(site)} ({self._key}/{site})"
            status = _STATUS.get(self._sites.state(site), "")
            bindings = self._sites.bindings(site)
            rows = [f"{one.ip or 'ALL':<16}{one.port:<6}{one.host or 'N/A'}" for one in bindings] or [""]
            self._console.write(f"{name:<45} {status:<8}{rows[0]}\r\n")
            self._console.write("".join(f"{'':<54}{row}\r\n" for row in rows[1:]))

    async def control(self, verb: str, words: list[str]) -> int:
        found = [site for word in words for site in self.find(word)]
        if not found:
            self._console.write("Site(s) not found.\r\n")
            return 1
        code = 0
        for site in found:
            code = await self.change(site, verb) or code
        return code


def iisweb(iis: Iis, kind: Kind) -> Script:
    """The script for a host and a protocol."""

    async def script(arguments: list[str], console: Console) -> int:
        verb = arguments[0].lower() if arguments else ""
        if (verb not in _VERBS and verb != "/query") or kind not in iis.sites:
            console.write("Please specify an operation before the arguments.\r\nType IIsWeb /? for help.\r\n")
            return 1
        console.write("Connecting to server ...Done.\r\n")
        run = _Run(iis, kind, console)
        try:
            iis.require_metabase()
            if verb in _VERBS:
                return await run.control(verb, arguments[1:])
            run.query()
        except IisError as error:
            console.write(f"Failed to change status of server \r\nError &H{error.hresult:X}: {error.text}\r\n")
            return error.hresult
        return 0

    return script
