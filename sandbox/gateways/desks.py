"""The desk of one shop at its platform: credentials, tokens, limits, the instant."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.gateways.books import Books
from sandbox.gateways.searches import Goods

_ROOT = "sandbox"
_RECALLED = 500
_TOKEN_LIFE = 7 * 86_400.0


@dataclass
class Instant:
    """The simulated instant all gateways show; a drift moves it with every request.

    Where it is live it is that of this machine's clock.
    """

    now: int
    drift: float = 0.0
    is_live: bool = False
    _passed: float = 0.0

    def tick(self) -> None:
        """Let the drift of one request pass."""
        if self.is_live:
            self.now = int(time.time())
            return
        self._passed += self.drift
        whole = int(self._passed)
        self.now += whole
        self._passed -= whole


@dataclass
class Tokens:
    """Access tokens of one shop: how long they live, what renews them."""

    access: str
    refresh: str
    life: float = _TOKEN_LIFE
    uses: int | None = None
    """A token dies after so many uses, where stated."""
    revoked: bool = False
    issued: int = 0
    _ends: float = 0.0
    _used: int = 0
    _older: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ends = time.time() + self.life

    def judge(self, token: str | None) -> str:
        """Return what a token is: good, expired, unknown or missing; count its use."""
        if not token:
            return "missing"
        if self.revoked:
            return "unknown"
        self._recall(token)
        if token in self._older:
            return "expired"
        if token != self.access:
            return "unknown"
        self._used += 1
        return "good" if self.is_alive() else "expired"

    def renew(self, refresh: str | None = None, rotate: bool = False) -> bool:
        """Issue the next access token; refuse a wrong or revoked refresh token."""
        if self.revoked:
            return False
        if refresh is not None and refresh != self.refresh:
            self._recall(refresh)
            if refresh != self.refresh:
                return False
        self._older.add(self.access)
        self.issued += 1
        self.access = _derived(self.access, self.issued)
        if rotate:
            self.refresh = _derived(self.refresh, self.issued)
        self._ends, self._used = time.time() + self.life, 0
        return True

    def was(self, token: str) -> bool:
        """Tell whether a token was ever issued for this shop."""
        return token in (self.access, self.refresh) or token in self._older

    def _recall(self, token: str) -> None:
        """Take up what was issued before this server started, if it was this.

        Tokens follow from each other, and clients keep them for the next run.
        """
        if self.issued or token in (self.access, self.refresh):
            return
        access, refresh = self.access, self.refresh
        for number in range(1, _RECALLED + 1):
            access, refresh = _derived(access, number), _derived(refresh, number)
            if token in (access, refresh):
                self._older.add(self.access)
                self.access, self.issued = access, number
                if token == refresh:
                    self.refresh = refresh
                return

    def is_alive(self) -> bool:
        """Tell whether the access token may still be used."""
        return time.time() < self._ends and not (self.uses and self._used > self.uses)

    def life_left(self) -> int:
        """Return the seconds the access token has left."""
        return max(0, int(self._ends - time.time()))

    def ends_at(self) -> int:
        """Return when the access token dies, in epoch seconds."""
        return int(self._ends)


@dataclass
class Limits:
    """How often a shop may call: `rate` a second with `burst`, `quota` a market day."""

    rate: float | None = None
    burst: int = 1
    quota: int | None = None
    clock: Callable[[], float] = time.monotonic
    _day: int = -1
    _calls: int = 0
    _recent: deque[float] = field(default_factory=deque)

    def wait(self, now: int) -> float:
        """Return the seconds to wait before a call is answered; 0: answered."""
        if self.rate is None:
            return 0.0
        span = self.burst / self.rate
        moment = self.clock()
        while self._recent and self._recent[0] <= moment - span:
            self._recent.popleft()
        if len(self._recent) >= self.burst:
            return self._recent[0] + span - moment
        self._recent.append(moment)
        return 0.0

    def is_spent(self, now: int) -> bool:
        """Count a call; tell whether the quota of the market's day is used up."""
        if self.quota is None:
            return False
        if self._day != now // 86_400:
            self._day, self._calls = now // 86_400, 0
        self._calls += 1
        return self._calls > self.quota


@dataclass
class Desk:
    """One shop at its platform."""

    books: Books
    instant: Instant
    app_key: str
    app_secret: str
    tokens: Tokens
    limits: Limits = field(default_factory=Limits)
    memory: dict = field(default_factory=dict)
    """What the platform remembers between requests: nonces, bulk operations."""
    goods: Goods = field(default_factory=Goods)
    """What all sellers of the platform offer: affiliates may search in it."""

    @property
    def native_id(self) -> str:
        """Return the shop's own number at its platform."""
        return self.books.shop.shop_id.partition(":")[2]

    def knows(self, name: str) -> bool:
        """Tell whether a name a request gives, key or token, is this shop's."""
        return bool(name) and (name == self.app_key or self.tokens.was(name))


def open_desk(books: Books, instant: Instant) -> Desk:
    """Return a desk with credentials that follow from the shop's name alone."""
    name = books.shop.shop_id
    digest = hashlib.sha256(f"{_ROOT}:{name}".encode()).hexdigest()
    key, secret, access, refresh = (digest[at : at + 16] for at in range(0, 64, 16))
    if books.shop.platform == "woocommerce":
        key, secret = f"ck_{key}", f"cs_{secret}"
    return Desk(books, instant, key, secret, Tokens(access, refresh))


def _derived(token: str, number: int) -> str:
    return hashlib.sha256(f"{token}:{number}".encode()).hexdigest()[: len(token)]
