"""Markups of the cards of made list pages (see ``make_lists.py``): one table for each part of a card.

A markup is a text with the fields ``{title}``, ``{snippet}`` ...; what is in brackets is left out if a field in it is
empty. ``{head}`` is the headline with its link and the kicker, ``{plain}`` the same without a link, ``{meta}`` a line of
date, author, comments etc.
"""

# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Mapping

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w+)\}")


def fill(markup: str, fields: Mapping[str, str]) -> str:
    """Return *markup* with its fields filled in, without the optional parts of which a field is empty."""
    while _OPTIONAL.search(markup):
        markup = _OPTIONAL.sub(lambda part: part[1] if all(map(fields.get, _FIELD.findall(part[1]))) else "", markup)
    return _FIELD.sub(lambda field: fields.get(field[1], ""), markup)


HEADS = {
    "heading": "<h3><a href='{url}'>{title}</a></h3>",
    "heading in link": "<a href='{url}'><h2>{title}</h2></a>",
    "kicker above": "[<span class='kicker'>{kicker}</span>]<h3><a href='{url}'>{title}</a></h3>",
    "kicker above, no class": "[<div>{kicker}</div>]<h3><a href='{url}'>{title}</a></h3>",
    "kicker above, hashed": "[<p class='css-1x9k2'>{kicker}</p>]<h3 class='css-9a8b7'><a href='{url}'>{title}</a></h3>",
    "kicker in heading": "<h2>[<span>{kicker}</span> ]<a href='{url}'>{title}</a></h2>",
    "kicker in link": "<h3><a href='{url}'>[<span class='overline'>{kicker}</span>]<span>{title}</span></a></h3>",
    "kicker in link, no class": "<h3><a href='{url}'>[<span>{kicker}</span>]<span>{title}</span></a></h3>",
    "kicker block in link": "<a href='{url}'>[<p class='eyebrow'>{kicker}</p>]<h2>{title}</h2></a>",
    "kicker with colon": "<h3><a href='{url}'>[<span class='vorspann'>{kicker}:</span> ]{title}</a></h3>",
    "kicker in bold with colon": "<h3><a href='{url}'>[<strong>{kicker}:</strong> ]{title}</a></h3>",
    "kicker over a break": "<h3><a href='{url}'>[<small>{kicker}</small><br>]{title}</a></h3>",
    "kicker below": "<h3><a href='{url}'>{title}</a></h3>[<div class='card-kicker'>{kicker}</div>]",
    "kicker links": "[<a class='kicker' href='{section}'>{kicker}</a>]<h3><a href='{url}'>{title}</a></h3>",
    "span": "<a class='headline' href='{url}'>[<span class='topline'>{kicker}</span>]<span>{title}</span></a>",
    "plain link": "<a href='{url}'>{title}</a>",
    "bold link": "<b><a href='{url}'>{title}</a></b>",
    "div": "[<div class='c-kicker'>{kicker}</div>]<div class='c-title'><a href='{url}'>{title}</a></div>",
    "div, hashed": "[<div class='sc-a1b2'>{kicker}</div>]<div class='sc-c3d4'><a href='{url}'>{title}</a></div>",
    "paragraph": "<p class='title'><a href='{url}'>{title}</a></p>",
    "utility classes": "[<p class='text-xs font-bold uppercase text-red-700'>{kicker}</p>]"
    "<h3 class='mt-2 text-lg leading-6'><a class='hover:underline' href='{url}'>{title}</a></h3>",
    "titled link": "<h3><a href='{url}' title='{title}'>[<em class='roofline'>{kicker}</em> ]{title}</a></h3>",
    "two headings": "[<h4>{kicker}</h4>]<h2><a href='{url}'>{title}</a></h2>",
    "label in heading": "<h3>[{label} ]<a href='{url}'>{title}</a></h3>",
    "label in link": "<h3><a href='{url}'>[{label} ]{title}</a></h3>",
}
"""Headline and kicker; in a card that is one link, the links are taken out."""

PICTURES = {
    "img": "<img src='{picture}' alt=''>",
    "alt": "<img src='{picture}' alt='{title}' width='300' height='200'>",
    "other alt": "<img src='{picture}' alt='{photo}' loading='lazy'>",
    "picture": "<picture><source srcset='{picture} 1x'><img src='{picture}' alt=''></picture>",
    "lazy": "<img class='lazyload' src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' data-src='{picture}' alt=''>",
    "figure": "<figure><img src='{picture}' alt=''><figcaption>{photo}</figcaption></figure>",
    "credit": "<div class='image'><img src='{picture}' alt=''><span class='credit'>{photo}</span></div>",
    "background": "<span class='thumb' style='background-image:url({picture})'></span>",
    "video": "<img src='{picture}' alt=''><span class='duration'>02:41</span>",
}

