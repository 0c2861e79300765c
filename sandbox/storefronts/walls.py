"""Pages that stand in the place of goods: blocks, captchas, log-ins, empty shells."""

from __future__ import annotations

from sandbox.gateways.exchange import Reply

HTML = (("content-type", "text/html; charset=utf-8"),)
_TEXTS = {
    ("block", "zh"): (
        "访问受限",
        "<h1>访问受限</h1><p>您的访问过于频繁，已被系统拦截，请稍后再试。</p>"
        "<p>IP: 127.0.0.1 事件编号 7f3a-0001</p>",
    ),
    ("block", "en"): (
        "Access Denied",
        "<h1>Access Denied</h1><p>You don't have permission to access this page on"
        " this server.</p><p>Reference #18.7f3a0001.1763812800.1a2b3c</p>",
    ),
    ("captcha", "zh"): (
        "安全验证",
        '<div id="nocaptcha" class="nc-container"></div><p>请拖动滑块完成验证</p>'
        "<p>为了保护您的账号安全，请完成验证后继续访问</p>",
    ),
    ("captcha", "en"): (
        "Robot or human?",
        '<form action="/captcha"><p>Enter the characters you see below. Please verify'
        ' that you are not a robot.</p><div class="g-recaptcha" data-sitekey="s"></div>'
        '<input name="captcha"></form>',
    ),
    ("login", "zh"): (
        "登录",
        '<form id="login-form" action="/login" method="post"><h1>密码登录</h1>'
        '<input name="loginId" placeholder="会员名/邮箱/手机号">'
        '<input type="password" name="password"><button>登录</button></form>'
        "<p>请登录后查看商品</p>",
    ),
    ("login", "en"): (
        "Sign in",
        '<form id="login" action="/account/login" method="post"><h1>Sign in</h1>'
        '<input type="email" name="email"><input type="password" name="password">'
        "<button>Sign in</button></form><p>Please sign in to see our products.</p>",
    ),
    ("shell", "zh"): ("商品详情", '<div id="root"></div>'),
    ("shell", "en"): ("Shop", '<div id="root"></div>'),
}
_SCRIPTS = (
    '<script src="/static/runtime.3f2a.js"></script>'
    '<script src="/static/vendors.91bc.js"></script>'
    '<script src="/static/app.c0ff.js"></script>'
)


def page(kind: str, language: str, status: int) -> Reply:
    """Return the page of a wall, in Chinese or in English."""
    title, body = _TEXTS[kind, "zh" if language == "zh" else "en"]
    if kind == "shell":
        body += "<noscript>You need to enable JavaScript to run this app.</noscript>"
        body += _SCRIPTS
    text = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}"
        "</body></html>"
    )
    return Reply(text.encode(), status, HTML)


def huge() -> bytes:
    """Return fifty megabytes of HTML that never come to the point."""
    row = b"<div class='row'><span>lorem ipsum dolor sit amet</span></div>\n"
    return b"<html><body>" + row * (50_000_000 // len(row))
