# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites (virtual servers) of a host as plain Python objects: what they do when ordered, and with their service."""

from __future__ import annotations

from dataclasses import dataclass, field

from unit.plugins.plugin_utils.iis import scm_model

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance

STARTED, STOPPED, PAUSED = "started", "stopped", "paused"
#: ServerState as the provider gives it; a state that has no name here is its own number.
STATE_NUMBERS = {STARTED: "2", STOPPED: "4", PAUSED: "6"}
METHODS = {"Start": STARTED, "Stop": STOPPED, "Pause": PAUSED, "Continue": STARTED}
PENDING = {"Start": 1, "Stop": 3, "Pause": 5, "Continue": 7}
ALLOWED = {"Start": {STOPPED}, "Stop": {STARTED}, "Pause": {STARTED}, "Continue": {PAUSED}}
DUP_NAME = 0x80070034


@dataclass
class ModelSite:
    """A virtual server. ``way`` holds states that are read before ``state`` is; a ``broken`` one can't be started.

    ``slow`` is how often it is read as pausing (or another pending state) after its methods have returned.
    """

    key: str
    name: str | None
    state: str | int = STARTED
    auto_start: bool = True
    bindings: list[str] = field(default_factory=lambda: [":80:"])
    secure: list[str] = field(default_factory=list)
    broken: bool = False
    win32_error: int = 0
    way: list[str | int] = field(default_factory=list)
    slow: int = 0

    @property
    def service(self):
        return self.key.partition("/")[0].lower()

    def row(self):
        state = self.way.pop(0) if self.way else self.state
        return {"Name": self.key, "ServerState": STATE_NUMBERS.get(state, str(state))}

    def setting_row(self):
        return {
            "Name": self.key,
            "ServerComment": self.name,
            "ServerAutoStart": str(self.auto_start).lower(),
            "Win32Error": str(self.win32_error),
            "ServerBindings": [embedded(text) for text in self.bindings],
            "SecureBindings": [embedded(text) for text in self.secure],
        }

    def order(self, method, neighbours):
        """Do what a method of IIsWebServer or its sisters does, beside the other sites of the service."""
        self.win32_error = 0
        if self.state not in ALLOWED[method]:
            raise Fault("wrong state", codes=[0x80070425])
        if method == "Start" and (self.broken or any(self.clashes(other) for other in neighbours)):
            self.win32_error = DUP_NAME & 0xFFFF
            raise Fault("dup", codes=[2150859010, DUP_NAME])
        self.state = METHODS[method]
        self.way = [PENDING[method]] * self.slow
        if method in ("Start", "Stop"):
            self.auto_start = method == "Start"

    def clashes(self, other):
        return other is not self and other.state != STOPPED and bool(set(other.bindings) & set(self.bindings))

    def follow(self, before, now, bounced):
        """Go down with the service, whose states these are, and come back with it where that is set."""
        if now not in (scm_model.RUNNING, scm_model.PAUSED):
            self.state = STOPPED
        elif now == scm_model.RUNNING and (before != scm_model.RUNNING or bounced):
            self.state = STARTED if self.auto_start and not self.broken else STOPPED


def embedded(text):
    """A ServerBinding or SecureBinding from ``ip:port:host``."""
    ip, port, host = text.split(":")
    return Instance({"IP": ip, "Port": port, "Hostname": host})


def default_sites():
    return [
        ModelSite("W3SVC/1", "Default Web Site"),
        ModelSite("W3SVC/2", "Shop", bindings=["10.0.0.1:8080:shop.example"], secure=["10.0.0.1:443:"]),
        ModelSite("MSFTPSVC/1", "Default FTP Site", bindings=[":21:"]),
        ModelSite("SmtpSvc/1", "Default SMTP Virtual Server", bindings=[":25:"]),
    ]
