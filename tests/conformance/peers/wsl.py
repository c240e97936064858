# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's wsl, the Wsman Shell Command Line by Dell: shell scripts around curl, Basic authentication only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from conformance.peer import Incapable, Peer, Refused, Target, Unable, WsFault
from conformance.peers.programs import run
from conformance.xml import ADDRESSING, WMI, WQL, WSMAN, fault_code, items_of, names_in, row_of


class Wsl(Incapable):
    """wsl's scripts in a folder of their own, where they leave what they sent and received."""

    lacks = "wsl has no such script"

    def __init__(self, target: Target, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            "WSENDPOINT": f"{target.address}:{target.port}",
            "WSUSER": target.user,
            "WSPASS": target.password,
            "IPINTERACTIVE": "0",
            "OUTLEVEL": "0",
            **({} if target.scheme == "https" else {"WSNOSSL": "true"}),
        }

    def _run(self, script: str, *arguments: str) -> list[ET.Element]:
        """The answers to all requests of a script. Raises WsFault, Refused."""
        for old in self._folder.glob("*.xml"):
            old.unlink()
        (self._folder / ".wslrun").unlink(missing_ok=True)
        run([script, *arguments], self._folder, self._environment)
        answers = sorted(self._folder.glob("response-*.xml"), key=lambda path: int(path.stem.partition("-")[2]))
        texts = [path.read_text() for path in answers]
        for text in texts:
            if code := fault_code(text):
                raise WsFault(code)
        if not texts or not all(texts):
            raise Refused(0)
        return [ET.fromstring(text) for text in texts]

    def identify(self) -> str:
        """See Peer."""
        return ET.tostring(self._run("wslid", "check")[0], encoding="unicode")

    def _items(self, namespace: str, wql: str, *options: str) -> list[ET.Element]:
        answers = self._run("wslenum", f"{WMI}{namespace}/*", "-dialect", WQL, "-filter", wql, *options)
        return [item for answer in answers for item in items_of(answer)]

    def select(self, namespace: str, wql: str) -> Sequence[Mapping[str, Any]]:
        """See Peer."""
        return [row_of(item) for item in self._items(namespace, wql, "-opti", "10")]

    def references(self, namespace: str, wql: str) -> Sequence[str]:
        """See Peer."""
        return names_in(self._items(namespace, wql, "-mode", "epr"))

    def get(self, class_uri: str, keys: Mapping[str, str], fragment: str = "") -> Mapping[str, Any]:
        """See Peer."""
        if fragment:
            raise self._unable()
        return row_of(self._run("wslget", class_uri, *(f"{name}={text}" for name, text in keys.items()))[-1][1][0])

    def put(
        self, class_uri: str, keys: Mapping[str, str], values: Mapping[str, str], fragment: str = ""
    ) -> Mapping[str, Any]:
        """See Peer."""
        raise Unable("wslput repeats the selectors of a reference without declaring the prefix that Windows gives them")

    def invoke(
        self, class_uri: str, keys: Mapping[str, str], method: str, values: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """See Peer; wsl takes the object from a file with its endpoint reference."""
        instance = self._folder / "instance.epr"
        instance.write_text(_reference(class_uri, keys))
        parameters = [f"{name}={text}" for name, text in values.items()]
        return row_of(self._run("wslinvoke", class_uri, method, *parameters, "-inst", str(instance))[-1][1][0])


def _reference(class_uri: str, keys: Mapping[str, str]) -> str:
    """An endpoint reference, an element a line and with wsl's own prefixes: it is read with grep and sent as it is."""
    selectors = "".join(f'<wsman:Selector Name="{name}">{text}</wsman:Selector>\n' for name, text in keys.items())
    return (
        f'<wsa:EndpointReference xmlns:wsa="{ADDRESSING}" xmlns:wsman="{WSMAN}">\n<wsa:ReferenceParameters>\n'
        f"<wsman:ResourceURI>{class_uri}</wsman:ResourceURI>\n<wsman:SelectorSet>\n{selectors}</wsman:SelectorSet>\n"
        "</wsa:ReferenceParameters>\n</wsa:EndpointReference>\n"
    )


def connect(folder: Path) -> Callable[[Target], Peer]:
    """The way to connect."""
    return lambda target: Wsl(target, folder)
