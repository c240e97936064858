# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI and a command shell on one Windows host, over WS-Management.

Everything raises the errors of :mod:`~.errors` and nothing else, but ValueError for what can't be put into a
request at all (names that aren't WMI names, characters that XML can't carry, arguments that can't be quoted).
"""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping

from .errors import MalformedAnswer, OutcomeUnknown
from .object_path import ObjectPath
from .operations.enumeration import Enumeration
from .operations.exchange import Exchange, new_message_id
from .operations.shell import Shell
from .protocol.envelope import Envelope
from .protocol.namespaces import GET, PUT
from .protocol.resource_uris import class_uri, query_uri
from .protocol.value_reader import read_instance, read_properties
from .protocol.value_writer import write_object, write_property
from .text import check_name
from .transport.channel import Channel
from .values import Argument, CommandResult, Instance, MethodResult

_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)


class WsManClient:
    """A Windows host as its administrator sees it: objects, their properties and methods, commands."""

    def __init__(
        self,
        channel: Channel,
        *,
        new_id: Callable[[], str] = new_message_id,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        still: Callable[[], None] = lambda: None,
    ) -> None:
        self._exchange = Exchange(channel, new_id)
        self._monotonic = monotonic
        self._shell = Shell(self._exchange, monotonic, sleep, still)

    def query(self, namespace: str, wql: str, *, limit: float | None = None) -> list[Instance]:
        """Run a WQL query and return all rows, following every Pull (one request when they fit into one answer).

        A host that takes longer is asked once more, with all the time that hosts grant. With a ``limit`` (seconds for
        each answer) it is not: Fault 2150858793.
        """
        uri = query_uri(namespace)
        return self._exchange.read(
            lambda: Enumeration(self._exchange, uri, wql, self._monotonic, limit).rows(), patiently=limit is None
        )

    def get(self, path: ObjectPath) -> Instance:
        """Read one whole object; raises Fault 2150858752 when there is none of these keys."""
        body = self._exchange.read(lambda: self._exchange.ask(self._envelope(GET, path)))
        if len(body) != 1:
            raise MalformedAnswer(f"the host answered {len(body)} objects when {path} was read")
        return read_instance(body[0], path.namespace)

    def put_property(self, path: ObjectPath, name: str, value: Argument) -> None:
        """Write one property by a fragment Put (MS-WSMV 3.1.4.1.2)."""
        envelope = self._envelope(PUT, path)
        envelope.fragment(check_name(name))
        fragment = ET.SubElement(envelope.body, "w:XmlFragment")
        write_property(fragment, name, value, path.namespace, "")
        self._exchange.change(envelope, f"writing {name} of {path}")

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method of an object, or a static one when the path has no keys.

        A ``ReturnValue`` that isn't a number (IIsWebService.CreateNewSite gives a path) stays in the outputs.
        """
        body = self._exchange.change(self._call(path, method, arguments), f"calling {method} of {path}")
        if len(body) > 1:
            raise OutcomeUnknown(f"calling {method} of {path}: the host returned {len(body)} results")
        return _result(body, path.namespace)

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method that only reads: like :meth:`invoke`, but a lost answer is asked for again, as in a query."""
        body = self._exchange.read(lambda: self._exchange.ask(self._call(path, method, arguments)))
        if len(body) > 1:
            raise MalformedAnswer(f"the host returned {len(body)} results of {method} of {path}")
        return _result(body, path.namespace)

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        """Run a program in a WinRS shell and wait for its end, at most ``timeout`` seconds.

        Arguments are quoted for cmd.exe; one that can't be quoted raises ValueError before anything is sent.
        Raises OutcomeUnknown when the program didn't end in time; it is then terminated, with its shell.
        """
        return self._shell.run(program, arguments, timeout)

    def reconnect(self) -> None:
        """Drop the session, so that the next request authenticates on a new connection."""
        self._exchange.reset()

    @staticmethod
    def _call(path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None) -> Envelope:
        uri = class_uri(path.namespace, path.class_name)
        envelope = Envelope(f"{uri}/{check_name(method)}", uri, path)
        parameters = ET.SubElement(envelope.body, f"c:{method}_INPUT", {"xmlns:c": uri})
        write_object(parameters, arguments or {}, path.namespace, "c")
        return envelope

    @staticmethod
    def _envelope(action: str, path: ObjectPath) -> Envelope:
        return Envelope(action, class_uri(path.namespace, path.class_name), path)


def _result(body: ET.Element, namespace: str) -> MethodResult:
    outputs = read_properties(body[0], namespace) if len(body) else {}
    returned = outputs.get("ReturnValue")
    if isinstance(returned, str) and _INTEGER.fullmatch(returned.strip()):
        del outputs["ReturnValue"]
        return MethodResult(int(returned), Instance(outputs))
    return MethodResult(None, Instance(outputs))
