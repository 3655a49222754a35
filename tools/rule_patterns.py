"""A pattern without one of its alternatives, for each of them."""

from __future__ import annotations

from collections.abc import Iterator


def without_each_alternative(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield each alternative of *pattern*, at any depth, and the pattern without it.

    >>> list(without_each_alternative("a(?:b|c)"))
    [('b', 'a(?:c)'), ('c', 'a(?:b)')]
    """
    for start, end in _alternatives(pattern):
        before, after = pattern[:start], pattern[end:]
        if before.endswith("|"):
            before = before[:-1]
        elif after.startswith("|"):
            after = after[1:]
        yield pattern[start:end], before + after


def _alternatives(pattern: str) -> Iterator[tuple[int, int]]:
    """Yield where the alternatives of groups with several of them stand."""
    bars: list[list[int]] = [[0]]
    place, opened, in_class = 0, 0, False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            place += 1
        elif in_class:
            in_class = sign != "]" or place == opened + 1 or (place == opened + 2 and pattern[place - 1] == "^")
        elif sign == "[":
            opened, in_class = place, True
        elif sign == "(":
            bars.append([_opening(pattern, place)])
        elif sign == "|":
            bars[-1].append(place)
        elif sign == ")":
            yield from _spans(bars.pop(), place)
        place += 1
    yield from _spans(bars.pop(), len(pattern))


def _opening(pattern: str, place: int) -> int:
    """Return where the content of the group that opens at *place* begins."""
    if pattern[place + 1 : place + 2] != "?":
        return place + 1
    if pattern[place + 2 : place + 4] == "P<":
        return pattern.index(">", place) + 1
    for end in (":", "=", "!"):
        for head in (f"(?{end}", f"(?<{end}", f"(?i{end}", f"(?>{end}"):
            if pattern.startswith(head, place):
                return place + len(head)
    return place + 2


def _spans(bars: list[int], end: int) -> Iterator[tuple[int, int]]:
    if len(bars) > 1:
        starts = [bars[0], *(bar + 1 for bar in bars[1:])]
        yield from zip(starts, [*bars[1:], end], strict=True)
