# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd.exe: what it is asked, what it does, what it prints and how it ends.

Grammar, outputs and codes: "Getting started with AppCmd.exe" and other pages of MicrosoftDocs/iis-docs, its own help of
the builds 14393 and 17763 (strontic/xcyclopedia), and field reports (azure-pipelines-extensions, azure-pipelines-tasks,
sous-chefs/iis, CloudBees' EC-IIS). Errors go to standard output; tags, states and ``ERROR (`` are the same in every
language, texts are not. The exit code is the Win32 code of an error.
"""

from __future__ import annotations

from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import parse
from simulator.iis7.programs.appcmd.run import Run
from simulator.iis7.programs.appcmd.texts import texts_of
from simulator.windows.console import Console
from simulator.windows.process import Machine, Program

__all__ = ["appcmd"]


def appcmd(iis: Iis7) -> Program:
    """The program for a machine."""

    async def program(machine: Machine, argv: list[str], console: Console) -> int:
        await machine.clock.sleep(iis.switches.appcmd_seconds)
        run = Run(iis, console, texts_of(iis.language))
        try:
            return await run.perform(parse(argv[1:]))
        except Failed as failed:
            run.say_error(failed)
            return failed.exit_code

    return program
