"""The session with a platform: one credential, one host, every rule of asking.

It keeps the limit of the credential, retries what can be retried, renews the token once
when the platform says it has run out, bounds what a reply may cost, stays on its host,
and shows no secret in anything it says.
"""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx
import tenacity

from seller_intel import clock
from seller_intel.ingestors import addresses, limits, replies
from seller_intel.ingestors.addresses import origin
from seller_intel.ingestors.calls import Build, Call
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.limits import Manners
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.tokens import Tokens

_LOG = logging.getLogger(__name__)
AGENT = "seller-intel/0.1 (+https://github.com/seller-intel/seller-intel)"
# They write whole addresses into the log, and some platforms want the token in there.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


Judge = Callable[[Reply], ApiFault | None]


class Session:
    """What one credential asks of one platform."""

    def __init__(
        self,
        base: str,
        *,
        name: str,
        judge: Judge,
        secrets: Iterable[str | None] = (),
        tokens: Tokens | None = None,
        manners: Manners | None = None,
        hosts: Iterable[str] = (),
        allow_private: bool = False,
        proxy: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ):
        self.name, self.judge, self.tokens = name, judge, tokens
        self.manners = manners or Manners()
        self.base = httpx.URL(base.rstrip("/"))
        self.outcomes: Counter[str] = Counter()
        self._secrets = [each for each in secrets if each]
        self._origins = {origin(httpx.URL(each)) for each in (base, *hosts)}
        self._is_guarded = not allow_private and transport is None and not proxy
        self._stop = threading.Event()
        self._limiter = self._limiter_of()
        self._draw = random.Random()
        if not allow_private and transport is None and self.base.scheme != "https":
            raise ApiFault(Kind.BAD_REQUEST, f"{name}: {self.base.host} without TLS")
        if self._is_guarded:
            for _, host, port in self._origins:
                addresses.refuse_private(host, port)
        manners = self.manners
        self._client = httpx.Client(
            transport=transport,
            proxy=proxy,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(
                manners.read_seconds, connect=manners.connect_seconds
            ),
            limits=httpx.Limits(max_connections=manners.at_once + 1),
            headers={"user-agent": AGENT, "accept-encoding": "gzip"},
        )
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_passing),
            wait=self._pause,
            stop=tenacity.stop_after_attempt(manners.tries),
            sleep=self._sleep,
            reraise=True,
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections; who waits for a try gives up."""
        self._stop.set()
        self._client.close()

    def url(self, path: str) -> str:
        """Return an address on the base of this session."""
        return f"{self.base}/{path.lstrip('/')}" if path else str(self.base)

    def same_host(self, url: str) -> str:
        """Return an address that a reply named, refused where it leads elsewhere."""
        target = self.base.join(url)
        if origin(target) != origin(self.base):
            said = f"the reply leads to another host: {target.host[:80]}"
            raise ApiFault(Kind.BAD_REPLY, said)
        return str(target)

    def call(self, build: Build, judge: Judge | None = None) -> Reply:
        """Ask until there is a reply that the platform stands behind, or raise why not.

        `build` makes the request of each try, given the access token (empty where the
        session keeps none); `judge` tells which fault a reply is, None where it is
        none. ApiFault never shows a secret.
        """
        judge = judge or self.judge
        token = self._token()
        try:
            return self._retrying(self._once, build, judge, token)
        except ApiFault as fault:
            if fault.kind is not Kind.TOKEN_EXPIRED:
                raise self._shown(fault) from None
            if self.tokens is None or not self.tokens.can_renew:
                raise self._shown(fault, Kind.CREDENTIAL_REFUSED) from None
        return self._again(build, judge, token)

    def call_without_token(self, build: Build, judge: Judge | None = None) -> Reply:
        """Ask for what needs no token, such as a token; `build` is given ''."""
        try:
            return self._retrying(self._once, build, judge or self.judge, "")
        except ApiFault as fault:
            refused = fault.kind is Kind.TOKEN_EXPIRED
            kind = Kind.CREDENTIAL_REFUSED if refused else fault.kind
            raise self._shown(fault, kind) from None

    def redacted(self, text: str) -> str:
        """Return a text with every secret blotted out, also where it is escaped."""
        known = [*self._secrets, *(self.tokens.secrets if self.tokens else ())]
        for secret in sorted(known, key=len, reverse=True):
            for form in (secret, quote(secret, safe=""), quote(secret)):
                text = text.replace(form, "***")
        return text

    def _again(self, build: Build, judge: Judge, stale: str) -> Reply:
        """Ask once more with another token."""
        assert self.tokens is not None
        self.outcomes["token renewed"] += 1
        try:
            self.tokens.renew(stale)
            return self._retrying(self._once, build, judge, self.tokens.current())
        except ApiFault as fault:
            refused = fault.kind is Kind.TOKEN_EXPIRED
            kind = Kind.CREDENTIAL_REFUSED if refused else fault.kind
            raise self._shown(fault, kind) from None

    def _token(self) -> str:
        try:
            return self.tokens.current() if self.tokens else ""
        except ApiFault as fault:
            refused = fault.kind is Kind.TOKEN_EXPIRED
            kind = Kind.CREDENTIAL_REFUSED if refused else fault.kind
            raise self._shown(fault, kind) from None

    def _once(self, build: Build, judge: Judge, token: str) -> Reply:
        wait = self._limiter.seconds_to_wait()
        if wait > 0:
            self._sleep(wait)
        call = build(token)
        try:
            reply = self._exchange(call)
            fault = judge(reply) or replies.fault_of_status(reply)
            if fault:
                raise self._weighed(fault, reply)
        except httpx.HTTPError as error:
            self.outcomes[type(error).__name__] += 1
            said = f"{self.base.host}: {type(error).__name__}"
            raise ApiFault(Kind.RETRY, said) from None
        except ApiFault as fault:
            self.outcomes[fault.kind.name.lower()] += 1
            raise
        self.outcomes["ok"] += 1
        return reply

    def _exchange(self, call: Call) -> Reply:
        url = httpx.URL(call.url)
        if origin(url) not in self._origins:
            said = f"a request to {url.host[:80]} was about to leave the platform"
            raise ApiFault(Kind.BAD_REPLY, said)
        request = self._client.build_request(
            call.method, url, content=call.content or None, headers=dict(call.headers)
        )
        response = self._client.send(request, stream=True)
        try:
            if self._is_guarded:
                addresses.refuse_private_peer(response)
            if response.is_redirect:
                target = url.join(response.headers.get("location", ""))
                said = f"redirected to {target.host[:80]}, which is not followed"
                raise ApiFault(Kind.BAD_REPLY, said, str(response.status_code))
            body = replies.read(response, self.manners.bounds)
        finally:
            response.close()
        try:
            value, is_json = replies.parsed(body), True
        except ValueError:
            value, is_json = None, False
        return Reply(response.status_code, response.headers, value, is_json, body)

    def _weighed(self, fault: ApiFault, reply: Reply) -> ApiFault:
        """Return a fault with what the clocks and the length of a pause add to it."""
        kind, said = fault.kind, fault.said
        if kind is Kind.THROTTLED:
            if fault.wait is not None and fault.wait > self.manners.longest_pause:
                kind = Kind.QUOTA_USED_UP
            elif fault.wait:
                self._limiter.pause(fault.wait)
        if kind in (Kind.CLOCK_OFF, Kind.CREDENTIAL_REFUSED):
            minutes = _minutes_off(reply)
            if minutes:
                way = "behind" if minutes > 0 else "ahead of"
                said += f"; this clock is {abs(minutes)} minutes {way} the platform's"
        return ApiFault(kind, said, fault.code, fault.wait)

    def _shown(self, fault: ApiFault, kind: Kind | None = None) -> ApiFault:
        """Return a fault as it may be told; who is throttled to the end has had all."""
        if fault.kind is Kind.THROTTLED:
            kind = Kind.QUOTA_USED_UP
        said = self.redacted(f"{self.name}: {fault.said}")[:600]
        return ApiFault(kind or fault.kind, said, self.redacted(fault.code), fault.wait)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Return how many seconds to wait before the next try."""
        assert state.outcome is not None
        fault = state.outcome.exception()
        named = fault.wait if isinstance(fault, ApiFault) else None
        steps = self.manners.first_pause * 2 ** (state.attempt_number - 1)
        backed_off = min(steps, self.manners.longest_pause)
        pause = self._draw.uniform(backed_off / 2, backed_off)
        # Who named a time is not asked before it, nor by all at the same instant.
        pause = named + min(pause, 1) if named is not None else pause
        _LOG.info(
            "%s: try %d failed, next in %.1f s: %s",
            *(self.name, state.attempt_number, pause, self.redacted(str(fault))),
        )
        return pause

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise ApiFault(Kind.RETRY, f"{self.name}: given up while waiting")

    def _limiter_of(self) -> limits.Limiter:
        text = "\x00".join([str(self.base), *sorted(self._secrets)])
        digest = hashlib.sha256(text.encode()).hexdigest()
        return limits.of_credential(digest, self.manners.rate, self.manners.burst)


def _is_passing(error: BaseException) -> bool:
    kinds = (Kind.RETRY, Kind.THROTTLED)
    return isinstance(error, ApiFault) and error.kind in kinds


def _minutes_off(reply: Reply) -> int:
    """Return by how many minutes the platform's clock is ahead of ours."""
    try:
        told = parsedate_to_datetime(reply.headers.get("date", ""))
        return round((told - clock.wall()).total_seconds() / 60)
    except (TypeError, ValueError):
        return 0


def now() -> float:
    """Return the Unix time that requests are stamped with."""
    return time.time()
