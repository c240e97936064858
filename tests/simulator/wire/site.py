# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's listener: HTTP/1.1 on its address, path /wsman, authentication and sealing around the WinRM service."""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import dataclass
from time import monotonic

from aiohttp import web
from multidict import CIMultiDict

from simulator.clock import RealClock
from simulator.faults import Effect, FaultPlan, Rule
from simulator.journal import Entry, Journal
from simulator.windows.console import Account
from simulator.wire.auth import Authenticator, Connection
from simulator.wire.credentials import CredentialStore
from simulator.wire.fault import WsFault
from simulator.wire.host import Machine
from simulator.wire.profile import Profile, ServerName, WireOptions
from simulator.wire.sealing import SealError, is_sealed, seal, unseal
from simulator.wire.service import Exchange, Reply, Summary, WinRm

_OLD_HTTP, _HTTP = "Microsoft-HTTPAPI/1.0", "Microsoft-HTTPAPI/2.0"
"""What HTTP.sys calls itself before Windows Vista, and since."""
_IDLE = 120.0
"""Seconds after which Windows drops an idle connection (HTTP.sys)."""
_SOAP = "application/soap+xml;charset=UTF-8"
_Request = web.BaseRequest


@dataclass(frozen=True)
class Placement:
    """A machine on the wire: where it listens, and what kind of WinRM it runs."""

    machine: Machine
    address: str
    profile: Profile
    options: WireOptions

    @property
    def name(self) -> str:
        """The machine's name in small letters: how the fleet, the inventory and the control endpoint call it."""
        return self.machine.name.lower()


class Cut(Exception):
    """The connection is to be cut instead of an answer."""


