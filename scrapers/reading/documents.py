"""Documents: the bytes of a page as text in its true charset, as a tree, as words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin

import charset_normalizer
import lxml.html
from lxml import etree
from lxml.html import HtmlElement
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
_NULLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


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


def parse(text: str) -> HtmlElement:
    """Return the tree of a page; an empty one for an empty page."""
    text = _NULLS.sub("", text)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        tree = lxml.html.document_fromstring("<html></html>", ensure_head_body=True)
    # what no reader sees; what is said to readers without scripts is kept as a mark
    for hidden in list(tree.iter("noscript", "template", "svg")):
        tail, said = hidden.tail, squeezed(" ".join(hidden.itertext()))[:2000]
        hidden.clear()
        hidden.set("data-said", said)
        hidden.tail = tail
    # cells and paragraphs are apart for a reader, whatever the markup leaves out
    for block in tree.iter(*_BLOCKS):
        block.tail = f" {block.tail}" if block.tail else " "
    return tree


def squeezed(text: str | None) -> str:
    """Return a text with every run of white space as one blank."""
    return " ".join(text.split()) if text else ""


_WORDS = etree.XPath(
    ".//text()[not(parent::script or parent::style)]",
    smart_strings=False,
)
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "br", "button", "dd", "div", "dl"),
    *("dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
    *("hr", "label", "li", "main", "nav", "ol", "option", "p", "pre", "section"),
    *("select", "table", "tbody", "td", "th", "thead", "tr", "ul"),
)


def words_of(element: HtmlElement) -> str:
    """Return what a reader sees of an element, blanks squeezed, scripts left out."""
    if not len(element):
        return squeezed(element.text) if element.tag not in ("script", "style") else ""
    return squeezed("".join(_WORDS(element)))


@dataclass
class Document:
    """A page with what is worked out from it once and used often."""

    page: Page
    text: str
    marks: dict[str, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> HtmlElement:
        """The page as a tree."""
        return parse(self.text)

    @cached_property
    def body(self) -> HtmlElement:
        """The body of the page, or what stands for it."""
        return self.tree.body if self.tree.body is not None else self.tree

    @cached_property
    def words(self) -> str:
        """What a reader sees, in one line."""
        return words_of(self.body)

    @cached_property
    def title(self) -> str:
        """The title of the page, empty where it has none."""
        found = self.tree.find(".//title")
        return squeezed(found.text_content()) if found is not None else ""

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to."""
        found = self.tree.find(".//base[@href]")
        href = found.get("href", "").strip() if found is not None else ""
        return urljoin(self.page.url, href) if href else self.page.url

    @cached_property
    def language(self) -> str:
        """The language tag of the page, `zh-CN`, empty where it states none."""
        for name in ("lang", "xml:lang"):
            if self.tree.get(name):
                return str(self.tree.get(name))
        return self.meta.get("og:locale") or self.meta.get("content-language") or ""

    @cached_property
    def meta(self) -> dict[str, str]:
        """The meta tags by lower-case name; of equal names the first."""
        found: dict[str, str] = {}
        for node in self.tree.iter("meta"):
            key = node.get("property") or node.get("name") or node.get("http-equiv")
            value = node.get("content") or node.get("value")
            if key and value and value.strip():
                found.setdefault(key.strip().lower(), squeezed(value))
        return found


def open_page(page: Page) -> Document:
    """Return the document of a page."""
    return Document(page, text_of(page))
