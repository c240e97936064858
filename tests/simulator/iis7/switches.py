# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that no public source gives, as switches of a host with IIS 7.5 or IIS 10.

A client has to work with each of them; the defaults are what the sources make likeliest. Codes are Win32 codes or
HRESULTs.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from simulator.iis7.codes import (
    ERROR_INVALID_DATA,
    ERROR_INVALID_OBJECT_IDENTIFIER,
    ERROR_NOT_FOUND,
    ERROR_NOT_SUPPORTED,
    ERROR_SERVICE_NOT_ACTIVE,
)


class StateWhenDown(enum.Enum):
    """What ``GetState`` answers while WAS or W3SVC is stopped."""

    UNKNOWN = "unknown"
    """4. ASSUMED: appcmd, over the same interface, prints Unknown."""
    FAULT = "fault"


class FilteredToken(enum.Enum):
    """What an administrator's filtered token (a local account without LocalAccountTokenFilterPolicy) gets of appcmd."""

    CONFIG_ERROR = "config_error"
    """1168 and the error about redirection.config, whatever is asked (field reports)."""
    UNKNOWN_STATES = "unknown_states"
    """Lists with ``state:Unknown`` for everything, and 50 for commands (azure-pipelines-tasks#18901,
    azure-pipelines-extensions#1136: neither states the token for certain)."""


class ProtocolName(enum.Enum):
    """What the methods of Site make of ``ProtocolName`` "ftp" (undocumented, nobody is known to use it)."""

    WORKS = "works"
    """It addresses the FTP half. ASSUMED: Get-WebItemState -Protocol, over the same interface, does."""
    IGNORED = "ignored"
    REFUSED = "refused"
    """0x80070032."""


class MappedStates(enum.Enum):
    """The numbers of ServerState and AppPoolState in root/MicrosoftIISv2."""

    IIS6 = "iis6"
    """Those of IIS 6.0: 2 started, 4 stopped (ms525967). ASSUMED: what is Unknown shows as stopped."""
    CENTREON = "centreon"
    """1 started, 3 stopped, as a product reads them."""


class OutputEncoding(enum.Enum):
    """The encoding of what appcmd writes into a pipe."""

    ANSI = "ansi"
    """The ANSI code page of the system, whatever the console's is (azure-pipelines-extensions#851: cp1252 on a Danish
    host)."""
    CONSOLE = "console"
    """The code page of the console, as most programs do."""
    OEM = "oem"


