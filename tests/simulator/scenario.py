# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptions of hosts: in code, in a YAML or JSON file, or one of those that come with the simulator.

A file holds ``hosts``, a list of :class:`HostSpec`; an entry may carry ``count`` to stand for many hosts, whose names
are then numbered (``web001``, ``web002``, ...)::

    hosts:
      - name: web01
        iis:
          iis5_mode: true
          unsaved_changes: 3
          sites:
            - {id: 1, name: Default Web Site, bindings: [{port: 80}]}
            - {id: 2, name: Shop, bindings: [{port: 8080}], state: paused}
        actions:
          - {action: fill_disk}
"""

from __future__ import annotations

import copy
import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from simulator.clock import Clock
from simulator.iis.install import install_iis
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis7.install import install_iis7
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.machine import DEFAULT_ACCOUNT, Account, Machine
from simulator.windows.editions import SERVER_2003, SERVER_2008_R2, SERVER_2022, Edition
from simulator.windows.spec_reader import SpecError, read
from simulator.wire.profile import PROFILES, WireOptions
from simulator.wire.site import Placement

_FIRST_ADDRESS = ipaddress.IPv4Address("127.77.0.1")
_QUICK = 0.3
"""Seconds that a service takes to start, and to stop, where somebody watches."""


@dataclass(frozen=True)
class HostKind:
    """A version of Windows with its IIS, and the WinRM that it comes with unless the description has another."""

    edition: Edition
    iis: tuple[int, int]
    profile: str


KINDS: Mapping[str, HostKind] = {
    "iis6": HostKind(SERVER_2003, (6, 0), "winrm2.0"),
    "iis75": HostKind(SERVER_2008_R2, (7, 5), "winrm2.0r2"),
    "iis10": HostKind(SERVER_2022, (10, 0), "winrm3.0"),
}
"""The kinds of hosts by name."""


@dataclass
class HostSpec:
    """One host. Without ``address`` it gets a loopback address of its own by its place in the list.

    ``kind``: Windows and IIS, a key of KINDS; ``profile`` empty: the WinRM of that Windows. ``iis`` describes an
    IIS 6.0, ``iis7`` a later one, each for its kinds; None: a host without IIS. ``clock_skew`` and ``uptime`` in
    seconds; ``off_seconds``: how long a restart keeps it away before it boots; ``oem_code_page``, ``domain`` and
    ``kb932370`` as a Machine has them. ``actions`` are control actions carried out once the host stands:
    ``{"action": "hang_service", "name": "W3SVC"}``.
    """

    name: str
    address: str = ""
    accounts: Sequence[Account] = (DEFAULT_ACCOUNT,)
    kind: str = "iis6"
    profile: str = ""
    clock_skew: float = 0.0
    uptime: float = 86_400.0
    off_seconds: float = 30.0
    oem_code_page: int = 437
    domain: str = ""
    kb932370: bool = False
    iis: IisSpec | None = field(default_factory=IisSpec)
    iis7: Iis7Spec | None = field(default_factory=Iis7Spec)
    wire: WireOptions = field(default_factory=WireOptions)
    actions: Sequence[dict[str, Any]] = ()
    count: int = 1

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a host needs a name")
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(KINDS)}")
        self.profile = self.profile or KINDS[self.kind].profile
        if self.profile not in PROFILES:
            raise ValueError(f"profile {self.profile!r} is not one of {', '.join(PROFILES)}")
        if self.address and not ipaddress.ip_address(self.address).is_loopback:
            raise ValueError(f"address {self.address} is not a loopback address")
        if not self.accounts:
            raise ValueError("a host needs an account")
        if self.count < 1:
            raise ValueError("count is at least 1")


@dataclass
class _File:
    hosts: Sequence[HostSpec]


def load(path: Path) -> list[HostSpec]:
    """The hosts of a YAML or JSON file, counted out and with addresses. Raises :class:`SpecError`."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SpecError(str(path), f"not YAML: {error}") from error
    return placed(read(_File, data).hosts)


def placed(specs: Sequence[HostSpec]) -> list[HostSpec]:
    """Count out the entries that stand for many hosts, and give an address to those that have none.

    Raises :class:`SpecError` if two hosts have the same name or address.
    """
    hosts: list[HostSpec] = []
    for spec in specs:
        width = max(3, len(str(spec.count)))
        names = [spec.name] if spec.count == 1 else [f"{spec.name}{n:0{width}}" for n in range(1, spec.count + 1)]
        hosts += [_copy(spec, name) for name in names]
    given = {spec.address for spec in hosts} - {""}
    free = (str(_FIRST_ADDRESS + number) for number in range(len(hosts) + len(given)))
    unused = (address for address in free if address not in given)
    hosts = [spec if spec.address else replace(spec, address=next(unused)) for spec in hosts]
    _require_unique("name", [spec.name.lower() for spec in hosts])
    _require_unique("address", [spec.address for spec in hosts])
    return hosts


def _copy(spec: HostSpec, name: str) -> HostSpec:
    """A host of its own: what describes IIS and WinRM is changed host by host later."""
    iis, iis7 = copy.deepcopy(spec.iis), copy.deepcopy(spec.iis7)
    return replace(spec, name=name, count=1, iis=iis, iis7=iis7, wire=replace(spec.wire))


