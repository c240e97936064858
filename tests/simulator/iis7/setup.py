# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration files that a host starts with (the layout: iis-docs, introduction to applicationHost.config)."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from simulator.iis7 import apphost
from simulator.iis7.apphost import set_attribute
from simulator.iis7.spec import Iis7Spec, Pool7, Site7

SHARE = r"C:\shared configuration"
"""The folder that stands for one on another machine."""
REDIRECTION = rf"{apphost.FOLDER}\redirection.config"
ADMINISTRATION = rf"{apphost.FOLDER}\administration.config"


def build_document(spec: Iis7Spec) -> ET.Element:
    """applicationHost.config."""
    root = ET.Element("configuration")
    head = ET.SubElement(root, "system.applicationHost")
    pools = ET.SubElement(head, "applicationPools")
    for pool in spec.pools:
        add_pool(pools, pool)
    defaults = ET.SubElement(pools, "applicationPoolDefaults", managedRuntimeVersion="v4.0")
    ET.SubElement(defaults, "processModel", identityType="ApplicationPoolIdentity")
    sites = ET.SubElement(head, "sites")
    for site in spec.sites:
        add_site(sites, site)
    site_defaults = ET.SubElement(sites, "siteDefaults")
    ET.SubElement(site_defaults, "logFile", logFormat="W3C", directory=r"%SystemDrive%\inetpub\logs\LogFiles")
    ET.SubElement(sites, "applicationDefaults", applicationPool="DefaultAppPool")
    ET.SubElement(sites, "virtualDirectoryDefaults", allowSubDirConfig="true")
    ET.SubElement(head, "webLimits")
    web = ET.SubElement(root, "system.webServer")
    document = ET.SubElement(web, "defaultDocument", enabled="true")
    files = ET.SubElement(document, "files")
    for name in ("Default.htm", "Default.asp", "index.htm", "iisstart.htm"):
        ET.SubElement(files, "add", value=name)
    return root


def add_pool(section: ET.Element, pool: Pool7) -> ET.Element:
    """The element of a pool, with what differs from the defaults."""
    element = ET.SubElement(section, "add", name=pool.name)
    if not pool.starts_automatically():
        element.set("autoStart", "false")
    for path, value in pool.attributes.items():
        set_attribute(element, path, value)
    return element


def add_site(section: ET.Element, site: Site7) -> ET.Element:
    """The element of a site."""
    element = ET.SubElement(section, "site", name=site.name, id=str(site.id))
    if not site.starts_automatically():
        element.set("serverAutoStart", "false")
    application = ET.SubElement(element, "application", path="/", applicationPool=site.pool)
    ET.SubElement(application, "virtualDirectory", path="/", physicalPath=site.path)
    bindings = ET.SubElement(element, "bindings")
    for binding in site.bindings:
        ET.SubElement(bindings, "binding", protocol=binding.protocol, bindingInformation=binding.information)
    if not site.ftp_auto_start:
        set_attribute(element, "ftpServer.serverAutoStart", "false")
    return element


def redirection(shared: str) -> bytes:
    """redirection.config: where the configuration is, if it is shared."""
    root = ET.Element("configuration")
    if shared:
        ET.SubElement(root, "configurationRedirection", enabled="true", path=shared, userName="CORP\\iisconfig")
    else:
        ET.SubElement(root, "configurationRedirection")
    ET.indent(root, "    ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + ET.tostring(root) + b"\r\n"
