# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C: drive of a machine: Windows paths over real files in the machine's state folder.

``C:\\WINDOWS\\system32\\inetsrv\\MetaBase.xml`` is ``<folder>/C/WINDOWS/system32/inetsrv/MetaBase.xml``. Names compare
without case. A file's times are the machine's, not this computer's. Files that the product ships and nobody reads
(programs, scripts) need not lie on the disk: :meth:`FileSystem.ship` makes them exist.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from simulator.windows.codes import Win32

SHIPPED_DATE = datetime(2007, 2, 17, 14, 2, 0, tzinfo=timezone.utc)
"""The date of the files of Service Pack 2."""


class WindowsFileError(Exception):
    """A file operation that Windows refuses; ``code`` is the Win32 error."""

    def __init__(self, code: Win32, path: str) -> None:
        super().__init__(f"{code.name} ({int(code)}): {path}")
        self.code = code
        self.path = path


@dataclass(frozen=True)
class FileInfo:
    """What the directory entry says. Times are aware, in UTC; size in bytes."""

    path: str
    size: int
    modified: datetime
    created: datetime
    read_only: bool = False
    folder: bool = False


def normalize(path: str) -> str:
    """A full path with backslashes, ``.`` and ``..`` resolved, no trailing backslash (but ``C:\\``)."""
    text = path.replace("/", "\\").strip().strip('"')
    drive, _colon, rest = text.partition(":") if ":" in text else ("C", ":", text)
    parts: list[str] = []
    for part in rest.split("\\"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return f"{drive.upper()}:\\" + "\\".join(parts)


class FileSystem:
    """The drive. Operations raise :class:`WindowsFileError` as Windows would."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._root = folder / "C"
        self._now = now
        self._locks: dict[str, bool] = {}
        self._shipped: dict[str, FileInfo] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.disk_full = False
        """While true, every write that needs space fails with ERROR_DISK_FULL."""

    # ------------------------------------------------------------------ where things are

    def real_path(self, path: str) -> Path:
        """The file of this computer behind a Windows path, in the spelling that is there (whether it exists or not)."""
        drive, _sep, rest = normalize(path).partition(":\\")
        if drive != "C":
            raise WindowsFileError(Win32.PATH_NOT_FOUND, path)
        here = self._root
        for part in rest.split("\\") if rest else []:
            here = here / _spelling(here, part)
        return here

    def ship(self, path: str, size: int = 0) -> None:
        """A file of the product exists here, without bytes on the disk."""
        full = normalize(path)
        self._shipped[full.lower()] = FileInfo(full, size, SHIPPED_DATE, SHIPPED_DATE)

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        full = normalize(path)
        return full.lower() in self._shipped or self.is_folder(full) or self.real_path(full).exists()

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name."""
        prefix = normalize(path).rstrip("\\").lower() + "\\"
        return any(known.startswith(prefix) for known in self._shipped) or self.real_path(path).is_dir()

    def info(self, path: str) -> FileInfo:
        """The directory entry; FILE_NOT_FOUND if there is none."""
        full = normalize(path)
        shipped = self._shipped.get(full.lower())
        if shipped is not None:
            return shipped
        real = self.real_path(full)
        try:
            entry = real.stat()
        except FileNotFoundError:
            raise WindowsFileError(Win32.FILE_NOT_FOUND, full) from None
        modified = datetime.fromtimestamp(entry.st_mtime, timezone.utc)
        read_only = not entry.st_mode & stat.S_IWUSR
        return FileInfo(self._windows_path(real), entry.st_size, modified, modified, read_only, real.is_dir())

    def walk(self, folder: str) -> Iterator[FileInfo]:
        """Every entry below a folder, a folder before what is in it; nothing where there is no such folder."""
        try:
            entries = self.list(folder)
        except WindowsFileError:
            return
        for entry in entries:
            yield entry
            if entry.folder:
                yield from self.walk(entry.path)

    def list(self, folder: str) -> list[FileInfo]:
        """The entries of a folder, by name; PATH_NOT_FOUND if there is none."""
        full = normalize(folder)
        if not self.is_folder(full):
            raise WindowsFileError(Win32.PATH_NOT_FOUND, full)
        found: dict[str, FileInfo] = {}
        start = len(full.rstrip("\\")) + 1
        for known, info in self._shipped.items():
            if known.startswith(full.rstrip("\\").lower() + "\\"):
                name, deeper, _rest = info.path[start:].partition("\\")
                path = info.path[:start] + name
                found[path.lower()] = FileInfo(path, 0, SHIPPED_DATE, SHIPPED_DATE, folder=True) if deeper else info
        real = self.real_path(full)
        if real.is_dir():
            for entry in real.iterdir():
                path = self._windows_path(entry)
                found[path.lower()] = self.info(path)
        return [found[key] for key in sorted(found)]

    # ------------------------------------------------------------------ reading and writing

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        full = normalize(path)
        if self._locks.get(full.lower(), False):
            raise WindowsFileError(Win32.SHARING_VIOLATION, full)
        try:
            return self.real_path(full).read_bytes()
        except FileNotFoundError:
            raise WindowsFileError(Win32.FILE_NOT_FOUND, full) from None
        except IsADirectoryError:
            raise WindowsFileError(Win32.ACCESS_DENIED, full) from None

    def write(self, path: str, data: bytes) -> None:
        """Write a whole file, making its folders; refused for read-only and locked files and on a full disk."""
        full = normalize(path)
        self.check_writable(full)
        if self.disk_full and data:
            raise WindowsFileError(Win32.DISK_FULL, full)
        real = self.real_path(full)
        real.parent.mkdir(parents=True, exist_ok=True)
        real.write_bytes(data)
        self.touch(full)
        self._changed(full)

    def check_writable(self, path: str) -> None:
        """Raise what opening the file for writing would: SHARING_VIOLATION when locked, ACCESS_DENIED if read-only."""
        full = normalize(path)
        if full.lower() in self._locks:
            raise WindowsFileError(Win32.SHARING_VIOLATION, full)
        if self.exists(full) and (self.is_folder(full) or self.info(full).read_only):
            raise WindowsFileError(Win32.ACCESS_DENIED, full)

    def replace(self, source: str, target: str) -> None:
        """Rename a file over another."""
        self.check_writable(target)
        if normalize(source).lower() in self._locks:
            raise WindowsFileError(Win32.SHARING_VIOLATION, source)
        real = self.real_path(source)
        if not real.exists():
            raise WindowsFileError(Win32.FILE_NOT_FOUND, source)
        destination = self.real_path(target)
        destination.parent.mkdir(parents=True, exist_ok=True)
        real.replace(destination)
        self._changed(normalize(target))

    def delete(self, path: str) -> None:
        """Delete a file."""
        full = normalize(path)
        if not self.exists(full):
            raise WindowsFileError(Win32.FILE_NOT_FOUND, full)
        self.check_writable(full)
        if self._shipped.pop(full.lower(), None) is None:
            self.real_path(full).unlink()
        self._changed(full)

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it; ALREADY_EXISTS if it is there."""
        if self.exists(path):
            raise WindowsFileError(Win32.ALREADY_EXISTS, path)
        self.real_path(path).mkdir(parents=True)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder; PATH_NOT_FOUND if there is none, DIR_NOT_EMPTY if it holds anything."""
        if not self.is_folder(path):
            raise WindowsFileError(Win32.PATH_NOT_FOUND, path)
        if self.list(path):
            raise WindowsFileError(Win32.DIR_NOT_EMPTY, path)
        self.real_path(path).rmdir()

    def touch(self, path: str, moment: datetime | None = None) -> None:
        """Set the time of last modification, by default to the machine's now."""
        seconds = (moment or self._now()).timestamp()
        os.utime(self.real_path(path), (seconds, seconds))

    # ------------------------------------------------------------------ what stands in the way

    def set_read_only(self, path: str, read_only: bool = True) -> None:
        """Set or clear the read-only attribute (``attrib +r``)."""
        real = self.real_path(path)
        if not real.exists():
            raise WindowsFileError(Win32.FILE_NOT_FOUND, path)
        mode = real.stat().st_mode
        bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
        real.chmod(mode & ~bits if read_only else mode | stat.S_IWUSR)

    def lock(self, path: str, *, reading: bool = False) -> None:
        """Somebody holds the file open and shares it for reading only; with ``reading``, not at all."""
        self._locks[normalize(path).lower()] = reading

    def unlock(self, path: str) -> None:
        """The file is closed again."""
        self._locks.pop(normalize(path).lower(), None)

    def unlock_all(self) -> None:
        """Every handle is gone, as after a restart."""
        self._locks.clear()

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Tell the listener the full path of each file that is written, replaced or deleted on this machine."""
        self._listeners.append(listener)

    def _changed(self, path: str) -> None:
        for listener in list(self._listeners):
            listener(path)

    def _windows_path(self, real: Path) -> str:
        parts = real.relative_to(self._root).parts
        return "C:\\" + "\\".join(parts)


def _spelling(folder: Path, name: str) -> str:
    if (folder / name).exists() or not folder.is_dir():
        return name
    wanted = name.lower()
    for entry in folder.iterdir():
        if entry.name.lower() == wanted:
            return entry.name
    return name
