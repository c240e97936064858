# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that no public source gives, as switches of a host.

A client has to work with each of them; the defaults are the assumption that seems likeliest.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from simulator.iis.codes import (
    ERROR_INVALID_PARAMETER,
    ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    ERROR_SERVICE_NOT_ACTIVE,
    RPC_S_SERVER_UNAVAILABLE,
)


class CurrentMode(enum.Enum):
    """What GetCurrentMode does while W3SVC doesn't run (ms524684 is silent)."""

    FAULT = "fault"
    LAST = "last"
    CONFIGURED = "configured"


class ReturnValues(enum.Enum):
    """Which methods of the IIS provider have a ReturnValue in their answer."""

    DOCUMENTED = "documented"
    """GetCurrentMode, CreateNewSite and those inherited of Win32_Service; not Start, Stop, SaveData, … (ms524894)."""
    NONE = "none"
    ALL = "all"
    """Those that are documented without one have 0."""


class PausedIisadmin(enum.Enum):
    """Whether IISADMIN takes a pause (no public ``sc query`` shows it), and whether it serves the metabase then. It
    stays in its process, with the metabase in memory, in any case."""

    NO_PAUSE = "no_pause"
    SERVES = "serves"
    REFUSES = "refuses"


class PutRule(enum.Enum):
    """What a whole Put does with the properties that it does not name (MS-WSMV 3.1.4.1.2 and session-put.md, "must
    include all non-array properties", disagree; what an absent array means, neither says)."""

    MERGE = "merge"
    """They stay as they are."""
    NEEDS_ALL = "needs_all"
    """It is refused, unless only arrays are absent; those are emptied."""
    RESETS_OMITTED = "resets_omitted"
    """They go back to what they inherit, and arrays are emptied. ASSUMED, and the default: a whole Put replaces the
    instance (WS-Transfer Put), an absent array is how the mapping writes the NULL array (MS-WSMV 3.1.4.1.26 and the
    recorded answers), and no client may rely on a kinder reading that nobody has promised."""


@dataclass
class Switches:
    """Uncertain behaviour of one host. Codes are Win32 codes."""

    #: Seconds that a site spends in Starting, Stopping, Pausing, Continuing.
    site_seconds: float = 0.2
    #: Seconds of single transitions, where they are others: ``{"pausing": 6.0}``, ``{"W3SVC/1 pausing": 6.0}``.
    transition_seconds: dict[str, float] = field(default_factory=dict)
    #: Start, Stop, Pause, Continue return at once, with the site still in transition; else when it has settled.
    methods_return_at_once: bool = False
    #: Stop of a paused site is refused, as the shipped iisweb.vbs has it; else it works.
    stop_of_paused_refused: bool = True
    #: Start of a site whose service is stopped: refused with this code.
    service_stopped_code: int = ERROR_SERVICE_NOT_ACTIVE
    #: A command that the site's state does not allow (pause a stopped one, anything in transition).
    wrong_state_code: int = ERROR_SERVICE_CANNOT_ACCEPT_CTRL
    #: Start of an FTP site whose binding another FTP site holds (IIsFtp.vbs knows three codes).
    ftp_conflict_code: int = ERROR_INVALID_PARAMETER
    #: Any call of the IIS provider while IISADMIN is down.
    metabase_down_code: int = RPC_S_SERVER_UNAVAILABLE
    #: Read when the host is made.
    paused_iisadmin: PausedIisadmin = PausedIisadmin.NO_PAUSE
    #: Application pool methods in IIS 5.0 isolation mode.
    pools_unavailable_code: int = ERROR_SERVICE_NOT_ACTIVE
    #: What GetCurrentMode answers whatever runs; -1: the truth. 0 is what a host would answer whose value is in an out
    #: parameter, as with the method's ADSI twin (ms525876), and whose ReturnValue says no more than success.
    current_mode_answer: int = -1
    current_mode_when_stopped: CurrentMode = CurrentMode.FAULT
    return_values: ReturnValues = ReturnValues.DOCUMENTED
    put_rule: PutRule = PutRule.RESETS_OMITTED
    #: AnonymousUserPass, WAMUserPass and their like read as a mask, so that a whole Put of what was read writes the
    #: mask; else they read as they are (no page of the IIS 6.0 SDK says either).
    mask_passwords: bool = False
    #: Whether the provider's classes take a fragment Put (MS-WSMV 3.1.4.1.18 has the service take it; nobody says what
    #: this provider makes of it).
    fragment_put: bool = True
    #: Methods that can't be called by Invoke, and the HRESULT of the refusal: ``{"SaveData": 0x80041024}``. No public
    #: source shows an Invoke on a class of IIS 6.0. Scripts on the host call the same methods all the same.
    refused_methods: dict[str, int] = field(default_factory=dict)
    #: A save that fails on the file system: the call returns the code, or only the event log tells.
    save_returns_file_errors: bool = True
    #: HTTP SSL depends on IISADMIN (KB969864), so that whatever restarts IISADMIN's tree restarts it too; else it stays
    #: in the process that it is in until somebody restarts it. Read when the host is made.
    http_ssl_needs_iisadmin: bool = True
    #: The exit code of an iisreset /STATUS that shows the services, without any HRESULT (its exit codes are in no
    #: document but for failure and success, KB:Q202013).
    iisreset_status_code: int = 0
    #: iisreset on a busy host: W3SVC starts while HTTP SSL is still stopping, and HTTP SSL stays stopped under it
    #: (blog.joycode.com/mvm/archive/2007/04/18.aspx).
    iisreset_leaves_http_ssl_stopped: bool = False
    #: Sessions that end per second on a paused site.
    drain_per_second: float = 2.0
