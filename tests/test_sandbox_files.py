"""The files of the sandbox: readable, repeatable, and true to what happened."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from sandbox import days, files, goods
from sandbox.__main__ import main
from sandbox.exports import reference
from sandbox.market import Market, Size

ROOT = Path(__file__).resolve().parents[1]
DAY = days.HISTORY_END + timedelta(days=1)
SIZE = Size(customers=700, listings=500)


@pytest.fixture(scope="module")
def market() -> Market:
    """Return a small market."""
    return Market(size=SIZE)


@pytest.fixture(scope="module")
def home(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that holds the whole history and one more day."""
    folder = tmp_path_factory.mktemp("home")
    files.write(folder, market, days.ORDERS_START, days.HISTORY_END)
    files.write(folder, market, DAY, DAY)
    return folder


def tmall(home: Path, name: str = "orders") -> pd.DataFrame:
    """Return the newest readable row of every Tmall order, or all line rows."""
    paths = sorted((home / "inbox/tmall_flagship" / name).glob("*.csv"))
    frames = [
        pd.read_csv(path, encoding="gb18030", dtype=str, keep_default_na=False)
        for path in paths
    ]
    rows = pd.concat(frames, ignore_index=True)
    return rows.rename(columns=str.strip)


def readable(rows: pd.DataFrame, key: str, amount: str) -> pd.DataFrame:
    """Return the last readable row of each key, amounts as numbers."""
    rows = rows[rows[amount] != "########"]
    return rows.drop_duplicates(key, keep="last")


def truth(home: Path, shop: int, last: date = DAY) -> pd.DataFrame:
    """Return what really happened to a shop, day by day."""
    paths = (home / "sandbox/truth/shop_days").glob("*.parquet")
    frame = pd.concat(map(pd.read_parquet, paths), ignore_index=True)
    frame = frame[frame["shop_id"] == goods.OWN_SHOPS[shop].shop_id]
    return frame[frame["date"] <= last]


