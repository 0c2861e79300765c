"""An encoding is proved by the whole file and its header, or the file is refused."""

from __future__ import annotations

import pytest
from export_files import contract, read

from seller_intel.ingestors.files import FileRefused

CHINESE = "订单编号,标题\n1,连衣裙 夏季新款 修身显瘦\n2,儿童保温杯大容量\n"
TRADITIONAL = "訂單編號,標題\n1,連衣裙 夏季新款 修身顯瘦\n2,兒童保溫杯大容量\n"
JAPANESE = "注文番号,商品名\n1,ワンピース 夏の新作\n2,子供用の水筒です\n"
WESTERN = "order_id,title\n1,Café crème brûlée\n2,Müller Größe\n"
CONTRACT = {
    "platform": "taobao",
    "currency": "CNY",
    "columns": {
        "listing_id": {"headers": ["订单编号", "訂單編號", "注文番号", "order_id"]},
        "title": {"headers": ["标题", "標題", "商品名", "title"], "required": True},
    },
    "streams": {"listings": {"fields": {"observed_at": {"from_source": "as_of"}}}},
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((CHINESE, name) for name in ("utf-8", "utf-8-sig", "gb18030", "utf-16")),
        (CHINESE, "utf-16-le"),
        (TRADITIONAL, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (WESTERN, "latin-1"),
        (WESTERN, "utf-8"),
        (CHINESE.replace("订单编号,标题", "order_id,title"), "gb18030"),
        (TRADITIONAL.replace("訂單編號,標題", "order_id,title"), "big5"),
        (JAPANESE.replace("注文番号,商品名", "order_id,title"), "shift_jis"),
        (JAPANESE.replace("注文番号,商品名", "order_id,title"), "euc_jp"),
    ],
)
def test_text_is_read_right_in_every_encoding(tmp_path, text, encoding):
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))

    records, _ = read(path, contract(CONTRACT))

    expected = [line.split(",")[1] for line in text.splitlines()[1:]]
    assert [each.record["title"] for each in records] == expected


def test_an_encoding_that_may_be_two_is_refused_with_the_candidates(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(
        JAPANESE.replace("注文番号,商品名", "order_id,title").encode("gb18030")
    )

    with pytest.raises(FileRefused, match="gb18030, cp950"):
        read(path, contract(CONTRACT))


@pytest.mark.parametrize("wrong", ["gb18030", "latin-1"])
def test_text_garbled_before_it_came_is_refused(tmp_path, wrong):
    garbled = "连衣裙 夏季新款,儿童保温杯".encode().decode(wrong, "replace")
    rows = "".join(f"{n},{garbled.split(',')[0]}\n" for n in range(5))
    path = tmp_path / "export.csv"
    path.write_text(f"order_id,title\n{rows}", encoding="utf-8")

    with pytest.raises(FileRefused, match=r"garbled|replaced"):
        read(path, contract(CONTRACT))


def test_an_encoding_declared_wrongly_does_not_pass(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(CHINESE.encode("gb18030"))

    with pytest.raises(FileRefused):
        read(path, contract({**CONTRACT, "encodings": ["utf-8"]}))
    with pytest.raises(FileRefused):
        read(path, contract({**CONTRACT, "encodings": ["latin-1"]}))


def test_one_wrong_byte_far_into_a_file_is_found(tmp_path):
    path = tmp_path / "export.csv"
    body = b"".join(b"%d,title\n" % n for n in range(60_000))
    path.write_bytes(b"order_id,title\n" + body + b"x,\xff\xfe\n")

    with pytest.raises(FileRefused):
        read(path, contract({**CONTRACT, "encodings": ["utf-8"]}))