class Site:
    """The listener of one machine. It is there while the machine is ``listening``."""

    def __init__(self, placement: Placement, port: int, credentials: CredentialStore, journal: Journal) -> None:
        self.placement = placement
        self.machine = placement.machine
        self.port = port
        self.journal = journal
        self.faults = FaultPlan()
        options = placement.options
        scheme = "https" if options.tls else "http"
        endpoint = f"{scheme}://{placement.address}:{port}/wsman"
        self.winrm = WinRm(self.machine, placement.profile, options, placement.address, endpoint)
        self._options = options
        own = _HTTP if placement.profile.windows >= (6, 0) else _OLD_HTTP
        self._server = {ServerName.OWN: own, ServerName.HIDDEN: "", ServerName.LATER: _HTTP}[options.server]
        self._authenticator = Authenticator(self.machine.name, self.machine.accounts, options, credentials)
        self._connections: weakref.WeakKeyDictionary[asyncio.BaseTransport, Connection]
        self._connections = weakref.WeakKeyDictionary()
        self._numbers = 0
        self._active = 0
        self._opening = asyncio.Lock()
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self.machine.on_power(self._power)

    # -- listening

    @property
    def is_open(self) -> bool:
        """Whether the port is open."""
        return self._listener is not None

    async def open(self) -> None:
        """Open the port, if the machine listens. Who asks while it is being opened, waits."""
        async with self._opening:
            if self.is_open or not self._reachable:
                return
            http = web.Server(self._serve, access_log=None, keepalive_timeout=_IDLE)
            self._listener = await asyncio.get_running_loop().create_server(
                http, self.placement.address, self.port, ssl=self._options.tls, backlog=64
            )
            self._http = http

    @property
    def _reachable(self) -> bool:
        """Whether a client gets through: WinRM listens, and with TLS there is a service that speaks it."""
        return self.machine.listening and (self._options.tls is None or self.machine.serves_tls)

    def follow(self) -> None:
        """Notice that WinRM has stopped, and its shells with it. Cut off who uses TLS while nobody speaks it. ASSUMED:
        the port is closed meanwhile (HTTP.sys may accept connections and cut them); WinRM runs on with its shells."""
        if self.is_open and not self.machine.listening:
            self.drop()
        if self._options.tls is not None and self.is_open and self.machine.listening and not self._reachable:
            self._cut_off()

    def drop(self) -> None:
        """Close the port and abort all connections, as when the machine or its WinRM service goes down."""
        self._cut_off()
        self.winrm.clear()

    def _cut_off(self) -> None:
        listener, http = self._listener, self._http
        self._listener = self._http = None
        if listener is not None:
            listener.close()
        for handler in list(http.connections) if http is not None else ():
            if handler.transport is not None:
                handler.transport.abort()

    def _power(self, on: bool) -> None:
        if not on:
            self.drop()

    # -- serving

    async def _serve(self, request: _Request) -> web.StreamResponse:
        started = monotonic()
        if isinstance(self.machine.clock, RealClock):
            self.machine.clock.catch_up()
        connection = self._connection(request)
        body = await request.read()
        note = _Note(connection.number, len(body), self._server)
        try:
            if not self.machine.listening:
                self.drop()
                raise Cut
            self.follow()
            if not self.is_open:
                raise Cut
            return await self._respond(request, body, connection, note)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            note.status = 0
            return web.Response(status=500)
        finally:
            self.journal.add(note.entry(self.machine.clock.now().isoformat(), monotonic() - started))

    def _connection(self, request: _Request) -> Connection:
        transport = request.transport
        known = None if transport is None else self._connections.get(transport)
        if known is not None:
            return known
        self._numbers += 1
        connection = Connection(self._numbers)
        if transport is not None:
            self._connections[transport] = connection
        return connection

    async def _respond(self, request: _Request, body: bytes, connection: Connection, note: _Note) -> web.StreamResponse:
        if request.path.casefold() not in ("/wsman", "/wsman/"):
            return note.plain(404)
        if request.method != "POST":
            return note.plain(405)
        if len(body) > self.placement.profile.max_envelope_kb * 1024 + 4096:
            return note.plain(413)
        stranger = request.headers.get("WSMANIDENTIFY", "").casefold() == "unauthenticated"
        offers: list[str] = []
        account = None
        if not stranger:
            verdict = self._authenticator.check(connection, request.headers.get("Authorization"))
            account, offers = verdict.account, list(verdict.offers)
            if account is None or not body:
                note.user = account.user if account else ""
                return note.plain(200 if account else 401, offers)
            note.user = account.user
        return await self._operate(request, body, connection, account, offers, note)

    async def _operate(
        self,
        request: _Request,
        body: bytes,
        connection: Connection,
        account: Account | None,
        offers: list[str],
        note: _Note,
    ) -> web.StreamResponse:
        """An authenticated request with a body: unseal, process, seal."""
        note.action = "Refused"
        protocol = ""
        if is_sealed(request.headers.get("Content-Type", "")):
            try:
                if connection.context is None or not self.winrm.unseals:
                    raise SealError("not authenticated, or not known")
                body, protocol = unseal(body, connection.context)
            except SealError:
                # ASSUMED: the connection is closed, since the state of its cipher is spoilt (Microsoft's OMI cuts it)
                connection.forget()
                if self._options.cut_unsealable:
                    raise Cut from None
                response = note.plain(400)
                response.force_close()
                return response
            note.sealed = True
        elif account and not self._options.allow_unencrypted and self._options.tls is None:
            return note.plain(500)
        exchange = self.winrm.read(body)
        if account is None and exchange.summary.action != "Identify":
            return note.plain(401, ["Negotiate"])
        note.summary = exchange.summary
        note.action = exchange.summary.action or "Invalid"
        if self._active >= self.placement.profile.max_connections:
            return note.plain(503)
        self._active += 1
        try:
            return await self._exchange(request, exchange, connection, account, offers, protocol, note)
        finally:
            self._active -= 1

    async def _exchange(
        self,
        request: _Request,
        exchange: Exchange,
        connection: Connection,
        account: Account | None,
        offers: list[str],
        protocol: str,
        note: _Note,
    ) -> web.StreamResponse:
        rule = self.faults.strike(exchange.summary)
        effect = rule.effect if rule else None
        if effect is Effect.CUT_BEFORE:
            raise Cut
        if rule and effect is Effect.STATUS:
            return note.plain(rule.status)
        if rule and effect is Effect.FAULT:
            reply = self._wanted_fault(exchange, rule)
        else:
            client = request.remote or ""
            reply = await self.machine.clock.serve(
                self.winrm.perform(exchange, account, client), lambda: _is_connected(request)
            )
        if rule and effect is Effect.FAULT_AFTER:
            reply = self._wanted_fault(exchange, rule)
        if rule and effect is Effect.DELAY:
            await asyncio.sleep(rule.seconds)
        if effect is Effect.CUT_AFTER or not self._reachable:
            raise Cut
        if rule and effect is Effect.STATUS_AFTER:
            return note.plain(rule.status)
        note.fault_code = reply.fault_code
        content_type, content = _SOAP, reply.body
        if protocol and connection.context is not None:
            content_type, content = seal(reply.body, connection.context, protocol)
        note.status, note.bytes_out = reply.status, len(content)
        if effect is Effect.TRUNCATE:
            await self._truncated(request, reply.status, content_type, content)
            raise Cut
        return web.Response(status=reply.status, body=content, headers=_headers(self._server, offers, content_type))

    def _wanted_fault(self, exchange: Exchange, rule: Rule) -> Reply:
        return self.winrm.fault_reply(exchange, WsFault(rule.code, rule.text))

    async def _truncated(self, request: _Request, status: int, content_type: str, content: bytes) -> None:
        """Send half of what Content-Length promises."""
        response = web.StreamResponse(status=status, headers=_headers(self._server, [], content_type))
        response.content_length = len(content)
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        if request.transport is not None:
            request.transport.close()


class _Note:
    """The journal entry of a request, while it is being answered."""

    def __init__(self, connection: int, bytes_in: int, server: str) -> None:
        self._server = server
        self.connection = connection
        self.bytes_in = bytes_in
        self.action = "Auth"
        self.summary = Summary("")
        self.user = ""
        self.status = 0
        self.bytes_out = 0
        self.fault_code = 0
        self.sealed = False

    def plain(self, status: int, offers: list[str] | None = None) -> web.Response:
        """An answer without a body."""
        self.status = status
        return web.Response(status=status, headers=_headers(self._server, offers or [], ""))

    def entry(self, time: str, seconds: float) -> Entry:
        """The entry as it goes into the journal."""
        return Entry(
            time=time,
            connection=self.connection,
            action=self.action,
            user=self.user,
            resource_uri=self.summary.resource_uri,
            class_name=self.summary.class_name,
            method=self.summary.method,
            query=self.summary.query,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            status=self.status,
            fault_code=self.fault_code,
            sealed=self.sealed,
            seconds=round(seconds, 6),
        )


def _is_connected(request: _Request) -> bool:
    """Whether somebody is there to take the answer."""
    return request.transport is not None and not request.transport.is_closing()


def _headers(server: str, offers: list[str], content_type: str) -> CIMultiDict[str]:
    """Answer headers; each authentication offer in a header of its own."""
    headers: CIMultiDict[str] = CIMultiDict({"Server": server} if server else {})
    if content_type:
        headers["Content-Type"] = content_type
    for offer in offers:
        headers.add("WWW-Authenticate", offer)
    return headers