def _require_unique(what: str, values: Sequence[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise SpecError("hosts", f"two hosts have the {what} {value}")


# ---------------------------------------------------------------------- building


def build_host(spec: HostSpec, clock: Clock, folder: Path) -> Machine:
    """Make the machine of a description. Its files lie in ``folder``; the configuration of IIS that is there already is
    kept."""
    kind = KINDS[spec.kind]
    machine = Machine(
        spec.name,
        clock,
        folder,
        spec.accounts,
        address=spec.address,
        profile=spec.profile,
        clock_skew=spec.clock_skew,
        uptime=spec.uptime,
        oem_code_page=spec.oem_code_page,
        domain=spec.domain,
        kb932370=spec.kb932370,
        edition=kind.edition,
    )
    machine.power.off_seconds = spec.off_seconds
    if spec.kind == "iis6":
        if spec.iis is not None:
            install_iis(machine, spec.iis)
    elif spec.iis7 is not None:
        install_iis7(machine, spec.iis7, kind.iis)
    for number, wanted in enumerate(spec.actions):
        _act(machine, dict(wanted), f"{spec.name}.actions[{number}]")
    return machine


def _act(machine: Machine, wanted: dict[str, Any], where: str) -> None:
    name = wanted.pop("action", None)
    action = machine.control_actions.get(str(name))
    if action is None:
        raise SpecError(where, f"unknown action {name!r}; known: {', '.join(sorted(machine.control_actions))}")
    try:
        action(**wanted)
    except (TypeError, KeyError, ValueError) as error:
        raise SpecError(where, f"{name}: {error}") from error


def place_host(spec: HostSpec, clock: Clock, state: Path) -> Placement:
    """The machine of a description on the wire; its folder is ``<state>/<name>``."""
    machine = build_host(spec, clock, state / spec.name.lower())
    return Placement(machine, spec.address, PROFILES[spec.profile], spec.wire)


# ---------------------------------------------------------------------- those that come with the simulator


def default(count: int = 1, kind: str = "iis6") -> list[HostSpec]:
    """Plain hosts of a kind. IIS 6.0: in worker process mode, Web and FTP, three Web sites. Later ones: as setup leaves
    them, with three sites and two pools."""
    plain = HostSpec("web", kind=kind, iis=_plain(), iis7=_later(), count=count)
    return placed([plain] if count > 1 else [replace(plain, name="web001")])


def demo() -> list[HostSpec]:
    """A mixed fleet whose services are quick: two hosts with IIS 6.0 in IIS 5.0 mode, the second with things to lose,
    and one with IIS 10 as setup leaves it, where a site and its pool that don't start by themselves were started."""
    plain = replace(_plain(), iis5_mode=True, start_seconds=_QUICK, stop_seconds=_QUICK)
    careless = replace(plain, unsaved_changes=3)
    careless.sites = [replace(site, state="paused") if site.name == "Intranet" else site for site in careless.sites]
    later = replace(_later(), start_seconds=_QUICK, stop_seconds=_QUICK)
    later.sites = [replace(site, auto_start=site.name != "Shop") for site in later.sites]
    later.pools = [replace(pool, auto_start=pool.name != "Shop", workers=0) for pool in later.pools]
    by_hand = [{"action": "start_pool", "pool": "Shop"}, {"action": "start_site", "site": "Shop"}]
    return placed(
        [
            HostSpec("web01", iis=plain),
            HostSpec("web02", iis=careless),
            HostSpec("web03", kind="iis10", iis7=later, actions=by_hand),
        ]
    )


def mixed() -> list[HostSpec]:
    """Two hosts with IIS 6.0, one with IIS 7.5 and the classes of IIS 6.0, one with IIS 10 and its WMI classes, and one
    with IIS 10 as setup leaves it."""
    everything = replace(
        _later(), scripting_tools=True, ftp=True, request_monitor=True, activators=("NetTcpActivator",)
    )
    return placed(
        [
            HostSpec("web01", iis=_plain()),
            HostSpec("web02", iis=replace(_plain(), iis5_mode=True)),
            HostSpec("web75", kind="iis75", iis7=replace(_later(), wmi_compatibility=True, smtp=True)),
            HostSpec("web10", kind="iis10", iis7=everything),
            HostSpec("core10", kind="iis10", iis7=_later()),
        ]
    )


def _later() -> Iis7Spec:
    return Iis7Spec(
        sites=[
            Site7(1, "Default Web Site", sessions=12),
            Site7(2, "Intranet", (Binding7("*:8080:"),), sessions=3),
            Site7(3, "Shop", (Binding7("*:8081:"), Binding7("*:8443:", "https")), pool="Shop"),
        ],
        pools=[Pool7("DefaultAppPool", workers=1), Pool7("Shop", workers=1)],
    )


def _plain() -> IisSpec:
    return IisSpec(
        services=(Kind.WEB, Kind.FTP),
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=12),
            SiteSpec(2, "Intranet", bindings=(BindingSpec(8080),), sessions=3),
            SiteSpec(3, "Shop", bindings=(BindingSpec(8081), BindingSpec(8443, secure=True))),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),), sessions=1),
        ],
    )


SCENARIOS: Mapping[str, Callable[[], list[HostSpec]]] = {"default": default, "demo": demo, "mixed": mixed}
"""By name; see also :func:`load`."""


def scenario(name: str) -> list[HostSpec]:
    """A scenario by name, or the one in a file of that name. Raises :class:`SpecError`."""
    known = SCENARIOS.get(name)
    if known is not None:
        return known()
    path = Path(name)
    if not path.is_file():
        raise SpecError("", f"no scenario {name!r} ({', '.join(SCENARIOS)}) and no such file")
    return load(path)
