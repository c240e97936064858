# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsmancli, the client of the Openwsman project (C, libcurl). Debian 12 has no package; a ``wsman`` on PATH is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from conformance.peer import Incapable, Peer, Refused, Target, Unable, WsFault
from conformance.peers.programs import run
from conformance.xml import SOAP, WMI, WQL, fault_code, items_of, names_in, row_of

_END = b"</s:Envelope>"


class Wsmancli(Incapable):
    """The command ``wsman``."""

    lacks = "wsman has no remote shell"

    def __init__(self, target: Target, folder: Path) -> None:
        self._folder = folder
        self._login = ["-h", target.address, "-P", str(target.port), "-u", target.user, "-p", target.password]
        if target.scheme == "https":
            self._login += ["--https", "-V", "-v"]

    def _run(self, *words: str) -> list[ET.Element]:
        """The bodies of all answers. Raises WsFault, Refused."""
        done = run(["wsman", "-y", "basic", *words, *self._login], self._folder)
        texts = [f"{text}{_END.decode()}" for text in done.stdout.split(_END.decode()) if "<s:Envelope" in text]
        if not texts:
            raise Refused(next((status for status in (401, 500) if str(status) in done.stderr), 0))
        for text in texts:
            if code := fault_code(text):
                raise WsFault(code)
        bodies = [ET.fromstring(text.strip()).find(f"{{{SOAP}}}Body") for text in texts]
        return [body for body in bodies if body is not None]

    def identify(self) -> str:
        """See Peer."""
        return ET.tostring(self._run("identify")[0], encoding="unicode")

    def _items(self, namespace: str, wql: str, *options: str) -> list[ET.Element]:
        bodies = self._run("enumerate", f"{WMI}{namespace}/*", "-D", WQL, "-x", wql, *options)
        return [item for body in bodies for item in items_of(body)]

    def select(self, namespace: str, wql: str) -> Sequence[Mapping[str, Any]]:
        """See Peer."""
        return [row_of(item) for item in self._items(namespace, wql, "-o", "-m", "10")]

    def references(self, namespace: str, wql: str) -> Sequence[str]:
        """See Peer."""
        return names_in(self._items(namespace, wql, "-M", "epr"))

    def get(self, class_uri: str, keys: Mapping[str, str], fragment: str = "") -> Mapping[str, Any]:
        """See Peer."""
        wanted = ["-F", fragment] if fragment else []
        return row_of(self._run("get", _with_keys(class_uri, keys), *wanted)[-1][0])

    def put(
        self, class_uri: str, keys: Mapping[str, str], values: Mapping[str, str], fragment: str = ""
    ) -> Mapping[str, Any]:
        """See Peer. wsman reads the object and puts it back whole with the values changed."""
        if fragment:
            raise Unable("wsman puts a fragment back as it read it")
        # wsman takes values as XML, not as text
        parameters = [word for name, text in values.items() for word in ("-k", f"{name}={escape(text)}")]
        return row_of(self._run("put", _with_keys(class_uri, keys), *parameters)[-1][0])

    def invoke(
        self, class_uri: str, keys: Mapping[str, str], method: str, values: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """See Peer."""
        parameters = [word for name, text in values.items() for word in ("-k", f"{name}={text}")]
        return row_of(self._run("invoke", "-a", method, _with_keys(class_uri, keys), *parameters)[-1][0])


def _with_keys(class_uri: str, keys: Mapping[str, str]) -> str:
    """wsman makes selectors of what looks like a query string."""
    return f"{class_uri}?{'&'.join(f'{name}={text}' for name, text in keys.items())}" if keys else class_uri


def connect(folder: Path) -> Callable[[Target], Peer]:
    """The way to connect."""
    return lambda target: Wsmancli(target, folder)
