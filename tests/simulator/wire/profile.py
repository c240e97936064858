# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of WinRM a host runs: limits by version, and choices where the facts leave some open.

Numbers: MS-WSMV product notes <4>-<34>, <77>-<96>, <116>; MaxShellsPerUser of WinRM 2.0: win32 quotas.
"""

from __future__ import annotations

import enum
import ssl
from dataclasses import dataclass, field


class Continuation(enum.Enum):
    """How an optimised Enumerate and the Pulls after it hand out items; all three were seen on real hosts."""

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


class BrokenUtf8(enum.Enum):
    """Which commands do nothing in a shell of code page 65001 on a Windows older than 6.1 (WinRb/WinRM#173, #181, #232;
    ansible/ansible#21915). Batch files for certain; for programs nobody has published it, one way or the other."""

    EVERYTHING = "everything"
    """ASSUMED: whatever is run returns at once, without output, with exit code 0."""
    BATCH_FILES = "batch_files"
    """Batch files only: on XP, ``echo`` worked where test.cmd did nothing (WinRb/WinRM#173)."""


class ListedShells(enum.Enum):
    """Whose shells an enumeration of shells shows."""

    ALL = "all"
    """Everybody's, to an administrator, who may delete them, too (win32 remote-shell-infrastructure-improvements, for
    WinRM 2.0). ASSUMED for WinRM 1.1, whose shells that page calls less user-specific."""
    OWN = "own"
    """Only those of who asks; other people's are as if not there."""


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
    max_envelope_kb: int = 150
    max_operations_per_user: int = 15
    max_timeout: float = 60.0
    enumeration_timeout: float = 60.0


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
PROFILES = {profile.name: profile for profile in (WINRM_1_1, WINRM_2_0)}


def _help(text: str) -> dict[str, str]:
    """Makes an option of WireOptions one of the command line as well, with this help."""
    return {"help": text}


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
        default=Continuation.ALL_AT_ONCE, metadata=_help("how an enumeration hands out its items")
    )
    provider_fault: ProviderFault = field(
        default=ProviderFault.INNER_CODE, metadata=_help("where the HRESULT of a failing provider is")
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
    tls: ssl.SSLContext | None = field(default=None, repr=False)
