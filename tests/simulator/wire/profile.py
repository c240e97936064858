# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of WinRM a host runs: limits by version, and choices where the facts leave some open.

Numbers: MS-WSMV product notes <4>-<34>, <77>-<96>, <116>; MaxShellsPerUser of WinRM 2.0: win32 quotas.
"""

from __future__ import annotations

import enum
import ssl
from dataclasses import dataclass, field, replace


class Continuation(enum.Enum):
    """How an optimised Enumerate and the Pulls after it hand out items."""

    AS_CAPTURED = "as_captured"
    """As the captures of its version of Windows have it: the first of these before Server 2008, the second since."""
    ALL_AT_ONCE = "all_at_once"
    """As many items as fit an envelope, from the first answer on (Server 2003 captures)."""
    ONE_THEN_PULLS = "one_then_pulls"
    """One item first, then Pulls of half an envelope (Server 2008 and 2012 captures)."""
    FIRST_EMPTY = "first_empty"
    """A first answer without items, as MS-WSMV 3.1.4.1.30 allows."""


class ProviderFault(enum.Enum):
    """Where the HRESULT of a failing provider shows up. Not known for the IIS provider: a client must live with all."""

    INNER_CODE = "inner_code"
    """Code 2150859010 outside, the HRESULT as Code of the inner WSManFault."""
    OUTER_CODE = "outer_code"
    """The HRESULT as Code everywhere, InternalError, as the shell plug-in does."""
    TEXT = "text"
    """Code 2150859010 everywhere, the HRESULT in hexadecimal within the text."""
    GENERIC = "generic"
    """Code 2150859010 everywhere, a text without any number."""


class MissingNamespace(enum.Enum):
    """The fault for a namespace that isn't there. No transcript is known."""

    NOT_FOUND = "not_found"
    """2150858752, as for an instance that isn't there."""
    CANNOT_PROCESS_FILTER = "cannot_process_filter"
    """2150858778 for a query, as for a class that isn't there; else as above."""
    PROVIDER = "provider"
    """As a failing provider's HRESULT: 0x8004100E, wherever that shows up."""


class BrokenUtf8(enum.Enum):
    """Which commands do nothing in a shell of code page 65001 on a Windows older than 6.1 (WinRb/WinRM#173, #181, #232;
    ansible/ansible#21915). Batch files for certain; for programs nobody has published it, one way or the other."""

    EVERYTHING = "everything"
    """ASSUMED: whatever is run returns at once, without output, with exit code 0."""
    BATCH_FILES = "batch_files"
    """Batch files only: on XP, ``echo`` worked where test.cmd did nothing (WinRb/WinRM#173)."""
    NOTHING = "nothing"
    """None: the reports are of XP and of Server 2008, none of Server 2003."""


class ListedShells(enum.Enum):
    """Whose shells an enumeration of shells shows."""

    ALL = "all"
    """Everybody's, to an administrator, who may delete them, too (win32 remote-shell-infrastructure-improvements, for
    WinRM 2.0). ASSUMED for WinRM 1.1, whose shells that page calls less user-specific."""
    OWN = "own"
    """Only those of who asks; other people's are as if not there."""


class Datetimes(enum.Enum):
    """How a datetime is written."""

    ELEMENT = "element"
    """``cim:Datetime`` or ``cim:Interval`` (Server 2003 captures)."""
    TEXT = "text"
    """The same without an element of its own (Microsoft's OMI)."""
    CIM_DATETIME = "cim_datetime"
    """``cim:CIM_DateTime``, as DMTF writes datetimes (DSP0230 6.1 has it as one of the choices)."""


class References(enum.Enum):
    """How a reference names the namespace of its object."""

    WITH_NAMESPACE = "with_namespace"
    """In the resource URI, and as a selector (answers of 2008 R2)."""
    WITHOUT_NAMESPACE = "without_namespace"
    """In the resource URI only."""
    CIM_SCHEMA = "cim_schema"
    """Not at all: the resource URI is that of a class of the CIM schema (Microsoft's OMI)."""