TIMES = {
    "plain": "{text}",
    "time": "<time datetime='{iso}'>{text}</time>",
    "time without attribute": "<time>{text}</time>",
    "span": "<span class='date'>{text}</span>",
    "title": "<span class='timestamp' title='{iso}'>{text}</span>",
    "hashed": "<span class='css-77aa'>{text}</span>",
    "icon": "<i class='fa fa-clock-o'></i> {text}",
    "svg": "<svg viewBox='0 0 9 9'><path d='M0 0'/></svg><span>{text}</span>",
}
COUNTS = {
    "words": "{words}",
    "link": "<a href='{url}#comments'>{words}</a>",
    "classes": "<span class='comments-count'>{number}</span>",
    "icon": "<a href='{url}#comments'><i class='icon-comment'></i> {number}</a>",
    "svg": "<a class='comments' href='{url}#comments'><svg viewBox='0 0 9 9'><path d='M0 0'/></svg><span>{number}</span></a>",
    "brackets": "({number2})",
    "icon class": "<span class='fa fa-comments'></span><span>{number}</span>",
}
AUTHORS = {
    "plain": "{by}",
    "class": "<span class='author'>{by}</span>",
    "name": "<span class='byline'>{person}</span>",
    "link": "<a rel='author' href='/autor/{slug}/'>{person}</a>",
    "by and link": "{ahead}<a href='/author/{slug}/'>{person}</a>",
    "hashed": "<span class='css-55bb'>{by}</span>",
}
LABELS = {
    "class": "<span class='label'>{label}</span>",
    "badge": "<span class='badge badge-primary'>{label}</span>",
    "plain": "<span>{label}</span>",
    "svg": "<svg aria-label='{label}' viewBox='0 0 9 9'><path d='M0 0'/></svg>",
}
METAS = {
    "spans": ("[<div class='meta'>{parts}</div>]", "<span>{part}</span>", " "),
    "dots": ("[<p>{parts}</p>]", "{part}", " · "),
    "bars": ("[<p>{parts}</p>]", "{part}", " | "),
    "commas": ("[<div class='entry-meta'>{parts}</div>]", "{part}", ", "),
    "list": ("[<ul>{parts}</ul>]", "<li>{part}</li>", ""),
    "slashes": ("[<footer>{parts}</footer>]", "<span>{part}</span>", " / "),
    "boxes": ("[<div>{parts}</div>]", "<div>{part}</div>", ""),
    "small": ("[<small>{parts}</small>]", "{part}", " – "),
}
"""Element around the line, element around each part, and text between them."""

