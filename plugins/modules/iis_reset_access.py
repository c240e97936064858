# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iis_reset_access
short_description: Enable or disable IISReset on a host
version_added: 0.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - IISReset can be disabled on a host, so that nobody restarts IIS by accident (C(iisreset /disable)). This module switches that.
  - While IISReset is disabled, C(Restart IIS) in IIS Manager fails too, and so do the recovery actions of services that run IISReset. By
    default these are the ones of C(IISADMIN), so IIS doesn't come back by itself when it crashes.
options:
  state:
    description: Whether IISReset may be used on the host.
    type: str
    choices: [enabled, disabled]
    required: true
extends_documentation_fragment:
  - fleetops.iis.attributes
notes:
  - The state is read with C(iisreset /status), which restarts nothing, in check mode too. It needs a WinRM command shell.
seealso:
  - module: fleetops.iis.iis_service
"""

EXAMPLES = r"""
- name: Nobody restarts IIS by accident
  fleetops.iis.iis_reset_access:
    state: disabled

- name: IISReset may be used again
  fleetops.iis.iis_reset_access:
    state: enabled
"""

RETURN = r"""
state:
  description: Whether IISReset may be used now, or in check mode would.
  returned: success
  type: str
  sample: enabled
recovery_failing:
  description:
    - The services whose recovery actions fail while IISReset is disabled, because they run it. Null when that couldn't be read.
  returned: when IISReset was disabled, or in check mode would be
  type: list
  elements: str
  sample: [IISADMIN]
recovery_working:
  description: The services whose recovery actions work all the same. Null when that couldn't be read.
  returned: when IISReset was disabled, or in check mode would be
  type: list
  elements: str
  sample: [W3SVC]
"""
