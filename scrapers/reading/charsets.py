"""Charsets: the bytes of a page as text in the charset they are truly written in."""

from __future__ import annotations

import re

import charset_normalizer
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from scrapers.items import Page

_ASIAN = ("gb18030", "big5", "cp932", "cp949")
# Of what Chinese shops write, most is among the commoner half of the characters.
_CJK = re.compile(r"[\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7a3]")
_ODD = re.compile(r"[\ue000-\uf8ff\ufffd\x80-\x9f]")


def text_of(page: Page) -> str:
    """Return the body as text, in the charset it is written in, not the one it claims.

    A body that is valid UTF-8 is UTF-8 whatever it claims. Otherwise the declared
    charset counts if the body fits it (`gb2312` means GB 18030, as browsers read it),
    then whichever charset of the region leaves the fewest odd characters.
    """
    body = page.body
    bom, bom_bytes = read_bom(body)
    if bom and bom_bytes:
        return body[len(bom_bytes) :].decode(bom, "replace")
    declared = _declared(page)
    if declared and declared.startswith("iso2022"):
        return body.decode(declared, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # cut off in the middle of a character, or a single bad byte
        if _is_nearly_utf8(body, error.start):
            return body.decode("utf-8", "replace")
    if declared and declared not in ("utf-8", "cp1252"):
        text = body.decode(declared, "replace")
        if len(_ODD.findall(text)) <= max(2, len(text) // 2000):
            return text
    return _guessed(body, declared)


def _declared(page: Page) -> str | None:
    named = http_content_type_encoding(page.header("content-type"))
    return named or html_body_declared_encoding(page.body[:4096]) or None


def _is_nearly_utf8(body: bytes, start: int) -> bool:
    if len(body) - start <= 4:
        return True
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return bad * 20 < good


def _guessed(body: bytes, declared: str | None) -> str:
    fitting = []
    for name in _ASIAN:
        try:
            text = body.decode(name)
        except UnicodeDecodeError as error:
            if error.start < len(body) - 4 and error.start * 1000 < len(body) * 999:
                continue
            text = body.decode(name, "replace")
        common = len(_CJK.findall(text))
        wide = len(re.findall(r"[^\x00-\xff]", text)) or 1
        if common / wide > 0.5 and len(_ODD.findall(text)) * 50 <= wide:
            fitting.append((_familiar(text) / wide, -_ASIAN.index(name), text))
    if fitting and (fitting := [each for each in fitting if each[0] > 0.1] or fitting):
        return max(fitting)[2]
    if declared is None:
        guess = charset_normalizer.from_bytes(body[:65536]).best()
        found = resolve_encoding(guess.encoding) if guess else None
        if found and found != "utf-8":
            return body.decode(found, "replace")
    return body.decode("cp1252", "replace")


# The characters shop pages cannot do without, simplified, traditional and kana.
_FAMILIAR = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为子和你地出会也时要就可以对生能下得自之"
    "价格商品购买加入车首页分类品牌库存销量评论月元件服务登录注册搜索官方正旗舰店"
    "價購買車頁類評論銷商品牌庫搜尋會員服務のはをにがでとたし税込円"
    "이가은는을를의에상품가격원구매"
)


def _familiar(text: str) -> int:
    return sum(each in _FAMILIAR for each in text)
