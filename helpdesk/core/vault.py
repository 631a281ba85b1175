"""Secrets at rest: sealed with a key that does not lie in the database (S48)."""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


class VaultLocked(RuntimeError):
    """The key of the vault is missing or another one; the sealed settings have to be typed in again."""


def seal(secrets: dict[str, str]) -> str:
    """These secrets as one sealed text."""
    return _vault().encrypt(json.dumps(secrets, sort_keys=True).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """The secrets of a sealed text; an empty text holds none. Raises VaultLocked."""
    if not sealed:
        return {}
    try:
        opened: dict[str, str] = json.loads(_vault().decrypt(sealed.encode()))
    except InvalidToken:
        raise VaultLocked(
            "The vault key does not open this; set DESK_VAULT_KEY to the key it was sealed with."
        ) from None
    return opened


def _vault() -> MultiFernet:
    # Several keys, newest first, separated by commas: the key can be changed while old secrets are still read.
    keys = str(current_app.config["DESK_VAULT_KEY"]).split(",")
    return MultiFernet([Fernet(key.strip().encode()) for key in keys])
