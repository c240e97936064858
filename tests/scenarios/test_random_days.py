# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random days in the life of a host: our modules and the outside world take turns, and a plain model agrees.

Bounded and the same every time; ``SCENARIO_EXAMPLES=500`` looks deeper, at something new in every run, and makes what
it finds small (add ``-o timeout=0``).
"""

from __future__ import annotations

import copy
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.scenario import HostSpec

from .conftest import address
from .iis_model import OF_SERVICE, PAUSED, SERVICE_OF, STARTED, STOPPED, Model, Refused
from .in_process import World

EXAMPLES = int(os.environ.get("SCENARIO_EXAMPLES", "0"))

NAMES = {"iisadmin": "IISADMIN", "httpfilter": "HTTPFilter", "w3svc": "W3SVC", "msftpsvc": "MSFTPSVC",
         "smtpsvc": "SMTPSVC", "nntpsvc": "NntpSvc"}  # fmt: skip
TRUTH = {"Running": STARTED, "Stopped": STOPPED, "Paused": PAUSED}
KINDS = {"w3svc": "web", "msftpsvc": "ftp", "smtpsvc": "smtp", "nntpsvc": "nntp"}
TITLES = {"W3SVC/1": "Default Web Site", "W3SVC/2": "Shop & <Söhne>", "MSFTPSVC/1": "O'Files",
          "SmtpSvc/1": "Mail %1", "NntpSvc/1": "News"}  # fmt: skip

site_keys = st.sampled_from(sorted(SERVICE_OF))
subsets = st.one_of(
    st.just(("all",)), st.sets(st.sampled_from(sorted(NAMES)), min_size=1, max_size=2).map(sorted).map(tuple)
)


def spec() -> IisSpec:
    kinds = {KINDS[service]: Kind[KINDS[service].upper()] for service in KINDS}
    return IisSpec(
        services=tuple(Kind),
        sites=[
            SiteSpec(int(key.partition("/")[2]), TITLES[key], kinds[KINDS[service]], (BindingSpec(8000 + number),))
            for number, (key, service) in enumerate(SERVICE_OF.items())
        ],
    )


class Host(RuleBasedStateMachine):
    """A host with all services of IIS, and what a model says of it."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        world = World(folder, [HostSpec("web01", address=address(2), iis=spec())])
        self.host = self.stack.enter_context(world).hosts[0]
        self.model = Model()
        self.value = 1024
        self.host.act("metabase_set", path="/LM", name="MaxBandwidth", value=self.value)

    def teardown(self) -> None:
        self.stack.close()

    def expect(self, module, change, **options):
        """Run a module; the model says whether it is refused, and what is so afterwards."""
        foretold = copy.deepcopy(self.model)
        try:
            changes = change(foretold)
        except Refused:
            result = self.host.run(module, **options)
            assert result.get("failed"), (module, options, result)
            assert not result["changed"], result
            assert "Traceback" not in result["msg"]
            return None
        result = self.host.run(module, **options)
        assert not result.get("failed"), (module, options, result["msg"])
        assert not result.get("unreachable"), (module, options, result["msg"])
        if changes is not None:
            assert result["changed"] is changes, (module, options, result)
        self.model = foretold
        return result

    # -- our modules -------------------------------------------------------------------------------------------------

    @rule(
        names=subsets, state=st.sampled_from(["started", "stopped", "paused"]), method=st.sampled_from(["auto", "scm"])
    )
    def service(self, names, state, method):
        before = self.model.services
        result = self.expect(
            "iis_service", lambda model: model.service(names, state), name=list(names), state=state, method=method
        )
        if result is not None:
            assert result["changed"] is (self.model.services != before), (names, state, result)
            again = self.host.run("iis_service", name=list(names), state=state, method=method)
            assert again["changed"] is False, (names, state, again)

    @rule(names=subsets, method=st.sampled_from(["auto", "scm"]))
    def service_restarted(self, names, method):
        stops = [name for name in NAMES if self.model.services[name] != STOPPED]
        result = self.expect(
            "iis_service",
            lambda model: model.service(names, "restarted", iisreset=method == "auto" and names == ("all",)),
            name=list(names),
            state="restarted",
            method=method,
        )
        assert result["changed"]
        if result["save"] and stops:
            assert self.host.on_disk("/LM", "MaxBandwidth") == str(self.value)

    @rule(key=site_keys, state=st.sampled_from(["started", "stopped", "paused", "restarted"]), by_name=st.booleans())
    def site(self, key, state, by_name):
        which = {"name": TITLES[key]} if by_name else {"id": int(key.partition("/")[2])}
        self.expect(
            "iis_site", lambda model: model.site(key, state), service=KINDS[SERVICE_OF[key]], state=state, **which
        )

    @rule(key=site_keys, value=st.booleans())
    def auto_start(self, key, value):
        self.expect(
            "iis_site",
            lambda model: model.auto_start(key, value),
            service=KINDS[SERVICE_OF[key]],
            name=TITLES[key],
            auto_start=value,
        )

    @rule(state=st.sampled_from(["started", "stopped", "recycled"]))
    def app_pool(self, state):
        self.expect("iis_app_pool", lambda model: model.app_pool(state), name="DefaultAppPool", state=state)

    @rule(mode=st.sampled_from(["worker_process", "iis5"]))
    def isolation_mode(self, mode):
        result = self.expect("iis_isolation_mode", lambda model: model.isolation_mode(mode), mode=mode)
        if result is not None:
            assert (result["configured_mode"], result["running_mode"]) == (mode, self.model.running)

    @rule()
    def save(self):
        result = self.expect("iis_metabase_save", lambda _model: None)
        if self.model.services["iisadmin"] != STOPPED:
            assert self.host.iis["metabase"]["memory_equals_disk"], result

    # -- the outside world -------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(sorted(NAMES)))
    def somebody_stops_a_service(self, name):
        if any(self.model.services[other] != STOPPED for other in self.needing(name)):
            return
        self.host.act("stop_service", name=NAMES[name])
        self.model.down(name)

    @rule(name=st.sampled_from(sorted(NAMES)))
    def somebody_starts_a_service(self, name):
        self.host.act("start_service", name=NAMES[name])
        self.model.up(name)

    @rule(name=st.sampled_from(sorted(OF_SERVICE)))
    def somebody_pauses_or_resumes_a_service(self, name):
        if self.model.services[name] == STARTED:
            self.host.act("pause_service", name=NAMES[name])
            self.model.pause(name)
        elif self.model.services[name] == PAUSED:
            self.host.act("resume_service", name=NAMES[name])
            self.model.resume(name)

    @rule(key=site_keys, state=st.sampled_from([STARTED, STOPPED, PAUSED]))
    def somebody_changes_a_site(self, key, state):
        if self.model.services[SERVICE_OF[key]] != STARTED:
            return
        kind = KINDS[SERVICE_OF[key]]
        self.host.act("site_state", kind=kind, site=int(key.partition("/")[2]), state=state)
        self.model.sites[key].state = state
        if state != PAUSED:
            self.model.sites[key].auto_start = state == STARTED

    @rule()
    def the_web_service_crashes(self):
        if self.model.services["w3svc"] != STOPPED:
            self.host.act("kill_service", name="W3SVC", recover=False)
            self.model.down("w3svc")

    @precondition(lambda self: self.model.services["iisadmin"] != STOPPED)
    @rule(value=st.integers(1, 1 << 30))
    def somebody_changes_the_configuration(self, value):
        self.host.act("metabase_set", path="/LM", name="MaxBandwidth", value=value)
        self.value = value

    @rule(seconds=st.sampled_from([1.0, 61.0, 400.0]))
    def time_passes(self, seconds):
        self.host.wait(seconds)

    @staticmethod
    def needing(name):
        needs = {"httpfilter": ["w3svc"], "iisadmin": [other for other in NAMES if other != "iisadmin"]}
        return needs.get(name, [])

    # -- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def host_and_model_agree(self):
        self.host.wait(5)
        truth = self.host.truth()
        iis = truth["iis"]
        assert {key: TRUTH[truth["services"][name]["state"]] for key, name in NAMES.items()} == self.model.services
        assert iis["running_mode"] == self.model.running
        if self.model.services["iisadmin"] == STOPPED:
            return
        assert {key: (site["state"], site["auto_start"]) for key, site in iis["sites"].items()} == {
            key: (site.state, site.auto_start) for key, site in self.model.sites.items()
        }
        assert {key: site["name"] for key, site in iis["sites"].items()} == TITLES
        assert iis["pools"] == {"DefaultAppPool": self.model.pool}
        assert iis["configured_mode"] == self.model.configured
        assert self.host.in_memory("/LM", "MaxBandwidth") == self.value
        assert iis["metabase"]["lost_changes"] == 0


TestHost = Host.TestCase
TestHost.settings = settings(
    max_examples=EXAMPLES or 15,
    stateful_step_count=30 if EXAMPLES else 12,
    derandomize=not EXAMPLES,
    phases=tuple(Phase) if EXAMPLES else (Phase.explicit, Phase.generate),
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
