# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_preflight
short_description: Check whether IIS could be switched or restarted, and whether everything runs afterwards
version_added: 1.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Checks whether a change of the isolation mode, or a restart, would go through on a host. It reports what the change would cost
    and what is in the way. It only reads, so it can run at any time.
  - Without O(mode) it looks at a restart of the services. With O(mode) it looks at setting the mode, saving the metabase and
    restarting the services.
  - With O(app_pools) it looks at recycling application pools instead, which stops nothing.
  - With O(running) it proves a change that has been made. It reads again whether everything runs that ran before, and with
    O(mode) whether the mode is in effect.
  - Its answers are those that M(fleetops.iis.iis_isolation_mode), M(fleetops.iis.iis_metabase_save) and
    M(fleetops.iis.iis_service) give in check mode. Where the wanted mode is in effect it makes three requests and opens no shell.
options:
  mode:
    description: The isolation mode to switch to. Without it the module looks at a restart.
    type: str
    choices: [worker_process, iis5]
  name:
    description: The services to restart, as for M(fleetops.iis.iis_service).
    type: list
    elements: str
    choices: [all, iisadmin, w3svc, httpfilter, msftpsvc, smtpsvc, nntpsvc, was, apphostsvc, ftpsvc, wmsvc]
    default: [all]
  method:
    description: Who would restart them, as for M(fleetops.iis.iis_service).
    type: str
    choices: [auto, iisreset, scm]
    default: auto
  when_iisreset_disabled:
    description: What the restart would do where IISReset can't be used, as for M(fleetops.iis.iis_service).
    type: str
    choices: [fail, use_scm]
    default: fail
  save_timeout:
    description: How many seconds C(IISADMIN) is waited for while it is starting or stopping. At least 0.
    type: float
    default: 30
  drain_timeout:
    description:
      - How many seconds the restart would wait for clients, as for M(fleetops.iis.iis_service). Nothing is waited for here. At least 0.
    type: int
    default: 0
  drain_connections:
    description: How many connections may be left then, as for M(fleetops.iis.iis_service).
    type: int
    default: 0
  timeout:
    description:
      - The time-out of the restart in seconds, as for M(fleetops.iis.iis_service). At least 1.
      - With O(running), how many seconds services, sites and application pools of it that are starting or stopping are waited for. The
        default is 120. Those whose state the host doesn't report are given 3 seconds.
    type: int
  running:
    description:
      - What has to run, as an earlier task returned it in RV(running). Whatever of it doesn't run is reported in RV(trouble).
      - With it, nothing else is checked but the isolation mode.
    type: dict
    suboptions:
      services:
        description: The services, by the names that O(name) has.
        type: list
        elements: str
        required: true
      sites:
        description: The sites, by the keys that they have in the metabase, for instance V(W3SVC/1).
        type: list
        elements: str
        required: true
      app_pools:
        description: The application pools, where an earlier task returned any.
        type: list
        elements: str
  app_pools:
    description:
      - The application pools to recycle, as O(fleetops.iis.iis_app_pool#module:names). Nothing has to be saved then, and no client is cut
        off; session state that is kept in a worker process is lost.
      - O(name), O(method), O(when_iisreset_disabled), O(save_timeout), O(drain_timeout) and O(drain_connections) make no difference then.
      - In IIS 5.0 isolation mode, which has no application pools, the host isn't ready.
    type: list
    elements: str
  task_files:
    description:
      - Files with tasks that the play includes later, for instance hooks that take the host out of its load balancer and return it.
        They are relative to the playbook, or absolute.
      - One that isn't there, or that Ansible can't load, is in the way. Where the play includes such a file Ansible ends the whole run,
        or fails the host past any C(rescue).
      - What they include is loaded as well where it has a fixed name, no condition and no loop.
    type: list
    elements: str
    default: []
  variables:
    description:
      - Names of variables that the play uses later. One that is defined, but refers to something that isn't, is in the way.
      - A variable that isn't defined isn't.
    type: list
    elements: str
    default: []
  roles:
    description:
      - Names of roles that the play includes later. A variable that C(meta/argument_specs.yml) of the role has, that begins with the
        role's name, and that has no value or one that isn't allowed, is in the way.
    type: list
    elements: str
    default: []
  gate:
    description:
      - Whether the task fails where RV(ready) is false. RV(msg) then is what is in the way.
      - Without it the task never fails for what it finds on the host.
    type: bool
    default: false
extends_documentation_fragment:
  - fleetops.iis.attributes
  - fleetops.iis.attributes.info
notes:
  - Whether IISReset is enabled is read with C(iisreset /status), which restarts nothing. It needs a WinRM command shell.
seealso:
  - module: fleetops.iis.iis_isolation_mode
  - module: fleetops.iis.iis_metabase_save
  - module: fleetops.iis.iis_service
  - module: fleetops.iis.iis_app_pool
  - name: Restarting IIS
    description: What a restart costs, and what can be in its way.
    link: https://github.com/fleetops/ansible-iis/blob/main/docs/restarting_iis.md
"""

EXAMPLES = r"""
- name: Find out what a switch of the isolation mode would meet
  fleetops.iis.iis_preflight:
    mode: worker_process
  register: before_the_switch

- name: Show what is in the way, and whom it would cut off
  ansible.builtin.debug:
    msg: "{{ before_the_switch.trouble or before_the_switch.costs }}"

- name: Fail where IIS couldn't be restarted, before anything is touched
  fleetops.iis.iis_preflight:
    task_files: [load_balancer/leave.yml, load_balancer/enter.yml]
    gate: true
  register: before_the_restart

- name: Restart IIS
  fleetops.iis.iis_service:
    state: restarted

- name: Prove that everything runs that ran before
  fleetops.iis.iis_preflight:
    running: "{{ before_the_restart.running }}"
    gate: true
"""

RETURN = r"""
ready:
  description:
    - Whether the change would go through, as far as that can be known beforehand.
    - With O(running), whether everything of it runs and the mode is in effect.
  returned: always
  type: bool
  sample: false
trouble:
  description: What is in the way, each with what to do about it.
  returned: always
  type: list
  elements: str
  sample:
    - >-
      Couldn't save the metabase: C:\WINDOWS\system32\inetsrv\MetaBase.xml is write-protected (read-only). Clear the read-only
      attribute on the host.
nothing_to_do:
  description:
    - Whether the mode that is asked for is configured already, and no service runs in the other one. Nothing but that was read then.
    - False without O(mode), where RV(interrupted) names something, and where an earlier run set the mode and didn't get it saved.
  returned: always
  type: bool
  sample: false
restart_pending:
  description:
    - Whether a service has to be restarted before the configured mode takes effect.
    - Null where the mode can't be read.
  returned: always
  type: bool
  sample: false
configured_mode:
  description: The isolation mode that is configured. Null where it can't be read.
  returned: always
  type: str
  sample: iis5
running_mode:
  description: The isolation mode that W3SVC runs in. Null while it isn't running, and where the mode can't be read.
  returned: always
  type: str
  sample: iis5
costs:
  description:
    - What the restart would take down. Null where there is nothing to do, where IIS can't be restarted, and with O(running).
  returned: always
  type: dict
  contains:
    services:
      description: The services that would be stopped, by the names that O(name) has.
      type: list
      elements: str
      sample: [httpfilter, iisadmin, w3svc]
    sites:
      description: The sites that would go down with them, by their keys in the metabase.
      type: list
      elements: str
      sample: [W3SVC/1]
    app_pools:
      description: The application pools whose worker processes would be replaced.
      returned: with O(app_pools), where any has one
      type: list
      elements: str
      sample: [DefaultAppPool]
    sessions:
      description: The clients that would be cut off.
      type: dict
      contains:
        http:
          description: HTTP sessions. Null where the host has no such counter.
          type: int
          sample: 12
        ftp:
          description: FTP sessions. Null where the host has no such counter.
          type: int
          sample: 0
        smtp:
          description: SMTP sessions. Null where the host has no such counter.
          type: int
          sample: 0
        nntp:
          description: NNTP sessions. Null where the host has no such counter.
          type: int
          sample: 0
unsaved:
  description:
    - Whether IIS holds changes in memory that aren't saved. Null where that can't be known, as is usual.
    - True after a save failed, or where an earlier run set the mode and is not known to have saved it, and false while C(IISADMIN) is stopped.
  returned: always
  type: bool
  sample: true
iisreset_enabled:
  description: Whether IISReset may be used. Null where the restart doesn't need it, and where that can't be read.
  returned: always
  type: bool
  sample: true
interrupted:
  description:
    - What an interrupted restart, reboot, restore or drain left down or paused, as far as this controller knows.
    - Null where nothing is known to be down, and with O(running).
  returned: always
  type: dict
  contains:
    since:
      description: When that outage began, by the controller's clock.
      type: str
      sample: "2026-11-24T15:04:05+00:00"
    services:
      description: The services that ran before and don't run now, by the names that O(name) has.
      type: list
      elements: str
      sample: [msftpsvc]
    sites:
      description: The sites that ran before and don't run now, by their keys in the metabase.
      type: list
      elements: str
      sample: [MSFTPSVC/1]
running:
  description:
    - What runs now and has to run again after the restart, and what RV(interrupted) names. With O(running), the same.
    - Null where RV(costs) is null.
  returned: always
  type: dict
  contains:
    services:
      description: The services, by the names that O(name) has.
      type: list
      elements: str
      sample: [httpfilter, iisadmin, w3svc]
    sites:
      description: The sites, by their keys in the metabase.
      type: list
      elements: str
      sample: [W3SVC/1]
    app_pools:
      description: The application pools.
      returned: with O(app_pools), where any runs
      type: list
      elements: str
      sample: [DefaultAppPool]
msg:
  description: What was found, in a line.
  returned: always
  type: str
  sample: >-
    Ready to restart. Would stop HTTPFilter (HTTP SSL), IISADMIN (IIS Admin Service), W3SVC (World Wide Web Publishing Service), cut
    12 HTTP sessions and take down Web site 'Default Web Site' (W3SVC/1), until they run again.
"""
