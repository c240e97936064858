# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Internet Information Services 6.0 on a simulated Windows Server 2003.

Written from the public documentation of IIS 6.0 and the IIS 6.0 SDK; ``ms525697`` and ``cc758342`` name
pages of them. What those pages leave open is an assumption, marked ASSUMED where it is made, and mostly a
switch (:mod:`simulator.iis.switches`), so that clients can be tried against every answer.
"""
