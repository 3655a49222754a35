"""What made pages show around and within an article: each form returns its markup and the texts that are not the article's."""

from __future__ import annotations

import random
from collections.abc import Callable
from html import escape
from typing import NamedTuple

from article_pages.story import Story, Writer


class Piece(NamedTuple):
    """The markup of a piece of furniture and the texts in it that do not belong to the article."""

    html: str
    unwanted: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    """Texts that may be read as part of the article's or not."""


def piece(form: str, *texts: str) -> Piece:
    """Return a piece with *texts* in place of ``{}``."""
    return Piece(form.format(*map(escape, texts)), texts)


def _link(writer: Writer, *, number: int | None = None) -> tuple[str, str]:
    title = writer.title()
    return title, f"/news/another-story-{number or writer.rng.randint(10_000, 999_999)}.html"


def newsletter(story: Story, rng: random.Random) -> Piece:
    form = rng.choice(
        (
            "<div class='newsletter-box'><h3>Newsletter</h3><p>{}</p><form action=/nl><input type=email name=mail><button>OK</button></form></div>",
            "<div class='css-9x8y'><p>{}</p><form action=/subscribe><input type=email placeholder='E-Mail'><input type=submit></form></div>",
            "<p><a href='/newsletter/'>{}</a></p>",
            "<p><em>{}</em></p>",
            "<div>{}</div>",
        )
    )
    return piece(form, rng.choice(story.writer.words["newsletter"]))


def share(story: Story, rng: random.Random) -> Piece:
    form = rng.choice(
        (
            "<div class='share-buttons'><a href='https://www.facebook.com/sharer.php?u=x'>{}</a><button>{}</button></div>",
            "<ul class='x1y2'><li><a href='https://www.facebook.com/sharer.php?u=x'>{}</a></li><li><button>{}</button></li></ul>",
            "<div><span>{}</span><span>{}</span></div>",
        )
    )
    return piece(form, *story.writer.words["share"])


def related(story: Story, rng: random.Random) -> Piece:
    links = [_link(story.writer) for _ in range(rng.choice((1, 3, 4)))]
    box = rng.choice(
        (
            "<div class='related-articles'><h4>{}</h4>",
            "<aside><h3>{}</h3>",
            "<div class='k9'><p><b>{}</b></p>",
            "<section><h2>{}</h2>",
        )
    )
    rows = rng.choice(
        ("<li><a href='{}'>{}</a></li>", "<p><a href='{}'>{}</a></p>", "<div><a href='{}'><h4>{}</h4></a></div>")
    )
    end = "</" + box[1:].partition(">")[0].split()[0] + ">"
    label = story.writer.words["related"]
    html = box.format(label) + "".join(rows.format(url, escape(title)) for title, url in links) + end
    return Piece(html, (label, *(title for title, _ in links)))


def cards(story: Story, rng: random.Random) -> Piece:
    """Return other articles with pictures and snippets."""
    shown = [(*_link(story.writer), story.writer.sentence()) for _ in range(rng.randint(3, 6))]
    form = rng.choice(
        (
            "<article class='card'><a href='{0}'><img src='/thumbs/{2}.jpg'></a><h3><a href='{0}'>{1}</a></h3><p>{3}</p></article>",
            "<div class='item'><a href='{0}'><img src='/thumbs/{2}.jpg' width=300 height=200><span>{1}</span></a><div>{3}</div></div>",
            "<a class='css-q1' href='{0}'><img src='/thumbs/{2}.jpg'><h4>{1}</h4><p>{3}</p></a>",
        )
    )
    rows = (form.format(url, escape(title), at, escape(text)) for at, (title, url, text) in enumerate(shown))
    texts = [text for title, _, snippet in shown for text in (title, snippet)]
    return Piece(f"<div class='grid'><h2>{story.writer.words['related']}</h2>{''.join(rows)}</div>", tuple(texts))


def also(story: Story, rng: random.Random) -> Piece:
    title, url = _link(story.writer)
    label, _, _ = story.writer.words["also"].partition("{}")
    form = rng.choice(
        (
            "<p><strong>{0}<a href='{1}'>{2}</a></strong></p>",
            "<p>{0}<a href='{1}'>{2}</a></p>",
            "<div class='inline-link'>{0}<a href='{1}'>{2}</a></div>",
            "<blockquote><p>{0}<a href='{1}'>{2}</a></p></blockquote>",
        )
    )
    return Piece(form.format(escape(label), url, escape(title)), (f"{label}{title}",))


