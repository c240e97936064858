# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release (MS-WSMV 3.1.4.1.30 ff., DSP0226 8).

Contexts chain: each Pull that does not end the sequence hands out a new one, and each is good for one Pull only
(captures of 2008 and 2012), unless an option has it as Microsoft's OMI does. They expire after EnumerationTimeoutms
without a Pull.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from simulator.clock import Clock
from simulator.wire import fault, names
from simulator.wire.fault import WsFault
from simulator.wire.markup import element, leaf
from simulator.wire.profile import Continuation, Profile, WireOptions
from simulator.wire.soap import Request

Source = Callable[[Request, ET.Element], Iterator[str]]
"""The items that an Enumerate asks for, rendered; raises WsFault."""
_EMPTY_CONTEXT = "<n:EnumerationContext></n:EnumerationContext>"
_RESERVED = 2048
"""Bytes of an envelope that are kept for its header."""


def _new_name() -> str:
    return f"uuid:{str(uuid.uuid4()).upper()}"


@dataclass
class Context:
    """What is left of an enumeration, rendered."""

    user: str
    uri: str
    items: deque[str]
    expires: float
    name: str = field(default_factory=_new_name)


class Enumerations:
    """The enumerations that are open on one host."""

    def __init__(self, clock: Clock, profile: Profile, options: WireOptions) -> None:
        self._clock = clock
        self._profile = profile
        self._options = options
        self._contexts: dict[str, Context] = {}
        self._shape = options.continuation
        if self._shape is Continuation.AS_CAPTURED:
            since_2008 = profile.windows >= (6, 0)
            self._shape = Continuation.ONE_THEN_PULLS if since_2008 else Continuation.ALL_AT_ONCE

    def clear(self) -> None:
        """Forget all, as when the service stops."""
        self._contexts.clear()

    def open_of(self, user: str) -> int:
        """How many enumerations a user has open."""
        self._expire()
        return sum(1 for context in self._contexts.values() if context.user == user)

    def enumerate(self, request: Request, user: str, source: Source) -> tuple[str, str, str]:
        """Start an enumeration; if optimised, the answer holds its first items."""
        body = request.needed_body(names.ENUMERATION, "Enumerate")
        items = deque(source(request, body))
        context = Context(user, request.resource_uri, items, 0.0)
        content, ends = "", False
        if body.find(f"{{{names.WSMAN}}}OptimizeEnumeration") is not None:
            asked = _number(body, names.WSMAN, "MaxElements")
            if self._shape is Continuation.ONE_THEN_PULLS:
                asked = min(asked, 1)
            if self._shape is not Continuation.FIRST_EMPTY or not items:
                content = element("w:Items", self._take(context, asked, self._limit(request, body)))
                ends = not items
        elif self._options.empty_items:
            content = element("w:Items")
        closing = self._closing(context) or _EMPTY_CONTEXT
        answer = (closing if ends else self._keep(context)) + content + ("<w:EndOfSequence/>" if ends else "")
        return f"{names.ENUMERATION}/EnumerateResponse", element("n:EnumerateResponse", answer), ""

    def pull(self, request: Request, user: str) -> tuple[str, str, str]:
        """The next items of an enumeration."""
        body = request.needed_body(names.ENUMERATION, "Pull")
        context = self._use(body, request, user)
        limit = self._limit(request, body)
        if self._shape is not Continuation.ALL_AT_ONCE:
            limit //= 2
        items = element("n:Items", self._take(context, _number(body, names.ENUMERATION, "MaxElements"), limit))
        answer = self._keep(context) + items if context.items else self._closing(context) + items + "<n:EndOfSequence/>"
        return f"{names.ENUMERATION}/PullResponse", element("n:PullResponse", answer), ""

    def release(self, request: Request, user: str) -> tuple[str, str, str]:
        """Give an enumeration up."""
        body = request.needed_body(names.ENUMERATION, "Release")
        self._use(body, request, user)
        return f"{names.ENUMERATION}/ReleaseResponse", "", ""

    # -- parts

    def _expire(self) -> None:
        now = self._clock.monotonic()
        for name in [name for name, context in self._contexts.items() if context.expires <= now]:
            del self._contexts[name]

    def _keep(self, context: Context) -> str:
        context.expires = self._clock.monotonic() + self._profile.enumeration_timeout
        if not self._options.same_context:
            context.name = _new_name()
        self._contexts[context.name] = context
        return leaf("n:EnumerationContext", context.name)

    def _closing(self, context: Context) -> str:
        """A context together with the end of the sequence, which Microsoft's OMI gives; it is good for nothing."""
        return leaf("n:EnumerationContext", context.name) if self._options.context_at_end else ""

    def _use(self, body: ET.Element, request: Request, user: str) -> Context:
        self._expire()
        name = (body.findtext(f"{{{names.ENUMERATION}}}EnumerationContext") or "").strip()
        context = self._contexts.get(name)
        if context is None or context.user != user or context.uri.casefold() != request.resource_uri.casefold():
            raise WsFault(fault.INVALID_CONTEXT)
        del self._contexts[name]
        return context

    def _limit(self, request: Request, body: ET.Element) -> int:
        """How many bytes of items an answer may hold."""
        size = min(request.max_envelope or self._profile.max_envelope_kb * 1024, self._profile.max_envelope_kb * 1024)
        asked = body.findtext(f"{{{names.ENUMERATION}}}MaxCharacters")
        if asked is not None and asked.strip().isdecimal():
            size = min(size, int(asked))
        return size - _RESERVED

    def _take(self, context: Context, asked: int, limit: int) -> str:
        """Items up to a number and a size; raises WsFault if not even one fits."""
        taken: list[str] = []
        size = 0
        while context.items and len(taken) < min(asked, self._profile.max_batch_items):
            size += len(context.items[0].encode())
            if size > limit:
                if not taken:
                    raise WsFault(fault.ENVELOPE_EXCEEDED)
                break
            taken.append(context.items.popleft())
        return "".join(taken)


def _number(body: ET.Element, namespace: str, name: str) -> int:
    """MaxElements: 1 if it is absent (DSP0226 8.4, WS-Enumeration 3.2); raises WsFault if it is no positive number."""
    given = (body.findtext(f"{{{namespace}}}{name}") or "1").strip()
    if not given.isdecimal() or int(given) == 0:
        raise WsFault(fault.INVALID_BATCH)
    return int(given)
