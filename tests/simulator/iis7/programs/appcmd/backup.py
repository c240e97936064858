# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``add``, ``delete``, ``restore backup``.

A restore stops the server, replaces the files and starts it again ("Getting started with AppCmd.exe": it stops; that it
starts again is recall, and a switch); ``/stop:false`` leaves it alone.
"""

from __future__ import annotations

from simulator.iis7.codes import ERROR_ALREADY_EXISTS, ERROR_NOT_FOUND, Refused, exit_code, hresult
from simulator.iis7.programs.appcmd.context import Context
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.restore import restore as restore_files


async def add(context: Context, order: Order) -> int:
    """Make a backup; without a name it gets the time."""
    name = order.identifier or next((value for known, value in order.parameters if known.lower() == "name"), "")
    try:
        made = context.iis.files.add(name)
    except Refused as error:
        if error.code == hresult(ERROR_ALREADY_EXISTS):
            raise Failed("backup_exists", exit=ERROR_ALREADY_EXISTS, name=name) from error
        raise
    context.say("added", tag="BACKUP", name=made)
    return 0


async def delete(context: Context, order: Order) -> int:
    """Delete a backup."""
    name = _required(context, order)
    context.say("deleted", tag="BACKUP", name=context.iis.files.delete(name))
    return 0


async def restore(context: Context, order: Order) -> int:
    """Put a backup in place."""
    name = _required(context, order)
    stop = order.switches.get("stop", "true").lower() != "false" and context.iis.switches.restore_stops
    await restore_files(context.iis, name, stop=stop)
    context.say("restored", name=name)
    return 0


def _required(context: Context, order: Order) -> str:
    if order.identifier is None:
        raise Failed("no_identifier", exit=ERROR_NOT_FOUND, tag="BACKUP")
    try:
        context.iis.files.require(order.identifier)
    except Refused as error:
        code = exit_code(context.iis.switches.backup_missing_code)
        raise Failed("missing", exit=code, tag="BACKUP", name=order.identifier) from error
    return order.identifier
