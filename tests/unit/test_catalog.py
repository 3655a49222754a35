"""The catalogue: built-in profiles, the user's own, and portals without a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalcrawl.errors import ConfigFileError
from portalcrawl.profiles.catalog import Catalog, generic_profile


def write(folder: Path, name: str, *hosts: str, more: str = "") -> None:
    quoted = ", ".join(f'"{host}"' for host in hosts)
    (folder / f"{name}.toml").write_text(f'name = "{name}"\nhosts = [{quoted}]\n{more}', "utf-8")


def test_built_in_profiles_are_valid() -> None:
    catalog = Catalog()
    assert catalog.faults == []
    assert "klamm" in catalog.names()
    assert catalog.is_built_in("klamm")


def test_built_in_hosts_are_claimed_once() -> None:
    hosts = [host for file in Catalog().files if file.profile for host in file.profile.hosts]
    assert len(hosts) == len(set(hosts))


def test_the_user_s_profile_replaces_one_of_the_same_name(tmp_path: Path) -> None:
    write(tmp_path, "klamm", "news.example")
    catalog = Catalog(tmp_path)
    mine = catalog.get("klamm")
    assert mine
    assert mine.hosts == ("news.example",)
    assert not catalog.is_built_in("klamm")
    assert catalog.for_url("https://www.klamm.de/").generic


def test_the_user_s_profile_replaces_one_of_the_same_host(tmp_path: Path) -> None:
    write(tmp_path, "mine", "www.klamm.de")
    catalog = Catalog(tmp_path)
    assert catalog.faults == []
    assert catalog.for_url("https://www.klamm.de/").name == "mine"


def test_two_of_the_user_s_profiles_can_t_share_a_host(tmp_path: Path) -> None:
    write(tmp_path, "a", "x.example", "y.example")
    write(tmp_path, "b", "Y.example:80")
    (fault,) = Catalog(tmp_path).faults
    assert str(fault) == f"{tmp_path / 'b.toml'}: hosts: y.example is already a host of {tmp_path / 'a.toml'}"


def test_profiles_are_found_by_host_and_port(tmp_path: Path) -> None:
    write(tmp_path, "plain", "x.example")
    write(tmp_path, "port", "x.example:8080")
    write(tmp_path, "sub", "m.x.example")
    catalog = Catalog(tmp_path)
    names = {
        "https://x.example/a": "plain",
        "http://X.EXAMPLE:80/a": "plain",
        "https://www.x.example/a": "plain",
        "http://x.example:8080/": "port",
        "https://m.x.example/a": "sub",
        "https://other.x.example/": "other.x.example",
        "https://x.example:8443/": "x.example:8443",
    }
    assert {url: catalog.for_url(url).name for url in names} == names


def test_a_faulty_file_raises_only_when_it_is_needed(tmp_path: Path) -> None:
    write(tmp_path, "good", "good.example")
    write(tmp_path, "bad", "bad.example", more="zone = 1")
    catalog = Catalog(tmp_path)
    good = catalog.get("good")
    assert good
    assert catalog.for_url("https://good.example/") is good
    with pytest.raises(ConfigFileError, match=r"bad\.toml: zone: unknown key"):
        catalog.get("bad")
    with pytest.raises(ConfigFileError, match=r"bad\.toml: zone: unknown key"):
        catalog.for_url("https://bad.example/")


def test_an_unknown_name_is_none() -> None:
    assert Catalog().get("nobody") is None


def test_only_toml_files_count(tmp_path: Path) -> None:
    write(tmp_path, "a", "x.example")
    for other in (".hidden.toml", "readme.md", "a.toml~"):
        (tmp_path / other).write_text("nonsense", "utf-8")
    assert "a" in Catalog(tmp_path).names()
    assert Catalog(tmp_path).faults == []


def test_a_folder_named_like_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    (fault,) = Catalog(tmp_path).faults
    assert str(fault).startswith(f"{tmp_path / 'x.toml'}: file: ")


def test_a_missing_folder_raises(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r"nowhere: PORTAL_PROFILES: No such file"):
        Catalog(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("url", "name", "hosts"),
    [
        ("https://www.x.example/a", "x.example", ("www.x.example", "x.example")),
        ("https://x.example:8443/", "x.example:8443", ("x.example:8443", "www.x.example:8443")),
        ("https://amp.x.example/", "x.example", ("x.example", "amp.x.example")),
        ("http://localhost:8000/", "localhost:8000", ("localhost:8000",)),
        ("http://127.0.0.1/", "127.0.0.1", ("127.0.0.1",)),
        ("http://[::1]:80/", "[::1]", ("[::1]",)),
        ("https://www.bücher.example/", "xn--bcher-kva.example", ("www.xn--bcher-kva.example",)),
    ],
)
def test_generic_profiles(url: str, name: str, hosts: tuple[str, ...]) -> None:
    profile = generic_profile(url)
    assert (profile.name, profile.generic) == (name, True)
    assert set(hosts) <= set(profile.hosts)
    assert profile.owns(url)
    assert len(profile.hosts) == (1 if len(hosts) == 1 and "xn--" not in hosts[0] else 5)


@pytest.mark.parametrize("url", ["", "x.example", "mailto:x@x.example", "http://", "http://a b/"])
def test_an_invalid_url_has_no_profile(url: str) -> None:
    with pytest.raises(ValueError, match="is not an http"):
        generic_profile(url)
    with pytest.raises(ValueError, match="is not an http"):
        Catalog().for_url(url)
