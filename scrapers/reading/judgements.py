"""Judgements: pages that say nothing about goods, and the mark that gives them away.

The order matters: a puzzle is a refusal too, and a login form is on every honest page.
Only pages on which no goods were read are judged, except for plain refusals (status).
"""

from __future__ import annotations

import re

from scrapers.items import PageVerdict
from scrapers.reading.documents import Document

_PUZZLE = re.compile(
    r"g-recaptcha|grecaptcha\.|hcaptcha\.com|h-captcha|geetest|funcaptcha|arkoselabs"
    r"|cf-turnstile|challenges\.cloudflare\.com|captcha-delivery\.com|_____tmd_____"
    r"|nc_1_n1z|baxia|px-captcha|aws-waf-token|/errors/validateCaptcha|opfcaptcha"
    r"|TencentCaptcha|slidercaptcha|verifyimg|class=[\"'][^\"']*captcha"
    r"|id=[\"']captcha",
    re.IGNORECASE,
)
_PUZZLE_WORDS = re.compile(
    r"验证码|滑动验证|拖动(?:下方)?滑块|请完成(?:安全)?验证|安全验证|点击按钮完成验证"
    r"|人机验证"
    r"|captcha|are you (?:a )?(?:human|robot)|not a robot"
    r"|verify (?:that )?you are (?:a )?"
    r"human|type the characters|prove you|ich bin kein roboter|je ne suis pas un robot",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"access (?:to this page has been )?(?:is )?denied|request (?:was )?blocked"
    r"|you have"
    r" been blocked|unusual traffic|automated (?:access|queries|requests)|pardon our"
    r" interruption|attention required|just a moment\.\.\.|checking (?:if the site"
    r" connection is secure|your browser)|403 forbidden|^forbidden\b|too many requests"
    r"|rate limit(?:ed| exceeded)|bot (?:detection|protection)|reference #\d|incapsula"
    r" incident|ddos protection|sucuri website firewall|zugriff verweigert|accès refusé"
    r"|访问(?:过于|太)频繁|操作(?:过于|太)频繁|访问(?:被拒绝|受限|异常)|拒绝访问"
    r"|系统检测到|异常流量"
    r"|您的(?:访问|ip|网络).{0,12}(?:限制|异常|禁止)|网站防火墙|请求被拦截|非法请求",
    re.IGNORECASE,
)
_LOGIN_URL = re.compile(
    r"/(?:login|signin|sign-in|passport|member/login|account/login|sso)\b"
    r"|login\.[a-z]+\."
    r"|passport\.",
    re.IGNORECASE,
)
_LOGIN_WORDS = re.compile(
    r"请(?:先)?登录|登录后(?:才能|可|查看)|密码登录|短信登录|扫码登录|账户登录"
    r"|please (?:log|sign) in"
    r"|(?:log|sign) in to (?:continue|view|see)|you must be logged in|members only"
    r"|enter (?:store )?(?:using )?password|bitte melden sie sich an|opening soon",
    re.IGNORECASE,
)
_SHELL = re.compile(
    r"<div[^>]+id=[\"'](?:app|root|__next|__nuxt|react-root|main-app|container"
    r"|q-app)[\"']"
    r"[^>]*>\s*(?:<!--.*?-->\s*)*(?:<(?:div|svg|noscript"
    r"|span)[^>]*>[^<]{0,40}</(?:div|svg"
    r"|noscript|span)>\s*)*</div>|<app-root[^>]*>|window\.__INITIAL_STATE__|ng-app=",
    re.IGNORECASE | re.DOTALL,
)
_SHELL_WORDS = re.compile(
    r"enable javascript|javascript (?:is )?(?:required|disabled)|requires javascript"
    r"|without javascript|turn on javascript|启用\s*javascript|开启\s*javascript|加载中"
    r"|正在加载|javascript (?:aktivieren|activé)|^loading\b",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"(?<![\d.,$€£¥])\b404\b(?![.,]\d)|page (?:was )?not found"
    r"|page can(?:not|'t) be found|does(?: not"
    r"|n't) exist"
    r"|seite nicht gefunden|page introuvable|no longer (?:available|exists)|页面不存在"
    r"|商品不存在|宝贝不存在|已下架|已经?下柜|找不到(?:该)?(?:页面|商品)"
    r"|很抱歉.{0,20}(?:不存在|下架)",
    re.IGNORECASE,
)
_STATUS = {
    401: PageVerdict.LOGIN_WALL,
    403: PageVerdict.BLOCKED,
    429: PageVerdict.BLOCKED,
}
_REFUSING = {405, 406, 418, 430, 444, 451, 456, 498, 509, 999}
FEW = 600
"""Characters a reader sees on a page that is nothing but a refusal or a shell."""


def hindrance(document: Document) -> tuple[PageVerdict, str] | None:
    """Return the verdict on a page that hides its goods, and what showed it."""
    status = document.page.status
    words = document.words
    head = f"{document.title} {words[:1500]}"
    short = len(words) < FEW * 3
    puzzle = _PUZZLE_WORDS.search(head) if short else None
    mark = _PUZZLE.search(document.text[:400_000]) if short else None
    if puzzle and (mark or len(words) < FEW or status >= 400):
        return PageVerdict.CAPTCHA, puzzle[0]
    if mark and (len(words) < FEW // 2 or status >= 400):
        return PageVerdict.CAPTCHA, mark[0]
    if status in _STATUS:
        return _STATUS[status], f"status {status}"
    refused = _REFUSAL.search(head) if short else None
    if status in _REFUSING or (refused and status not in (404, 410)):
        return PageVerdict.BLOCKED, refused[0] if refused else f"status {status}"
    if status in (404, 410):
        return PageVerdict.GONE, f"status {status}"
    if status >= 400:
        return PageVerdict.FAILED, f"status {status}"
    if wall := _login_wall(document, words):
        return PageVerdict.LOGIN_WALL, wall
    if shell := _empty_shell(document, words):
        return PageVerdict.EMPTY_SHELL, shell
    gone = _NOT_FOUND.search(head[:600]) if short else None
    if gone:
        return PageVerdict.GONE, gone[0]
    return None


def _login_wall(document: Document, words: str) -> str | None:
    at_login = _LOGIN_URL.search(document.page.url)
    field = document.tree.find(".//input[@type='password']") is not None
    asked = _LOGIN_WORDS.search(words[:2000])
    if at_login and (field or asked):
        return asked[0] if asked else at_login[0]
    if asked and len(words) < FEW * 2 and (field or len(words) < FEW):
        return asked[0]
    return None


def _empty_shell(document: Document, words: str) -> str | None:
    if len(words) >= FEW:
        return None
    asked = _SHELL_WORDS.search(_all_words(document))
    scripts = sum(1 for _ in document.tree.iter("script"))
    if asked and (scripts or len(words) < FEW // 3):
        return asked[0]
    shell = _SHELL.search(document.text[:400_000])
    if shell and scripts and len(words) < FEW // 2:
        return shell[0][:60]
    if scripts >= 1 and len(words) < 40 and document.tree.find(".//img") is None:
        return f"{scripts} scripts, {len(words)} characters"
    return None


def _all_words(document: Document) -> str:
    hidden = " ".join(
        each.get("data-said", "") for each in document.tree.iter("noscript")
    )
    return f"{hidden[:2000]} {document.words}"
