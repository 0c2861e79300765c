"""Notices to people: what failed and what the checks found, by chat or mail."""

from __future__ import annotations

import logging
import re
from typing import Any

from seller_intel import connections, settings, warehouse

log = logging.getLogger(__name__)

CONNECTION = "seller_intel_alerts"
_NAMED = 20
_LONGEST = 3000
# Passwords in addresses, and the words that usually stand before a secret.
_SECRETS = (
    (re.compile(r"(://[^\s:/@]*):[^\s/@]+@"), r"\1:***@"),
    (
        re.compile(
            r"\b([\w-]*(?:password|passwd|secret|token|api_?key|access_key|signature)"
            r"[\w-]*['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
)


class NoticeFailed(RuntimeError):
    """Not everybody who should be told could be reached."""


def send(title: str, body: str) -> int:
    """Tell everybody who asked to be told; return to how many places it went."""
    targets = _targets()
    if not targets:
        log.warning("nobody is told (SELLER_INTEL_ALERTS is not set): %s", title)
        return 0
    import apprise

    messenger = apprise.Apprise()
    understood = [messenger.add(target) for target in targets]
    reached = bool(messenger) and messenger.notify(
        title=redacted(title), body=redacted(body)[:_LONGEST]
    )
    if not reached or not all(understood):
        kinds = ", ".join(sorted({target.partition("://")[0] for target in targets}))
        raise NoticeFailed(f"not everybody could be told ({kinds}): {redacted(title)}")
    return len(targets)


def send_findings(run: str, stage: str) -> int:
    """Tell what the checks of a run found at the door or the gate, if anything."""
    with warehouse.as_role("transformer") as session:
        found = session.rows_of_file(
            "notices/findings.sql", {"run": run, "stage": stage}
        )
    if not found:
        return 0
    rejected = {row["load_id"] for row in found if row["load_status"] == "rejected"}
    warnings = sum(row["severity"] == "warning" for row in found)
    title = ", ".join(
        part
        for part in (
            _counted(len(rejected), "delivery refused", "deliveries refused"),
            _counted(warnings, "warning", "warnings"),
        )
        if part
    )
    lines = [_sentence(row) for row in found[:_NAMED]]
    if len(found) > _NAMED:
        lines.append(f"and {len(found) - _NAMED} more; see seller-intel status")
    return send(f"Seller Intel {run}, {stage}: {title or 'refused'}", "\n".join(lines))


def redacted(text: str) -> str:
    """Return a text without the passwords and tokens that may stand in it."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _targets() -> list[str]:
    """Return the Apprise addresses of the settings, else those of the connection."""
    stated = settings.current().alerts
    if not stated:
        known = connections.find(CONNECTION)
        if known is None:
            return []
        stated = known.extra.get("urls") or known.password or ""
    return stated.split() if isinstance(stated, str) else list(stated)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def _sentence(row: dict[str, Any]) -> str:
    where = row["table_name"]
    if row["load_id"] is not None:
        where += f" (load {row['load_id']} of {row['source']}, {row['load_status']})"
    what = " ".join(filter(None, (row["column_name"], row["expectation"])))
    return f"{row['severity']}: {where}: {what}: saw {row['observed_value']}"
