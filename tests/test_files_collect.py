"""A drop folder: each file lands once, and a bad one fails alone."""

from __future__ import annotations

import gzip
import zipfile

from export_files import collect, marks, source

TEXT = "seller_sku,valid_from,unit_cost_amount\nDRESS-01,2026-01-01,48.50\n"
LINES = (
    "订单编号,子订单编号,商品ID,数量,行实付金额,更新时间\n"
    "A,1,77,1,9.90,2026-01-02 10:00:00\nA,2,78,1,5.00,2026-01-02 10:00:00\n"
)
RULES = {"*.csv": "order_lines"}


def test_a_file_lands_once_under_any_name_and_in_any_encoding(tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    first, counts = collect(source(tmp_path, RULES))
    assert counts["order_lines"] == (2, 0)

    (tmp_path / "b.csv").write_bytes(LINES.encode("gb18030"))
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(LINES.encode("utf-16")))
    with zipfile.ZipFile(tmp_path / "d.csv.zip", "w") as archive:
        archive.writestr("导出/lines.csv", LINES)
    second, counts = collect(source(tmp_path, RULES), marks(first))

    assert sum(records for records, _ in counts.values()) == 0
    assert {each["status"] for each in second.manifest["files"]} == {"known"}


def test_a_day_without_rows_is_known_as_that_day_alone(tmp_path):
    header = "platform_id,shop_id,kind,amount,currency,occurred_at\n"
    windows = []
    for day in (13, 14):
        name = f"fees_2026-11-{day}_2026-11-{day}.csv"
        (tmp_path / name).write_text(header, encoding="utf-8")
        known = marks(windows[0]) if windows else frozenset()
        windows.append(collect(source(tmp_path, {"*.csv": "fees"}), known)[0])

    first, second = (each.windows["fees"] for each in windows)
    assert first[0][1] == second[0][0]
    assert (second[0][1] - second[0][0]).days == 1


def test_a_revised_export_is_new(tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    first, _ = collect(source(tmp_path, RULES))
    (tmp_path / "a.csv").write_text(LINES.replace("9.90", "9.80"), encoding="utf-8")

    _, counts = collect(source(tmp_path, RULES), marks(first))

    assert counts["order_lines"] == (2, 0)


def test_a_refused_file_stops_no_other_and_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("nothing,like,it\n1,2,3\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(LINES, encoding="utf-8")

    got, counts = collect(source(tmp_path, RULES))

    assert counts["order_lines"] == (2, 0)
    assert len(got.failures) == 1
    assert got.failures[0].startswith("a.csv: ")


def test_unfinished_and_foreign_files_are_left_alone(tmp_path):
    for name in ("~$a.csv", ".b.csv", "c.csv.part", "notes.txt"):
        (tmp_path / name).write_text(LINES, encoding="utf-8")
    outside = tmp_path.parent / "outside.csv"
    outside.write_text(LINES, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(outside)

    got, counts = collect(source(tmp_path, RULES))

    assert (got.manifest["files"], counts, got.failures) == ([], {}, [])


def test_the_days_a_file_covers_are_those_of_its_records(tmp_path):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")

    got, _ = collect(source(tmp_path, RULES))

    ((start, end),) = got.windows["order_lines"]
    assert (start.isoformat(), end.isoformat()) == (
        "2026-01-02T00:00:00+08:00",
        "2026-01-03T00:00:00+08:00",
    )


def test_a_full_delivery_with_a_bad_file_lands_nothing_of_it(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.csv").write_text("seller_sku\nDRESS-02\n", encoding="utf-8")

    got, counts = collect(source(tmp_path, {"*.csv": "costs"}))

    assert counts.get("costs", (0, 0)) == (0, 0)
    assert len(got.failures) == 1
