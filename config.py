"""Settings from the environment, in one dataclass; imports nothing of ours."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadSetting(ValueError):
    """A setting in the environment cannot be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """All that an operator sets from outside.

    Without any setting this is the embedded desk: SQLite and files in `data_dir`, work done by threads of the process,
    outgoing mail kept on the "Sent mail" page. `smtp_url` is smtp://user:password@host:587, smtps:// for TLS from the
    start, or smtp://host:25?security=none for a relay on this machine; `?ca_file=/path` names an authority of one's own. The desk makes a backup in `backup_dir` each day and keeps
    the newest `backup_keep`; 0 means that it makes none by itself. `operator` is who
    is mailed about alarms (else every administrator), by `alarm_smtp_url` first if it is set. Telephone numbers without a
    calling code are those of `country`.
    """

    data_dir: Path
    database_url: str
    redis_url: str | None
    secret_key: str
    vault_key: str
    base_url: str
    allowed_hosts: tuple[str, ...]
    internal_hosts: tuple[str, ...]
    proxies: int
    mail_domain: str
    smtp_url: str | None
    smtp_listen: str
    live_listen: str
    live_url: str
    search_backend: str | None
    s3_bucket: str | None
    s3_endpoint: str | None
    desk_name: str
    operator: str
    alarm_smtp_url: str | None
    backup_dir: Path
    backup_keep: int
    country: str = "GB"
    testing: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """Read DESK_* settings. Raises BadSetting on one that cannot be used."""
        read = Reader(os.environ if environment is None else environment)
        data_dir = Path(read("DATA_DIR", "var")).resolve()
        database_url = read("DATABASE_URL", f"sqlite:///{data_dir / 'desk.sqlite3'}")
        keys = _keys(data_dir, read)
        base_url = read("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        if not base_url.startswith(("http://", "https://")):
            raise BadSetting(
                f"DESK_BASE_URL is {base_url!r}; it must begin with http:// or https://."
            )
        return cls(
            data_dir=data_dir,
            database_url=_with_driver(database_url),
            redis_url=read("REDIS_URL", "") or None,
            secret_key=keys["secret_key"],
            vault_key=keys["vault_key"],
            base_url=base_url,
            allowed_hosts=_listed(read("ALLOWED_HOSTS", "")),
            internal_hosts=_listed(read("INTERNAL_HOSTS", "").lower()),
            proxies=_number(read, "PROXIES", "0"),
            mail_domain=read("MAIL_DOMAIN", "desk.localhost"),
            smtp_url=read("SMTP_URL", "") or None,
            smtp_listen=read("SMTP_LISTEN", "127.0.0.1:2525"),
            live_listen=read("LIVE_LISTEN", "127.0.0.1:8001"),
            live_url=read("LIVE_URL", "").rstrip("/"),
            search_backend=_one_of(read, "SEARCH_BACKEND", ("", "whoosh", "database")) or None,
            s3_bucket=read("S3_BUCKET", "") or None,
            s3_endpoint=read("S3_ENDPOINT", "") or None,
            desk_name=read("NAME", "Commondesk"),
            operator=read("OPERATOR", ""),
            alarm_smtp_url=read("ALARM_SMTP_URL", "") or None,
            backup_dir=Path(read("BACKUP_DIR", "") or data_dir / "backups").resolve(),
            backup_keep=_number(read, "BACKUP_KEEP", "7"),
            country=_country(read("COUNTRY", "GB")),
        )

    def flask_settings(self) -> dict[str, Any]:
        """The settings by the names that Flask and the desk read them under."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(self.database_url),
            "DESK_DATA_DIR": self.data_dir,
            "DESK_REDIS_URL": self.redis_url,
            "DESK_VAULT_KEY": self.vault_key,
            "DESK_BASE_URL": self.base_url,
            "DESK_ALLOWED_HOSTS": self.allowed_hosts,
            "DESK_INTERNAL_HOSTS": self.internal_hosts,
            "DESK_PROXIES": self.proxies,
            "DESK_MAIL_DOMAIN": self.mail_domain,
            "DESK_SMTP_URL": self.smtp_url,
            "DESK_SMTP_LISTEN": self.smtp_listen,
            "DESK_LIVE_LISTEN": self.live_listen,
            "DESK_LIVE_URL": self.live_url,
            "DESK_SEARCH_BACKEND": self.search_backend,
            "DESK_S3_BUCKET": self.s3_bucket,
            "DESK_S3_ENDPOINT": self.s3_endpoint,
            "DESK_NAME": self.desk_name,
            "DESK_OPERATOR": self.operator,
            "DESK_ALARM_SMTP_URL": self.alarm_smtp_url,
            "DESK_BACKUP_DIR": self.backup_dir,
            "DESK_BACKUP_KEEP": self.backup_keep,
            "DESK_COUNTRY": self.country,
            "TESTING": self.testing,
        }


class Reader:
    """Reads a setting by its name without the prefix; a file may hold it: DESK_SECRET_KEY_FILE=/run/secrets/key."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def __call__(self, name: str, default: str) -> str:
        path = self._environment.get(f"DESK_{name}_FILE")
        if path is None:
            return self._environment.get(f"DESK_{name}", default)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(
                f"DESK_{name}_FILE names {path}, which cannot be read: {error.strerror}."
            ) from None


def _keys(data_dir: Path, read: Reader) -> dict[str, str]:
    """The two keys: from the environment, or made once and kept beside the data, readable by the owner only."""
    return {
        "secret_key": read("SECRET_KEY", "")
        or _kept(data_dir / "secret.key", secrets.token_urlsafe(48)),
        "vault_key": read("VAULT_KEY", "")
        or _kept(data_dir / "vault.key", urlsafe_b64encode(secrets.token_bytes(32)).decode()),
    }


def _kept(path: Path, fresh: str) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSetting(
            f"The data folder {path.parent} cannot be written: {error.strerror}. Set DESK_DATA_DIR to one that can."
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh


def _with_driver(url: str) -> str:
    """The driver named in full, so that no version of a library decides it."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    if not url.startswith(("sqlite://", "postgresql+psycopg://")):
        raise BadSetting("DESK_DATABASE_URL must begin with sqlite:// or postgresql://.")
    return url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"pool_size": 20, "max_overflow": 20}
    # No `pool_pre_ping`: core/db.py tries a connection only when it has rested.
    return {"pool_size": 10, "max_overflow": 20}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _number(read: Reader, name: str, default: str) -> int:
    value = read(name, default)
    if not value.isdigit():
        raise BadSetting(f"DESK_{name} is {value!r}; it must be a whole number.")
    return int(value)


def _country(value: str) -> str:
    code = value.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise BadSetting(f"DESK_COUNTRY is {value!r}; it must be two letters, such as GB or IE.")
    return code


def _one_of(read: Reader, name: str, choices: tuple[str, ...]) -> str:
    value = read(name, "")
    if value not in choices:
        raise BadSetting(
            f"DESK_{name} is {value!r}; choose one of: {', '.join(filter(None, choices))}."
        )
    return value
