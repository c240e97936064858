# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_service
short_description: Start, stop, restart, pause and configure the services of IIS
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Does what C(iisreset.exe) and the Services console do, and knows what it did.
  - What IIS holds in memory only (the metabase of IIS 6.0) is saved before anything stops, services are stopped after everything that
    depends on them, what ran is started again, and a restart has succeeded only when the services and the sites that ran run again.
options:
  name:
    description:
      - The services that are meant.
      - V(all) is C(IISADMIN) and every service that depends on it on that host, services of other products included. On IIS 7 and
        later it is the same of C(WAS), and of C(IISADMIN) where that is installed. It is read from the host.
      - O(state=restarted) includes C(HTTPFilter) (HTTP SSL) in V(all) even where it doesn't depend on C(IISADMIN), because it keeps the
        isolation mode that it was started in. It is left alone where it is stopped, and, with a warning, where the connection is HTTPS.
    type: list
    elements: str
    choices: [all, iisadmin, w3svc, httpfilter, msftpsvc, smtpsvc, nntpsvc, was, apphostsvc, ftpsvc, wmsvc]
    default: [all]
  state:
    description:
      - V(started) starts what is stopped and resumes what is paused. For V(all) these are C(IISADMIN), the services that are
        set to start automatically and those that are paused; for named services also what they need.
      - V(stopped) stops the services and everything that depends on them.
      - V(restarted) stops and starts them, every time. Everything that ran is started again, a paused service comes back started, and
        what is named in O(name) is started in any case. What was stopped stays stopped, with two exceptions for V(all), both
        of which start what O(state=started) would. C(iisreset /restart) starts every service whose start mode is automatic,
        whether it ran or not; a warning names them beforehand, and names again what doesn't run 15 seconds later. And when C(IISADMIN)
        is down, IIS as a whole is.
      - V(paused) pauses services that support it. For V(all) the others are left alone. On IIS 7 and later V(all) can't be paused.
      - V(rebooted) reboots the machine, and returns when it has booted and the services and sites that ran before and start
        automatically run again. A warning names what starts automatically, but ran neither before nor after it.
    type: str
    choices: [started, stopped, restarted, paused, rebooted]
  method:
    description:
      - Who carries the change out.
      - V(iisreset) runs C(iisreset.exe), for V(all) only. It needs a WinRM command shell.
      - V(scm) uses the service control manager. With O(state=rebooted) it is C(shutdown.exe).
      - V(auto) is V(iisreset) for O(name=all), and V(scm) for named services and for O(state=paused). On IIS 7 and later, where
        Microsoft doesn't support IISReset, it is always V(scm).
      - What IISReset doesn't do is left to the service control manager with either method. It starts services that don't start
        automatically but ran before, and resumes paused ones.
    type: str
    choices: [auto, iisreset, scm]
    default: auto
  when_iisreset_disabled:
    description:
      - What to do when IISReset is needed but can't be used, because it was disabled with C(iisreset /disable), or because the host gives
        no command shell. C(iisreset /status) shows that before anything is touched.
      - V(fail) explains it. V(use_scm) goes on with the service control manager, with a warning, or with C(shutdown.exe) for a reboot.
        C(shutdown.exe) needs a command shell as well.
    type: str
    choices: [fail, use_scm]
    default: fail
  save:
    description:
      - Save the metabase before anything stops, as M(fleetops.iis.iis_metabase_save) does. If that fails, nothing is stopped.
      - On IIS 7 and later there is nothing to save, but for SMTP, NNTP and FTP 6.
    type: bool
    default: true
  save_timeout:
    description:
      - For how many seconds to try again to save while something else writes to the metabase or holds its file.
      - At least 0, which is to try once.
    type: float
    default: 30
    version_added: 1.1.0
  force:
    description:
      - Let IISReset kill processes that don't stop in time (run it without C(/NOFORCE)).
      - B(Changes of the metabase that aren't on the disk are lost when it does.) Don't combine this with O(save=false).
      - On IIS 7 and later it needs O(method=iisreset). With V(auto) the service control manager does the work there, which kills nothing,
        and a warning says so.
      - With O(state=rebooted), close the programs that users have left open. What they haven't saved is lost. Without it, Windows waits
        for these programs, or refuses to reboot while users are logged on.
    type: bool
    default: false
  timeout:
    description:
      - Within how many seconds everything has to be stopped, the save before it included, and again everything that ran has to run,
        the sites included. All sites are waited for together. It is C(/TIMEOUT) of IISReset as well.
      - For O(state=rebooted), the seconds for all of it, from the save until IIS answers again after the reboot.
      - However little of it is left, stopping gets up to 30 seconds, and sites get 30 seconds to run again.
      - The time of O(drain_timeout) comes on top. Continuing paused sites after a failure takes 60 seconds at most.
      - At least 1. The default is 120, and 900 for O(state=rebooted).
      - Use this option instead of the task keyword C(timeout), which ends the task where it stands and leaves stopped what it had stopped.
    type: int
  drain_timeout:
    description:
      - Before services go down, wait at most this many seconds for their clients to finish. On IIS 6.0 their Web and FTP sites are paused
        meanwhile; a paused site accepts no new connections. IIS 7 and later can't pause sites, so take the host out of its load balancer
        first.
      - What counts are the HTTP connections to the services that go down, and on IIS 6.0 the FTP connections as well, whoever paused their
        sites. The performance counters
        count idle connections as well, which IIS closes after the C(ConnectionTimeout) of the site, by default 120 seconds. So a
        shorter drain fails because of one idle keep-alive client.
      - SMTP and NNTP virtual servers aren't drained.
      - At least 0. Without this option, or with 0, nothing is drained.
    type: int
  drain_connections:
    description:
      - Go on when no more than this many connections are left. On IIS 6.0 these are HTTP and FTP, on IIS 7 and later HTTP.
    type: int
    default: 0
  drain_on_timeout:
    description:
      - What to do when more connections than O(drain_connections) are left after O(drain_timeout).
      - V(fail) stops nothing and continues the sites that the task paused. V(proceed) goes on and cuts the connections.
    type: str
    choices: [fail, proceed]
    default: fail
  start_mode:
    description:
      - How the named services start from now on. It is set before O(state) is, so a disabled service can be enabled and started at once.
      - Not with O(name=all).
    type: str
    choices: [auto, manual, disabled]
  recovery:
    description:
      - What the service control manager does when one of the named services fails. It is set with C(sc failure), which needs a WinRM
        command shell.
      - Not with O(name=all).
    type: dict
    suboptions:
      actions:
        description:
          - What to do at the first failure, at the second, and so on. The last one is repeated. An empty list means to do nothing.
        type: list
        elements: dict
        required: true
        suboptions:
          action:
            description: What to do.
            type: str
            choices: [none, restart, reboot, run_command]
            required: true
          delay:
            description: How many seconds after the failure.
            type: float
            default: 60
      reset_period:
        description: After how many seconds without a failure counting starts again.
        type: int
        default: 86400
      command:
        description:
          - The command line to run. Needed for V(run_command) unless the service has one already. An empty one takes it away.
          - It can't contain quotation marks, nor more than one percent sign. Put such a command into a batch file.
        type: str
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - V(restarted) and V(rebooted) change something every time. The other states change nothing when they are met, and then no command
    shell is opened.
  - In check mode the task warns of what the change would cost, that is the services and sites that go down, and the sessions that would be
    cut. Whether IISReset is enabled is asked in check mode too.
  - On Windows Server 2003, C(HTTPFilter) serves TLS for WinRM as well, so stopping it cuts a WinRM session over HTTPS. IISReset starts
    it again from the host itself, and the task connects again. What would leave the host unreachable over HTTPS is refused before
    anything is touched, for instance O(name=httpfilter) with O(state=restarted). Use HTTP there, with NTLM or Kerberos encryption.
  - A task that failed on the way reports what runs, what doesn't and what was started again. Running it again goes on from there.
  - Before services are stopped to run again, the services and sites that run are noted on the controller, in a file of this host in the folder
    C(fleetops.iis) of C(ANSIBLE_HOME). The file is deleted when they run again. After an interrupted run, for instance by Ctrl-C, the next
    task with V(restarted) or V(started) for V(all) starts what the note names and is stopped, and a warning says so. What
    was disabled or stopped by this collection since is left alone, and a note counts for 24 hours.
seealso:
  - module: fleetops.iis.iis_reset_access
  - module: fleetops.iis.iis_metabase_save
  - module: fleetops.iis.iis_site
"""

EXAMPLES = r"""
- name: Restart IIS the way IISReset does, but without losing anything
  fleetops.iis.iis_service:
    state: restarted

- name: Let the clients finish first, for five minutes at most, then restart
  fleetops.iis.iis_service:
    state: restarted
    drain_timeout: 300
    drain_connections: 5
    drain_on_timeout: proceed

- name: Restart even where IISReset is disabled or no command shell is to be had
  fleetops.iis.iis_service:
    state: restarted
    when_iisreset_disabled: use_scm

- name: Restart the Web service only
  fleetops.iis.iis_service:
    name: w3svc
    state: restarted

- name: The FTP service runs, and starts with the machine
  fleetops.iis.iis_service:
    name: msftpsvc
    state: started
    start_mode: auto

- name: SMTP is stopped for good
  fleetops.iis.iis_service:
    name: smtpsvc
    state: stopped
    start_mode: disabled

- name: Start the Web service again when it fails, twice, and then leave it
  fleetops.iis.iis_service:
    name: w3svc
    recovery:
      actions:
        - action: restart
        - action: restart
        - action: none

- name: Reboot, and come back when IIS serves again
  fleetops.iis.iis_service:
    state: rebooted
    timeout: 1200
"""

RETURN = r"""
services:
  description: The services that the task was about, by name in lower case, with those that went down along with them.
  returned: when the host was read
  type: dict
  contains:
    name:
      description: The name, as the host spells it.
      type: str
      sample: W3SVC
    display_name:
      description: The name that the Services console shows.
      type: str
      sample: World Wide Web Publishing Service
    before:
      description:
        - The state that was found. V(started), V(stopped), V(paused), V(starting), V(stopping), V(pausing), V(continuing) or V(unknown).
      type: str
      sample: started
    after:
      description: The state that the task left behind. In check mode, the one that is predicted.
      type: str
      sample: started
    start_mode:
      description: How the service starts now. V(auto), V(manual), V(disabled) or V(other).
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
  description: The sites of the services that went down, by metabase key. Empty when nothing had to go down.
  returned: when the host was read
  type: dict
  contains:
    name:
      description: The description of the site.
      type: str
      sample: Default Web Site
    before:
      description: Its state before, any of those of RV(fleetops.iis.iis_info#module:sites[].state).
      type: str
      sample: started
    after:
      description: Its state afterwards, the one before when nothing was stopped, or null when it couldn't be read.
      type: str
      sample: started
  sample:
    W3SVC/1:
      name: Default Web Site
      before: started
      after: started
sessions_cut:
  description:
    - How many sessions there were when the services were about to go down, from the performance counters. Null where the host has no such
      counter.
    - Null as a whole when nothing went down.
  returned: when the host was read
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
  description:
    - Seconds from the first stop until the services and sites were seen to run again. Null when nothing was restarted.
  returned: when the host was read
  type: float
  sample: 8.4
method_used:
  description: What carried the change out. V(iisreset), V(scm) or V(shutdown), or null when nothing was done.
  returned: when the host was read
  type: str
  sample: iisreset
save:
  description:
    - The result of saving the metabase first, as M(fleetops.iis.iis_metabase_save) returns it, with C(changed). Null when nothing was saved.
  returned: when the host was read
  type: dict
  sample:
    changed: true
    path: C:\WINDOWS\system32\inetsrv\MetaBase.xml
    msg: The metabase was written to disk.
steps:
  description: What was begun, or in check mode would be done, in order. A step that failed is the last but for what was started again.
  returned: when the host was read
  type: list
  elements: str
  sample:
    - stop W3SVC
    - start W3SVC
recovery:
  description: The recovery actions of the named services.
  returned: when O(recovery) is given
  type: dict
  sample:
    w3svc:
      actions:
        - action: restart
          delay: 60.0
      reset_period: 86400
      command: null
      runs_iisreset: false
brought_back:
  description: The services that were started again after the failure.
  returned: when the task failed on the way
  type: list
  elements: str
  sample: [W3SVC, MSFTPSVC]
iisreset:
  description: That IISReset is V(disabled) on the host.
  returned: when the task failed because IISReset is disabled
  type: str
  sample: disabled
recovery_failing:
  description:
    - The services whose recovery actions fail while IISReset is disabled, because they run it. Null when that couldn't be read.
  returned: when the task failed because IISReset is disabled
  type: list
  elements: str
  sample: [IISADMIN]
recovery_working:
  description: The services whose recovery actions work all the same. Null when the registry of the host can't be read.
  returned: when the task failed because IISReset is disabled
  type: list
  elements: str
  sample: [W3SVC]
"""
