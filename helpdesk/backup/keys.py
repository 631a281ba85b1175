"""The two keys of a desk, kept apart from its backups: whoever has a backup alone cannot open what is sealed."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from flask import current_app

from helpdesk.backup.form import NotABackup
from helpdesk.core.errors import Conflict

SETTINGS = {"secret_key": "SECRET_KEY", "vault_key": "DESK_VAULT_KEY"}
FILES = {"secret_key": "secret.key", "vault_key": "vault.key"}


def fingerprints() -> dict[str, str]:
    """What tells this desk's keys from others and gives nothing of them away, since they are long and random."""
    return {name: _fingerprint(str(current_app.config[SETTINGS[name]])) for name in SETTINGS}


def write_keys(path: Path) -> None:
    """Write the keys to a new file that only its owner may read. Raises Conflict when the file exists."""
    keys = {name: str(current_app.config[SETTINGS[name]]) for name in SETTINGS}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{path} exists already.", "Name a file that does not exist.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(keys, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def read_keys(path: Path) -> dict[str, str]:
    """The keys of a file that `write_keys` made. Raises NotABackup."""
    try:
        found = json.loads(path.read_text(encoding="ascii"))
        keys = {name: str(found[name]) for name in SETTINGS}
    except (OSError, ValueError, KeyError, TypeError) as unfit:
        raise NotABackup(
            f"{path} is not a file of keys: {unfit}.",
            "It is the file that `desk backup --keys FILE` wrote.",
        ) from None
    return keys


def put_keys(keys: dict[str, str], data_dir: Path) -> None:
    """Put the keys where a desk without keys in its environment looks for them."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for name, key in keys.items():
        path = data_dir / FILES[name]
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"commondesk key " + key.encode()).hexdigest()[:32]
