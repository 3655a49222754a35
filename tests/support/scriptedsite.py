"""A site whose articles all need a browser: as many as asked for, each with a text of its own."""

from __future__ import annotations

from support.tinyportal import Answer, Site, article, listing

SHELL = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Moorhafener Bote</title></head>
<body><div id="seite"></div><script>
fetch(location.pathname.replace("/artikel/", "/daten/")).then((answer) => answer.text()).then((text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  document.head.append(...page.head.childNodes);
  document.getElementById("seite").append(...page.body.childNodes);
});
</script></body></html>"""


def title(number: int) -> str:
    return f"Meldung {number}: Der Deichverband prüft Abschnitt {number} vor dem Winter"


def scripted_site(articles: int) -> Site:
    """A list at ``/`` and *articles* articles behind it that a script builds."""
    paths = [f"deichverband-prueft-abschnitt-{number}-vor-dem-winter.html" for number in range(articles)]
    site: dict[str, str | Answer] = {f"/artikel/{path}": SHELL for path in paths}
    site.update({f"/daten/{path}": article(title(number)) for number, path in enumerate(paths)})
    site["/"] = listing("Meldungen", *(f"/artikel/{path}|{title(n)}" for n, path in enumerate(paths)))
    return site
