# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WinRM service of one host, above HTTP: envelopes in, envelopes out."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from simulator.windows.console import Account
from simulator.wire import config, draft, fault, names, soap
from simulator.wire.enumeration import Enumerations, Source
from simulator.wire.fault import WsFault
from simulator.wire.host import Machine
from simulator.wire.markup import local_name
from simulator.wire.profile import Profile, WireOptions
from simulator.wire.query import ItemQuery
from simulator.wire.shells import Shells
from simulator.wire.soap import Request
from simulator.wire.transfer import Transfer
from simulator.wmi.caller import ELEVATED

Answer = tuple[str, str, str]
_MIN_ENVELOPE = 8192
_ENUMERATIONS = ("Enumerate", "Pull", "Release")
_QUERIED_CLASS = re.compile(r"(?:\bFROM\s+|\{\s*)([A-Za-z_]\w*)", re.IGNORECASE)


@dataclass(frozen=True)
class Summary:
    """What a request is about, for the journal and for faults on demand. ``query`` is WQL or a command line;
    ``class_name`` is the class that WQL asks for, not the star of the URI."""

    action: str
    resource_uri: str = ""
    class_name: str = ""
    method: str = ""
    query: str = ""


@dataclass(frozen=True)
class Exchange:
    """A request that was read, or the fault that it deserves."""

    message_id: str
    request: Request | None
    fault: WsFault | None
    summary: Summary


@dataclass(frozen=True)
class Reply:
    """An answer: HTTP status and envelope; ``fault_code`` 0 if it is no fault."""

    status: int
    body: bytes
    fault_code: int = 0


