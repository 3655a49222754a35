"""Drawn pictures: landscapes in the colours of their section, always the same for the same number."""

from __future__ import annotations

import math
import random

SKIES = (("#f6d8b8", "#e8926c"), ("#cfe3f2", "#7fb0d6"), ("#fbe7c6", "#f0b673"), ("#d9e8dc", "#8fbfa0"),
         ("#d8d3ea", "#8b83bd"), ("#f3d3d8", "#c9788a"), ("#dfe5ea", "#93a5b5"), ("#e2f0ef", "#79b7b2"))  # fmt: skip
GROUNDS = ("#31475e", "#2f4f4f", "#4a3f55", "#3b4a36", "#273a58", "#54383b", "#2e3f46", "#3f3a2c")
WIDTH, HEIGHT = 960, 540


def picture_svg(number: int, *, small: bool) -> str:
    """Return picture *number*; a small one differs in its size only."""
    draw = random.Random(f"bild:{number}")
    light, deep = SKIES[number // 10 % len(SKIES)]
    ground = GROUNDS[(number // 10 + number) % len(GROUNDS)]
    width, height = (320, 180) if small else (WIDTH, HEIGHT)
    sun_x, sun_y, radius = draw.randint(120, 840), draw.randint(90, 240), draw.randint(34, 70)
    middle = _houses(draw, ground) if number // 10 % 3 == 0 else _trees(draw, ground)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><linearGradient id="h" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{deep}"/>'
        f'<stop offset="1" stop-color="{light}"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#h)"/>'
        f'<circle cx="{sun_x}" cy="{sun_y}" r="{radius}" fill="#fff6e0" opacity=".85"/>'
        f"{_birds(draw)}{_hills(draw, ground, 330, 0.35)}{_hills(draw, ground, 400, 0.6)}{middle}"
        f"{_hills(draw, ground, 478, 1)}</svg>"
    )


def _hills(draw: random.Random, colour: str, level: int, opacity: float) -> str:
    shift, size = draw.random() * 6, draw.randint(18, 52)
    points = " ".join(
        f"L{x} {level + size * math.sin(x / 150 + shift) + size / 3 * math.sin(x / 47 + 2 * shift):.0f}"
        for x in range(0, WIDTH + 1, 30)
    )
    return f'<path d="M0 {HEIGHT} {points} L{WIDTH} {HEIGHT}Z" fill="{colour}" opacity="{opacity}"/>'


def _houses(draw: random.Random, colour: str) -> str:
    parts, x = [], draw.randint(20, 120)
    while x < WIDTH - 60:
        wide, high = draw.randint(36, 84), draw.randint(60, 190)
        top = 470 - high
        parts.append(f'<rect x="{x}" y="{top}" width="{wide}" height="{high + 70}" fill="{colour}" opacity=".85"/>')
        if draw.random() < 0.5:
            peak = f"{x - 4},{top} {x + wide // 2},{top - 34} {x + wide + 4},{top}"
            parts.append(f'<polygon points="{peak}" fill="{colour}"/>')
        parts.extend(
            f'<rect x="{x + 10 + 20 * column}" y="{top + 16 + 26 * row}" width="9" height="13" fill="#ffe9a8"/>'
            for column in range((wide - 12) // 20)
            for row in range(high // 30)
            if draw.random() < 0.55
        )
        x += wide + draw.randint(4, 40)
    return "".join(parts)


def _trees(draw: random.Random, colour: str) -> str:
    parts = []
    for _ in range(draw.randint(7, 15)):
        x, foot, high = draw.randint(20, WIDTH - 20), draw.randint(440, 490), draw.randint(60, 130)
        wide = high // 3
        outline = f"{x - wide},{foot} {x},{foot - high} {x + wide},{foot}"
        parts.append(f'<polygon points="{outline}" fill="{colour}" opacity=".9"/>')
    return "".join(parts)


def _birds(draw: random.Random) -> str:
    x, y = draw.randint(160, 700), draw.randint(60, 150)
    strokes = "".join(
        f"M{x + 46 * n} {y + 18 * abs(n - 2)}q9 -11 18 0q9 -11 18 0" for n in range(draw.choice((0, 3, 5)))
    )
    return f'<path d="{strokes}" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"/>' if strokes else ""
