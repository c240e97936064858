# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP requests, read and checked as WinRM checks them; SOAP answers, written as WinRM writes them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from simulator.wire import names
from simulator.wire.durations import parse_duration
from simulator.wire.epr import read_reference
from simulator.wire.fault import (
    DUPLICATE_SELECTORS,
    HEADER_REQUIRED,
    INVALID_BODY,
    INVALID_HEADER,
    INVALID_XML,
    MUST_UNDERSTAND,
    WsFault,
)
from simulator.wire.markup import attribute, element, leaf, local_name, namespace_of
from simulator.wmi.literals import path_text

UNDERSTOOD: Mapping[str, set[str]] = {
    names.ADDRESSING: {"To", "From", "ReplyTo", "FaultTo", "Action", "MessageID", "RelatesTo"},
    names.WSMAN: {
        "ResourceURI",
        "SelectorSet",
        "OptionSet",
        "MaxEnvelopeSize",
        "OperationTimeout",
        "FragmentTransfer",
        "RequestEPR",
    },
    names.WSMAN_MS: {"SessionId", "OperationID", "SequenceId", "DataLocale", "ActivityId", "CompressionType"},
}
"""The header blocks that are known, by namespace."""
_PREFIXES = {
    "s": names.SOAP,
    "a": names.ADDRESSING,
    "x": names.TRANSFER,
    "n": names.ENUMERATION,
    "w": names.WSMAN,
    "rsp": names.SHELL,
    "p": names.WSMAN_MS,
}


@dataclass(frozen=True)
class Request:
    """A request's header and body. ``timeout`` is OperationTimeout in seconds, ``body`` the first child of s:Body."""

    action: str
    message_id: str = ""
    resource_uri: str = ""
    selectors: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    max_envelope: int | None = None
    fragment: str | None = None
    fragment_dialect: str | None = None
    body: ET.Element | None = None

    @property
    def short_action(self) -> str:
        """``Get``, ``Pull``, …; ``Invoke`` for the methods of a class; ``Identify``."""
        if self.action in names.ACTIONS:
            return names.ACTIONS[self.action]
        return "Invoke" if self.action.casefold().startswith(names.WMI_RESOURCE) else self.action or "Identify"

    def needed_body(self, namespace: str, name: str) -> ET.Element:
        """The body, which must be this element; raises WsFault."""
        if self.body is None or self.body.tag != f"{{{namespace}}}{name}":
            raise WsFault(INVALID_BODY)
        return self.body


def parse(data: bytes) -> ET.Element:
    """The envelope; raises WsFault INVALID_XML. Document types are not allowed (SOAP 1.2 part 1, 5)."""
    try:
        if b"<!DOCTYPE" in data:
            raise WsFault(INVALID_XML)
        envelope = ET.fromstring(data)
    except (ET.ParseError, ValueError) as error:
        raise WsFault(INVALID_XML) from error
    if envelope.tag != f"{{{names.SOAP}}}Envelope":
        raise WsFault(INVALID_XML)
    return envelope


def message_id_of(envelope: ET.Element) -> str:
    """The MessageID, verbatim, or nothing."""
    return envelope.findtext(f"{{{names.SOAP}}}Header/{{{names.ADDRESSING}}}MessageID") or ""


def read(envelope: ET.Element, *, fragments: bool = True) -> Request:
    """The request of an envelope; raises WsFault for headers that are missing, wrong or not understood. ``fragments``:
    whether FragmentTransfer is known."""
    header = envelope.find(f"{{{names.SOAP}}}Header")
    soap_body = envelope.find(f"{{{names.SOAP}}}Body")
    if soap_body is None:
        raise WsFault(INVALID_BODY)
    body = next(iter(soap_body), None)
    if body is not None and body.tag == f"{{{names.IDENTITY}}}Identify":
        return Request("", body=body)
    if header is None:
        raise WsFault(HEADER_REQUIRED)
    _check_understood(header, fragments=fragments)
    fragment = header.find(f"{{{names.WSMAN}}}FragmentTransfer") if fragments else None
    if fragment is not None and fragment.get(f"{{{names.SOAP}}}mustUnderstand") in ("false", "0"):
        raise WsFault(INVALID_HEADER)  # MS-WSMV 3.1.4.1.18
    return Request(
        action=_needed(header, names.ADDRESSING, "Action"),
        message_id=_needed(header, names.ADDRESSING, "MessageID"),
        resource_uri=_needed(header, names.WSMAN, "ResourceURI"),
        selectors=_selectors(header.find(f"{{{names.WSMAN}}}SelectorSet")),
        options=_options(header.find(f"{{{names.WSMAN}}}OptionSet")),
        timeout=_timeout(header),
        max_envelope=_size(header),
        fragment=None if fragment is None else (fragment.text or "").strip(),
        fragment_dialect=None if fragment is None else fragment.get("Dialect"),
        body=body,
    )


