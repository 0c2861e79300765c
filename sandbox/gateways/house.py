"""All gateways under one roof: which shop a request is for, and what it meets with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType

from sandbox import days
from sandbox.gateways.books import Books
from sandbox.gateways.desks import Desk, Instant, open_desk
from sandbox.gateways.exchange import Refused, Reply, Request, said
from sandbox.gateways.faults import Faults
from sandbox.gateways.searches import Goods
from sandbox.gateways.shops import PLATFORMS
from sandbox.market import Market

_CONTROL = "/_sandbox/"


@dataclass
class House:
    """The desks of all shops, one instant and one fault plan for them all."""

    desks: list[Desk]
    instant: Instant
    faults: Faults = field(default_factory=Faults)
    calls: int = 0

    def desk(self, platform: str, number: int = 0) -> Desk:
        """Return the desk of a platform's shop."""
        return [one for one in self.desks if one.books.shop.platform == platform][
            number
        ]

    def receive(self, ask: Request) -> tuple[Reply, str | None]:
        """Return the reply to a request and the fault its transfer meets with."""
        if ask.path.startswith(_CONTROL):
            return self._control(ask), None
        ask = _without_prefix(ask)
        module = _spoken_at(ask.path)
        if module is None:
            return Reply(b'{"message":"Not Found"}', 404), None
        self.calls += 1
        self.instant.tick()
        desk = self._asked(module, ask)
        fault = self.faults.next(desk.books.shop.shop_id)
        return self._answer(module, ask, desk, fault), fault

    def _answer(
        self, module: ModuleType, ask: Request, desk: Desk, fault: str | None
    ) -> Reply:
        ban = self.faults.seconds
        if fault == "throttled":
            seconds = str(round(ban))
            return Reply(b"Too Many Requests", 429, (("retry-after", seconds),))
        if fault == "broken":
            return Reply(b"<html>Bad Gateway</html>", self.faults.status(), ())
        if fault == "refused":
            return module.throttled(ban, ask)
        if fault == "busy":
            return module.busy(ask)
        try:
            wait = desk.limits.wait(self.instant.now)
            if wait:
                return module.throttled(wait, ask)
            if desk.limits.is_spent(self.instant.now):
                return module.spent(86_400 - self.instant.now % 86_400, ask)
            return module.answer(replace(ask, repeats=fault == "repeated"), desk)
        except Refused as refusal:
            return refusal.reply

    def _asked(self, module: ModuleType, ask: Request) -> Desk:
        """Return whose shop it is; the first of the platform where it names none."""
        name = module.whose(ask)
        platform = module.__name__.rpartition(".")[2]
        mine = [one for one in self.desks if one.books.shop.platform == platform]
        for desk in mine:
            if desk.knows(name):
                return desk
        return mine[0]

    def _control(self, ask: Request) -> Reply:
        """Tell and change what the gateways show: the instant, faults, revocation."""
        wish = ask.json
        if "now" in wish:
            self.instant.now = int(wish["now"])
        if "drift" in wish:
            self.instant.drift = float(wish["drift"])
        if "faults" in wish:
            self.faults = Faults(**wish["faults"])
        if "revoked" in wish:
            for desk in self.desks:
                desk.tokens.revoked = desk.books.shop.shop_id in wish["revoked"]
        return said(
            {
                "now": self.instant.now,
                "calls": self.calls,
                "met": dict(self.faults.met),
                "shops": [desk.books.shop.shop_id for desk in self.desks],
            }
        )


def open_house(market: Market, now: int | None = None) -> House:
    """Return the gateways of a market's shops at an instant; else when history ends."""
    if now is None:
        now = end_of_history()
    instant, goods = Instant(now), Goods()
    desks = [
        open_desk(Books(market, number), instant) for number in range(len(market.shops))
    ]
    for desk in desks:
        desk.goods = goods
    return House(desks, instant)


def end_of_history() -> int:
    """Return the instant, in epoch seconds, at which the run of the history looks."""
    days_after_epoch = days.HISTORY_END.toordinal() - 719_163
    return (days_after_epoch + 1) * 86_400 + 6 * 3_600


def _modules() -> dict[str, ModuleType]:
    return {name: import_module(f"sandbox.gateways.{name}") for name in PLATFORMS}


_PATHS: list[tuple[str, ModuleType]] = []


def _spoken_at(path: str) -> ModuleType | None:
    """Return the gateway that answers at a path; the longest beginning counts."""
    if not _PATHS:
        _PATHS.extend(
            sorted(
                (
                    (beginning, module)
                    for module in _modules().values()
                    for beginning in module.PATHS
                ),
                key=lambda one: -len(one[0]),
            )
        )
    for beginning, module in _PATHS:
        if path.startswith(beginning):
            return module
    return None


def _without_prefix(ask: Request) -> Request:
    head, _, rest = ask.path.removeprefix("/").partition("/")
    if head not in PLATFORMS:
        return ask
    return replace(ask, path=f"/{rest}", sent_path=ask.path)
