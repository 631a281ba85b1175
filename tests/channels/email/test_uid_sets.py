"""Sets of UIDs stay small, and hold what was put into them."""

import pytest

from channels.folders import UidSet


@pytest.mark.parametrize(
    ("uids", "text"),
    [
        ([], ""),
        ([7], "7"),
        ([3, 1, 2], "1:3"),
        ([1, 2, 4, 5, 9], "1:2,4:5,9"),
        (range(1, 10_001), "1:10000"),
        ([5, 5], "5"),
    ],
)
def test_a_set_is_written_as_imap_writes_it(uids: list[int], text: str) -> None:
    assert str(UidSet(uids)) == text
    assert str(UidSet.read(text)) == text


def test_a_set_knows_what_is_in_it() -> None:
    some = UidSet([1, 2, 3, 10])
    assert [uid for uid in range(12) if uid in some] == [1, 2, 3, 10]
    assert some.lacking([4, 3, 10, 11]) == [4, 11]
    assert (len(some), some.highest) == (4, 10)


def test_what_is_added_joins_its_neighbours() -> None:
    some = UidSet([1, 3, 5])
    some.add([2, 4])
    assert str(some) == "1:5"
