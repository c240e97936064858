# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The folder %windir%\system32\inetsrv of a machine, with the machine's refusals as IIS sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulator.iis.codes import IisError
from simulator.windows.files import FileSystem, WindowsFileError

INETSRV = r"C:\WINDOWS\system32\inetsrv"


class InetsrvFolder:
    """Files by their path below inetsrv."""

    def __init__(self, files: FileSystem, now: Callable[[], datetime]) -> None:
        self.files = files
        self.now = now

    @staticmethod
    def path(name: str) -> str:
        """The full Windows path."""
        return rf"{INETSRV}\{name}"

    def exists(self, name: str) -> bool:
        """Whether the file is there."""
        return self.files.exists(self.path(name))

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none if there is no such folder."""
        if not self.files.is_folder(self.path(folder)):
            return []
        return [info.path.rpartition("\\")[2] for info in self.files.list(self.path(folder))]

    def modified(self, name: str) -> datetime:
        """When the file was last written."""
        return self.files.info(self.path(name)).modified

    def read(self, name: str) -> bytes:
        """The file's bytes. Raises IisError with the Win32 code."""
        try:
            return self.files.read(self.path(name))
        except WindowsFileError as error:
            raise IisError(int(error.code)) from error

    def write(self, name: str, data: bytes) -> None:
        """Write the whole file. Raises IisError (sharing violation, access denied, disk full)."""
        try:
            self.files.write(self.path(name), data)
        except WindowsFileError as error:
            raise IisError(int(error.code)) from error

    def delete(self, name: str) -> None:
        """Delete the file if it is there. Raises IisError."""
        if not self.exists(name):
            return
        try:
            self.files.delete(self.path(name))
        except WindowsFileError as error:
            raise IisError(int(error.code)) from error
