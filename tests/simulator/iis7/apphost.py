# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""applicationHost.config: a file that every program reads and writes by itself (iis-docs, deep dive into the
configuration system). A change is on the disk before the call that makes it returns; nothing is kept in memory.

ASSUMED: two writers at once meet ERROR_SHARING_VIOLATION (public runbook); a file that is no XML gives 0x8007000D. What
the services have read they keep when the file can't be read any more.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from simulator.iis7 import schema
from simulator.iis7.codes import BadConfiguration, Refused
from simulator.windows.files import FileSystem, WindowsFileError

FOLDER = r"C:\Windows\System32\inetsrv\config"
FILE = rf"{FOLDER}\applicationHost.config"
HEAD = "system.applicationHost"


class Entry:
    """An element of the configuration with its attributes by path (``processModel.idleTimeout``), those of the
    section's defaults, and those of the schema."""

    def __init__(self, element: ET.Element, defaults: ET.Element | None, known: Mapping[str, str]) -> None:
        self.element = element
        self._defaults = defaults
        self._known = known

    def text(self, path: str) -> str:
        """The value of an attribute. Raises KeyError for one that the schema doesn't have."""
        default = self._known[path]
        for source in (self.element, self._defaults):
            found = _attribute(source, path)
            if found is not None:
                return found
        return default

    def flag(self, path: str) -> bool:
        """A boolean attribute."""
        return self.text(path).lower() == "true"

    def number(self, path: str) -> int:
        """A number."""
        return int(self.text(path))

    def seconds(self, path: str) -> float:
        """A span of time."""
        return schema.seconds(self.text(path))

    def spelled(self, path: str) -> str | None:
        """An attribute's path in the schema's spelling, None if there is none. Names compare without case (ASSUMED: the
        configuration system is case-sensitive, appcmd is forgiving)."""
        return next((known for known in self._known if known.lower() == path.lower()), None)

    @property
    def name(self) -> str:
        """Its name."""
        return self.element.get("name", "")


class SiteEntry(Entry):
    """A site."""

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.element.get("id", "0"))

    def bindings(self) -> list[tuple[str, str]]:
        """Protocol and information of each binding."""
        return [
            (binding.get("protocol", ""), binding.get("bindingInformation", ""))
            for binding in self.element.iterfind("bindings/binding")
        ]

    def applications(self) -> list[ET.Element]:
        """Its applications."""
        return self.element.findall("application")


class AppHostConfig:
    """The configuration of one host. ``file`` is where it lies: elsewhere than usual if it is shared."""

    def __init__(self, files: FileSystem, file: str = FILE) -> None:
        self._files = files
        self._parsed: tuple[bytes, ET.Element] | None = None
        self.file = file
        self.refused = 0
        """The Win32 code with which the share of a shared configuration can't be reached; 0: it can."""

    def root(self) -> ET.Element:
        """The document; not to be changed. Raises Refused if the file can't be read as one."""
        if self.refused:
            raise Refused(self.refused, self.file)
        try:
            data = self._files.read(self.file)
        except WindowsFileError as error:
            raise Refused(int(error.code), self.file) from error
        if self._parsed is None or self._parsed[0] != data:
            try:
                self._parsed = (data, ET.fromstring(data))
            except ET.ParseError as error:
                raise BadConfiguration("applicationHost.config", error.position[0]) from error
        return self._parsed[1]

    def kept(self) -> ET.Element:
        """The document as it could be read last: what running services go by. Raises Refused if it never could."""
        try:
            return self.root()
        except Refused:
            if self._parsed is None:
                raise
            return self._parsed[1]

    def write(self, root: ET.Element) -> None:
        """Write the document. Raises Refused: the file is held by another program, read-only, or the disk is full."""
        tree = copy.deepcopy(root)
        ET.indent(tree, "    ")
        data = f'<?xml version="1.0" encoding="UTF-8"?>\r\n{ET.tostring(tree, encoding="unicode")}\r\n'.encode()
        try:
            self._files.write(self.file, data)
        except WindowsFileError as error:
            raise Refused(int(error.code), self.file) from error

    @contextmanager
    def change(self) -> Iterator[ET.Element]:
        """A document to change; what was changed is written at the end."""
        root = copy.deepcopy(self.root())
        yield root
        self.write(root)

    # -- what is in it

    def sites(self, root: ET.Element | None = None) -> list[SiteEntry]:
        """The sites, in the file's order."""
        section = section_of(self.root() if root is None else root, f"{HEAD}/sites")
        defaults = section.find("siteDefaults")
        return [SiteEntry(element, defaults, schema.SITE) for element in section.findall("site")]

    def pools(self, root: ET.Element | None = None) -> list[Entry]:
        """The application pools, in the file's order."""
        section = section_of(self.root() if root is None else root, f"{HEAD}/applicationPools")
        defaults = section.find("applicationPoolDefaults")
        return [Entry(element, defaults, schema.POOL) for element in section.findall("add")]

    def site(self, name: str, root: ET.Element | None = None) -> SiteEntry | None:
        """A site by name, without case."""
        return next((site for site in self.sites(root) if site.name.lower() == name.lower()), None)

    def pool(self, name: str, root: ET.Element | None = None) -> Entry | None:
        """A pool by name, without case."""
        return next((pool for pool in self.pools(root) if pool.name.lower() == name.lower()), None)

    def history(self) -> Entry:
        """The section configHistory."""
        return Entry(section_of(self.root(), f"{HEAD}/configHistory"), None, schema.HISTORY)


def section_of(root: ET.Element, path: str) -> ET.Element:
    """A section by path; an element without attributes if the file doesn't have it."""
    found = root.find(path)
    return ET.Element(path.rpartition("/")[2]) if found is None else found


def set_attribute(element: ET.Element, path: str, value: str) -> None:
    """Write an attribute by path, making the elements on the way."""
    *parents, name = path.split(".")
    for parent in parents:
        child = element.find(parent)
        element = ET.SubElement(element, parent) if child is None else child
    element.set(name, value)


def _attribute(element: ET.Element | None, path: str) -> str | None:
    *parents, name = path.split(".")
    for parent in parents:
        element = None if element is None else element.find(parent)
    return None if element is None else element.get(name)
