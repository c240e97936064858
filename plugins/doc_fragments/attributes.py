# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that every module of the collection shares."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of the modules, and what all of them need."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what it would change, without changing anything.
    support: full
  diff_mode:
    description: Shows what changed, or would change, when run with C(--diff).
    support: full
  platform:
    description: The operating systems that the module manages.
    platforms: windows
    support: full
  async:
    description: Can run in the background with C(async).
    support: none
    details:
      - The work is done by the controller, over the connection of the task, so there is nothing to leave running on the host.
  action:
    description: Runs on the controller as an action plugin.
    support: full
    details:
      - Speaks WS-Management to the host through the connection that is configured for it. Nothing is copied to the host,
        which needs neither Python nor PowerShell.
  action_group:
    description: Defaults for all modules of the collection can be set with C(module_defaults) for the group C(fleetops.iis.iis).
    support: full
    membership:
      - fleetops.iis.iis
requirements:
  - A host that WinRM is set up on, and C(ansible_connection=winrm) (with C(pywinrm)) or C(ansible_connection=psrp) (with C(pypsrp)).
  - An account that is a member of the host's Administrators group.
notes:
  - Made for IIS 6.0 on Windows Server 2003.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Reads only, so check mode makes no difference.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: N/A
"""
