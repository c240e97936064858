# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts of the module iis_probe, read and played back. The format is described in docs/probe.md."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import AuthenticationRefused, HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.xml_reader import parse
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost, SessionSpoiled

FORMAT, VERSION = "fleetops.iis.transcript", 1

_ERRORS = {error.__name__: error for error in (AnswerLost, SessionSpoiled, AuthenticationRefused, HostUnreachable)}
_RELATES_TO = re.compile(r"(<(?:\w+:)?RelatesTo[^>]*>)[^<]*")
_MESSAGE_ID = re.compile(rb"<(?:\w+:)?MessageID[^>]*>\s*([^<\s]+)")
#: Headers that are another each time, or belong to the controller that asks.
_PASSING = frozenset(("MessageID", "To", "MaxEnvelopeSize", "OperationTimeout", "ReplyTo", "Locale", "DataLocale"))
#: What the client asks of a shell is another time each time: so it knows its own again.
_SHELLS_LIFETIME = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Lifetime"

#: A request without what is passing: it finds the answers that were given to it.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; ``answer`` is None when none came (``error`` says why) or it wasn't XML."""

    shape: str
    request: str
    answer: str | None
    error: str | None

    @property
    def key(self) -> Key:
        """What the request asks for."""
        return request_key(self.request)


@dataclass(frozen=True)
class Transcript:
    """A transcript: how each shape ended on the host, and all exchanges in order."""

    redacted: bool
    shapes: Sequence[Mapping[str, Any]]
    exchanges: Sequence[Exchange]


def load(path: Path) -> Transcript:
    """Read a transcript. Raises ValueError for a file that isn't one, or one of a version that isn't known."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("format") != FORMAT or content.get("version") != VERSION:
        raise ValueError(f"{path} isn't a transcript of version {VERSION}")
    exchanges = [
        Exchange(each["shape"], each["request"], each["answer"], each["error"])
        for each in content["exchanges"]
        if each["request"] is not None
    ]
    return Transcript(content["redacted"], content["shapes"], exchanges)


def request_key(request: str | bytes) -> Key:
    """What a request asks for, the same for two that ask for the same."""
    root = parse(request.encode() if isinstance(request, str) else request)
    header, body = root[0], root[1]
    asked = [_tree(element) for element in header if _local(element) not in _PASSING]
    return (*sorted(asked, key=repr), *(_tree(element) for element in body))


@dataclass
class ReplayChannel:
    """A host that answers as the one of the transcript did, request by request; the last answer is repeated.

    What was never asked of the host raises LookupError, naming it.
    """

    transcript: Transcript
    endpoint: str = "http://transcript.invalid/wsman"
    operation_timeout: float = 20.0
    is_later: bool = False
    resets: int = 0
    _answers: dict[Key, deque[Exchange]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for exchange in self.transcript.exchanges:
            self._answers.setdefault(exchange.key, deque()).append(exchange)

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        """Give the next answer to this request."""
        del timeout  # a transcript answers at once
        waiting = self._answers.get(request_key(envelope))
        if not waiting:
            raise LookupError(f"the host of the transcript was never asked: {envelope.decode()}")
        exchange = waiting.popleft() if len(waiting) > 1 else waiting[0]
        if exchange.error is not None:
            raise _ERRORS.get(exchange.error, HostUnreachable)(exchange.error)
        message_id = _MESSAGE_ID.search(envelope)
        sent = message_id.group(1).decode() if message_id else ""
        return _RELATES_TO.sub(lambda found: found.group(1) + sent, exchange.answer or "", count=1).encode()

    def reset(self) -> None:
        """A transcript has no session to forget."""
        self.resets += 1


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _tree(element: ET.Element) -> Key:
    attributes = tuple(sorted(element.attrib.items()))
    children = (_tree(child) for child in element if child.tag != _SHELLS_LIFETIME)
    return (str(element.tag), attributes, (element.text or "").strip(), *children)