def gallery(story: Story, rng: random.Random) -> Piece:
    """Return pictures with captions."""
    captions = [story.writer.sentence() for _ in range(rng.choice((3, 5, 20)))]
    form = rng.choice(
        (
            "<figure><img src='/gallery/{0}.jpg'><figcaption>{1}</figcaption></figure>",
            "<li class='slide'><img src='/gallery/{0}.jpg'><div class='slide__caption'>{1}</div></li>",
            "<div class='zz'><img src='/gallery/{0}.jpg' width=900 height=600><p>{1}</p></div>",
            "<div><div><img src='/gallery/{0}.jpg'></div><div>{1}</div></div>",
        )
    )
    rows = "".join(form.format(at, escape(text)) for at, text in enumerate(captions))
    return Piece(rng.choice(("<div class='gallery'>{}</div>", "<div>{}</div>")).format(rows), tuple(captions))


def pull_quote(story: Story, rng: random.Random) -> Piece:
    """Return a sentence of the text again; since it is in the text, it counts as nothing."""
    text = next(part.text for part in story.parts if part.kind == "text").split(". ")[0]
    form = rng.choice(
        ("<blockquote class='pullquote'><p>{}</p></blockquote>", "<div class='quote-box'><q>{}</q></div>")
    )
    return Piece(form.format(escape(text)), neutral=(text,))


def embed(story: Story, rng: random.Random) -> Piece:
    """Return a post of a social network, which may be read as part of the text or not."""
    del rng
    text = story.writer.sentence()
    name = escape(story.writer.name())
    return Piece(
        f"<blockquote class='twitter-tweet'><p lang=en dir=ltr>{escape(text)}</p>&mdash; {name} (@hafen)"
        " <a href='https://twitter.com/hafen/status/1'>12.2.2026</a></blockquote>",
        neutral=(text,),
    )


def video(story: Story, rng: random.Random) -> Piece:
    form = rng.choice(
        (
            "<div class='video-player'><video controls src='/v.mp4'></video><p class='video-caption'>{}</p></div>",
            "<figure><iframe src='https://www.youtube.com/embed/x'></iframe><figcaption>{}</figcaption></figure>",
        )
    )
    return piece(form, story.writer.sentence())


def worded(word: str, *forms: str) -> Form:
    """Return a piece of furniture that shows the language's *word* (a key of the tables) in one of the *forms*."""

    def made(story: Story, rng: random.Random) -> Piece:
        return piece(rng.choice(forms), story.writer.words[word])

    made.__name__ = word
    return made


audio = worded(
    "listen",
    "<div class='audio-player'><button>▶</button><span>{}</span><span>03:21</span></div>",
    "<div class='j2'><span>{}</span><audio src='/a.mp3' controls></audio></div>",
)
advertisement = worded(
    "ad",
    "<div class='ad-slot'><span>{}</span><div id=ad3></div></div>",
    "<div>{}</div>",
    "<p class=x7><small>{}</small></p>",
)
paywall = worded(
    "paywall",
    "<div class='paywall'><p>{}</p><a href='/abo'>OK</a></div>",
    "<div class='q5'><h3>{}</h3><a href='/subscribe'>OK</a></div>",
    "<p>{}</p>",
)
consent = worded(
    "consent",
    "<div id=cookie-banner class='cookie-consent'><p>{}</p><button>OK</button></div>",
    "<div class='fixed bottom-0'><div>{}</div><button>OK</button><button>X</button></div>",
    "<div class='u8'><p>{}</p></div>",
)
follow = worded(
    "follow",
    "<p><strong>{}</strong></p>",
    "<div class='social'>{}</div>",
    "<p><a href='https://t.me/hafen'>{}</a></p>",
)


def biography(story: Story, rng: random.Random) -> Piece:
    name = story.authors[0]
    form = rng.choice(
        (
            "<div class='author-box'><img src='/img/a.jpg' width=80 height=80><h4>{0}</h4><p>{1}</p></div>",
            "<div class='w3'><div>{0}</div><div>{1}</div></div>",
            "<section class='about-the-author'><a href='/author/x'>{0}</a><p>{1}</p></section>",
        )
    )
    text = story.writer.words["bio"].format(n=name)
    return Piece(form.format(escape(name), escape(text)), (text,))


