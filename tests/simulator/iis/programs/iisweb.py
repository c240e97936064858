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


def iisweb(iis: Iis, kind: Kind) -> Script:
    """The script for a host and a protocol."""

    def find(word: str) -> list[int]:
        sites = iis.sites[kind]
        return [
            site
            for site in sites.ids()
            if word.lower() in (f"{kind.key}/{site}".lower(), sites.name(site).lower())
        ]

    async def change(site: int, verb: str, console: Console) -> int:
        sites = iis.sites[kind]
        wanted, ways = _VERBS[verb]
        state, name = sites.state(site), f"{kind.key}/{site}"
        if state not in _STATUS:
            console.write("Server cannot be controled in its current state\r\n")
            return 1
        if state is wanted:
            console.write(f"Server {name} is already {_STATUS[wanted]}\r\n")
            return 0
        if state not in ways:
            console.write(f"{name}: Server cannot be {_WORDS[wanted]} in its current state\r\n")
            console.write(f"({name} server is {_WORDS[state]})\r\n")
            return 0
        await sites.command(site, ways[state])
        done = "CONTINUED" if ways[state] is Command.CONTINUE else _STATUS[wanted]
        console.write(f"Server {name} has been {done}\r\n")
        return 0

    def query(console: Console) -> None:
        sites = iis.sites[kind]
        console.write(f"{'Site Name (Metabase Path)':<46}{'Status':<8}{'IP':<16}{'Port':<6}Host\r\n{'=' * 78}\r\n")
        for site in sites.ids():
            head = f"{sites.name(site)} ({kind.key}/{site})"
            status = _STATUS.get(sites.state(site), "")
            rows = [
                f"{binding.ip or 'ALL':<16}{binding.port:<6}{binding.host or 'N/A'}"
                for binding in sites.bindings(site)
            ] or [""]
            console.write(f"{head:<45} {status:<8}{rows[0]}\r\n")
            console.write("".join(f"{'':<54}{row}\r\n" for row in rows[1:]))

    async def script(arguments: list[str], console: Console) -> int:
        verb = arguments[0].lower() if arguments else ""
        if verb not in _VERBS and verb != "/query" or kind not in iis.sites:
            console.write("Please specify an operation before the arguments.\r\nType IIsWeb /? for help.\r\n")
            return 1
        console.write("Connecting to server ...Done.\r\n")
        code = 0
        try:
            iis.require_metabase()
            if verb == "/query":
                query(console)
                return 0
            found = [site for word in arguments[1:] for site in find(word)]
            if not found:
                console.write("Site(s) not found.\r\n")
                return 1
            for site in found:
                code = await change(site, verb, console) or code
        except IisError as error:
            console.write(f"Failed to change status of server \r\nError &H{error.hresult:X}: {error.text}\r\n")
            return error.hresult
        return code

    return script
