"""Clubs and agents: who joined, who invited whom, what tells them apart."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from sandbox import agents, days, draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.ledgers import stamps
from sandbox.market import Market

_CLUBS = {names.TMALL: "shiguang-club", names.SHOPIFY: "shiguang-friends"}


def events(market: Market, first: int, last: int) -> tables.Table:
    """Return joining, inviting and accepting in the clubs and among the agents."""
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    frame = _all_events(market)
    frame = frame[(frame["at"] >= start) & (frame["at"] < until)]
    shop = frame["shop"].to_numpy()
    columns = {
        "platform_id": texts.picked([one.platform for one in goods.OWN_SHOPS], shop),
        "member_ref": frame["member"].tolist(),
        "event": frame["event"].tolist(),
        "occurred_at": stamps(frame["at"], shop, until),
        "programme_id": frame["programme"].tolist(),
        "shop_id": texts.picked([one.shop_id for one in goods.OWN_SHOPS], shop),
        "parent_ref": frame["parent"].tolist(),
        "inviter_ref": frame["inviter"].tolist(),
        "level": frame["level"].tolist(),
        "tool": frame["tool"].tolist(),
        "campaign_id": texts.where(frame["tool"] != "", _campaigns(frame)),
        "invite_id": frame["invite"].tolist(),
    }
    return tables.Table(columns, len(frame))


def _campaigns(frame: pd.DataFrame) -> list[str]:
    stamp = np.datetime_as_string(days.at(frame["at"]), unit="M").tolist()
    return [
        f"{tool}-{month}"
        for tool, month in zip(frame["tool"].tolist(), stamp, strict=True)
    ]


@lru_cache(maxsize=2)
def _all_events(market: Market) -> pd.DataFrame:
    parts = [part for shop_no in _CLUBS for part in _club_events(market, shop_no)]
    parts.append(_agent_events(market))
    frame = pd.concat(parts, ignore_index=True)
    optional = ["parent", "inviter", "level", "tool", "invite"]
    frame[optional] = frame[optional].fillna("")
    return frame.sort_values(["at", "programme", "member", "event"], ignore_index=True)


def _club_events(market: Market, shop_no: int) -> list[pd.DataFrame]:
    people = market.people.customers
    mine = people[people["shop"] == shop_no]
    programme = _CLUBS[shop_no]
    draw = draws.of(market.seed, programme)
    referred = mine[mine["referrer"] >= 0]
    accepted_at = (referred["first_at"] - 300).to_numpy()
    frame = pd.DataFrame(
        {
            "shop": shop_no,
            "programme": programme,
            "member": _refs(market, shop_no, referred["customer"]),
            "inviter": _refs(market, shop_no, referred["referrer"]),
            "tool": texts.picked(("share", "group_buy"), referred["place"] % 4 // 3),
            "invite": [f"i{shop_no}-{number}" for number in referred["customer"]],
        }
    )
    invited = frame.assign(
        event="invited", at=accepted_at - referred["invited_before"].to_numpy()
    )
    accepted = frame.assign(event="accepted", at=accepted_at, parent=frame["inviter"])
    refused = invited[draw.random(len(invited)) < 0.9].assign(
        member=lambda rows: [f"guest-{invite}" for invite in rows["invite"]],
        at=lambda rows: rows["at"] + 900,
        invite=lambda rows: [f"{invite}x" for invite in rows["invite"]],
    )
    joining = mine[mine["is_member"] & (mine["referrer"] < 0)]
    joined = pd.DataFrame(
        {
            "shop": shop_no,
            "programme": programme,
            "member": _refs(market, shop_no, joining["customer"]),
            "event": "joined",
            "at": joining["first_at"].to_numpy() + 1_800,
        }
    )
    return [invited, accepted, refused, joined]


def _refs(market: Market, shop_no: int, customers: pd.Series) -> list[str]:
    chosen = market.people.customers.loc[customers]
    return names.buyers(np.full(len(chosen), shop_no), chosen)


def _agent_events(market: Market) -> pd.DataFrame:
    tree = agents.build(market.seed)
    refs = np.append(tree["ref"].to_numpy(dtype=object), "")
    parent = refs[tree["parent"].to_numpy()]
    joined = pd.DataFrame(
        {
            "shop": 0,
            "programme": agents.PROGRAMME,
            "member": tree["ref"],
            "event": "joined",
            "at": tree["joined_at"],
            "parent": parent,
            "inviter": parent,
            "level": texts.picked([one.code for one in agents.LEVELS], tree["level"]),
        }
    )
    left = joined.assign(event="left", at=tree["left_at"])
    return pd.concat([joined, left[left["at"] < days.NEVER]], ignore_index=True)


def identities(market: Market, first: int, last: int) -> tables.Table:
    """Return the mail addresses of who first bought in the days at Shopify.

    The club there knows its members by mail, as orders do.
    """
    start, until = first * days.SECONDS, (last + 1) * days.SECONDS
    people = market.people.customers
    mine = people[
        (people["shop"] == names.SHOPIFY)
        & (people["first_at"] >= start)
        & (people["first_at"] < until)
    ]
    mails = [names.mail(person) for person in mine["person"].tolist()]
    columns = {
        "platform_id": goods.OWN_SHOPS[names.SHOPIFY].platform,
        "id_kind": "mail",
        "id_value": mails,
        "customer": mails,
        "has_consent": texts.picked(("true", "false"), mine["place"] % 5 // 4),
        "valid_from": stamps(mine["first_at"], mine["shop"], until),
    }
    return tables.Table(columns, len(mine))
