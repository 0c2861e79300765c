"""What a platform may answer instead of what was asked for, in eight kinds."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What to do about it; the value is what people are told it is."""

    RETRY = "the platform or the way to it failed; try again"
    THROTTLED = "too many requests; try again when the platform says so"
    TOKEN_EXPIRED = "the access token has run out; fetch another one"  # noqa: S105
    CREDENTIAL_REFUSED = "the platform does not accept the credential"
    PERMISSION_MISSING = "the credential may not call this"
    CLOCK_OFF = "the clocks of this machine and of the platform differ"
    QUOTA_USED_UP = "the quota of the day is used up; the next run goes on"
    BAD_REQUEST = "the platform refuses the request itself"
    BAD_REPLY = "the reply is not what the platform says it sends"


class ApiFault(RuntimeError):
    """A platform did not give what it was asked for.

    `wait` is the number of seconds that the platform named, None where it named none.
    """

    def __init__(
        self, kind: Kind, said: str, code: str = "", wait: float | None = None
    ):
        super().__init__(said)
        self.kind, self.said, self.code, self.wait = kind, said, code, wait

    def __str__(self) -> str:
        code = f" [{self.code}]" if self.code else ""
        return f"{self.said}{code} ({self.kind.value})"

    def __reduce__(self) -> tuple[type, tuple]:
        """Keep it whole on its way between processes."""
        return type(self), (self.kind, self.said, self.code, self.wait)
