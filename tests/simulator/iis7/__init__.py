# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 7.5 and IIS 10 as an administrator sees them: WAS, W3SVC, applicationHost.config, appcmd, WMI.

Written from Microsoft's IIS documentation (MicrosoftDocs/iis-docs), the class definitions that Microsoft published with
its WMI wrappers (microsoft/wmi), and public reports of real hosts. What none of these says is marked ASSUMED where it
stands, or is a switch (:mod:`simulator.iis7.switches`).
"""