@dataclass
class Switches7:
    """Uncertain behaviour of one host."""

    #: Seconds that a site, or a pool without worker processes, spends in Starting or Stopping. 0: none at all.
    site_seconds: float = 0.2
    pool_seconds: float = 0.2
    #: Seconds until WAS has taken notice of a change in applicationHost.config (a site just added: 0x800710D8).
    pickup_seconds: float = 1.0
    #: Seconds that a worker process needs to end when nothing holds it up.
    worker_stop_seconds: float = 1.0
    #: Seconds that a worker process that has ended still is listed, without its command line.
    worker_hidden_seconds: float = 0.0
    #: Seconds that one run of appcmd takes (0.2 to 0.4 in logs with time stamps).
    appcmd_seconds: float = 0.3
    #: Start, Stop, Recycle of root/WebAdministration return at once, the object in transition; else when it settled.
    methods_return_at_once: bool = True
    #: ``stop apppool`` of appcmd returns when the worker processes are gone (20 seconds were seen); else at once.
    appcmd_waits: bool = True
    state_when_down: StateWhenDown = StateWhenDown.UNKNOWN
    #: With W3SVC stopped and WAS running, pools are Unknown, too (a field report: all objects were).
    pools_unknown_without_w3svc: bool = True
    #: A restart of W3SVC alone brings pools back by autoStart, too; else only one of WAS does.
    w3svc_restart_resets_pools: bool = True
    #: Site or pool commands over WMI while WAS is stopped. appcmd answers 50 in words.
    was_down_code: int = ERROR_SERVICE_NOT_ACTIVE
    #: A site is started or stopped while W3SVC is stopped and WAS runs.
    w3svc_down_code: int = ERROR_SERVICE_NOT_ACTIVE
    #: Stopping or recycling a pool that is stopped, over WMI and in appcmd's exit code (stop: 1062 in the field).
    pool_stopped_code: int = ERROR_SERVICE_NOT_ACTIVE
    #: Starting a pool that is started: 0, or the code of the refusal (0x80070420 by other recollections).
    pool_started_code: int = 0
    #: The exit code of ``list`` that finds nothing (1 or 1168; the output is empty either way).
    list_nothing_code: int = 1
    #: ``list`` of a name that there isn't prints the error of a missing object, with 1168; else nothing, as above.
    list_missing_in_words: bool = False
    #: The exit code of anything that meets a file that is no XML (a file that may not be read gives 1168).
    malformed_code: int = ERROR_INVALID_DATA
    #: appcmd reads applicationHost.config first for backups, too, though it only copies files for them.
    backups_need_configuration: bool = False
    #: The exit code of ``restore backup``, ``delete backup`` for a name that there isn't.
    backup_missing_code: int = ERROR_NOT_FOUND
    #: Site.Stop, ApplicationPool.Stop over WMI write serverAutoStart, autoStart, too.
    wmi_stop_persists: bool = False
    protocol_name: ProtocolName = ProtocolName.WORKS
    #: ``GetState`` of a site without an HTTP binding, and without ProtocolName; 0: it answers 4 (Unknown).
    ftp_state_code: int = ERROR_INVALID_OBJECT_IDENTIFIER
    #: The state that ``list site`` prints for a site without an HTTP binding (one tool's comment has Started).
    ftp_listed_state: str = "Unknown"
    filtered_token: FilteredToken = FilteredToken.CONFIG_ERROR
    appcmd_encoding: OutputEncoding = OutputEncoding.ANSI
    #: ``list site`` and its other forms break off at a site with more bindings than this (129 were seen to; 0: never).
    bindings_in_a_line: int = 128
    #: Those other forms: ``/xml`` and ``/text:`` break off there, too.
    bindings_limit_everywhere: bool = False
    #: Connections of a site that is stopped are cut; else they end by and by.
    site_stop_cuts: bool = False
    #: Whether ``restore backup`` stops W3SVC and WAS, and whether it starts them again.
    restore_stops: bool = True
    restore_starts_again: bool = True
    #: The method GetState, Start, ... can't be called by Invoke, and the HRESULT: ``{"Recycle": 0x80041024}``.
    refused_methods: dict[str, int] = field(default_factory=dict)
    #: Whether a Put reaches the classes of root/WebAdministration at all.
    put: bool = True
    #: SetAttribute of ConfiguredObject works (undocumented; known from the class definitions only).
    set_attribute: bool = True
    mapped_states: MappedStates = MappedStates.IIS6
    #: Start and Stop of root/MicrosoftIISv2 write the auto start, as IIS 6.0 does by itself.
    mapped_stop_persists: bool = False
    #: Pause and Continue of IIsWebServer ("no longer supported": the code is not known).
    mapped_pause_code: int = ERROR_NOT_SUPPORTED
    #: What GetCurrentMode answers (deprecated; MS-IMSA 3.9.4.7 has 1 for pools and no exception for later versions).
    mapped_current_mode: int = 1
    #: Counters of W3SVC_WebService keep a row for a site that is stopped.
    counters_of_stopped_sites: bool = True
    #: Counter classes have instances while their service is stopped (``_Total``, zero); else none.
    counters_when_down: bool = False
    #: iisreset changes nothing on services that don't depend on WAS or IISADMIN; FTPSVC depends on neither (recall).
    ftpsvc_depends_on_was: bool = False
    #: The exit code of an iisreset /STATUS.
    iisreset_status_code: int = 0
    #: Passwords of pools and directories come back in clear; else empty (a printed instance shows them empty).
    clear_passwords: bool = False
    #: Connections that end per second on a site that is stopped.
    drain_per_second: float = 2.0