CARDS = {
    "wordpress": "<article class='post hentry category-news'>[<a class='post-thumbnail' href='{url}'>{image}</a>]"
    "<header class='entry-header'>{head}[{meta}]</header>[<div class='entry-summary'><p>{snippet}</p></div>]</article>",
    "wordpress with call": "<article class='post'><header>{head}</header>[<div class='entry-content'><p>{snippet} "
    "<a class='more-link' href='{url}'>{more}</a></p></div>][<footer class='entry-footer'>{meta}</footer>]</article>",
    "query block": "<li class='wp-block-post'>[<figure class='wp-block-post-featured-image'><a href='{url}'>{image}</a>"
    "</figure>]<div class='wp-block-group'>{head}[<div class='wp-block-post-excerpt'><p class='"
    "wp-block-post-excerpt__excerpt'>{snippet}</p></div>][{meta}]</div></li>",
    "latest posts block": "<li><a class='wp-block-latest-posts__post-title' href='{url}'>{title}</a>"
    "[<div class='wp-block-latest-posts__post-author'>{author}</div>]"
    "[<span class='wp-block-latest-posts__post-date'>{when}</span>]"
    "[<div class='wp-block-latest-posts__post-excerpt'>{snippet}</div>]</li>",
    "newspaper theme": "<div class='td_module_10 td_module_wrap'>[<div class='td-module-thumb'><a href='{url}'>{image}"
    "</a></div>]<div class='item-details'>{head}<div class='td-module-meta-info'>"
    "[<span class='td-post-author-name'>{author}</span> <span>-</span> ][<span class='td-post-date'>{when}</span>]"
    "[<div class='td-module-comments'>{count}</div>]</div>[<div class='td-excerpt'>{snippet}</div>]</div></div>",
    "jnews theme": "<article class='jeg_post'>[<div class='jeg_thumb'><a href='{url}'>{image}</a>"
    "<div class='jeg_post_category'><span><a href='{section}'>{kicker}</a></span></div></div>]"
    "<div class='jeg_postblock_content'><h3 class='jeg_post_title'><a href='{url}'>{title}</a></h3>"
    "<div class='jeg_post_meta'>[<div class='jeg_meta_author'>{author}</div>][<div class='jeg_meta_date'>{when}</div>]"
    "[<div class='jeg_meta_comment'>{count}</div>]</div>[<div class='jeg_post_excerpt'><p>{snippet}</p></div>]</div></article>",
    "elementor": "<article class='elementor-post'>[<a class='elementor-post__thumbnail__link' href='{url}'>{image}</a>]"
    "<div class='elementor-post__text'>{head}[<div class='elementor-post__meta-data'><span class='elementor-post-date'>"
    "{when}</span></div>][<div class='elementor-post__excerpt'><p>{snippet}</p></div>]"
    "<a class='elementor-post__read-more' href='{url}'>{more} »</a></div></article>",
    "drupal view": "<div class='views-row'>[<div class='views-field views-field-field-image'><div class='field-content'>"
    "<a href='{url}'>{image}</a></div></div>][<div class='views-field views-field-field-kicker'><div class='field-content'>"
    "{kicker}</div></div>]<div class='views-field views-field-title'><span class='field-content'><a href='{url}'>{title}"
    "</a></span></div>[<div class='views-field views-field-created'><span class='field-content'>{when}</span></div>]"
    "[<div class='views-field views-field-body'><div class='field-content'>{snippet}</div></div>]</div>",
    "drupal teaser": "<div class='node node--type-article node--view-mode-teaser'><h2 class='node__title'><a href='{url}'"
    " rel='bookmark'><span class='field'>{title}</span></a></h2>[<div class='node__meta'>{meta}</div>]"
    "<div class='node__content'>[<div class='field--name-body'><p>{snippet}</p></div>]<ul class='links inline'>"
    "<li class='node-readmore'><a href='{url}' title='{title}'>{more}<span class='visually-hidden'> {title}</span></a>"
    "</li></ul></div></div>",
    "typo3 news": "<div class='article articletype-0' itemscope><div class='header'>{head}</div>"
    "<div class='teaser-text'>[<div class='news-img-wrap'><a href='{url}'>{image}</a></div>]"
    "[<div itemprop='description'><p>{snippet}</p></div>]<a class='more' href='{url}' title='{title}'>{more}</a></div>"
    "[<div class='footer'><p><span class='news-list-date'>{when}</span></p></div>]</div>",
    "arc": "<article class='story-card b-results-list__item'>[<a class='b-image-link' href='{url}' tabindex='-1' "
    "aria-hidden='true'>{image}</a>]<div class='promo-text'>[<div class='overline'>{kicker}</div>]<h2 class='c-heading'>"
    "<a class='c-link' href='{url}'>{title}</a></h2>[<p class='c-paragraph'>{snippet}</p>]"
    "<div class='c-attribution'>[<span class='c-attribution__byline'>{author}</span>]"
    "[<span class='c-separator'>•</span><time class='c-date'>{when}</time>]</div></div></article>",
    "escenic": "<div class='teaser widget storyContent'>[<div class='picture'><a href='{url}'>{image}</a></div>]"
    "<div class='text'>[<p class='teaser_kicker'>{kicker}</p>]<h2><a href='{url}'>{title}</a></h2>"
    "[<p class='teaser__leadtext'>{snippet}</p>][<div class='byline'>{meta}</div>]</div></div>",
    "cue": "<a class='teaser' href='{url}'>[<div class='teaser__image'>{image}</div>]<div class='teaser__body'>"
    "[<span class='teaser__kicker'>{kicker}</span>]<h3 class='teaser__title'>{title}</h3>[<p class='teaser__text'>"
    "{snippet}</p>][<div class='teaser__meta'>{meta}</div>]</div></a>",
    "ghost": "<article class='post-card post'>[<a class='post-card-image-link' href='{url}'>{image}</a>]"
    "<div class='post-card-content'><a class='post-card-content-link' href='{url}'><header class='post-card-header'>"
    "[<div class='post-card-tags'><span class='post-card-primary-tag'>{kicker}</span></div>]<h2 class='post-card-title'>"
    "{title}</h2></header>[<div class='post-card-excerpt'>{snippet}</div>]</a><footer class='post-card-meta'>"
    "[<time class='post-card-meta-date'>{when}</time>][<span class='post-card-meta-length'>{reading}</span>]</footer>"
    "</div></article>",
    "hashed": "<div class='sc-f1a2'><a class='sc-b3c4' href='{url}'>[<div class='sc-d5e6'>{image}</div>]<div class='sc-e7f8'>"
    "{plain}[<div class='sc-g9h0'>{snippet}</div>][<div class='sc-i1j2'>{meta}</div>]</div></a></div>",
    "css modules": "<div class='Card_root__x7Y2z'>[<div class='Card_media__Qw1e'>{image}</div>]<div class='Card_body__Pp9'>"
    "{head}[<p class='Card_text__a8S'>{snippet}</p>][<div class='Card_info__Zx0'>{meta}</div>]</div></div>",
    "tailwind": "<div class='flex flex-col gap-4 rounded-lg shadow-sm'>[<a class='block aspect-video' href='{url}'>{image}"
    "</a>]<div class='p-4'>{head}[<p class='mt-3 text-gray-600 line-clamp-3'>{snippet}</p>]"
    "[<div class='mt-4 text-sm text-gray-500'>{meta}</div>]</div></div>",
    "tailwind link": "<a class='group flex gap-4' href='{url}'>[<div class='w-1/3'>{image}</div>]<div class='flex-1'>{plain}"
    "[<p class='mt-2 text-sm'>{snippet}</p>][<div class='mt-2 text-xs'>{meta}</div>]</div></a>",
    "bootstrap": "<div class='col-md-4'><div class='card h-100'>[<div class='card-img-top'>{image}</div>]"
    "<div class='card-body'>[<span class='badge'>{kicker}</span>]<h5 class='card-title'>{title}</h5>[<p class='card-text'>"
    "{snippet}</p>]<a class='stretched-link' href='{url}'>{more}</a></div>[<div class='card-footer text-muted'>{meta}</div>]"
    "</div></div>",
    "bootstrap media": "<div class='media'>[<a class='pull-left' href='{url}'>{image}</a>]<div class='media-body'>"
    "<h4 class='media-heading'><a href='{url}'>{title}</a></h4>[<p>{snippet}</p>][{meta}]</div></div>",
    "stretched": "<div class='card position-relative'>[{image}]<h3 class='card-title'><a class='stretched-link' href='{url}'>"
    "{title}</a></h3>[<p class='card-text'>{snippet}</p>][<p class='card-text'><small class='text-muted'>{when}</small>"
    "</p>]</div>",
    "overlay": "<article class='tile'><a class='tile__link' href='{url}' aria-label='{title}'></a>[{image}]{plain}"
    "[<p>{snippet}</p>][{meta}]</article>",
    "overlay behind": "<div class='x'>[<div>{image}</div>]<div>{plain}[<div>{snippet}</div>][<div>{meta}</div>]</div>"
    "<a href='{url}'></a></div>",
    "many links": "<div class='item'>[<a href='{url}'>{image}</a>]{head}[<p><a href='{url}'>{snippet}</a></p>]"
    "[<div class='info'>{meta}</div>]</div>",
    "summary in a box": "<div class='story'><div class='story-head'>{head}</div>[<div class='story-body'><a href='{url}'>"
    "{image}</a></div>][<div class='story-text'><a href='{url}'>{snippet}</a></div>][<div>{meta}</div>]</div>",
    "text and call": "<div class='entry'>{head}[<div class='txt'>{snippet} <a href='{url}'>{more}</a></div>][{meta}]</div>",
    "unlinked headline": "<div class='news-item'>[<a href='{url}'>{image}</a>]<h3>{title}</h3>[<p>{snippet}</p>]"
    "[<p class='date'>{when}</p>]<a class='btn' href='{url}'>{more}</a></div>",
    "meta first": "<li>[<div class='info'>{meta}</div>]{head}[<p>{snippet}</p>]</li>",
    "date first": "<div class='row'><div class='col-2'>{when}</div><div class='col-10'>{head}[<p>{snippet}</p>]</div></div>",
    "list line": "<li>[<span class='time'>{when}</span> ]<a href='{url}'>{title}</a>[ {count}]</li>",
    "line with kicker": "<li><a href='{url}'>[<b>{kicker}:</b> ]{title}</a>[ <small>{when}</small>]</li>",
    "bare line": "<li><a href='{url}'>{title}</a></li>",
    "ranked": "<li><span class='rank'>{rank}</span><a href='{url}'>[<span class='kicker'>{kicker}</span>]<span class="
    "'title'>{title}</span></a></li>",
    "ranked in link": "<li><a href='{url}'><span>{rank}.</span> {title}</a></li>",
    "ticker": "<li><time>{when}</time><a href='{url}'>{title}</a></li>",
    "ticker link": "<a class='ticker-item' href='{url}'>[<span>{when}</span>]<span>{title}</span></a>",
    "table row": "<tr>[<td><a href='{url}'>{image}</a></td>]<td>{head}[<br>{snippet}][<br><small>{when}</small>]</td></tr>",
    "table cells": "<tr><td class='date'>{when}</td><td><a href='{url}'>{title}</a></td><td>{author}</td></tr>",
    "definitions": "<dt>[{when} ]<a href='{url}'>{title}</a></dt>[<dd>{snippet}</dd>]",
    "flat": "{head}[<p>{snippet}</p>][<span class='date'>{when}</span>]",
    "flat, date first": "[<div class='date'>{when}</div>]{head}[<div class='text'>{snippet}</div>]",
    "flat, pictures": "[<a href='{url}'>{image}</a>]{head}[<p>{snippet}</p>]",
    "breaks": "<a href='{url}'>{title}</a>[<br>{snippet}][<br>{when}]<br><br>",
    "paragraph": "<p>[<b>{when}</b> ]<a href='{url}'>{title}</a>[<br>{snippet}]</p>",
    "nested": "<div class='big'>[<a href='{url}'>{image}</a>]{head}[<p class='lead'>{snippet}</p>]"
    "[<ul class='related-links'>{related}</ul>]</div>",
    "nested boxes": "<article>{head}[<p>{snippet}</p>][{meta}][<div class='more-stories'>{relatedboxes}</div>]</article>",
    "slide": "<div class='swiper-slide'><a href='{url}'>[<div class='swiper-img'>{image}</div>]<div class='swiper-caption'>"
    "{plain}[<p>{snippet}</p>]</div></a></div>",
    "shared": "<div class='post-item'>{head}[<p>{snippet}</p>]<div class='actions'>[<span>{when}</span>]"
    "<a href='https://www.facebook.com/sharer.php?u={url}'>Facebook</a><a href='https://x.com/share?url={url}'>X</a></div></div>",
    "opinion": "<article class='opinion'>[<img class='avatar' src='/portraits/{slug}.jpg' alt='{person}' width='60'>]"
    "[<div class='opinion__author'>{author}</div>]{head}[<p class='opinion__text'>{snippet}</p>]</article>",
    "review": "<article class='review'>[<a href='{url}'>{image}</a>]{head}<div class='rating' aria-label='4 / 5'>★★★★☆</div>"
    "[<p>{snippet}</p>][{meta}]</article>",
    "search hit": "<div class='search-result'><h3><a href='{url}'>{title}</a></h3>[<p class='search-snippet'>{snippet}</p>]"
    "<div class='result-info'>[<span>{when}</span>][<span>{author}</span>]<cite>www.example.org › news</cite></div></div>",
    "amp": "<div class='amp-card'><a href='{url}'><amp-img src='{picture}' width='300' height='200'></amp-img></a>"
    "<h2><a href='{url}'>{title}</a></h2>[<div class='excerpt'>{snippet}</div>][<span class='posted'>{when}</span>]</div>",
    "asian list": "<li><a href='{url}'>[<div class='thumb'>{image}</div>]<div class='con'><p class='tit'>{title}</p>"
    "[<p class='lead line'>{snippet}</p>][<span class='byline'><em>{author}</em><em>{when}</em></span>]</div></a></li>",
    "portal list": "<li class='item'>[<a href='{url}' class='img'>{image}</a>]<dl><dt class='tit'><a href='{url}'>{title}</a>"
    "</dt>[<dd class='txt'>{snippet}</dd>][<dd class='inf'>{meta}</dd>]</dl></li>",
}

FRAMES = {
    "li": "<ul class='list'>{cards}</ul>",
    "tr": "<table><tbody>{cards}</tbody></table>",
    "dt": "<dl>{cards}</dl>",
    "grid": "<div class='grid'>{cards}</div>",
    "row": "<div class='row'>{cards}</div>",
    "hashed": "<div class='sc-9z8y'><div class='sc-7x6w'>{cards}</div></div>",
    "swiper": "<div class='swiper'><div class='swiper-wrapper'>{cards}</div><button>‹</button><button>›</button></div>",
    "items": "<ul class='items'>{items}</ul>",
    "columns": "<div class='columns'>{columns}</div>",
    "hero": "<div class='hero'>{first}</div><div class='grid'>{rest}</div>",
}
"""Elements around the cards of a list; those before ``grid`` are for cards of that element."""
