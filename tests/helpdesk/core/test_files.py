"""Files by digest: whole or not at all, once, and what they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.core.files import DiskStore, FileDamaged


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_same_bytes_are_stored_once(store: DiskStore, tmp_path: Path) -> None:
    assert store.keep(b"words") == store.keep(b"words")
    assert len(stored(tmp_path)) == 1


def test_what_was_kept_is_read_back(store: DiskStore) -> None:
    assert store.read(store.keep(b"words")) == b"words"


def test_a_changed_byte_is_noticed(store: DiskStore, tmp_path: Path) -> None:
    digest = store.keep(b"words")
    stored(tmp_path)[0].write_bytes(b"swords")
    with pytest.raises(FileDamaged, match="changed"):
        store.read(digest)


def test_a_missing_file_is_noticed(store: DiskStore) -> None:
    digest = store.keep(b"words")
    store.remove(digest)
    with pytest.raises(FileDamaged, match="missing"):
        store.read(digest)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "g" * 64])
def test_only_a_digest_names_a_file(store: DiskStore, name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        store.read(name)
