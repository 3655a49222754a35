"""The ids of reasons: for the type of a page, the owner of a block, the value of a field.

A reason is one line of text, ``<id>: <meaning or details>``. Ids are stable, since page cases, docs/explain.md and
users' scripts refer to them. The text after the id may change.
"""

from __future__ import annotations

from collections.abc import Mapping

PAGE_TYPE: Mapping[str, str] = {
    "no-html": "there is no HTML, or it is refused",
    "profile-url": "whether the address matches the profile's pattern for articles",
    "front-page-url": "address of a front page",
    "points": "sum of the points below, and how many an article needs",
    "article-url": "address of an article",
    "few-teasers": "hardly any teasers",
    "own-text": "text of its own, which no teaser shows",
    "dated-headline": "time by the headline",
    "signed-headline": "author by the headline",
    "declared-article": "declared as an article (JSON-LD, microdata)",
    "meta-date": "time of publication in meta tags",
    "og-article": "og:type names an article",
    "post-template": "template of a single post",
    "declared-list": "template or declaration of a list",
    "teaser-count": "number of teasers; a list needs three, a front page one",
}
"""Why a page is an article, a list or something else."""

ARTICLE: Mapping[str, str] = {
    "declared-title": "a heading that a title of the page's head repeats",
    "top-heading": "the h1 over the text",
    "over-headline": "a short line over the headline, named as kicker or repeated by a title",
    "declared-lead": "begins as the declared description does",
    "named-lead": "the class of its element names a lead",
    "opening-lead": "stands between headline and text",
    "prose": "reads like the sentences of an article",
    "among-prose": "stands among the paragraphs of the text",
    "subhead": "a heading within the text",
    "byline-opener": "opens as bylines do",
    "byline-name": "names an author beside headline or text",
    "date-line": "the time that the article is dated by",
    "time-by-headline": "a time beside headline or text",
    "picture-caption": "caption or credit of a picture of the article",
    "article-picture": "one of the article's pictures",
    "topic-trail": "one of the article's topics",
    "source-line": "names the source",
    "comment-count": "the number of comments",
    "profile-rule": "found by a rule of the profile",
    "declared-text": "part of the text that JSON-LD declares",
}
"""Why a block is a part of the article."""

TEASER: Mapping[str, str] = {
    "card-headline": "the headline of the card",
    "shared-line": "one line shows the headlines of several teasers; the first of them owns it",
    "card-kicker": "the line over the card's headline",
    "card-snippet": "the text under the card's headline",
    "card-date": "the time of the card",
    "card-count": "the number of comments on the card",
    "card-label": "a label of the card, such as a genre",
    "card-caption": "the caption of the card's picture",
    "card-image": "the card's picture",
    "card-link": "a link to the same article",
    "card-other": "stands within the card, in no field",
    "card-rule": "found by the profile's rules of teasers",
}
"""Why a block belongs to a teaser."""

CHROME: Mapping[str, str] = {
    "landmark": "stands in a menu, or in the foot of the page",
    "role": "tag, role, class or id of an element around it",
    "label": "a name of what stands around texts: advertisement, topics, media, a call to act",
    "pointer": "points to another article",
    "offer": "offers a newsletter, a subscription or a channel",
    "consent": "asks for consent, or speaks of cookies",
    "rights": "a notice of copyright",
    "talk": "asks readers to comment or to write",
    "stamp": "a time, with what belongs to it",
    "credit": "names who took a picture",
    "trail": "a trail of topics",
    "about-itself": "speaks of the text that it stands by",
    "cut-text": "is cut off, as snippets are",
    "picture-text": "stands alone with a picture in a box, or in one of several cards alike",
    "repeated": "the article has the same line elsewhere",
    "text-weight": "its features weigh too little for text; what weighs most against it",
    "behind-comments": "stands behind the line that heads readers' comments",
    "link": "most of it is a link",
    "list-heading": "name of a list of teasers",
    "outside": "stands outside of the article's text",
    "not-an-article": "would be this part of the article if the page were one",
    "object": "a picture, medium, control or rule that nothing claims",
}
"""Why a block belongs to neither."""

FIELDS: Mapping[str, str] = {
    "only-source": "no other source has a value",
    "order-of-trust": "the first source in the field's order of trust",
    "shared-wording": "the wording that most sources share",
    "source-weight": "sum of the weights of the sources that agree with it",
    "shown-is-cut": "the visible text is less than half of the declared one",
    "same-value": "another source with the same value is trusted more",
    "less-trusted": "another source is trusted more",
    "less-weight": "another value has more weight",
    "only-change": "the page tells the time of the last change only",
    "time-of-change": "the moment of a change, while another source has an earlier time",
    "derived": "follows from other fields, the address or the response",
    "teaser-rule": "a rule of the profile",
    "teaser-text": "what the card shows",
    "teaser-attribute": "an attribute of the card for machines, screen readers or the mouse",
    "teaser-list": "name and order of the list that the card stands in",
}
"""Why a field has its value, and other candidates have not been taken."""

REASONS: Mapping[str, str] = {**PAGE_TYPE, **ARTICLE, **TEASER, **CHROME, **FIELDS}
"""Every id with its meaning."""


def reason(name: str, detail: str = "") -> str:
    """Return the reason with the id *name*, followed by *detail* or, if that is empty, by the meaning of the id.

    >>> reason("front-page-url")
    'front-page-url: address of a front page'

    :raises KeyError: if there is no such id.
    """
    meaning = REASONS[name]
    return f"{name}: {detail or meaning}"


def reason_id(text: str) -> str:
    """Return the id of a reason.

    >>> reason_id("own-text: 812 characters of its own text")
    'own-text'
    """
    return text.partition(":")[0]
