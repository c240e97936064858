# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that the domain runs on a host: iisreset, sc, shutdown, and adsutil.vbs."""

from __future__ import annotations

import struct

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult, ObjectPath

SCRIPT = "D:\\Inetpub\\AdminScripts\\adsutil.vbs"
SAVE_SCRIPT = "D:\\WINNT\\system32\\iiscnfg.vbs"
DISABLED_TEXT = "IISReset ist deaktiviert. (2147946709, 800710d5)"
TIMEOUT_TEXT = "Stop attempt failed.\nDer Dienst antwortete nicht rechtzeitig. (2147943453, 8007041d)"
BUSY_TEXT = "Restart attempt failed.\n(2147943461, 80070425)"


class Programs:
    """A mixin of ModelHost. Each program can be replaced on a host by a function."""

    def iisreset(self, *switches):
        if self.iisreset_answers and switches[0] != "/STATUS":
            return self.iisreset_answers.pop(0)
        if switches[0] in ("/ENABLE", "/DISABLE"):
            self.iisreset_enabled = self.iisreset_works == (switches[0] == "/ENABLE")
            return CommandResult(0, "erledigt", "")
        if not self.iisreset_enabled:
            return CommandResult(1, DISABLED_TEXT, "")
        if switches[0] == "/STATUS":
            return CommandResult(0, "Status for IIS Admin Service ( IISADMIN ) : Running", "")
        if switches[0] == "/REBOOT":
            return self.shutdown()
        limit = next((int(switch[9:]) for switch in switches if switch.startswith("/TIMEOUT:")), 20)
        if switches[0] in ("/STOP", "/RESTART") and not self.scm.stop_tree(self.scm["IISADMIN"], limit):
            return CommandResult(1, TIMEOUT_TEXT, "")
        if switches[0] in ("/START", "/RESTART") and not self.scm.start_automatic():
            return CommandResult(1, "Start attempt failed. (2147943458, 80070422)", "")
        return CommandResult(0, "fertig", "")

    def sc(self, _failure, name, *pairs):
        options = dict(zip(pairs[::2], pairs[1::2], strict=True))
        words = options["actions="].split("/") if options["actions="] else []
        kinds = {"": 0, "restart": 1, "reboot": 2, "run": 3}
        actions = b"".join(
            struct.pack("<II", kinds[kind], int(delay)) for kind, delay in zip(words[::2], words[1::2], strict=True)
        )
        old_command = self.recovery.get(name.lower(), (b"", None))[1]
        blob = struct.pack("<5I", int(options["reset="]), 0, 0, len(words) // 2, 20) + actions
        self.recovery[name.lower()] = (blob, options.get("command=", old_command))
        return CommandResult(0, "[SC] ChangeServiceConfig2 SUCCESS", "")

    def shutdown(self, *switches):
        if self.shutdown_answers and switches:
            return self.shutdown_answers.pop(0)
        if self.boots_in is not None:
            self.reboot_ends = self.clock.now + self.boots_in
        return CommandResult(0, "", "")

    def cscript(self, nologo, script, verb, target="", *value):
        assert nologo == "//nologo"
        if self.script_answers:
            return self.script_answers.pop(0)
        if script == SAVE_SCRIPT:
            assert verb == "/save"
            self.save()
            return CommandResult(0, "Metadata successfully flushed to disk.", "")
        assert script == SCRIPT
        if verb == "SET":
            key, name = target.rsplit("/", 1)
            self.write(ObjectPath("", "", {"Name": key}), name, {"TRUE": True, "FALSE": False}.get(*value, *value))
        else:
            self.order(target, verb.removesuffix("_SERVER").capitalize())
        return CommandResult(0, "done", "")
