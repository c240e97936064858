# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes HTML of the pages that antsibull-docs writes: `make docs`."""

project = "fleetops.iis"
extensions = ["sphinx_antsibull_ext"]
