# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_metabase_backup
short_description: Make, delete and restore backups of the configuration of IIS
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Makes, deletes and restores the backups that IIS 6.0 keeps of its own configuration, in C(%windir%\system32\inetsrv\MetaBack).
  - There a backup has a name and a version, a number from V(0) to V(9999). Several versions of a name exist side by side.
  - On IIS 7 and later it does the same with the backups of C(appcmd.exe), which have no versions.
options:
  name:
    description:
      - The name of the backup, 100 characters at most, without the characters that a file name can't have. It isn't case sensitive.
      - On IIS 7 and later a backup is a folder, whose name can't end with a dot or a blank.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the backup exists. One that exists is left alone, unless O(overwrite=true).
      - V(absent) makes sure that the backup doesn't exist.
      - V(restored) replaces the configuration of IIS by the backup every time, so the task is always changed. IIS stops all
        services that depend on IISADMIN for that, and starts them again.
    type: str
    default: present
    choices: [present, absent, restored]
  version:
    description:
      - Which version is meant, a number from V(0) to V(9999), V(next) or V(highest).
      - V(next) makes a new version every time, so the task is always changed. It is for O(state=present) only.
      - V(highest) is the highest version that exists. It can't be used with O(state=absent).
      - Without it, O(state=present) is content with any version, and makes the first one if there is none; O(state=absent) deletes
        all versions; O(state=restored) restores the highest one.
    type: str
  password:
    description:
      - The password that protects the secret values in the backup, and that is needed to restore it.
      - Without a password, the backup can be restored on this host only.
      - Whether a backup that exists already has this password can't be found out.
    type: str
  save_first:
    description:
      - Whether to save the metabase to disk before the backup is made, so that the backup holds what is configured now. When the
        metabase can't be saved, no backup is made.
      - Only used with O(state=present).
    type: bool
    default: true
  overwrite:
    description:
      - Whether to replace a backup that exists. The task is then changed every time.
      - Needs O(version) to be a number or V(highest), and O(state=present).
      - On IIS 7 and later the new one is first made under another name (C(nightly.replacing) for C(nightly)), then the former one is
        deleted, the new one made under its own name, and the other deleted. So a run that fails loses nothing.
    type: bool
    default: false
  force:
    description:
      - Whether to make the backup even if saving the metabase first fails. The backup may then lack the newest changes.
      - Needs O(save_first=true) and O(state=present).
    type: bool
    default: false
  timeout:
    description:
      - For how many seconds to try again while something else writes to the metabase.
      - After a restore, in how many seconds the services, and then the sites, have to run again.
      - At least 1.
    type: float
    default: 120
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - On IIS 7 and later these are the backups of C(appcmd.exe), in C(%windir%\system32\inetsrv\backup), which hold
    C(applicationHost.config), C(administration.config), C(redirection.config) and the metabase. They have neither versions, so O(version)
    is V(0) or left out, nor a password. With shared configuration, what is on the share is neither saved nor restored.
  - After a restore, every service that ran before has to run again, and every site that the backup says starts automatically.
    What doesn't come back by itself is started. Then the metabase is saved to disk. When any of that fails, so does the task.
  - On IIS 7 and later a backup is restored while the service WAS is stopped, too. Then what starts automatically is started, and what
    an interrupted run left down.
  - In check mode, O(state=restored) warns of what the restore would cost, which services and sites go down, and how many sessions
    are cut.
  - A wrong password, and a backup that doesn't exist, fail the task before any service stops.
  - Where a host of IIS 7 or later has the classes of IIS 6.0 (Web-WMI), and a proxy hides what its HTTP server calls itself, a backup is
    made, but neither found again, nor deleted or restored.
seealso:
  - module: fleetops.iis.iis_metabase_save
  - module: fleetops.iis.iis_metabase_settings
"""

EXAMPLES = r"""
- name: Make sure that there is a backup from before the migration
  fleetops.iis.iis_metabase_backup:
    name: before-migration

- name: Make a new backup before each deployment
  fleetops.iis.iis_metabase_backup:
    name: deployment
    version: next
    password: "{{ vault_metabase_password }}"

- name: Go back to the newest of them
  fleetops.iis.iis_metabase_backup:
    name: deployment
    state: restored
    password: "{{ vault_metabase_password }}"

- name: Delete one version
  fleetops.iis.iis_metabase_backup:
    name: deployment
    version: 3
    state: absent
"""

RETURN = r"""
backup:
  description:
    - The backup that was found, made, deleted or restored. In check mode, the one that would be.
    - Null when there is none, and when all versions were deleted.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: deployment
    version:
      description: Its version.
      type: int
      sample: 3
    made_at:
      description: When it was made, in UTC, or null when the host doesn't say.
      type: str
      sample: "2026-03-01T09:00:02+00:00"
backups:
  description:
    - All backups of the name as they are now, by version. In check mode, as they would be.
    - When the backup to restore doesn't exist, all backups of the host.
  returned: with O(state=present) and O(state=absent), and when the backup to restore doesn't exist
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: deployment
    version:
      description: Its version.
      type: int
      sample: 3
    made_at:
      description: When it was made, in UTC, or null when the host doesn't say.
      type: str
      sample: "2026-03-01T09:00:02+00:00"
save:
  description:
    - The result of saving the metabase before a backup or after a restore, as M(fleetops.iis.iis_metabase_save) returns it, with
      C(changed). Null when nothing was saved.
  returned: success, or when the metabase couldn't be saved
  type: dict
  sample:
    changed: true
    path: C:\WINDOWS\system32\inetsrv\MetaBase.xml
    msg: The metabase was written to disk.
services:
  description: The services that ran before the restore, by name in lower case.
  returned: with O(state=restored)
  type: dict
  contains:
    name:
      description: The name as Windows spells it.
      type: str
      sample: W3SVC
    display_name:
      description: The name that administrators see.
      type: str
      sample: World Wide Web Publishing Service
    before:
      description: Its state before.
      type: str
      sample: started
    after:
      description: Its state afterwards. In check mode, the one that it would have.
      type: str
      sample: started
    start_mode:
      description: How it starts.
      type: str
      sample: auto
  sample:
    w3svc:
      name: W3SVC
      display_name: World Wide Web Publishing Service
      before: started
      after: started
      start_mode: auto
sites:
  description: The sites of these services, by metabase key.
  returned: with O(state=restored), unless IIS refused to restore
  type: dict
  contains:
    name:
      description: The description of the site.
      type: str
      sample: Default Web Site
    before:
      description: Its state before, or null when there was no such site.
      type: str
      sample: started
    after:
      description: Its state afterwards, or null when there is no such site any more, when it couldn't be read, and in check mode.
      type: str
      sample: started
  sample:
    W3SVC/1:
      name: Default Web Site
      before: started
      after: started
sessions_cut:
  description:
    - How many sessions there were when the services were about to go down. Null where the host has no such counter.
  returned: with O(state=restored), unless IIS refused to restore
  type: dict
  contains:
    http:
      description: HTTP connections, or null.
      type: int
      sample: 12
    ftp:
      description: FTP connections, or null.
      type: int
      sample: 3
    smtp:
      description: SMTP connections in both directions, or null.
      type: int
      sample: 0
    nntp:
      description: NNTP connections, or null.
      type: int
      sample: 0
outage_seconds:
  description: Seconds from the start of the restore until the services and sites were seen to run again. Null in check mode.
  returned: with O(state=restored), unless IIS refused to restore
  type: float
  sample: 8.4
"""
