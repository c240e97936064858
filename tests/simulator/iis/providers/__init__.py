# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The IIS WMI provider: the classes of root\MicrosoftIISv2 over the metabase (IIS 6.0 SDK).

Two hierarchies: ``IIsXxx`` with methods and read-only state, ``IIsXxxSetting`` with read-write configuration.
"""