class WinRm:
    """The service: operations on WMI and shells, quotas, timeouts. ``address`` is how clients reach the host."""

    def __init__(self, machine: Machine, profile: Profile, options: WireOptions, address: str, endpoint: str) -> None:
        self._machine = machine
        self._profile = profile
        self._options = options
        self._address = address
        self._endpoint = endpoint
        self._transfer = Transfer(machine.wmi, profile, options)
        self._query = ItemQuery(machine.wmi, profile, options)
        self._enumerations = Enumerations(machine.clock, profile, options)
        self._shells = Shells(machine, profile, options)
        self._working: Counter[str] = Counter()
        self._left_running: set[asyncio.Task[Answer]] = set()

    def clear(self) -> None:
        """Forget shells and enumerations, as when the machine goes down."""
        self._shells.clear()
        self._enumerations.clear()

    def read(self, data: bytes) -> Exchange:
        """Read an envelope; never raises."""
        try:
            envelope = soap.parse(data)
        except WsFault as error:
            return Exchange("", None, error, Summary(""))
        message_id = soap.message_id_of(envelope)
        try:
            if self._profile.draft:
                draft.check(envelope, self._options)
                envelope = soap.parse(draft.later(data))
                draft.prune(envelope)
            request = soap.read(envelope, fragments=self._options.fragment_transfer)
        except WsFault as error:
            return Exchange(message_id, None, error, Summary(""))
        return Exchange(message_id, request, None, _summary(request))

    async def perform(self, exchange: Exchange, account: Account | None, client: str) -> Reply:
        """Do what a request asks. ``account`` is None only for an Identify of a stranger."""
        reply = await self._perform(exchange, account, client)
        return self._worded(reply)

    def fault_reply(self, exchange: Exchange, error: WsFault) -> Reply:
        """The answer that carries a fault."""
        return self._worded(self._fault(exchange, error))

    @property
    def unseals(self) -> bool:
        """Whether it takes sealed bodies."""
        return not self._profile.draft or self._options.draft_sealing

    # -- parts

    def _worded(self, reply: Reply) -> Reply:
        """An answer in the words of the protocol that the host speaks."""
        return replace(reply, body=draft.earlier(reply.body)) if self._profile.draft else reply

    async def _perform(self, exchange: Exchange, account: Account | None, client: str) -> Reply:
        try:
            if exchange.request is None:
                raise exchange.fault or WsFault(fault.INVALID_XML)
            if not exchange.request.action:
                return Reply(200, soap.bare_answer(self._identity(account)))
            if account is None or not account.admin:
                raise WsFault(fault.ACCESS_DENIED)
            return Reply(200, await self._answer(exchange, exchange.request, account, client))
        except WsFault as error:
            return self._fault(exchange, error)

    def _identity(self, account: Account | None) -> str:
        """The answer to Identify. ASSUMED: the draft, if it doesn't know it, misses its headers."""
        if not self._profile.draft:
            return config.identify(self._profile, authenticated=account is not None)
        if account is None or not self._options.draft_identify:
            raise WsFault(fault.HEADER_REQUIRED)
        return draft.this(self._profile)

    def _fault(self, exchange: Exchange, error: WsFault) -> Reply:
        prefixes = self._prefixes("s a x n w")
        body = error.body(self._address, self._machine.name)
        return Reply(500, soap.answer(error.action, exchange.message_id, body, prefixes, error.header), error.code)

    def _prefixes(self, prefixes: str) -> str:
        """WinRM 2.0 declares its own namespace as well (recorded answers of 2008 R2)."""
        return f"{prefixes} p" if self._profile.extended_status else prefixes

    async def _answer(self, exchange: Exchange, request: Request, account: Account, client: str) -> bytes:
        self._check_sizes(request)
        busy = self._working[account.user] + self._enumerations.open_of(account.user) + self._shells.open_of(account)
        if busy >= self._profile.max_operations_per_user:
            raise WsFault(
                fault.QUOTA_OPERATIONS,
                "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                f"{self._profile.max_operations_per_user} concurrent operations, which has been exceeded. Close "
                "existing operations for this user, or raise the quota for this user. ",
            )
        self._working[account.user] += 1
        ELEVATED.set(account.elevated)
        try:
            await self._read(request)
            action, body, extra = await self._operate(request, account, client)
        finally:
            self._working[account.user] -= 1
        prefixes = self._prefixes("s a x w")
        if "/enumeration/" in action:
            prefixes = "s a n w"
        elif request.resource_uri.casefold() in (names.SHELL, names.SHELL_CMD):
            prefixes = self._prefixes("s a x w rsp")
        envelope = soap.answer(action, exchange.message_id, body, prefixes, extra)
        if len(envelope) > min(request.max_envelope or 1 << 30, self._profile.max_envelope_kb * 1024):
            raise WsFault(fault.ENVELOPE_EXCEEDED)
        return envelope

    async def _read(self, request: Request) -> None:
        """Wait as long as WMI takes to read what an Enumerate asks for, OperationTimeout at most."""
        uri = request.resource_uri
        if request.short_action != "Enumerate" or not uri.casefold().startswith(names.WMI_RESOURCE):
            return
        namespace, _slash, class_name = uri[len(names.WMI_RESOURCE) :].rpartition("/")
        seconds = self._machine.wmi.seconds(namespace, _text(request.body) or f"SELECT * FROM {class_name}")
        limit = min(request.timeout or self._profile.max_timeout, self._profile.max_timeout)
        if seconds:
            await self._machine.clock.sleep(min(seconds, limit))
        if seconds > limit:
            raise WsFault(fault.TIMED_OUT)

    def _check_sizes(self, request: Request) -> None:
        if request.max_envelope is not None and request.max_envelope < _MIN_ENVELOPE:
            raise WsFault(fault.MIN_ENVELOPE_SIZE)
        too_large = (request.max_envelope or 0) > self._profile.max_envelope_kb * 1024
        if too_large and not self._profile.draft:  # the draft takes it for its own limit (MS-WSMAN 3.1.4.1.9)
            # ASSUMED: refused, not cut (pypsrp documents that old hosts refuse more than they allow)
            raise WsFault(fault.MAX_ENVELOPE_SIZE)

    async def _operate(self, request: Request, account: Account, client: str) -> Answer:
        action = request.short_action
        if self._profile.draft and request.resource_uri.casefold() in (draft.THIS, draft.CONFIG):
            return self._draft_operation(action, request)
        if request.resource_uri.casefold() in (names.SHELL_CMD, names.SHELL):
            return await self._shell_operation(action, request, account, client)
        if config.is_config(request.resource_uri):
            if action != "Get":
                raise WsFault(fault.ACTION_NOT_SUPPORTED)
            return f"{names.TRANSFER}/GetResponse", config.config(self._profile, self._options), ""
        if not request.resource_uri.casefold().startswith(names.WMI_RESOURCE):
            raise WsFault(fault.INVALID_RESOURCE_URI)
        # WBEM_E_ACCESS_DENIED of the WMI service, told as ERROR_WSMAN_WMI_SVC_ACCESS_DENIED (wsmerror.h).
        path = request.resource_uri.casefold().removeprefix(names.WMI_RESOURCE).strip("/")
        if any(path.startswith(f"{namespace.casefold()}/") for namespace in account.denied_namespaces):
            raise WsFault(fault.WMI_SERVICE_ACCESS_DENIED)
        if action in _ENUMERATIONS:
            return self._enumerate(action, request, account, self._query.items)
        operations = {"Get": self._transfer.get, "Put": self._transfer.put, "Invoke": self._transfer.invoke}
        if action not in operations:
            raise WsFault(fault.ACTION_NOT_SUPPORTED)
        return await self._in_time(operations[action](request), request)

    def _draft_operation(self, action: str, request: Request) -> Answer:
        if action != "Get":
            raise WsFault(fault.ACTION_NOT_SUPPORTED)
        if request.resource_uri.casefold() == draft.THIS:
            return f"{names.TRANSFER}/GetResponse", draft.this(self._profile), ""
        return f"{names.TRANSFER}/GetResponse", draft.configuration(self._profile, self._options), ""

    async def _shell_operation(self, action: str, request: Request, account: Account, client: str) -> Answer:
        shells = self._shells
        if action == "Create":
            return await shells.create(request, account, client, self._endpoint)
        if action in _ENUMERATIONS:
            return self._enumerate(action, request, account, partial(shells.items, account))
        operations = {
            "Get": shells.get,
            "Command": shells.command,
            "Send": shells.send,
            "Receive": shells.receive,
            "Signal": shells.signal,
            "Delete": shells.delete,
        }
        if action not in operations:
            raise WsFault(fault.ACTION_NOT_SUPPORTED)
        return await operations[action](request, account)

    def _enumerate(self, action: str, request: Request, account: Account, source: Source) -> Answer:
        if action == "Enumerate":
            return self._enumerations.enumerate(request, account.user, source)
        operation = self._enumerations.pull if action == "Pull" else self._enumerations.release
        return operation(request, account.user)

    async def _in_time(self, work: Coroutine[Any, Any, Answer], request: Request) -> Answer:
        """Wait for a provider up to OperationTimeout (in the client's seconds), MaxTimeoutms at most. The provider's
        call goes on after the fault: the client cannot know how it ends."""
        limit = min(request.timeout or self._profile.max_timeout, self._profile.max_timeout)
        task = asyncio.get_running_loop().create_task(work)
        if await self._machine.clock.ends_within(task, limit):
            return task.result()
        self._left_running.add(task)
        task.add_done_callback(self._over)
        raise WsFault(fault.TIMED_OUT)

    def _over(self, task: asyncio.Task[Answer]) -> None:
        """A call that outlived its request is over; nobody hears of its outcome."""
        self._left_running.discard(task)
        if not task.cancelled():
            task.exception()


def _summary(request: Request) -> Summary:
    action = request.short_action
    uri = request.resource_uri
    method = request.action.rpartition("/")[2] if action == "Invoke" else ""
    class_name = uri.rpartition("/")[2] if uri.casefold().startswith(names.WMI_RESOURCE) else ""
    query = _text(request.body)
    asked = _QUERIED_CLASS.search(query) if class_name == "*" else None
    return Summary(action, uri, asked[1] if asked else class_name, method, query)


def _text(body: ET.Element | None) -> str:
    """The WQL of an Enumerate, the command line of a Command."""
    if body is None:
        return ""
    if local_name(body) == "CommandLine":
        return " ".join(node.text or "" for node in body)
    return (body.findtext(f"{{{names.WSMAN}}}Filter") or "").strip()
