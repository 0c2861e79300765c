"""Damaged and hostile files are refused whole, bad rows are put aside one by one."""

from __future__ import annotations

import gzip
import io
import zipfile

import openpyxl
import pytest
from export_files import contract, read

from seller_intel.ingestors import compressed
from seller_intel.ingestors.files import FileRefused

LINES = {
    "platform": "taobao",
    "currency": "CNY",
    "columns": {
        "line_id": {"headers": ["line"]},
        "order_id": {"headers": ["order"]},
        "listing_id": {"headers": ["item"]},
        "quantity": {"headers": ["count"]},
        "line_paid_amount": {"headers": ["paid"]},
        "buyer": {"headers": ["buyer"], "personal": True},
    },
    "streams": {"order_lines": {"fields": {}}},
}
HEADER = "line,order,item,count,paid,buyer\n"
GOOD = "1,A,77,2,9.90,ann\n"


def _file(tmp_path, text, name="lines.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("2,A,77,two,9.90,ann\n", "unreadable_quantity"),
        ("2,A,,2,9.90,ann\n", "missing_listing_id"),
        ('2,A,77,2,"1,23",ann\n', "unreadable_line_paid_amount"),
        ("2.8E+18,A,77,2,9.90,ann\n", "unreadable_line_id"),
        ("2,A,77,2\n", "ragged"),
        ("2,A,77,2,9.90,ann,too,many\n", "ragged"),
        ('2,A,"77"x,2,9.90,ann\n', "malformed"),
        ("2,A,7\x007,2,9.90,ann\n", "unreadable_listing_id"),
    ],
)
def test_a_bad_row_is_put_aside_and_the_others_pass(tmp_path, row, rule):
    path = _file(tmp_path, HEADER + GOOD + row + "3,A,78,1,5.00,bob\n")

    records, problems = read(path, contract(LINES))

    assert [each.record["line_id"] for each in records] == ["1", "3"]
    assert [each.rule for each in problems] == [rule]
    assert problems[0].position == "lines.csv:3"


def test_quarantine_keeps_no_personal_cell(tmp_path):
    hashed = {**LINES, "streams": {"order_lines": {"fields": {}}}}
    path = _file(tmp_path, HEADER + "2,A,77,two,9.90,ann-secret\n")

    _, problems = read(path, contract(hashed))

    assert "ann-secret" not in str(problems)


def test_empty_cells_beyond_the_header_are_no_fault(tmp_path):
    records, problems = read(
        _file(tmp_path, HEADER + "1,A,77,2,9.90,ann,,\n\n"), contract(LINES)
    )

    assert (len(records), len(problems)) == (1, 0)


def test_a_header_that_lacks_a_column_names_it_and_what_comes_near(tmp_path):
    path = _file(tmp_path, "line,order,item,counts,paid\n1,A,77,2,9.90\n")

    with pytest.raises(FileRefused, match=r"lines\.csv.*stated.*'count'.*'counts'"):
        read(path, contract(LINES))


def test_an_unknown_column_of_a_template_names_what_comes_near(tmp_path):
    path = _file(tmp_path, "rate_date,base_currency,quote_currency,rate,rate_sorce\n")

    with pytest.raises(FileRefused, match=r"'rate_sorce'.*'rate_source'"):
        read(path, "fx_rates")


def test_a_file_of_which_no_row_can_be_read_is_refused(tmp_path):
    rows = "".join(f"{n},A,77,many,9.90,ann\n" for n in range(30))

    with pytest.raises(FileRefused, match="none of its 30 rows"):
        read(_file(tmp_path, HEADER + rows), contract(LINES))


def test_ids_cut_by_a_spreadsheet_refuse_the_file(tmp_path):
    rows = "".join(f"285331122334{n:03}0000,A,77,1,9.90,ann\n" for n in range(5))

    with pytest.raises(FileRefused, match="cut their digits"):
        read(_file(tmp_path, HEADER + rows), contract(LINES))


def test_a_truncated_archive_is_refused(tmp_path):
    packed = gzip.compress((HEADER + GOOD * 500).encode())
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lines.csv", HEADER + GOOD * 500)

    for name, data in (("lines.csv.gz", packed), ("lines.zip", zipped.getvalue())):
        with pytest.raises(FileRefused, match=r"truncated|damaged"):
            read(_file(tmp_path, data[:-20], name), contract(LINES))


def test_a_decompression_bomb_is_refused(tmp_path):
    path = _file(tmp_path, gzip.compress(b"0" * (64 << 20)), "lines.csv.gz")

    with pytest.raises(FileRefused, match="bomb"):
        read(path, contract(LINES))


@pytest.mark.parametrize("member", ["../lines.csv", "/etc/lines.csv", "C:\\lines.csv"])
def test_a_member_outside_of_its_archive_is_refused(tmp_path, member):
    path = tmp_path / "lines.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, HEADER + GOOD)

    with pytest.raises(FileRefused, match="outside"):
        read(path, contract(LINES))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    path = tmp_path / "lines.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lines.csv.gz", gzip.compress(HEADER.encode()))

    with pytest.raises(FileRefused, match="archive inside"):
        read(path, contract(LINES))


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = _file(tmp_path, HEADER + GOOD)

    with pytest.raises(FileRefused, match="larger"):
        compressed.parts(path, "lines.csv", compressed.Limits(file_bytes=10))


def test_a_workbook_that_unpacks_too_far_is_refused(tmp_path):
    path = tmp_path / "lines.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("xl/workbook.xml", b" " * (40 << 20))

    with pytest.raises(FileRefused, match="bomb"):
        read(path, contract(LINES))


@pytest.mark.parametrize("name", ["lines.xls", "lines.csv"])
def test_a_web_page_named_like_a_table_is_refused(tmp_path, name):
    path = _file(tmp_path, "<html><table><tr><td>line</td></tr></table>", name)

    with pytest.raises(FileRefused, match="web page"):
        read(path, contract(LINES))


def test_a_formula_is_text_and_never_a_number(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(["1", "A", "77", "=1+1", "9.90", "ann"])
    path = tmp_path / "lines.xlsx"
    book.save(path)

    _, problems = read(path, contract(LINES))
    _, of_text = read(
        _file(tmp_path, HEADER + "1,A,77,=1+1,9.90,ann\n"), contract(LINES)
    )

    assert problems[0].rule == "missing_quantity"
    assert of_text[0].rule == "unreadable_quantity"


def test_an_open_quotation_mark_does_not_swallow_the_file(tmp_path):
    text = HEADER + GOOD + '2,A,"77,2,9.90,ann\n' + GOOD * 50_000

    with pytest.raises(FileRefused, match="quotation mark"):
        read(_file(tmp_path, text + GOOD * 50_000), contract(LINES))
