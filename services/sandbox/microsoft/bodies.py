"""How Exchange rewrites a body: HTML is wrapped, text becomes HTML, a Teams meeting adds its block (graph.md §3.1).
Rewriting its own output gives the same again."""

import html
import re
from functools import lru_cache

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_HEAD = f"<html>\r\n<head>\r\n{_META}\r\n</head>\r\n<body>\r\n"
_FOOT = "\r\n</body>\r\n</html>\r\n"
_BODY = re.compile(r"<body[^>]*>\s*(.*?)\s*</body>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|head)\b.*?</\1>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_RULE = "_" * 80
PREVIEW = 255


def rewrite(kind: str, content: str) -> str:
    """What is stored for a body that a client sent as `text` or `html`."""
    if not content:
        return ""
    if kind == "text":
        lines = html.escape(content, quote=False).replace("\r\n", "\n").split("\n")
        return f"{_HEAD}<div>{'<br>'.join(lines)}</div>{_FOOT}"
    return f"{_HEAD}{inner(content)}{_FOOT}"


def inner(content: str) -> str:
    """What stands between the body tags."""
    found = _BODY.search(content)
    return found.group(1) if found else content.strip()


@lru_cache(maxsize=4096)
def text(content: str) -> str:
    """The body as text."""
    plain = _BREAK.sub("\n", _HIDDEN.sub("", content).replace("\r\n", ""))
    return html.unescape(_TAG.sub("", plain)).strip().replace("\n", "\r\n")


def preview(content: str) -> str:
    """The first characters of the text."""
    return text(content)[:PREVIEW]


def with_meeting(content: str, url: str) -> str:
    """The body with the Teams block at its end."""
    block = (
        f'<div>{_RULE}</div>\r\n<div class="me-email-text" lang="en-US">\r\n<div><span>Microsoft Teams</span></div>\r\n'
        f'<div><a href="{html.escape(url)}" class="me-email-headline">Join the meeting now</a></div>\r\n</div>\r\n'
        f"<div>{_RULE}</div>"
    )
    return f"{_HEAD}{inner(content)}\r\n{block}{_FOOT}"


def has_meeting(content: str, url: str) -> bool:
    """Whether the Teams block is still there."""
    return url in html.unescape(content)
