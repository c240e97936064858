# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_metabase_settings
short_description: Set the history and edit-while-running of the metabase of IIS 6.0
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Sets whether IIS 6.0 keeps history files of its metabase, how many, and whether it takes over edits of the file
    MetaBase.xml while IIS runs.
  - Settings that aren't given are left as they are.
options:
  edit_while_running:
    description:
      - Whether IIS takes over changes to MetaBase.xml that are made with an editor while it runs.
      - Without it such changes are lost, because IIS overwrites the file from memory.
      - Needs history files, because IIS compares the edited file with the one before.
    type: bool
  history:
    description:
      - Whether IIS keeps a copy of the metabase in C(%windir%\system32\inetsrv\History) each time it writes it to disk.
      - It can't be off while edit-while-running is on.
    type: bool
  max_history_files:
    description:
      - How many pairs of history files (metabase and schema) are kept. The oldest are deleted.
      - V(0) means none, which is as good as O(history=false). With edit-while-running it should be at least V(10).
    type: int
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - IIS 7 and later have no metabase. The module refuses to do anything there, and says what there is instead.
  - At least one of O(edit_while_running), O(history) and O(max_history_files) is required.
  - Settings that contradict each other, or what is set on the host, are refused before anything is changed.
  - The settings are in the metabase themselves. M(fleetops.iis.iis_metabase_save) brings them to disk.
seealso:
  - module: fleetops.iis.iis_metabase_save
  - module: fleetops.iis.iis_metabase_backup
"""

EXAMPLES = r"""
- name: Keep more history
  fleetops.iis.iis_metabase_settings:
    history: true
    max_history_files: 30

- name: Let administrators edit MetaBase.xml while IIS runs
  fleetops.iis.iis_metabase_settings:
    edit_while_running: true
    history: true
    max_history_files: 20
"""

RETURN = r"""
edit_while_running:
  description: Whether edit-while-running is on now. In check mode, whether it would be; the same holds for the others.
  returned: success, or when a setting couldn't be written
  type: bool
  sample: true
history:
  description: Whether history is on now.
  returned: success, or when a setting couldn't be written
  type: bool
  sample: true
max_history_files:
  description: How many pairs of history files are kept now.
  returned: success, or when a setting couldn't be written
  type: int
  sample: 20
"""