class Foreign(enum.Enum):
    """What the draft protocol answers to a request of the later one, whose namespace it doesn't know. MS-WSMAN has no
    words for it."""

    AS_MARKED = "as_marked"
    """As the rules of both protocols have it: a header that must be understood isn't (SOAP 1.2 part 1, 5.4.8), without
    a code; if none is marked so, the resource URI is missing (DSP0226 5.1.2.1)."""
    NOT_UNDERSTOOD = "not_understood"
    UNREACHABLE = "unreachable"
    ACTION_NOT_SUPPORTED = "action_not_supported"


@dataclass(frozen=True)
class Profile:
    """A version of the WinRM service, on a version of Windows. Sizes in kB, times in seconds.

    ``shell_manager``: shells as KB968930 made them. They end when they are idle, whatever a Receive says, and are
    listed at ``.../windows/shell``, fully described. Without it a shell ends idle only after a Receive with
    WSMAN_CMDSHELL_OPTION_KEEPALIVE (MS-WSMV <23>, <119>), is listed at ``.../windows/shell/cmd`` (<114>), and runs one
    command at a time (<116>, <121>).
    """

    name: str
    stack: str
    max_batch_items: int
    max_connections: int
    shells_per_user: int
    processes_per_shell: int
    shell_idle_timeout: float
    shell_idle_minimum: float
    shell_lifetime: float
    """MaxShellRunTime: when a shell ends that names no Lifetime of its own (MS-WSMV 3.1.4.1.31.5, <29>)."""
    shell_manager: bool
    extended_status: bool
    windows: tuple[int, int] = (5, 2)
    system: str = "OS: 5.2.3790 SP: 2.0"
    """How an authenticated Identify names Windows."""
    draft: bool = False
    """WS-Management as it was before it was published (MS-WSMAN)."""
    max_envelope_kb: int = 150
    max_operations_per_user: int = 15
    max_timeout: float = 60.0
    enumeration_timeout: float = 60.0


WINRM_0_5 = Profile(
    "winrm0.5",
    "1.0",
    max_batch_items=20,
    max_connections=5,
    shells_per_user=0,
    processes_per_shell=0,
    shell_idle_timeout=0.0,
    shell_idle_minimum=0.0,
    shell_lifetime=0.0,
    shell_manager=False,
    extended_status=False,
    max_envelope_kb=50,
    max_operations_per_user=100,
    draft=True,
)
"""Server 2003 R2 as it comes, without KB936059 (MS-WSMAN 2.2.4.2, 2.2.4.7, <7>). It has no shells."""
WINRM_1_1 = Profile(
    "winrm1.1",
    "1.1",
    max_batch_items=20,
    max_connections=5,
    shells_per_user=2,
    processes_per_shell=5,
    shell_idle_timeout=900.0,
    shell_idle_minimum=0.0,
    shell_lifetime=28_800.0,
    shell_manager=False,
    extended_status=False,
)
WINRM_2_0 = Profile(
    "winrm2.0",
    "2.0",
    max_batch_items=32000,
    max_connections=25,
    shells_per_user=5,
    processes_per_shell=15,
    shell_idle_timeout=180.0,
    shell_idle_minimum=60.0,
    shell_lifetime=2_147_483.647,
    shell_manager=True,
    extended_status=True,
)
WINRM_2_0_R2 = replace(WINRM_2_0, name="winrm2.0r2", windows=(6, 1), system="OS: 6.1.7601 SP: 1.0")
"""Server 2008 R2 as it comes: the same service on a later Windows."""
WINRM_3_0 = Profile(
    "winrm3.0",
    "3.0",
    max_batch_items=32000,
    max_connections=300,
    shells_per_user=30,
    processes_per_shell=25,
    shell_idle_timeout=7200.0,
    shell_idle_minimum=60.0,
    shell_lifetime=2_147_483.647,
    shell_manager=True,
    extended_status=True,
    windows=(10, 0),
    system="OS: 10.0.20348 SP: 0.0",
    max_envelope_kb=500,
    max_operations_per_user=1500,
)
"""Server 2012 and later (MS-WSMV <8>, <19>, <20>, <27>, <31>-<34>), here of Server 2022."""
PROFILES = {profile.name: profile for profile in (WINRM_0_5, WINRM_1_1, WINRM_2_0, WINRM_2_0_R2, WINRM_3_0)}


