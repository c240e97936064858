# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host with IIS 7.5 or IIS 10 is to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.iis7.switches import Switches7


@dataclass(frozen=True)
class Binding7:
    """A binding: ``information`` is ``address:port:host`` for http, https and ftp."""

    information: str = "*:80:"
    protocol: str = "http"


@dataclass
class Site7:
    """A site. ``state`` is started or stopped, ``auto_start`` follows it unless given: a site that is stopped and has
    auto_start was stopped by a program, and comes back with the next restart. ``ftp_auto_start``: of its FTP half."""

    id: int
    name: str
    bindings: Sequence[Binding7] = (Binding7(),)
    state: str = "started"
    auto_start: bool | None = None
    ftp_auto_start: bool = True
    pool: str = "DefaultAppPool"
    path: str = r"%SystemDrive%\inetpub\wwwroot"
    sessions: int = 0

    def starts_automatically(self) -> bool:
        """serverAutoStart."""
        return self.state != "stopped" if self.auto_start is None else self.auto_start


@dataclass
class Pool7:
    """An application pool. ``attributes`` are further ones by path: ``{"processModel.shutdownTimeLimit": "00:00:10"}``.
    ``workers`` is how many worker processes run from the start (0 or 1)."""

    name: str
    state: str = "started"
    auto_start: bool | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    workers: int = 0

    def starts_automatically(self) -> bool:
        """autoStart."""
        return self.state != "stopped" if self.auto_start is None else self.auto_start


def default_sites() -> list[Site7]:
    """What setup creates."""
    return [Site7(1, "Default Web Site")]


@dataclass
class SmtpServer:
    """An SMTP virtual server, in the metabase of IIS 6.0."""

    id: int = 1
    name: str = "[SMTP Virtual Server #1]"
    state: str = "started"


@dataclass
class Iis7Spec:
    """IIS on one host, beside its kind (``iis75``, ``iis10``).

    Optional features: ``scripting_tools`` (Web-Scripting-Tools: root/WebAdministration), ``wmi_compatibility``
    (Web-WMI with Web-Metabase: root/MicrosoftIISv2 and IISADMIN), ``metabase`` (Web-Metabase alone), ``smtp``
    (SMTP-Server, which brings the metabase), ``legacy_scripts`` (Web-Lgcy-Scripting: adsutil.vbs, needs both), ``ftp``
    (FTPSVC), ``management_service`` (WMSVC), ``activators`` (the
    Net.* listener adapters), ``request_monitor``. ``start_modes`` and ``stopped`` change services by name.
    ``language`` is that of the texts of appcmd and iisreset (``en``, ``de``). ``shared_configuration`` is the folder of
    another machine that holds the configuration.
    """

    sites: Sequence[Site7] = field(default_factory=default_sites)
    pools: Sequence[Pool7] = (Pool7("DefaultAppPool"),)
    scripting_tools: bool = False
    wmi_compatibility: bool = False
    metabase: bool = False
    legacy_scripts: bool = False
    smtp: bool = False
    smtp_servers: Sequence[SmtpServer] = (SmtpServer(),)
    ftp: bool = False
    management_service: bool = False
    activators: Sequence[str] = ()
    request_monitor: bool = False
    web: bool = True
    missing_counters: Sequence[str] = ()
    backups: Sequence[str] = ()
    shared_configuration: str = ""
    start_modes: dict[str, str] = field(default_factory=dict)
    stopped: Sequence[str] = ()
    iisreset_disabled: bool = False
    language: str = "en"
    start_seconds: float = 1.0
    stop_seconds: float = 1.0
    switches: Switches7 = field(default_factory=Switches7)

    @property
    def has_metabase(self) -> bool:
        """Whether IISADMIN and its metabase are installed."""
        return self.metabase or self.wmi_classes or self.smtp

    @property
    def wmi_classes(self) -> bool:
        """Whether root/MicrosoftIISv2 is there."""
        return self.wmi_compatibility or self.legacy_scripts
