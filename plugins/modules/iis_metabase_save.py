# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_metabase_save
short_description: Save the metabase of IIS 6.0 to disk
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - IIS 6.0 keeps its configuration, the metabase, in memory. It writes changes to the file MetaBase.xml after a minute or more.
    A restart of IIS that has to kill a process loses what hasn't been written.
  - This module has the changes written now, and fails when the host can't do so.
options:
  timeout:
    description:
      - For how many seconds to try again while something else writes to the metabase (C(ERROR_PATH_BUSY)), or while another
        program, such as a virus scanner, holds MetaBase.xml (C(ERROR_SHARING_VIOLATION)).
      - At least 0, which is to try once.
    type: float
    default: 30
  backup:
    description:
      - The name of a metabase backup to make before saving, as O(fleetops.iis.iis_metabase_backup#module:name). It gets the next free
        version number.
      - The backup isn't protected by a password, and lies in C(%windir%\system32\inetsrv\MetaBack).
    type: str
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - IIS 7 and later hold no configuration in memory, so there is nothing to save there, unless IISADMIN is installed for SMTP, NNTP or
    FTP 6.
  - The task is RV(ignore:changed) only if the file on the disk was written, or a backup made. IIS leaves the file alone when
    memory holds nothing new.
  - The task fails, and says why, when MetaBase.xml is read-only or in use, when the disk is full, and when the host logged
    event 51228 during the save. IIS puts a copy into its History folder then, but MetaBase.xml stays older than the configuration in
    memory, and restarting IIS would load that older file.
  - The task fails as well when there is nothing new to save, but the file is stale, because event 51228 was logged after it was last
    written. An event that is older than the process of IISADMIN says nothing, since IISADMIN reads the file when it starts.
  - The module saves by the method SaveData, and where that can't be called by the script C(iiscnfg.vbs) that IIS is shipped with.
  - The module saves also where edit-while-running is on. An edit of the file that IIS rejected is then overwritten by what IIS has
    in memory, and a warning says so. Where memory holds nothing new, so that the rejected edit would stay, the task fails.
  - In check mode the module reports whether the file could be written. It can't know whether there is something to write.
seealso:
  - module: fleetops.iis.iis_metabase_backup
  - module: fleetops.iis.iis_metabase_settings
  - module: fleetops.iis.iis_service
  - module: fleetops.iis.iis_isolation_mode
"""

EXAMPLES = r"""
- name: Save the metabase
  fleetops.iis.iis_metabase_save:

- name: Save the metabase after making a backup, and wait longer while it is busy
  fleetops.iis.iis_metabase_save:
    backup: before-deployment
    timeout: 120
"""

RETURN = r"""
path:
  description: The metabase file on the host.
  returned: when the file was found
  type: str
  sample: C:\WINDOWS\system32\inetsrv\MetaBase.xml
before:
  description: The file before the save.
  returned: when the file was found
  type: dict
  contains:
    size:
      description: Its size in bytes.
      type: int
      sample: 53012
    last_modified:
      description: When it was last written, in UTC.
      type: str
      sample: "2026-03-01T08:15:30.125000+00:00"
after:
  description: The file after the save.
  returned: when a save was tried, and in check mode
  type: dict
  contains:
    size:
      description: Its size in bytes.
      type: int
      sample: 53240
    last_modified:
      description: When it was last written, in UTC.
      type: str
      sample: "2026-03-01T09:00:02.890000+00:00"
edit_while_running:
  description:
    - Whether IIS takes over edits of MetaBase.xml while it runs. When it doesn't, such edits get lost, because IIS
      overwrites the file from memory. M(fleetops.iis.iis_metabase_settings) changes it.
    - Null while the IIS Admin service isn't running.
  returned: success
  type: bool
  sample: false
backup:
  description: The backup that was made.
  returned: when O(backup) is given and not in check mode
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: before-deployment
    version:
      description: Its version, or null when the host doesn't report it.
      type: int
      sample: 3
needed:
  description: V(false) where there is nothing that could be saved, because IIS 7 and later hold no configuration in memory.
  returned: on IIS 7 and later, unless IISADMIN holds virtual servers of SMTP, NNTP or FTP 6
  type: bool
  sample: false
msg:
  description: What happened, in a sentence.
  returned: always
  type: str
  sample: >-
    The metabase was written to disk. Edit-while-running is off: edits of the file while IIS runs get lost.
"""
