# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_isolation_mode
short_description: Set the isolation mode of IIS 6.0
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Sets whether IIS 6.0 runs Web sites in worker processes (worker process isolation mode) or the way IIS 5.0 did
    (IIS 5.0 isolation mode).
  - The mode is configured at once, but takes effect only when both W3SVC and HTTPFilter (HTTP SSL) are restarted. This module
    doesn't restart anything. Let it notify handlers that save the metabase and then restart IIS, or use the role
    P(fleetops.iis.isolation_mode#role), which does that.
options:
  mode:
    description:
      - The isolation mode to configure.
      - V(worker_process) is the mode with application pools, recycling and health monitoring.
      - V(iis5) is for applications that need the process model of IIS 5.0, for instance ISAPI filters that read raw data.
    type: str
    required: true
    choices: [worker_process, iis5]
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - The task is RV(ignore:changed) not only when the configured mode was changed, but also while W3SVC or HTTPFilter still
    runs in the other mode. So a play that died between the change and the restart is completed by the next one.
  - IIS reports in which mode W3SVC runs, and the process of HTTPFilter shows for which mode that was started. Where the two
    differ the module warns and says which service has to be restarted.
  - IIS 7 and later have no isolation modes, and always run Web sites in worker processes. There V(worker_process) is in effect, and
    V(iis5) is refused.
seealso:
  - module: fleetops.iis.iis_metabase_save
  - module: fleetops.iis.iis_service
"""

EXAMPLES = r"""
- name: Run Web sites in worker processes
  hosts: iis6
  gather_facts: false
  tasks:
    - name: Configure worker process isolation mode
      fleetops.iis.iis_isolation_mode:
        mode: worker_process
      notify:
        - Save the metabase
        - Reset IIS
  handlers:
    - name: Save the metabase
      fleetops.iis.iis_metabase_save:

    - name: Reset IIS
      fleetops.iis.iis_service:
        state: restarted
"""

RETURN = r"""
mode:
  description: The mode that was asked for.
  returned: success
  type: str
  sample: worker_process
configured_mode:
  description: The mode that is configured now. In check mode, the one that would be.
  returned: success
  type: str
  sample: worker_process
configured_mode_before:
  description: The mode that was configured before the task.
  returned: success
  type: str
  sample: iis5
running_mode:
  description: The mode that W3SVC runs in now, or null while it isn't running.
  returned: success
  type: str
  sample: iis5
http_ssl_mode:
  description:
    - The mode that HTTPFilter (HTTP SSL) was started for, by the process that it is in. This is C(lsass.exe) in worker process
      isolation mode, and C(inetinfo.exe), the process of IISADMIN, in IIS 5.0 isolation mode.
    - Null while HTTPFilter isn't running.
  returned: success
  type: str
  sample: iis5
restart_pending:
  description: Whether a service has to be restarted before the configured mode takes effect.
  returned: success
  type: bool
  sample: true
services_to_restart:
  description: The services that run in the other mode and have to be restarted, V(w3svc), V(httpfilter), both or none.
  returned: success
  type: list
  elements: str
  sample: [w3svc, httpfilter]
restart:
  description:
    - What M(fleetops.iis.iis_service) has to restart, as its option O(fleetops.iis.iis_service#module:name) takes it.
    - V(all) where W3SVC runs. Where it is stopped, V(httpfilter) if that runs in the other mode, else nothing.
  returned: success
  type: list
  elements: str
  sample: [all]
check_mode:
  description:
    - Whether the task ran in check mode, so that nothing was written.
    - A handler can't know otherwise, because C(check_mode) of a task or of an included role is not handed on to the
      handlers that it notifies.
  returned: success
  type: bool
  sample: false
msg:
  description: What was done, and when the mode takes effect.
  returned: always
  type: str
  sample: >-
    worker_process mode is configured now instead of iis5 mode, in memory only: save the metabase (fleetops.iis.iis_metabase_save)
    before IIS is restarted. It takes effect when W3SVC and HTTPFilter are restarted.
"""