def tags(story: Story, rng: random.Random) -> Piece:
    names = story.writer.title().split()[:4]
    label = story.writer.words["tags_label"]
    form = rng.choice(
        ("<div class='tags'><span>{}</span>{}</div>", "<p>{}: {}</p>", "<ul class='r6'><li>{}</li>{}</ul>")
    )
    links = " ".join(f"<a href='/tag/{at}' rel=tag>{escape(name)}</a>" for at, name in enumerate(names))
    return Piece(form.format(escape(label), links), (label,))


def comments(story: Story, rng: random.Random) -> Piece:
    posts = [story.writer.paragraph(1, 3) for _ in range(rng.randint(2, 5))]
    label = story.writer.words["comments"]
    box, row = rng.choice(
        (
            (
                "<div id=comments class='comments-area'><h2>{}</h2><ol class='comment-list'>{}</ol></div>",
                "<li class='comment'><cite>Hafenfan{}</cite> <time datetime='2026-02-0{}T10:00'>10:00</time><p>{}</p></li>",
            ),
            (
                "<div class='m4'><h3>{}</h3>{}</div>",
                "<div class='m5'><b>user{}</b><span>0{}.02.2026 10:00</span><div>{}</div></div>",
            ),
            (
                "<section><h2>{}</h2>{}<form><textarea name=text></textarea></form></section>",
                "<div><div>seagull{}</div><div>0{}/02/2026</div><div><p>{}</p></div></div>",
            ),
        )
    )
    rows = "".join(row.format(at, at, escape(text)) for at, text in enumerate(posts, 1))
    return Piece(box.format(label, rows), tuple(posts))


def poll(story: Story, rng: random.Random) -> Piece:
    del rng
    question = story.writer.question()
    return Piece(
        f"<div class='poll'><h4>{escape(question)}</h4><label><input type=radio>1</label><label><input type=radio>2</label></div>",
        (question,),
    )


def ticker(story: Story, rng: random.Random) -> Piece:
    """Return a list of the latest news with times of day."""
    links = [_link(story.writer) for _ in range(rng.randint(4, 8))]
    rows = "".join(
        f"<li><span>1{at}:0{at}</span> <a href='{url}'>{escape(title)}</a></li>"
        for at, (title, url) in enumerate(links)
    )
    return Piece(f"<div class='latest'><ul>{rows}</ul></div>", tuple(title for title, _ in links))


def breaking(story: Story, rng: random.Random) -> Piece:
    title, url = _link(story.writer)
    form = rng.choice(
        ("<div class='breaking-bar'><a href='{}'>{}</a></div>", "<div class='z1'><b>LIVE</b> <a href='{}'>{}</a></div>")
    )
    return Piece(form.format(url, escape(title)), (title,))


def breadcrumb(story: Story, rng: random.Random) -> Piece:
    form = rng.choice(
        (
            "<nav aria-label=breadcrumb><a href=/>{0}</a> › <a href='/local/'>{1}</a></nav>",
            "<div class='b2'><a href='/'>{0}</a> / <a href='/local/'>{1}</a></div>",
        )
    )
    return Piece(form.format(escape(story.site), escape(story.section)))


def cut(story: Story, rng: random.Random) -> Piece:
    form = rng.choice(("<button class='read-more'>{}</button>", "<div class='expand'><a href='#'>{}</a></div>"))
    return piece(form, story.writer.words["cut"])


def reading_time(story: Story, rng: random.Random) -> Piece:
    return piece(
        rng.choice(("<span class='reading-time'>{}</span>", "<div>{}</div>")), story.writer.words["minutes"].format(4)
    )


Form = Callable[[Story, random.Random], Piece]
WITHIN: tuple[Form, ...] = (
    newsletter,
    share,
    related,
    also,
    gallery,
    pull_quote,
    embed,
    video,
    advertisement,
    follow,
    poll,
    cards,
)
"""Between two paragraphs."""
BEHIND: tuple[Form, ...] = (
    newsletter,
    share,
    related,
    biography,
    tags,
    comments,
    follow,
    advertisement,
    paywall,
    cut,
    gallery,
    cards,
)
"""After the text, in the article's own box."""
BELOW: tuple[Form, ...] = (related, cards, comments, newsletter, consent, ticker)
BESIDE: tuple[Form, ...] = (ticker, cards, related, newsletter, advertisement, poll)
ABOVE: tuple[Form, ...] = (breaking, consent, breadcrumb, advertisement)
UNDER_HEADLINE: tuple[Form, ...] = (share, audio, reading_time)
