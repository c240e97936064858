# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_probe
short_description: Try on a host every request that the collection relies on
version_added: 1.0.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Reads all that the modules of the collection ever read, with their own code, and reports for each request shape (a query with its
    columns, a method call, and, when asked for, a command or a write) whether it holds on this host.
  - Only reads, unless O(writes=true).
  - A shape that doesn't hold isn't a failure of the task. The task fails only when the transcript can't be written, and the host is
    unreachable when it doesn't answer at all.
options:
  shell:
    description:
      - Whether to open a command shell, and run C(iisreset /STATUS), C(sc qfailure IISADMIN) and C(adsutil.vbs GET) in it.
      - On IIS 7 and later also C(appcmd list) of sites, application pools and backups; C(adsutil.vbs) only where it is installed.
    type: bool
    default: false
  writes:
    description:
      - Whether to try writes as well. Each writes the value that is there already, or undoes what it did.
      - It writes IIs5IsolationModeEnabled of W3SVC and MaxHistoryFiles of LM with the value they have, sets the start mode of W3SVC
        to what it is, saves the metabase, makes a backup named C(fleetops-iis-probe) and deletes it, and pauses and continues one
        started Web site and one started FTP site. While a site is paused, for a second or so, it refuses new connections.
      - Of IIS 7 and later nothing is written, unless the host has the classes of IIS 6.
      - The task is changed only where a write was sent.
      - Not in check mode.
    type: bool
    default: false
  transcript:
    description:
      - A file on the controller to write everything to that was sent and answered. Not in check mode.
      - Only its owner may read it. A file that exists is never overwritten. The next free name is taken instead, for instance
        C(probe.2.json) for V(probe.json); RV(transcript) says which.
      - A folder is refused.
    type: path
  redact:
    description:
      - Whether the transcript has pseudonyms instead of names, addresses, users, sites, bindings, paths and everything else
        that says whose host it is. Passwords are left out.
      - The result of the task isn't redacted.
    type: bool
    default: true
extends_documentation_fragment:
  - fleetops.iis.attributes.info
  - fleetops.iis.attributes
attributes:
  check_mode:
    description: Reads as it does otherwise. Writes nothing, neither on the host nor on the controller.
    support: full
notes:
  - Bytes are those of the messages themselves, without what encryption and HTTP add.
  - docs/probe.md of the collection explains what is in a transcript and how to send it.
seealso:
  - module: fleetops.iis.iis_info
"""

EXAMPLES = r"""
- name: Try what the collection relies on
  fleetops.iis.iis_probe:
    transcript: probe.json
  register: probe

- name: Show what doesn't hold
  ansible.builtin.debug:
    var: probe.shapes | rejectattr('status', 'in', ['holds', 'skipped'])

- name: Try writes and commands as well, on a test host
  fleetops.iis.iis_probe:
    shell: true
    writes: true
    transcript: probe.json
"""

RETURN = r"""
shapes:
  description:
    - How each request shape ended, in the order in which they were tried. A shape that is sent again, for another object, is listed
      again only if it ends in another way.
  returned: always
  type: list
  elements: dict
  contains:
    shape:
      description:
        - What the shape is called, by what is done and to which class, for instance V(query IIsWebServer by Name),
          V(ask GetCurrentMode), V(put MaxHistoryFiles), V(run iisreset). Shapes of one name differ in RV(shapes[].request).
      type: str
      sample: query IIsWebServiceSetting by Name
    request:
      description: What was asked. Of a method call, the names of its arguments.
      type: str
      sample: SELECT Name, IIs5IsolationModeEnabled FROM IIsWebServiceSetting WHERE Name='W3SVC'
    status:
      description:
        - V(holds) when the host answered as the collection expects, V(refused) when it answered with a fault.
        - A namespace that is missing because its Windows feature isn't installed is expected to be.
        - V(unexpected) when it answered something else or not at all, V(skipped) when the shape wasn't tried.
      type: str
      sample: holds
    detail:
      description: What was answered, or why the shape was left out.
      type: str
      sample: 1 row
    code:
      description: The most specific code of a fault, or null.
      type: str
      sample: "0x80338012"
    symbol:
      description: Its name, or null when it isn't known.
      type: str
      sample: ERROR_WSMAN_DESTINATION_UNREACHABLE
    codes:
      description: All codes of a fault, the outermost first.
      type: list
      elements: int
      sample: [2150859010, 2147942452]
    seconds:
      description: How long it took.
      type: float
      sample: 0.041
    requests:
      description: How many messages were sent.
      type: int
      sample: 1
    bytes_sent:
      description: The size of the messages that were sent.
      type: int
      sample: 1304
    bytes_received:
      description: The size of their answers.
      type: int
      sample: 1120
dialects:
  description:
    - The WMI namespaces by which IIS can be reached. V(MicrosoftIISv2) has the classes of IIS 6, which IIS 7 and later have with the
      Windows feature Web-WMI. V(WebAdministration) has those of IIS 7 and later.
  returned: always
  type: list
  elements: str
  sample: [MicrosoftIISv2]
counts:
  description: How many shapes ended how.
  returned: always
  type: dict
  sample:
    holds: 66
    refused: 1
    unexpected: 0
    skipped: 10
transcript:
  description: The file that was written, or null in check mode and without O(transcript).
  returned: always
  type: str
  sample: probe.json
msg:
  description: The counts in words.
  returned: always
  type: str
  sample: 66 holds, 1 refused, 0 unexpected, 10 skipped
"""
