"""Text out of what Microsoft keeps as HTML, and the link of an online meeting out of text. Must never run what it reads
or follow a link."""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
_COMMENT = "<!--"
_MARKUP = re.compile(r"<!--|<(?P<slash>/?)(?P<name>[a-zA-Z][^\s<>/]*)[^<>]*>|<[!?/][^<>]*>")
_GAPS = re.compile(r"\n{3,}")
_SPACE = re.compile(r"\s+")
_LINK = re.compile(
    r"https://(?:[\w-]+\.)*(?:"
    r"teams\.(?:microsoft\.com|microsoft\.us|live\.com|cloud\.microsoft)/(?:l/meetup-join|meet)/"
    r"|zoom(?:gov)?\.(?:us|com)/(?:j|s|w|my)/"
    r"|webex\.com/(?:[\w.-]+/)?(?:j\.php|meet/|join/|m/|wbxmjs/)"
    r"|meet\.google\.com/"
    r")[^\s<>\"'\[\]|\\^`]+",
    re.IGNORECASE,
)
_PAIRS = {")": "(", "}": "{"}
_LONGEST = 2048
"""Characters of a link that any browser takes; what is longer leads nowhere."""


class _Tag(NamedTuple):
    """Where a tag stands; `name` is empty for a comment or a declaration."""

    start: int
    end: int
    name: str
    closes: bool


def plain(html: str) -> str:
    """The readable text of an HTML body: a fallback, since Graph is asked for text (graph.md §2.2). Its time
    grows with the text, whatever stands in it: the standard library's parser takes minutes for a few unclosed tags."""
    lines = (line.strip() for line in "".join(_pieces(html)).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _pieces(html: str) -> Iterator[str]:
    """The shown text, and a line break where a block begins or ends."""
    hidden = at = 0
    for tag in _tags(html):
        if not hidden:
            yield _SPACE.sub(" ", unescape(html[at : tag.start]))
        at = tag.end
        if tag.name in _HIDDEN:
            hidden = max(0, hidden + (-1 if tag.closes else 1))
        if tag.name in _BLOCKS and not (tag.closes and tag.name == "br"):
            yield "\n"
    if not hidden:
        yield _SPACE.sub(" ", unescape(html[at:]))


def _tags(html: str) -> Iterator[_Tag]:
    """Tags, declarations and comments, in order; a comment that does not end hides all that follows."""
    at = 0
    while found := _MARKUP.search(html, at):
        at = found.end()
        if found.group() == _COMMENT:
            at = html.find("-->", at) + 3
            at = len(html) if at < 3 else at  # noqa: PLR2004 - it was not found
        yield _Tag(found.start(), at, (found["name"] or "").lower(), closes=bool(found["slash"]))


def meeting_link(*texts: str) -> str:
    """The first Teams, Zoom, Webex or Meet link, without what stands around it in prose, markup or markdown (TMS-03);
    "" for none."""
    for text in texts:
        if "://" in text and (found := _LINK.search(text)):
            return _cleaned(unescape(found.group())) if found.end() - found.start() <= _LONGEST else ""
    return ""


def _cleaned(link: str) -> str:
    while link and (link[-1] in ".,;:!?*" or link.count(link[-1]) > link.count(_PAIRS.get(link[-1], link[-1]))):
        link = link[:-1]
    return link