def digest(folder: Path) -> dict[str, str]:
    """Return a hash of each file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_day_written_alone_has_the_same_bytes_as_after_the_history(home, tmp_path):
    written = files.write(tmp_path, Market(size=SIZE), DAY, DAY)

    assert len(written) > 12
    for name, sum_of in digest(tmp_path).items():
        assert hashlib.sha256((home / name).read_bytes()).hexdigest() == sum_of, name


def test_writing_a_day_twice_changes_no_byte(home, market):
    before = digest(home)

    files.write(home, market, DAY, DAY)

    assert digest(home) == before


def test_the_history_and_a_day_make_the_history_up_to_that_day(home, market, tmp_path):
    files.write(tmp_path, market, days.ORDERS_START, DAY)

    stepwise = readable(tmall(home), "订单编号", "总金额")
    at_once = readable(tmall(tmp_path), "订单编号", "总金额")

    columns = list(at_once)
    pd.testing.assert_frame_equal(
        stepwise.sort_values(columns, ignore_index=True),
        at_once.sort_values(columns, ignore_index=True),
    )


def test_a_day_holds_what_was_made_and_what_changed_on_it(home):
    path = next((home / "inbox/tmall_flagship/orders").glob(f"*_{DAY}_{DAY}.csv"))
    rows = pd.read_csv(path, encoding="gb18030", dtype=str)

    created = rows["订单创建时间"].str[:10]

    assert (created == str(DAY)).any()
    assert (created < str(DAY)).any()
    assert (created <= str(DAY)).all()


def test_tmall_files_add_up_to_the_truth(home):
    rows = readable(tmall(home), "订单编号", "总金额")
    paid = rows[rows["订单付款时间"] != ""]
    refunded = paid["退款金额"].astype(float)
    charged = (paid["买家实际支付金额"].astype(float) + refunded).round(2)
    known = truth(home, 0)

    by_day = charged.groupby(paid["订单付款时间"].str[:10]).sum()

    true_gmv = known.set_index(known["date"].astype(str))["gmv"]
    assert by_day.round(2).to_dict() == true_gmv[true_gmv > 0].round(2).to_dict()
    assert refunded.sum() == pytest.approx(known["refund_amount"].sum())
    assert len(paid) == known["orders"].sum()
    assert (charged == paid["总金额"].astype(float)).all()


def test_tmall_lines_add_up_to_their_orders(home):
    orders = readable(tmall(home), "订单编号", "总金额").set_index("订单编号")
    lines = readable(tmall(home, "order_lines"), "子订单编号", "买家应付货款")

    goods_of = lines["买家应付货款"].astype(float).groupby(lines["主订单编号"]).sum()

    due = orders["总金额"].astype(float) - orders["买家应付邮费"].astype(float)
    assert (goods_of.round(2) == due.round(2).loc[goods_of.index]).all()
    assert len(goods_of) == len(orders)


@pytest.mark.parametrize("engine", ["openpyxl", "calamine"])
def test_pinduoduo_workbooks_add_up_to_the_truth(home, engine):
    paths = sorted((home / "inbox/pinduoduo_store/orders").glob("*.xlsx"))
    frames = [pd.read_excel(path, engine=engine, dtype=str) for path in paths]

    rows = readable(pd.concat(frames), "订单号", "用户实付金额(元)")
    amount = rows["用户实付金额(元)"].astype(float)
    sold = rows["支付时间"].notna() & (amount > 0.01)
    known = truth(home, 1)

    assert amount[sold].sum() == pytest.approx(known["gmv"].sum())
    assert sold.sum() == known["orders"].sum()
    assert (amount == 0.01).sum() == known["lottery_orders"].sum()
    back = amount[rows["售后状态"] == "退款成功"].sum()
    assert back == pytest.approx(known["refund_amount"].sum())


def test_shopify_files_add_up_to_the_truth(home):
    paths = sorted((home / "inbox/shopify_store/orders").glob("*.csv"))
    rows = pd.concat(
        [pd.read_csv(path, dtype=str, encoding="utf-8") for path in paths],
        ignore_index=True,
    )
    orders = rows[rows["Id"].notna()].drop_duplicates("Id", keep="last")
    paid = orders[orders["Paid at"].notna()]
    known = truth(home, 2)

    by_day = paid["Total"].astype(float).groupby(paid["Paid at"].str[:10]).sum()

    truth_of = known.set_index(known["date"].astype(str))["gmv"]
    assert by_day.round(2).to_dict() == truth_of[truth_of > 0].round(2).to_dict()
    refunded = paid["Refunded Amount"].astype(float).sum()
    assert refunded == pytest.approx(known["refund_amount"].sum())
    assert set(paid["Created at"].str[-5:]) == {"-0400", "-0500"}
    assert rows["Lineitem name"].notna().all()


def test_refunds_and_traffic_of_the_back_office_agree_with_the_truth(home):
    known = pd.concat([truth(home, shop) for shop in range(3)])
    refunds = backoffice(home, "refunds")
    refunds = refunds.drop_duplicates("refund_id", keep="last")
    paid_out = refunds[refunds["status"] == "succeeded"]
    traffic = backoffice(home, "traffic")
    total = traffic[(traffic["channel"] == "") & (traffic["listing_id"] == "")]

    assert paid_out["refund_amount"].astype(float).sum() == pytest.approx(
        known["refund_amount"].sum()
    )
    assert total["platform_gmv"].astype(float).sum() == pytest.approx(
        known["gmv"].sum()
    )
    assert (total["visitors"].astype(int) >= total["platform_buyers"].astype(int)).all()


def backoffice(home: Path, name: str) -> pd.DataFrame:
    """Return all rows of a stream of the back office."""
    paths = sorted((home / "inbox/shop_backoffice" / name).glob("*.csv"))
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    return pd.concat(frames, ignore_index=True)


def test_keys_of_the_back_office_are_unique(home):
    keys = {
        "fees": ["shop_id", "kind", "occurred_at"],
        "traffic": ["shop_id", "channel", "listing_id", "stat_date"],
        "ads": ["shop_id", "campaign_id", "stat_date"],
        "search_index": ["platform_id", "keyword", "index_date"],
        "stock": ["move_id"],
        "members": ["programme_id", "member_ref", "event", "invite_id"],
        "links": ["link_id", "stat_date"],
    }
    for name, columns in keys.items():
        assert not backoffice(home, name).duplicated(columns).any(), name


def test_stock_never_falls_below_nothing(home):
    moves = backoffice(home, "stock").sort_values("moved_at", kind="stable")
    sign = moves["kind"].map(
        {"opening": 1, "in": 1, "return_in": 1, "adjust": 1, "out_sale": -1}
        | {"out_agent": -1}
    )
    signed = sign * moves["quantity"].astype(int)
    by_day = signed.groupby(
        [
            moves["platform_id"],
            moves["sku_id"],
            moves["holder_ref"],
            moves["moved_at"].str[:10],
        ]
    ).sum()

    level = by_day.groupby(level=[0, 1, 2]).cumsum()

    assert (level >= 0).all()
    assert (level == 0).any()


def test_commissions_are_reversed_only_after_they_arose(home):
    entries = backoffice(home, "commissions").drop_duplicates("entry_id", keep="last")
    reversed_ = entries[entries["status"] == "reversed"]
    direct = entries.set_index("entry_id").loc[
        reversed_["entry_id"].str.removesuffix("-r")
    ]

    assert len(reversed_) > 0
    assert (reversed_["amount"].astype(float) <= 0).all()
    assert (
        direct["amount"].astype(float).to_numpy()
        >= -reversed_["amount"].astype(float).to_numpy()
    ).all()
    assert set(entries["status"]) == {"pending", "settled", "reversed"}


def test_snapshots_show_own_and_rival_listings_every_day(home, market):
    paths = sorted((home / "inbox/rival_listings").glob("*.csv.gz"))
    seen = pd.concat(
        [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths],
        ignore_index=True,
    )
    per_day = seen.drop_duplicates().groupby(seen["observed_at"].str[:10]).size()
    own = {shop.shop_id for shop in goods.OWN_SHOPS}

    assert len(per_day) >= 91
    assert (per_day > 0.85 * SIZE.listings).sum() >= 91
    assert own <= set(seen["shop_id"])
    assert seen.duplicated().sum() > 0
    assert {"on", "sold_out"} <= set(seen["status"])
    assert not seen.drop_duplicates().duplicated(["listing_id", "observed_at"]).any()


def test_some_snapshots_misread_a_price_by_ten(home, market):
    paths = sorted((home / "inbox/rival_listings").glob("*.csv.gz"))
    seen = pd.concat(map(pd.read_csv, paths), ignore_index=True)

    usual = seen.groupby(["platform_id", "listing_id"])["price"].transform("median")

    assert 0 < (seen["price"] > 7 * usual).mean() < 0.001


def test_few_rows_are_unreadable_and_some_are_repeated(home):
    rows = tmall(home)

    assert 0 < (rows["总金额"] == "########").sum() < 10
    assert 0 < rows.duplicated().sum() < 0.01 * len(rows)
    assert rows["收货人姓名"].str.contains(r"\*").all()
    assert (rows["买家会员名"].str.contains(r"\*")).mean() < 0.05


def test_the_kept_reference_files_are_those_of_the_default_market():
    contents = reference.contents(Market())

    for name, rows in contents.items():
        kept = (ROOT / "reference" / f"{name}.csv").read_bytes()
        assert kept == reference.content(rows), f"python -m sandbox reference ({name})"
        assert len(kept) < 150_000


def test_reference_files_name_listings_that_are_sold(market):
    listings = market.catalogue.listings
    known = set(listings["platform"] + ":" + listings["listing_id"])
    contents = reference.contents(market)

    for name, column in (
        ("costs", "listing_id"),
        ("listing_matches", "own_listing_id"),
        ("listing_matches", "rival_listing_id"),
        ("price_policies", "own_listing_id"),
        ("product_roles", "listing_id"),
    ):
        assert {row[column] for row in contents[name]} <= known, name


def test_the_command_line_writes_a_day(tmp_path):
    code = main(
        [
            *("write", "--home", str(tmp_path), "--from", str(DAY), "--to", str(DAY)),
            *("--customers", "300", "--listings", "300", "--seed", "5"),
        ]
    )

    assert code == 0
    assert list((tmp_path / "inbox/tmall_flagship/orders").glob("*.csv"))


def test_the_simulated_market_shares_no_code_with_the_product():
    program = (
        "import sys; import sandbox.files; import sandbox.exports.reference;"
        "print([name for name in sys.modules if name.startswith('seller_intel')])"
    )

    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"
