"""A language is added by one file of words: no line of code knows which languages there are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import portalcrawl

PACKAGE = Path(portalcrawl.__file__).parent
WORDS = """# Slovenian
[dates]
ago_ahead = ["pred"]
hours = "ure ur uro uri urama"
today = "danes"
[pointers]
whole = ["preberite tudi"]
"""
CODE = """
import json, sys
from portalcrawl import read_page
text = "Svet občine je v ponedeljek potrdil načrt za nov most čez reko, ki ga bodo gradili dve leti. "
page = f'''<html lang="sl"><head><title>Nov most</title></head><body><article><h1>Nov most</h1><p>pred 2 urama</p>
<p>{text * 2}</p><p>Preberite tudi: Star most</p><p>{text}Most bo stal deset milijonov.</p>
</article></body></html>'''
article = read_page(page, "https://www.glas.example/mesto/nov-most-cez-reko-481500.html",
                    headers={"Date": "Wed, 05 Nov 2025 12:00:00 GMT"}).article
print(json.dumps([article.date_published, "Star most" in article.article_body]))
"""


def read_with(folder: Path) -> list[object]:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=folder, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(done.stdout)
    return found


def test_a_new_language_is_one_file(tmp_path: Path) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "portalcrawl", ignore=shutil.ignore_patterns("__pycache__"))
    assert read_with(tmp_path) == [None, True]
    (copy / "vocabulary" / "languages" / "sl.toml").write_text(WORDS, "utf-8")
    date, pointer = read_with(tmp_path)
    assert str(date).startswith("2025-11-05T1")
    assert pointer is False


def test_polish_is_data_only(tmp_path: Path) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "portalcrawl", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from portalcrawl import read_page; page = '<h1>Nowy most</h1><p>53 minuty temu</p><p>' + 'Rada miasta. ' * 40;"
        "url = 'https://www.glos.example/miasto/nowy-most-nad-rzeka-481500.html';"
        "print(read_page(page, url, headers={'Date': 'Wed, 05 Nov 2025 12:00:00 GMT'}).article.date_published)"
    )
    given = [sys.executable, "-c", code]
    known = subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    (copy / "vocabulary" / "languages" / "pl.toml").unlink()
    unknown = subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert (known.strip(), unknown.strip()) == ("2025-11-05T11:07:00+00:00", "None")
