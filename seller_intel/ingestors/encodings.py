"""The encoding of a text file: proved on the whole file, never just guessed."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seller_intel.ingestors.compressed import Part
from seller_intel.ingestors.refusals import FileRefused

ALL = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc_jp", "latin-1")
SAMPLE_BYTES = 256 << 10
# Windows' own supersets, which is what exports called by the plain names hold.
_CODECS = {
    "utf-8-sig": "utf-8-sig",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CLEAR_LEAD = 0.15
_PLAUSIBLE = 0.5
_LOST_SHARE = 0.01
_KANA_SHARE = 0.05
_KANA_ROWS_SHARE = 0.4
_FEW_LETTERS = 12
_FREQUENT_SHARE = 0.5
# The letters of everyday Chinese and of shop texts, simplified and traditional.
_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理本前开"
    "但因只从想实日者意无力它与长把机十民第公此已工使情明性知全三又关点正外将两高间由问很最重并物"
    "手应向头文体美相见被什二等产或新己制身果加西月话合回特代内信表化老给世位次度门先海通教儿原东"
    "提立及比员解水名真处走入几口平系气题活更别打女变四总电数安少结反受目太量再做接必件计管期市直"
    "资山金指克统区至品住求程北边交取价款装色包邮男夏秋冬春季店舰送礼套码衣鞋裤裙童护肤保湿润面霜"
    "精白乳粉防净红液斤集食香鲜佰油膏洗士爽紧淡养茶酒孕妇黑透毛蜜莲双蛋盒纯细丝拉持专柔版味瓶袋彩"
    "热销促优惠券满减折赠正品旗舰官网厂商家庭用具厨房床单被枕杯壶锅碗盘灯纸巾湿洁牙刷毛巾米面油盐"
    "省市县州京津沪渝苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云陕甘青宁疆藏蒙古自治区路号栋室街道镇村南广江河湖"
    "福龙宁辽吉林黑哈连沈杭温绍嘉台丽金华圳深莞佛珠惠中汕成都重庆武汉长沙郑州西宝"
    "订单编号状态已付待货发收退款成功交易关闭买卖标题数快递运费备注无线手机快速充电脑屏蓝牙耳音箱"
    "這個們來為國說時會對發後裡麼學當沒動還進樣開從實無與長機現體經問間東車馬書見員門關頭業電產價裝"
    "號氣導應設變點線數圖層總類單據請選過運達遠邊銀錢順須預領題風飛飲驗魚麗黃齊龍訂編標連顯兒溫優惠"
    "貨賣買點絲襪褲護膚潤淨潔紙燈鍋盤爐傘禮贈滿減區縣灣臺灣縣鄉鎮號樓"
)
_GARBLED_CELLS = 3
_GARBLED_SHARE = 0.5


@dataclass(frozen=True)
class _Candidate:
    name: str
    text: str
    score: float


def codec_of(name: str) -> str:
    """Return the codec that reads an encoding as exports write it."""
    plain = name.lower().replace("_", "-")
    return _CODECS.get(name.lower(), _CODECS.get(plain, name))


def decide(
    part: Part, allowed: Sequence[str], recognised: Callable[[str], int | None]
) -> str:
    """Return the codec of a text file.

    `recognised` says how many foreign-letter names of the contract a text's header
    holds, None where it holds no such header. An encoding counts only if every byte of
    the file decodes in it and the header is found in the result. A header in foreign
    letters proves the encoding; else the text is weighed, and too close to call is
    refused with the candidates.
    """
    sample = _sample(part)
    marked = _marked(sample)
    if marked:
        return _proved(part, marked)
    names = [codec_of(name) for name in allowed]
    wide = _unmarked_utf16(sample) if "utf-16" in names else None
    candidates = _candidates(sample, [wide] if wide else names)
    headed = [each for each in candidates if recognised(each.text) is not None]
    proving = [each for each in headed if recognised(each.text)]
    if not proving and headed:
        _check_clear(part, headed)
    for candidate in sorted(proving or headed or candidates, key=_by_score):
        try:
            return _proved(part, candidate.name)
        except UnicodeDecodeError:
            continue
    raise FileRefused(
        f"{part.name}: its bytes are none of {', '.join(allowed)};"
        " declare the encoding it really has"
    )


def check_text(name: str, text: str) -> None:
    """Refuse text that was decoded wrongly before it came to us."""
    foreign = [sign for sign in text if sign > "\x7f"]
    lost = foreign.count("\ufffd")
    if lost and lost > len(foreign) * _LOST_SHARE:
        raise FileRefused(
            f"{name}: {lost} of its characters are already replaced by '\ufffd';"
            " export it again"
        )
    cells = [cell for cell in _cells(text) if not cell.isascii()]
    for wrong, right in (
        ("gb18030", "utf-8"),
        ("cp1252", "utf-8"),
        ("latin-1", "utf-8"),
        ("latin-1", "gb18030"),
    ):
        garbled = [cell for cell in cells if _is_garbled(cell, wrong, right)]
        enough = min(_GARBLED_CELLS, len(cells))
        if garbled and len(garbled) >= max(enough, len(cells) * _GARBLED_SHARE):
            raise FileRefused(
                f"{name}: garbled: it holds {right} text that was once read as {wrong}"
                f" (such as {garbled[0]!r}); export it again"
            )


def _sample(part: Part) -> bytes:
    with part.opened() as stream:
        return stream.read(SAMPLE_BYTES)


def _marked(sample: bytes) -> str | None:
    for mark, codec in _MARKS:
        if sample.startswith(mark):
            return codec
    return None


def _unmarked_utf16(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes of its commas and digits."""
    head = sample[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    few = len(head) * 0.02
    if odd > few and even * 8 < odd:
        return "utf-16-le"
    if even > few and odd * 8 < even:
        return "utf-16-be"
    return None


def _candidates(sample: bytes, names: Sequence[str]) -> list[_Candidate]:
    found = []
    for name in dict.fromkeys(names):
        if name == "utf-16":
            continue
        decoder = codecs.getincrementaldecoder(name)("strict")
        try:
            text = decoder.decode(sample, final=len(sample) < SAMPLE_BYTES)
        except UnicodeDecodeError:
            continue
        found.append(_Candidate(name, text, _plausibility(text, name)))
    return found


def _by_score(candidate: _Candidate) -> float:
    return -candidate.score


def _check_clear(part: Part, candidates: list[_Candidate]) -> None:
    """Refuse what is too close to call, or like no writing at all."""
    best, *others = sorted(candidates, key=_by_score)
    close = [
        each.name
        for each in others
        if best.score - each.score < _CLEAR_LEAD and each.text != best.text
    ]
    if close:
        raise FileRefused(
            f"{part.name}: its encoding may be any of"
            f" {', '.join([best.name, *close])}; declare it in the contract"
        )
    if best.score < _PLAUSIBLE:
        raise FileRefused(
            f"{part.name}: read as {best.name} it looks garbled"
            f" ({_excerpt(best.text)!r}); declare the encoding it really has"
        )


def _proved(part: Part, codec: str) -> str:
    """Return the codec if the whole file decodes in it; a marked file must."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    done = 0
    with part.opened() as stream:
        try:
            while chunk := stream.read(1 << 20):
                if codec == "utf-8":
                    chunk += stream.readline(1 << 20)
                    if _is_utf8(chunk):
                        continue
                decoder.decode(chunk)
                done += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if codec not in ("utf-8-sig", "utf-16"):
                raise
            raise FileRefused(
                f"{part.name}: starts as {codec} but byte {done + error.start} is not;"
                " two files glued together?"
            ) from error
    return codec


def _is_utf8(chunk: bytes) -> bool:
    """Say whether whole lines are UTF-8, faster than decoding them."""
    import numpy  # slow to import, and contracts are read without it
    import pyarrow

    size = numpy.array([0, len(chunk)], numpy.int32)
    text = pyarrow.StringArray.from_buffers(
        1, pyarrow.py_buffer(size), pyarrow.py_buffer(chunk)
    )
    try:
        text.validate(full=True)
    except pyarrow.ArrowInvalid:
        return False
    return True


def _plausibility(text: str, codec: str) -> float:
    """Return how much the foreign letters of a text look like writing, 0 to 1.

    Well-formed UTF-8 of more than a letter or two is no accident: 2.
    """
    foreign = [sign for sign in text if sign > "\x7f"]
    if not foreign:
        return 1.0
    if codec == "utf-8":
        weight = sum(1 if sign < "\u0800" else 2 for sign in foreign[:8])
        return 2.0 if weight > 2 else 1.0
    if codec.startswith("utf"):
        return 1.0
    if codec == "cp1252":
        return _western(text, len(foreign))
    usual = sum(_usual(sign, codec) for sign in foreign) / len(foreign)
    kana = sum("\u3041" <= sign <= "\u30fe" for sign in foreign) / len(foreign)
    if codec in ("cp932", "euc_jp"):
        return usual if kana >= _KANA_SHARE else usual / 2
    if kana >= _KANA_SHARE or _is_kana_misread(foreign, codec):
        return usual / 2
    return usual * _frequency(foreign)


def _is_kana_misread(foreign: list[str], codec: str) -> bool:
    """Tell Japanese bytes read as Big5: most letters fall into two of its rows."""
    if codec != "cp950":
        return False
    rows = [code[0] for sign in foreign if len(code := sign.encode("cp950", "ignore"))]
    return sum(row in (0xA4, 0xA5) for row in rows) > len(rows) * _KANA_ROWS_SHARE


def _frequency(foreign: list[str]) -> float:
    """Return 1 where Chinese letters are the everyday ones, less where they are not."""
    letters = [sign for sign in foreign if "\u4e00" <= sign <= "\u9fff"]
    if len(letters) < _FEW_LETTERS:
        return 1.0
    share = sum(sign in _FREQUENT for sign in letters) / len(letters)
    return min(1.0, (share / _FREQUENT_SHARE) ** 2)


def _western(text: str, foreign_count: int) -> float:
    """Accented letters stand alone between plain ones; long runs are not writing."""
    lonely = run = 0
    for sign in text + " ":
        if sign > "\x7f":
            run += 1
            continue
        if run and run <= 2:
            lonely += run
        run = 0
    return lonely / foreign_count


# First bytes of the frequent characters: GB 2312 level 1, Big5 level 1, JIS level 1.
_LEVELS = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp950": ("big5", 0xA4, 0xC6),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp932": ("euc_jp", 0xB0, 0xCF),
}


def _usual(sign: str, codec: str) -> float:
    if unicodedata.category(sign)[0] in "PSZ" and sign != "\ufffd":
        return 1.0
    if "\u3041" <= sign <= "\u30fe" or "\uff01" <= sign <= "\uff5e":
        return 1.0
    standard, first, last = _LEVELS.get(codec, ("utf-8", 0, 255))
    try:
        code = sign.encode(standard)
    except UnicodeEncodeError:
        return 0.0
    return 1.0 if len(code) == 2 and first <= code[0] <= last else 0.3


def _is_garbled(cell: str, wrong: str, right: str) -> bool:
    try:
        repaired = cell.encode(wrong).decode(right)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    if right == "utf-8":
        # two bytes of GBK are often two of UTF-8 by chance, three hardly ever
        foreign = [sign for sign in repaired if sign > "\x7f"]
        needed = "\u0800" if wrong == "gb18030" else "\x80"
        return bool(foreign) and all(sign >= needed for sign in foreign)
    return _plausibility(repaired, right) > 0.9 and _western(cell, len(cell)) < 0.5


def _cells(text: str) -> list[str]:
    lines = text.splitlines()[:300]
    marks = str.maketrans({"\t": ",", ";": ",", "|": ",", '"': ","})
    return [cell for line in lines for cell in line.translate(marks).split(",") if cell]


def _excerpt(text: str) -> str:
    start = next((at for at, sign in enumerate(text) if sign > "\x7f"), 0)
    return text[start : start + 12]