def must_understand(block: ET.Element) -> bool:
    """Whether a header block is marked so."""
    return block.get(f"{{{names.SOAP}}}mustUnderstand") in ("true", "1")


def _check_understood(header: ET.Element, *, fragments: bool) -> None:
    for block in header:
        understood = local_name(block) in UNDERSTOOD.get(namespace_of(block), ())
        if local_name(block) == "FragmentTransfer" and not fragments:
            understood = False
        if must_understand(block) and not understood:
            raise WsFault(MUST_UNDERSTAND, not_understood=(namespace_of(block), local_name(block)))


def _needed(header: ET.Element, namespace: str, name: str) -> str:
    """A header's text without the white space around it; MessageID comes back verbatim in RelatesTo."""
    found = header.findtext(f"{{{namespace}}}{name}")
    if found is None or not found.strip():
        raise WsFault(HEADER_REQUIRED)
    return found.strip()


def _timeout(header: ET.Element) -> float | None:
    given = header.findtext(f"{{{names.WSMAN}}}OperationTimeout")
    if given is None:
        return None
    seconds = parse_duration(given)
    if seconds is None:
        raise WsFault(
            INVALID_HEADER,
            "The WS-Management service cannot process the request. The XML contains an invalid timeout field in the "
            f"SOAP header: {given}. ",
        )
    return seconds


def _size(header: ET.Element) -> int | None:
    given = header.findtext(f"{{{names.WSMAN}}}MaxEnvelopeSize")
    if given is None:
        return None
    if not given.strip().isdecimal():
        raise WsFault(INVALID_HEADER)
    return int(given)


def _selectors(selector_set: ET.Element | None) -> dict[str, str]:
    """Selectors by name; one that holds an endpoint reference becomes an object path in text."""
    selectors: dict[str, str] = {}
    for selector in selector_set if selector_set is not None else ():
        name = selector.get("Name") or ""
        if any(name.casefold() == known.casefold() for known in selectors):
            raise WsFault(DUPLICATE_SELECTORS)
        reference = selector.find(f"{{{names.ADDRESSING}}}EndpointReference")
        selectors[name] = selector.text or "" if reference is None else path_text(read_reference(reference))
    return selectors


def _options(option_set: ET.Element | None) -> dict[str, str]:
    nodes = option_set if option_set is not None else ()
    return {(option.get("Name") or "").upper(): (option.text or "").strip() for option in nodes}


def answer(action: str, relates_to: str, body: str, prefixes: str, extra_header: str = "") -> bytes:
    """An answer's envelope; ``prefixes`` are the namespaces to declare, e.g. ``s a n w`` (Server 2003 captures)."""
    declared = "".join(attribute(f"xmlns:{prefix}", _PREFIXES[prefix]) for prefix in prefixes.split())
    header = (
        leaf("a:Action", action)
        + leaf("a:MessageID", f"uuid:{str(uuid.uuid4()).upper()}")
        + leaf("a:To", names.ANONYMOUS)
        + (leaf("a:RelatesTo", relates_to) if relates_to else "")
        + extra_header
    )
    content = element("s:Header", header) + element("s:Body", body)
    return element("s:Envelope", content, f' xml:lang="en-US"{declared}').encode()


def bare_answer(body: str) -> bytes:
    """An answer without addressing headers, for Identify."""
    content = element("s:Header") + element("s:Body", body)
    return element("s:Envelope", content, f' xml:lang="en-US"{attribute("xmlns:s", names.SOAP)}').encode()
