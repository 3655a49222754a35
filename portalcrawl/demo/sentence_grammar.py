"""German nouns and people as the sentence patterns need them: every case ready to be put into a slot."""

from __future__ import annotations

from dataclasses import dataclass

_ARTICLES: dict[str, dict[str, str]] = {
    "m": {"nom": "der", "akk": "den", "dat": "dem", "gen": "des"},
    "f": {"nom": "die", "akk": "die", "dat": "der", "gen": "der"},
    "n": {"nom": "das", "akk": "das", "dat": "dem", "gen": "des"},
}


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun in the singular; lower-case cases for the middle of a sentence, upper-case ones for its start."""

    gender: str
    Bare: str
    genitive: str

    @classmethod
    def parse(cls, notation: str) -> Noun:
        """Read ``gender|nominative[|genitive]``; a missing genitive is the nominative's form.

        >>> Noun.parse("m|Sturm|Sturms").gen
        'des Sturms'
        """
        gender, bare, *rest = notation.split("|")
        return cls(gender, bare, rest[0] if rest else bare)

    @property
    def _oblique(self) -> str:
        weak = self.gender == "m" and self.genitive.endswith("ten")
        return self.genitive if weak else self.Bare

    @property
    def nom(self) -> str:
        return f"{_ARTICLES[self.gender]['nom']} {self.Bare}"

    @property
    def akk(self) -> str:
        return f"{_ARTICLES[self.gender]['akk']} {self._oblique}"

    @property
    def dat(self) -> str:
        return f"{_ARTICLES[self.gender]['dat']} {self._oblique}"

    @property
    def gen(self) -> str:
        return f"{_ARTICLES[self.gender]['gen']} {self.genitive}"

    @property
    def im(self) -> str:
        return f"in der {self.Bare}" if self.gender == "f" else f"im {self._oblique}"

    @property
    def Nom(self) -> str:  # noqa: N802 - the slot at the start of a sentence
        return _upper(self.nom)

    @property
    def Im(self) -> str:  # noqa: N802
        return _upper(self.im)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is quoted or writes."""

    first: str
    nach: str
    female: bool
    role: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.nach}"

    @property
    def amt(self) -> str:
        return f"{self.role} {self.name}"

    @property
    def er(self) -> str:
        return "sie" if self.female else "er"

    @property
    def Er(self) -> str:  # noqa: N802
        return _upper(self.er)


class Speaker:
    """A person in running text: the first mention gives the whole name, later ones what the slot asks for."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._known = False

    def _mention(self, short: str) -> str:
        known, self._known = self._known, True
        return short if known else self.person.name

    @property
    def name(self) -> str:
        return self._mention(self.person.name)

    @property
    def nach(self) -> str:
        return self._mention(self.person.nach)

    @property
    def amt(self) -> str:
        self._known = True
        return self.person.amt

    @property
    def er(self) -> str:
        return self._mention(self.person.er)

    @property
    def Er(self) -> str:  # noqa: N802
        return self._mention(self.person.Er)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
