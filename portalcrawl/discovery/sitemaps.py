"""Parses sitemaps, sitemap indexes, news sitemaps (XML, parsed as a stream) and text sitemaps.

Formats: sitemaps.org/protocol.html; Google's news extension (``news:news``). Elements are matched by their local names,
because namespaces are often missing or written with ``https``. Only the ``loc`` that is a child of ``url`` is used, not
that of an image inside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from portalcrawl.discovery.document_type import is_cut
from portalcrawl.discovery.entries import DAY, Child, DocumentError, Entry
from portalcrawl.discovery.entry_building import address_of, make_entry
from portalcrawl.discovery.moments import LONGEST, Clock
from portalcrawl.urls import MAX_URL_LENGTH

MAX_ITEMS = 50_000
"""Most URLs that are read from one file; the limit of the protocol."""
MAX_ATTRIBUTES = 200
"""Most attributes of one element: libxml2's parse time is quadratic in their number."""
Element = etree._Element


def read_sitemap(body: bytes, base: str, clock: Clock, problems: Counter[str]) -> Iterator[Entry | Child]:
    """Yield the entries of the XML sitemap or sitemap index *body*, in document order; *base* is its URL.

    :raises DocumentError: ``broken_xml`` if nothing can be parsed, ``too_complex`` for too many attributes.
    """
    events = etree.iterparse(
        BytesIO(body),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    number, held = 0, None
    try:
        for _, element in events:
            name = _local(element)
            if name not in ("url", "sitemap"):
                continue
            if held:
                yield held
            number += 1
            if number > MAX_ITEMS:
                problems["too_many_entries"] += 1
                return
            held = _item(element, name, base, clock, problems)
            _free(element)
    except etree.XMLSyntaxError:
        problems["broken_xml"] += 1
    if not number and len(events.error_log):
        raise DocumentError("broken_xml")
    if is_cut(body):
        problems["cut"] += 1
    elif held:
        yield held


def read_text_sitemap(body: bytes, base: str, problems: Counter[str]) -> Iterator[Entry | Child]:
    """Yield the entries of a text sitemap: one URL per line, UTF-8 (sitemaps.org/protocol.html#otherformats)."""
    number = 0
    for line in BytesIO(body):
        text = line[: MAX_URL_LENGTH + 1].decode("utf-8-sig", "replace").strip()
        if not text:
            continue
        number += 1
        if number > MAX_ITEMS:
            problems["too_many_entries"] += 1
            return
        url = address_of(text, base) if "://" in text else None
        if url:
            yield Entry(url, "sitemap")
        else:
            problems["no_address"] += 1


def _item(element: Element, name: str, base: str, clock: Clock, problems: Counter[str]) -> Entry | Child | None:
    found = {key: _text(child) for child in reversed(element) if (key := _local(child))}
    url = address_of(found.get("loc"), base)
    if url is None:
        problems["no_address"] += 1
        return None
    written = found.get("lastmod", "")[:LONGEST] or None
    lastmod = clock.read(written)
    if name == "sitemap":
        is_day = lastmod is not None and lastmod.precision == "day"
        return Child(url, written, lastmod.when + DAY if lastmod and is_day else lastmod.when if lastmod else None)
    news = next((child for child in element if _local(child) == "news"), None)
    if news is None:
        return make_entry(url, "sitemap", None, None, lastmod)
    said = {key: _text(child) for child in reversed(news) if (key := _local(child))}
    return make_entry(url, "news_sitemap", said.get("title"), clock.read(said.get("publication_date")), lastmod)


def _local(element: Element) -> str:
    """Return the name of *element* in lower case, without namespace or undeclared prefix; "" if it has none.

    :raises DocumentError: ``too_complex`` if it has more than MAX_ATTRIBUTES attributes.
    """
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise DocumentError("too_complex")
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _text(element: Element) -> str:
    return "".join(map(str, element.itertext())).strip() if len(element) else (element.text or "").strip()


def _free(element: Element) -> None:
    """Remove *element* and its preceding siblings from the tree, so that memory use does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
