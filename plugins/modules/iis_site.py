# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_site
short_description: Start, stop, pause or restart a site of IIS
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Brings one Web site, FTP site, SMTP or NNTP virtual server of IIS into a state, and leaves all others alone.
  - Waits until the site has reached the state, and fails if it doesn't.
options:
  service:
    description:
      - The service that the site belongs to.
      - Sites of V(smtp) and V(nntp) are changed by the script C(adsutil.vbs) in a command shell on the host, because WMI has no
        methods for them.
    type: str
    default: web
    choices: [web, ftp, smtp, nntp]
  name:
    description:
      - The description of the site, as IIS Manager shows it. It isn't case sensitive.
      - Exactly one of O(name) and O(id) is required.
    type: str
  id:
    description:
      - The number of the site, V(1) for the default site. The task then takes one request less than by O(name).
    type: int
  state:
    description:
      - The state to bring the site into.
      - V(started) starts a stopped site and continues a paused one.
      - V(stopped) stops a started or paused site. IIS remembers this, so the site no longer starts together with its service,
        unless O(auto_start=true).
      - V(paused) makes a started site refuse new connections and keep the present ones. A stopped site can't be paused.
      - V(restarted) stops and starts the site every time, so the task is always changed. A stopped site is started.
      - At least one of O(state) and O(auto_start) is required.
    type: str
    choices: [started, stopped, paused, restarted]
  auto_start:
    description:
      - Whether the site starts together with its service. IIS sets this itself when a site is started or stopped; with this option
        it gets this value afterwards.
    type: bool
  lasting:
    description:
      - Whether the state lasts when the service, or the machine, is restarted.
      - By default it does. IIS 6.0 sees to that itself, by setting O(auto_start) as a site is started or stopped. IIS 7 and later
        don't, so there the task sets C(serverAutoStart) as well, as IIS Manager does.
      - V(false) leaves O(auto_start) as it was. IIS 6.0 changes it, so there it is written back, with a request or two more.
      - V(true) also sets O(auto_start) of a site that is in the state already, on every IIS.
      - If O(auto_start) is given, that decides.
    type: bool
    version_added: 1.1.0
  timeout:
    description:
      - In how many seconds the site has to reach the state, from the beginning of the task to its end. It bounds C(adsutil.vbs) too.
      - At least 1.
    type: float
    default: 60
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - On IIS 7 and later, Web sites are reached by C(root/WebAdministration) where the Windows feature IIS Management Scripts and Tools
    (Web-Scripting-Tools) is installed, else by C(appcmd.exe) in a command shell. No PowerShell is used.
  - There, O(state=paused) is refused, because those sites can't be paused. FTP sites need that feature, and IIS 7.5 or later. SMTP
    virtual servers are those of the IIS 6 metabase, and need the feature IIS 6 WMI Compatibility (Web-WMI).
  - There, a site has no known state while its service is stopped. That is never taken for stopped, so the task fails and says what
    to start.
  - Where Web-WMI is installed on IIS 7 and later, Web sites are reached by the classes of IIS 6. Say O(lasting=true) there where a state
    has to last.
  - A site that is starting, stopping, pausing or continuing is waited for before anything is decided.
  - A site moves only while its service runs. If it doesn't, the module says so. M(fleetops.iis.iis_service) starts the service.
seealso:
  - module: fleetops.iis.iis_service
"""

EXAMPLES = r"""
- name: Start the default Web site
  fleetops.iis.iis_site:
    id: 1
    state: started

- name: Let the shop finish the requests that it has, and take no new ones
  fleetops.iis.iis_site:
    name: Shop
    state: paused

- name: Stop an FTP site, and still have it start with the FTP service
  fleetops.iis.iis_site:
    service: ftp
    name: Default FTP Site
    state: stopped
    auto_start: true

- name: Restart a Web site
  fleetops.iis.iis_site:
    name: Shop
    state: restarted
    timeout: 120
"""

RETURN = r"""
service:
  description: The service that the site belongs to.
  returned: when the site was found
  type: str
  sample: web
id:
  description: The number of the site.
  returned: when the site was found
  type: int
  sample: 1
name:
  description: The description of the site. Null when the site was given by O(id) and nothing had to be changed.
  returned: when the site was found
  type: str
  sample: Default Web Site
state:
  description:
    - The state of the site now, V(started), V(stopped) or V(paused). In check mode, the one that it would have.
    - Without O(state), and when the task failed, also V(starting), V(stopping), V(pausing), V(continuing) or V(unknown), as
      RV(fleetops.iis.iis_info#module:sites[].state).
  returned: when the site was found
  type: str
  sample: started
state_before:
  description: The state that the site had before the task, any of those of RV(fleetops.iis.iis_info#module:sites[].state).
  returned: when the site was found
  type: str
  sample: stopped
auto_start:
  description: Whether the site starts together with its service. Null when the site was given by O(id) and this wasn't looked at.
  returned: when the site was found
  type: bool
  sample: true
ids:
  description: The numbers of the sites of that name.
  returned: when there is more than one
  type: list
  elements: int
  sample: [1, 4]
sites:
  description: The sites that exist, those with the most similar names first.
  returned: when there is no such site
  type: list
  elements: dict
  contains:
    id:
      description: The number of the site.
      type: int
      sample: 1
    name:
      description: The description of the site.
      type: str
      sample: Default Web Site
"""