def _help(text: str) -> dict[str, str]:
    """Makes an option of WireOptions one of the command line as well, with this help."""
    return {"help": text}


class ServerName(enum.Enum):
    """The header ``Server`` of answers."""

    OWN = "own"
    """HTTP.sys calls itself Microsoft-HTTPAPI/1.0 on Server 2003, and /2.0 since Windows Vista."""
    HIDDEN = "hidden"
    LATER = "later"
    """/2.0 whatever it is."""


@dataclass
class WireOptions:
    """How a host's WinRM is configured, and which of the uncertain shapes it uses.

    In a scenario these are the keys of ``wire``; ``python -m simulator --help`` lists them as options.
    """

    allow_basic: bool = field(default=False, metadata=_help("accept Basic authentication"))
    allow_unencrypted: bool = field(default=False, metadata=_help("accept bodies that are not sealed"))
    allow_remote_shell: bool = field(default=True, metadata=_help("let shells be opened"))
    kerberos: bool = field(default=False, metadata=_help("offer Kerberos; needs gssapi and KRB5_KTNAME"))
    continuation: Continuation = field(
        default=Continuation.AS_CAPTURED, metadata=_help("how an enumeration hands out its items")
    )
    provider_fault: ProviderFault = field(
        default=ProviderFault.INNER_CODE, metadata=_help("where the HRESULT of a failing provider is")
    )
    missing_namespace: MissingNamespace = field(
        default=MissingNamespace.NOT_FOUND, metadata=_help("the fault for a namespace that isn't there")
    )
    broken_utf8: BrokenUtf8 = field(
        default=BrokenUtf8.EVERYTHING,
        metadata=_help("which commands do nothing under code page 65001 on a Windows older than 6.1"),
    )
    listed_shells: ListedShells = field(
        default=ListedShells.ALL, metadata=_help("whose shells are enumerated, and can be deleted")
    )
    refuse_associators: bool = field(
        default=False, metadata=_help("refuse ASSOCIATORS OF and REFERENCES OF as filters that make no sense")
    )
    fragment_transfer: bool = field(
        default=True, metadata=_help("know FragmentTransfer; else it is a header that isn't understood")
    )
    upper_booleans: bool = field(default=False, metadata=_help("write booleans as TRUE and FALSE"))
    nil_arrays: bool = field(default=False, metadata=_help("write a NULL or empty array as one nil element"))
    datetimes: Datetimes = field(default=Datetimes.ELEMENT, metadata=_help("how a datetime is written"))
    references: References = field(
        default=References.WITH_NAMESPACE, metadata=_help("how a reference names its namespace")
    )
    wrapped_references: bool = field(
        default=False, metadata=_help("write a reference within an EndpointReference of its own")
    )
    same_context: bool = field(
        default=False, metadata=_help("keep the context of an enumeration through all of its Pulls")
    )
    context_at_end: bool = field(default=False, metadata=_help("give a context with the end of an enumeration, too"))
    empty_items: bool = field(default=False, metadata=_help("write empty Items in an Enumerate that isn't optimised"))
    cim_errors: bool = field(default=False, metadata=_help("describe errors of WMI by an OMI_Error, without HRESULT"))
    cut_unsealable: bool = field(
        default=False, metadata=_help("cut the connection on a body that can't be unsealed, instead of a 400")
    )
    foreign: Foreign = field(
        default=Foreign.AS_MARKED, metadata=_help("what WinRM 0.5 answers to requests of the later protocol")
    )
    draft_identify: bool = field(
        default=True, metadata=_help("let WinRM 0.5 answer Identify (MS-WSMAN 3.1.4.1.22), or not (its note 4)")
    )
    draft_sealing: bool = field(
        default=True, metadata=_help("let WinRM 0.5 take sealed bodies (MS-WSMAN doesn't mention them)")
    )
    server: ServerName = field(
        default=ServerName.OWN, metadata=_help("the name of the HTTP server in answers, which a proxy may replace")
    )
    tls: ssl.SSLContext | None = field(default=None, repr=False)
