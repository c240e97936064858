# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_info
short_description: Read the state of IIS on a host
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Reads versions, services, sites, isolation mode, metabase, application pools and connections of IIS. Changes nothing.
  - Each subset is returned under its own name. One that can't be read is null, and a warning says why. The task fails only when
    none can be read.
options:
  gather_subset:
    description:
      - What to read.
      - V(recovery) takes two or three requests for each service, and V(reset) opens a command shell on the host, so they are
        read only when they are asked for.
      - On IIS 7 and later, V(sites) and V(app_pools) run C(appcmd.exe) in a command shell where the Windows feature IIS Management Scripts
        and Tools (Web-Scripting-Tools) isn't installed, or where there are a dozen sites or more.
    type: list
    elements: str
    choices: [version, services, recovery, sites, isolation_mode, metabase, app_pools, connections, reset]
    default: [version, services, sites, isolation_mode, metabase, app_pools, connections]
extends_documentation_fragment:
  - fleetops.iis.attributes.info
  - fleetops.iis.attributes
seealso:
  - module: fleetops.iis.iis_service
  - module: fleetops.iis.iis_site
"""

EXAMPLES = r"""
- name: Read everything that needs no command shell
  fleetops.iis.iis_info:
  register: iis

- name: Restart IIS only where the isolation mode waits for it
  fleetops.iis.iis_service:
    state: restarted
  when: iis.isolation_mode.restart_pending

- name: Read which sites there are, and whether IISReset may be used
  fleetops.iis.iis_info:
    gather_subset: [sites, reset]
"""

RETURN = r"""
version:
  description: The versions of IIS and Windows. Null when they can't be read.
  returned: when asked for
  type: dict
  contains:
    iis:
      description: The version of IIS.
      type: str
      sample: "6.0"
    windows:
      description: The version of Windows.
      type: str
      sample: 5.2.3790
    windows_name:
      description: The name of Windows.
      type: str
      sample: Microsoft(R) Windows(R) Server 2003, Standard Edition
    features:
      description: Which optional features of IIS 7 and later are installed. Null on IIS 6.0.
      type: dict
      contains:
        scripting_tools:
          description: IIS Management Scripts and Tools (Web-Scripting-Tools), which the modules use in place of C(appcmd.exe).
          type: bool
          sample: true
        metabase:
          description: IIS 6 Metabase Compatibility (Web-Metabase).
          type: bool
          sample: false
        wmi_compatibility:
          description: IIS 6 WMI Compatibility (Web-WMI).
          type: bool
          sample: false
        request_monitor:
          description: Request Monitor (Web-Request-Monitor).
          type: bool
          sample: false
    service_pack:
      description: The service pack, or null.
      type: str
      sample: Service Pack 2
services:
  description: The services of IIS that are installed, and all others that depend on IISADMIN, by their name in lower case. Null when they can't be read.
  returned: when asked for
  type: dict
  sample:
    w3svc:
      name: W3SVC
      display_name: World Wide Web Publishing Service
      state: started
      start_mode: auto
recovery:
  description: What the service control manager does when a service of IIS fails, by the service's name in lower case. Null when it can't be read.
  returned: when asked for
  type: dict
  sample:
    iisadmin:
      actions:
        - action: run_command
          delay: 1.0
      reset_period: 86400
      command: iisreset.exe /fail=%1%
      runs_iisreset: true
sites:
  description: The Web and FTP sites, and the SMTP and NNTP virtual servers. Null when they can't be read.
  returned: when asked for
  type: list
  elements: dict
  contains:
    service:
      description: The service that the site belongs to.
      type: str
      sample: web
    id:
      description: The number of the site.
      type: int
      sample: 1
    name:
      description: The description of the site.
      type: str
      sample: Default Web Site
    state:
      description:
        - V(started), V(stopped), V(paused), V(starting), V(stopping), V(pausing), V(continuing) or V(unknown).
        - V(unknown) is what IIS 7 and later report while the service of the site is stopped, to an account whose token isn't elevated, and
          of FTP sites without Web-Scripting-Tools. It doesn't mean that the site is stopped.
        - Null when the host reports none that makes sense.
      type: str
      sample: started
    auto_start:
      description: Whether it starts together with its service.
      type: bool
      sample: true
    bindings:
      description: Where it listens.
      type: list
      elements: dict
      contains:
        ip:
          description: The address, V(*) for all that aren't assigned to another site.
          type: str
          sample: "*"
        port:
          description: The port.
          type: str
          sample: "80"
        host_name:
          description: The host name, empty for any.
          type: str
          sample: www.example.com
        ssl:
          description: Whether the binding is for SSL.
          type: bool
          sample: false
isolation_mode:
  description: The isolation mode, as RV(fleetops.iis.iis_isolation_mode#module:configured_mode) and its neighbours. Null when it can't be read.
  returned: when asked for
  type: dict
  sample:
    configured_mode: worker_process
    running_mode: iis5
    http_ssl_mode: iis5
    restart_pending: true
    services_to_restart: [w3svc, httpfilter]
metabase:
  description: The metabase file and its settings. Null when it can't be read, and on IIS 7 and later, which have none.
  returned: when asked for
  type: dict
  contains:
    path:
      description: Where the file is.
      type: str
      sample: C:\WINDOWS\system32\inetsrv\MetaBase.xml
    size:
      description: Its size in bytes.
      type: int
      sample: 53012
    last_modified:
      description: When it was last written, in UTC.
      type: str
      sample: "2026-03-01T08:15:30.125000+00:00"
    writeable:
      description: Whether it is writable.
      type: bool
      sample: true
    edit_while_running:
      description: Whether IIS takes over edits of the file while it runs.
      type: bool
      sample: false
    history:
      description: Whether IIS keeps copies of earlier versions.
      type: bool
      sample: true
    max_history_files:
      description: How many pairs of copies (metabase and schema) it keeps.
      type: int
      sample: 10
app_pools:
  description: The application pools. They are in use in worker process isolation mode only. Null when they can't be read.
  returned: when asked for
  type: list
  elements: dict
  contains:
    name:
      description: The name of the pool.
      type: str
      sample: DefaultAppPool
    state:
      description:
        - V(started), V(stopped), V(starting), V(stopping) or V(unknown).
        - V(unknown) is what IIS 7 and later report while W3SVC or WAS is stopped, and to an account whose token isn't elevated. It doesn't
          mean that the pool is stopped.
        - Null when the host reports none that makes sense.
      type: str
      sample: started
    auto_start:
      description: Whether it starts together with the World Wide Web Publishing Service.
      type: bool
      sample: true
connections:
  description: >-
    How many connections clients have now, by protocol: 0 for a service that is stopped, null for one that is not installed or has no
    such counter.
  returned: when asked for
  type: dict
  sample:
    http: 12
    ftp: 0
    smtp: null
    nntp: null
reset:
  description: Whether IISReset may be used (C(iisreset /enable) and C(/disable)). Null when it can't be read.
  returned: when asked for
  type: dict
  contains:
    enabled:
      description: Whether it is enabled.
      type: bool
      sample: true
"""
