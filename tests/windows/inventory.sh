#!/usr/bin/env bash
# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes an inventory of one host: inventory.sh FILE ADDRESS PORT USER [NAME]. The password stays in the environment
# variable IIS_TEST_PASSWORD and is read from there when Ansible connects.
set -euo pipefail
[ $# -ge 4 ] || { echo "usage: inventory.sh FILE ADDRESS PORT USER [NAME]" >&2; exit 2; }
cat > "$1" <<INVENTORY
all:
  hosts:
    ${5:-windows}:
      ansible_host: "$2"
      ansible_port: $3
      ansible_user: "$4"
      ansible_password: "{{ lookup('ansible.builtin.env', 'IIS_TEST_PASSWORD') }}"
      ansible_connection: winrm
      ansible_winrm_scheme: http
      ansible_winrm_transport: ntlm
INVENTORY
