"""The ids of reasons: for the type of a page, the owner of a block, the value of a field.

A reason is one line of text, ``<id>: <meaning or details>``. Ids are stable, since page cases, docs/explain.md and
users' scripts refer to them. The text after the id may change.
"""

from __future__ import annotations

from collections.abc import Mapping

PAGE_TYPE: Mapping[str, str] = {
    "no-html": "the response is not HTML, or was refused",
    "profile-url": "whether the URL matches the profile's pattern for articles",
    "front-page-url": "URL of a front page",
    "points": "sum of the points below, and the number that an article needs",
    "article-url": "URL of an article",
    "few-teasers": "hardly any teasers",
    "own-text": "text of its own, which is in no teaser",
    "dated-headline": "a time beside the headline",
    "declared-article": "declared as an article (JSON-LD, microdata, template of the site)",
    "meta-article": "meta tags declare an article, or its time of publication",
    "declared-list": "template or declaration of a list",
    "teaser-count": "number of teasers; a list needs three, a front page one",
}
"""Why a page is an article, a list or something else."""

ARTICLE: Mapping[str, str] = {
    "declared-title": "a heading that repeats a title declared by the page",
    "top-heading": "the h1 over the text",
    "over-headline": "a short line over the headline; its class names a kicker, or a title repeats it",
    "declared-lead": "begins like the declared description",
    "named-lead": "the class of its element names a lead",
    "opening-lead": "between headline and text",
    "prose": "reads like the sentences of an article",
    "among-prose": "among the paragraphs of the text",
    "subhead": "a heading within the text",
    "byline-opener": "begins like a byline",
    "byline-name": "names an author beside headline or text",
    "date-line": "tells the time of the article or of its last change",
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
    "card-other": "within the card, but in no field",
    "card-rule": "found by the profile's rules of teasers",
}
"""Why a block belongs to a teaser."""

CHROME: Mapping[str, str] = {
    "landmark": "in a menu, or in the footer of the page",
    "role": "tag, role, class or id of an element around it",
    "label": "a label of something beside the text: advertisement, topics, media, a call to action",
    "pointer": "points to another article",
    "offer": "offers a newsletter, a subscription or a channel",
    "consent": "asks for consent, or is about cookies",
    "rights": "a copyright notice",
    "talk": "asks readers to comment or to write",
    "stamp": "a time, with words that belong to it",
    "credit": "names who took a picture",
    "trail": "a trail of topics",
    "about-itself": "is about the text beside it",
    "cut-text": "is truncated, like a snippet",
    "picture-text": "alone with a picture in a box, or in one of several similar cards",
    "repeated": "the article has the same line elsewhere",
    "text-weight": "its weight is too low for text; the features that count most against it",
    "behind-comments": "after the heading of readers' comments",
    "link": "most of it is a link",
    "no-article-link": "links to something else than another article of the portal",
    "service-link": "links to an article from a list of services or an overlay",
    "menu-link": "a short link to an article in a menu, a footer or a list of topics",
    "sentence-link": "links to an article from within a sentence",
    "author-link": "links to an author",
    "name-list": "links to an article in a list whose links are too short for headlines",
    "few-words": "links to an article with too few words for a headline",
    "empty-card": "links to an article with an advertisement, or with nothing to read",
    "list-heading": "name of a list of teasers",
    "outside": "outside the article's text",
    "not-an-article": "would be this part of the article if the page were one",
    "object": "a picture, medium, control or rule without another owner",
}
"""Why a block belongs to neither."""

FIELDS: Mapping[str, str] = {
    "only-source": "no other source has a value",
    "order-of-trust": "the first source in the field's order of trust",
    "shown-headline": "the heading that readers see over the text; a declared title has words in common with it",
    "shared-wording": "the wording that most sources share",
    "source-weight": "sum of the weights of the sources that agree with it",
    "shown-is-cut": "the visible text is less than half of the declared one",
    "same-value": "another source with the same value is trusted more",
    "less-trusted": "another source is trusted more",
    "less-weight": "another value has more weight",
    "only-change": "the page shows only the time of the last change",
    "time-of-change": "the time of a change; another source has an earlier time",
    "derived": "follows from other fields, the URL or the response",
    "teaser-rule": "a rule of the profile",
    "teaser-text": "text shown on the card",
    "teaser-attribute": "an attribute of the card for machines, screen readers or tooltips",
    "teaser-list": "name and order of the list that contains the card",
}
"""Why a field has its value, and other candidates have not been taken."""

REASONS: Mapping[str, str] = {**PAGE_TYPE, **ARTICLE, **TEASER, **CHROME, **FIELDS}
"""Every id with its meaning."""


def reason(name: str, detail: str = "") -> str:
    """Return the reason with the id *name*, followed by *detail* or, if that is empty, by the meaning of the id.

    >>> reason("front-page-url")
    'front-page-url: URL of a front page'

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
