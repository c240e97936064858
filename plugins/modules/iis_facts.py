# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_facts
short_description: Gather facts of a Windows host without PowerShell
version_added: 1.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Returns the facts of a host under the names that C(ansible.windows.setup) gives them, by three or four WMI queries. It needs neither
    PowerShell nor a command shell, so it works on Windows Server 2003 as it does on later versions.
  - C(gather_facts) runs it for the hosts whose variable C(ansible_facts_modules) is V(fleetops.iis.iis_facts), in a project that has the
    file C(action_plugins/gather_facts.py) beside its playbooks, with the one line
    C(from ansible_collections.fleetops.iis.plugins.plugin_utils.gather_facts import ActionModule).
options:
  gather_subset:
    description:
      - Which facts to gather, by V(all), V(min), V(hardware), V(network), and V(distribution), V(platform), V(date_time), V(memory),
        V(processor), V(uptime), V(addresses), V(interfaces), V(windows_domain), V(iis).
      - V(min) (V(distribution), V(platform) and V(date_time)) is always gathered, unless V(!min) is given. V(!) before a name leaves its
        facts out, and V(!all) leaves out all but V(min).
      - A name that is none of these is ignored, with a warning.
    type: list
    elements: str
    default: [all]
  gather_timeout:
    description:
      - How long the host may take for each query, in seconds. Facts that take longer are left out, with a warning.
      - At least 1.
    type: int
    default: 10
  filter:
    description:
      - Shell patterns of the facts to return, with or without C(ansible_) before them. Without any, all facts are returned.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - fleetops.iis.attributes.info
  - fleetops.iis.attributes
seealso:
  - name: The module ansible.windows.setup
    description: What gathers facts by PowerShell.
    link: https://docs.ansible.com/ansible/latest/collections/ansible/windows/setup_module.html
  - module: fleetops.iis.iis_info
"""

EXAMPLES = r"""
- name: Gather all facts
  fleetops.iis.iis_facts:

- name: Show how long the host has been up
  ansible.builtin.debug:
    msg: "{{ ansible_facts.hostname }} was started at {{ ansible_facts.lastboot }}"

- name: Gather nothing but the addresses
  fleetops.iis.iis_facts:
    gather_subset: ['!all', '!min', addresses]

- name: Go on where there is IIS 6 only
  ansible.builtin.meta: end_host
  when: ansible_facts.iis_version != '6.0'
