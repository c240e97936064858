# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_app_pool
short_description: Start, stop or recycle an application pool of IIS
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Starts, stops or recycles one application pool, that is the worker processes of the applications in it, leaving all others alone.
  - With O(names) it recycles several, or all that run.
  - Recycling is enough, and restarting IIS is not needed, to make applications reread their configuration and files, to load a new
    version of a DLL, or to get rid of a worker process that misbehaves. IIS starts the new worker process before it ends the old
    one, so no request is lost.
  - A change of the isolation mode, of ISAPI filters for all sites or of settings that IIS reads only when it starts does need
    a restart.
options:
  name:
    description:
      - The name of the application pool. It isn't case sensitive.
      - Give this or O(names).
    type: str
  names:
    description:
      - The application pools to recycle, with O(state=recycled). V(all) is every pool that runs. Names aren't case sensitive.
      - All of them must be started, else none is recycled. One that fails then keeps no other from being recycled; the task fails and
        names it.
      - A pool without a worker process is left alone, since the next request starts one. Where none has any, the task is not changed.
    type: list
    elements: str
    version_added: 1.1.0
  state:
    description:
      - V(started) and V(stopped) make sure that the pool is in this state.
      - V(recycled) replaces the worker processes of a started pool every time, so with O(name) the task is always changed.
    type: str
    required: true
    choices: [started, stopped, recycled]
  lasting:
    description:
      - Whether V(started) and V(stopped) last when IIS, or the machine, is restarted.
      - By default, IIS 6.0 is left to see to that itself. IIS 7 and later forget such a state, so there the task sets C(autoStart)
        as well, as IIS Manager does.
      - V(false) leaves the setting as it was, V(true) sets it on every IIS.
    type: bool
    version_added: 1.1.0
  timeout:
    description:
      - In how many seconds the pool has to reach the state, from the beginning of the task to its end.
      - A worker process that is told to end may take C(shutdownTimeLimit) for it, 90 seconds unless that was changed. On IIS 7 and
        later a pool is stopped only then.
      - At least 1.
    type: float
    default: 120
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - On IIS 7 and later, pools are reached by C(root/WebAdministration) where the Windows feature IIS Management Scripts and Tools
    (Web-Scripting-Tools) is installed, else by C(appcmd.exe) in a command shell. No PowerShell is used.
  - A recycling has succeeded when the worker processes that the pool had are gone or another has come. A pool without one
    starts none before the next request.
  - Recycling drops no connection, and nothing has to be saved. Session state that is kept in a worker process is lost, and a request
    that takes longer than the pool's C(shutdownTimeLimit) (on IIS 6.0 C(ShutdownTimeLimit)) is ended.
  - On IIS 6.0, application pools work in worker process isolation mode only. In IIS 5.0 isolation mode the module fails and says so. Only a pool
    whose state (AppPoolState) already is started is taken as it is, for IIS starts none in that mode. So a task that finds the pool
    started makes one request there.
seealso:
  - module: fleetops.iis.iis_isolation_mode
  - module: fleetops.iis.iis_service
"""

EXAMPLES = r"""
- name: Load the new version of an application
  fleetops.iis.iis_app_pool:
    name: DefaultAppPool
    state: recycled

- name: Have every application read its configuration anew, without restarting IIS
  fleetops.iis.iis_app_pool:
    names: [all]
    state: recycled

- name: Stop an application pool during a deployment
  fleetops.iis.iis_app_pool:
    name: Shop
    state: stopped
"""

RETURN = r"""
name:
  description: The name of the application pool.
  returned: with O(name), when the pool was found
  type: str
  sample: DefaultAppPool
state:
  description:
    - The state of the pool now, V(started) or V(stopped). In check mode, the one that it would have.
    - When the task failed, also V(starting), V(stopping), V(unknown) or null, as RV(fleetops.iis.iis_info#module:app_pools[].state).
  returned: with O(name), when the pool was found
  type: str
  sample: started
state_before:
  description: The state that the pool had before the task, any of those of RV(fleetops.iis.iis_info#module:app_pools[].state).
  returned: success, with O(name)
  type: str
  sample: started
auto_start:
  description: Whether the pool starts together with the World Wide Web Publishing Service.
  returned: with O(name), when the pool was found
  type: bool
  sample: true
recycled:
  description: The pools that were meant, those without a worker process included.
  returned: with O(names), once their worker processes were read
  type: list
  elements: dict
  contains:
    name:
      description: The name of the application pool.
      type: str
      sample: DefaultAppPool
    processes_before:
      description: The process ids of its worker processes before the task.
      type: list
      elements: int
      sample: [3204]
    processes_after:
      description: Those that it has now. Empty in check mode; null where the task failed because they can't be read.
      type: list
      elements: int
      sample: [4120]
app_pools:
  description: The names of the pools that exist, the most similar ones first.
  returned: when there is no such pool
  type: list
  elements: str
  sample: [DefaultAppPool, Shop]
"""
