"""Text out of what Microsoft keeps as HTML, and the link of an online meeting out of text. Must never run what it reads
or follow a link."""

import re
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
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


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS and tag != "br":
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(_SPACE.sub(" ", data))


def plain(html: str) -> str:
    """The readable text of an HTML body: a fallback, since Graph is asked for text (graph.md §2.2)."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    lines = (line.strip() for line in "".join(parser.pieces).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def meeting_link(*texts: str) -> str:
    """The first Teams, Zoom, Webex or Meet link, without what stands around it in prose, markup or markdown (TMS-03);
    "" for none."""
    for text in texts:
        if "://" in text and (found := _LINK.search(text)):
            return _cleaned(unescape(found.group()))
    return ""


def _cleaned(link: str) -> str:
    while link and (link[-1] in ".,;:!?*" or link.count(link[-1]) > link.count(_PAIRS.get(link[-1], link[-1]))):
        link = link[:-1]
    return link