"""

RETURN = r"""
ansible_facts:
  description: The facts. In a play they are in C(ansible_facts), without C(ansible_).
  returned: always
  type: dict
  contains:
    ansible_all_ipv4_addresses:
      description: The IPv4 addresses of all adapters.
      returned: when gathered
      type: list
      elements: str
      sample: [192.0.2.10]
    ansible_all_ipv6_addresses:
      description: The IPv6 addresses of all adapters. Server 2003 doesn't list any.
      returned: when gathered
      type: list
      elements: str
      sample: []
    ansible_architecture:
      description: V(32-bit) or V(64-bit), as Windows itself says from Vista on. Null for another system.
      returned: when gathered
      type: str
      sample: 32-bit
    ansible_architecture2:
      description: The same as other systems call it, for instance V(i386) or V(x86_64).
      returned: when gathered
      type: str
      sample: i386
    ansible_date_time:
      description: The host's own time when it was asked, in the parts that C(ansible.windows.setup) has, but for C(tz). Null when the host doesn't say.
      returned: when gathered
      type: dict
    ansible_distribution:
      description: The name of Windows. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: "Microsoft(R) Windows(R) Server 2003, Standard Edition"
    ansible_distribution_major_version:
      description: Its major version. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: "5"
    ansible_distribution_version:
      description: Its version; the last number is 65536 for each service pack. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: 5.2.3790.131072
    ansible_domain:
      description: The DNS name of the domain, empty for a host that is in none.
      returned: when gathered
      type: str
      sample: example.com
    ansible_fqdn:
      description: The host's name with its domain. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: web01.example.com
    ansible_hostname:
      description: The host's DNS name without its domain. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: web01
    ansible_iis_version:
      description: The version of IIS. Null without IIS.
      returned: when gathered
      type: str
      sample: "6.0"
    ansible_interfaces:
      description: The adapters that TCP/IP is bound to.
      returned: when gathered
      type: list
      elements: dict
      contains:
        interface_name:
          description: What kind of adapter it is. Null when the host doesn't say.
          type: str
          sample: Intel(R) PRO/1000 MT Network Connection
        macaddress:
          description: Its address. Null when the host doesn't say.
          type: str
          sample: 00:0C:29:3F:10:7A
        ipv4:
          description: Its C(address) and C(prefix) (the length, as a text); a list of these when there are several, null when there is none.
          type: raw
          sample: {address: 192.0.2.10, prefix: "24"}
        ipv6:
          description: The same for IPv6. Always null on Server 2003, which doesn't list them.
          type: raw
          sample: null
        default_gateway:
          description: The first gateway, or null.
          type: str
          sample: 192.0.2.1
        dns_domain:
          description: The DNS suffix of the connection, or null.
          type: str
          sample: example.com
    ansible_ip_addresses:
      description: All addresses, those of IPv4 first.
      returned: when gathered
      type: list
      elements: str
      sample: [192.0.2.10]
    ansible_kernel:
      description: The same as C(ansible_distribution_version). Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: 5.2.3790.131072
    ansible_lastboot:
      description: When the host was started. In its own local time, in spite of the C(Z), as C(ansible.windows.setup) has it. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: "2026-03-01 08:00:00Z"
    ansible_memfree_mb:
      description: Free memory. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 243
    ansible_memtotal_mb:
      description: Memory. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 615
    ansible_netbios_name:
      description: The host's NetBIOS name. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: WEB01
    ansible_nodename:
      description: The same as C(ansible_fqdn). Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: web01.example.com
    ansible_os_family:
      description: Always V(Windows).
      returned: when gathered
      type: str
      sample: Windows
    ansible_os_name:
      description: The name of Windows, without marks. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: Microsoft Windows Server 2003 Standard Edition
    ansible_os_product_type:
      description: V(server), V(domain_controller), V(workstation) or V(unknown).
      returned: when gathered
      type: str
      sample: server
    ansible_owner_contact:
      description: How to reach the owner.
      returned: when gathered
      type: str
      sample: ""
    ansible_owner_name:
      description: Who Windows is registered for.
      returned: when gathered
      type: str
      sample: ""
    ansible_pagefilefree_mb:
      description: Free space in page files. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 4065
    ansible_pagefiletotal_mb:
      description: The size of all page files. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 4080
    ansible_processor_cores:
      description: How many cores a processor has. Null on a Server 2003 without KB932370, which doesn't know.
      returned: when gathered
      type: int
      sample: 2
    ansible_processor_count:
      description: How many processors there are. A Server 2003 without KB932370 counts logical ones. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 1
    ansible_processor_threads_per_core:
      description: How many threads a core has. Null where C(ansible_processor_cores) is.
      returned: when gathered
      type: int
      sample: 1
    ansible_processor_vcpus:
      description: How many logical processors there are. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 2
    ansible_product_name:
      description: The model of the machine. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: Virtual Machine
    ansible_swaptotal_mb:
      description: Always 0; Windows has page files.
      returned: when gathered
      type: int
      sample: 0
    ansible_system:
      description: Always V(Win32NT).
      returned: when gathered
      type: str
      sample: Win32NT
    ansible_system_description:
      description: The description of the computer.
      returned: when gathered
      type: str
      sample: ""
    ansible_system_vendor:
      description: Who made the machine. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: Microsoft Corporation
    ansible_uptime_seconds:
      description: For how many seconds the host has been up, by its own clock. Null when the host doesn't say.
      returned: when gathered
      type: int
      sample: 86400
    ansible_windows_domain:
      description: The domain or workgroup. Null when the host doesn't say.
      returned: when gathered
      type: str
      sample: WORKGROUP
    ansible_windows_domain_member:
      description: Whether the host is in a domain.
      returned: when gathered
      type: bool
      sample: false
    ansible_windows_domain_role:
      description: Its part in the domain.
      returned: when gathered
      type: str
      sample: Stand-alone server
"""
