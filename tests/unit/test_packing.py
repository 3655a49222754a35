"""The form of records in the tables."""

from __future__ import annotations

import pytest

from portalcrawl.storage.packing import pack_hashes, unpack_hashes


@pytest.mark.parametrize(
    "hashes",
    [
        "0123abcd",
        "",
        ",",
        ",,00000000,",
        "0123abcd,,ffffffff,deadbeef,,",
        ",".join(["0a1b2c3d"] * 15),
        '{"headline": "0123abcd"}',
        "0123ABCD,",
        "0123abc,",
        ",".join(["0a1b2c3d", ""] * 128),
    ],
)
def test_hashes_of_fields_come_back_as_they_were(hashes: str) -> None:
    assert unpack_hashes(pack_hashes(hashes)) == hashes


def test_hashes_of_fields_are_packed() -> None:
    hashes = ",".join(["0a1b2c3d"] * 15)
    assert len(pack_hashes(hashes)) == 15 * 4 + 4
