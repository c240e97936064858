# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP endpoint on 127.0.0.1 through which other processes read the truth and act as the outside world.

``GET /hosts``, ``GET /hosts/<name>``, ``GET|DELETE /hosts/<name>/journal``, ``POST /hosts/<name>/act``
(``{"action": …, "arguments": {…}}``), ``POST|DELETE /hosts/<name>/faults`` (a rule of :mod:`simulator.faults`).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.faults import Rule
from simulator.wire.site import Site


class Control:
    """The control endpoint of a fleet. ``port`` 0 takes a free one; after :meth:`start` it is the real one."""

    def __init__(self, sites: Mapping[str, Site], port: int) -> None:
        self._sites = sites
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Open the port."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/hosts", self._hosts),
                web.get("/hosts/{name}", self._host),
                web.get("/hosts/{name}/journal", self._journal),
                web.delete("/hosts/{name}/journal", self._clear_journal),
                web.post("/hosts/{name}/act", self._act),
                web.post("/hosts/{name}/faults", self._add_fault),
                web.delete("/hosts/{name}/faults", self._clear_faults),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _site(self, request: web.Request) -> Site:
        wanted = request.match_info["name"].casefold()
        site = next((site for name, site in self._sites.items() if name.casefold() == wanted), None)
        if site is None:
            raise web.HTTPNotFound(text="no such host")
        return site

    async def _hosts(self, request: web.Request) -> web.Response:
        return _json(
            {
                name: {"address": site.placement.address, "port": site.port, "open": site.is_open}
                for name, site in self._sites.items()
            }
        )

    async def _host(self, request: web.Request) -> web.Response:
        return _json(self._site(request).machine.describe())

    async def _journal(self, request: web.Request) -> web.Response:
        return _json(self._site(request).journal.as_json())

    async def _clear_journal(self, request: web.Request) -> web.Response:
        self._site(request).journal.clear()
        return _json({})

    async def _act(self, request: web.Request) -> web.Response:
        machine = self._site(request).machine
        wanted = await _read(request)
        action = machine.control_actions.get(str(wanted.get("action")))
        if action is None:
            raise web.HTTPBadRequest(text=f"actions: {', '.join(sorted(machine.control_actions))}")
        try:
            result = action(**wanted.get("arguments", {}))
            if inspect.isawaitable(result):
                result = await result
        except (TypeError, ValueError, LookupError) as error:
            raise web.HTTPBadRequest(text=f"{type(error).__name__}: {error}") from error
        return _json({"result": result})

    async def _add_fault(self, request: web.Request) -> web.Response:
        site = self._site(request)
        try:
            site.faults.add(Rule.from_json(await _read(request)))
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json({"rules": len(site.faults.rules)})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._site(request).faults.clear()
        return _json({})


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        wanted = await request.json()
    except json.JSONDecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    if not isinstance(wanted, dict):
        raise web.HTTPBadRequest(text="an object is needed")
    return wanted


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=lambda data: json.dumps(data, default=str))
