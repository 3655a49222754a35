"""What the classes of the body element say of a page."""

from __future__ import annotations

import pytest
from lxml import html

from portalcrawl.extraction.cms_template import template_of


@pytest.mark.parametrize(
    ("classes", "template"),
    [
        ("post-template-default single single-post postid-4711 single-format-standard", "post"),
        ("single single-bericht postid-12 category-hafen", "post"),
        ("html not-front one-sidebar page-node page-node- page-node-205 node-type-article", "post"),
        ("path-node page-node-type-artikel", "post"),
        ("node--type-blog-post", "post"),
        ("node-type-pressrelease", "post"),
        ("post-template tag-hafen", "post"),
        ("archive category category-hafen category-7", "list"),
        ("archive author author-jo", "list"),
        ("archive date", "list"),
        ("archive tag tag-hafen", "list"),
        ("home blog paged", "list"),
        ("search search-results", "list"),
        ("tag-template tag-hafen", "list"),
        ("author-template author-jo", "list"),
        ("home-template", "list"),
        ("page-template-default page page-id-7", ""),
        ("home page page-id-7", ""),
        ("node-type-page", ""),
        ("single my-postid-47a", ""),
        ("blog", ""),
        ("", ""),
    ],
)
def test_classes(classes: str, template: str) -> None:
    assert template_of(html.document_fromstring(f"<html><body class='{classes}'><p>x</p></body></html>")) == template


def test_no_page() -> None:
    assert template_of(html.fragment_fromstring("<p>x</p>")) == ""
