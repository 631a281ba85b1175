"""Channel accounts as things of the configuration. A file names where a secret is kept, never the secret."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from channels import registry
from channels.channel import ChannelError
from channels.settings import SettingField, validate_all
from helpdesk.configuration.items import CHANNEL, Standing, Work
from helpdesk.configuration.naming import Named, keep_names, stable_names
from helpdesk.configuration.refusals import as_faults
from helpdesk.configuration.schemas import schema_of
from helpdesk.configuration.shapes import check_shape
from helpdesk.configuration.shelf_groups import groups_by_name
from helpdesk.core import vault
from helpdesk.messaging import accounts
from helpdesk.messaging.accounts import UnfitSettings
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import Group
from workflows.faults import N_, Fault, Faulty, Gatherer, fault

IN_THE_VAULT = "vault"
# Only these variables are read, so that no file can ask for the desk's own keys and send them somewhere.
VARIABLE = re.compile(r"env:(DESK_CHANNEL_[A-Z0-9_]{1,80})")
_OWN = ("name", "title")


def accounts_by_name() -> dict[str, ChannelAccount]:
    """Every channel account by its stable name."""
    rows = accounts.accounts()
    names = stable_names(CHANNEL, [Named(row.id, row.name) for row in rows])
    return {names[row.id]: row for row in rows}


class ChannelShelf:
    """The places where the desk is reached."""

    kind = CHANNEL

    def standing(self) -> dict[str, Standing]:
        group_names = {group.id: name for name, group in groups_by_name().items()}
        return {name: Standing(_body(row, group_names)) for name, row in accounts_by_name().items()}

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        gatherer = Gatherer()
        with gatherer.part():
            check_shape(body, schema_of(CHANNEL))
        gatherer.raise_if_any()
        fields = _fields_of(str(body["type"]))
        for part in (_faults_of_settings(body, fields), _faults_of_secrets(body, fields)):
            with gatherer.part():
                faults = list(part)
                if faults:
                    raise Faulty(*faults)
        with gatherer.part():
            held = accounts_by_name().get(name)
            if held is not None and held.kind != body["type"]:
                raise fault(("type",), N_("A channel keeps its type; add one of another name."))
        gatherer.raise_if_any()

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        found = accounts_by_name()
        held = found.get(name)
        values = {**(body.get("settings") or {}), **_secrets(body)}
        group = _group(body.get("group"))
        title, is_active = str(body["title"]), body.get("active") is not False
        with _unfit_settings(), as_faults({"name": "title"}):
            if held is None:
                held = accounts.create_account(
                    kind=str(body["type"]), name=title, values=values, group=group, actor=work.actor
                )
            if name in found or not is_active:
                accounts.edit_account(
                    held,
                    name=title,
                    values=values,
                    group=group,
                    is_active=is_active,
                    actor=work.actor,
                )
        names = {row.id: held_name for held_name, row in found.items()}
        keep_names(CHANNEL, {**names, held.id: name})
        return None

    def retire(self, name: str, work: Work) -> None:
        standing = self.standing().get(name)
        if standing is not None:
            self.put(name, {**standing.body, "active": False}, work)


class _unfit_settings:  # noqa: N801 - reads as a word where it is used
    """Turns what the channel cannot take into faults at its settings."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, UnfitSettings):
            raise Faulty(
                *(
                    Fault(
                        ("title",) if field in _OWN else ("settings", field),
                        "%(said)s",
                        {"said": _(said)},
                    )
                    for field, said in error.problems.items()
                )
            ) from error


def canonical_channel(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as `standing` would show it: without what is the default, and a secret that is kept already as kept."""
    made = {key: value for key, value in body.items() if key not in ("settings", "secrets")}
    if not isinstance(body.get("type"), str):
        return dict(body)
    try:
        fields = accounts.fields_of(body["type"])
    except ChannelError:
        return dict(body)
    settings = body.get("settings")
    clean, problems = validate_all(fields, settings if isinstance(settings, dict) else {})
    if problems or not isinstance(settings, dict):
        return dict(body)
    shown = _shown(clean, fields)
    secrets = body.get("secrets")
    held = _held_secrets(accounts_by_name().get(name))
    said = dict(secrets) if isinstance(secrets, dict) else {}
    kept = {key: _canonical_secret(value, held.get(key)) for key, value in said.items()}
    # A secret that a file does not speak of stays what it is.
    kept = {**{key: IN_THE_VAULT for key in held if key in _secret_names(fields)}, **kept}
    return {**made, **({"settings": shown} if shown else {}), **({"secrets": kept} if kept else {})}


def _canonical_secret(said: Any, held: str | None) -> Any:
    variable = VARIABLE.fullmatch(said) if isinstance(said, str) else None
    if variable and held is not None and os.environ.get(variable[1]) == held:
        return IN_THE_VAULT
    return said


def _body(row: ChannelAccount, group_names: Mapping[int, str]) -> dict[str, Any]:
    body: dict[str, Any] = {"title": row.name, "type": row.kind}
    if row.group_id is not None and row.group_id in group_names:
        body["group"] = group_names[row.group_id]
    if not row.is_active:
        body["active"] = False
    try:
        fields = accounts.fields_of(row.kind)
    except ChannelError:
        # A channel that is not installed here: what is plain is shown, and nothing can be known to be a secret.
        return body
    shown = _shown(row.settings, fields)
    secrets = {name: IN_THE_VAULT for name in _held_secrets(row) if name in _secret_names(fields)}
    return {
        **body,
        **({"settings": shown} if shown else {}),
        **({"secrets": secrets} if secrets else {}),
    }


def _shown(settings: Mapping[str, Any], fields: tuple[SettingField, ...]) -> dict[str, Any]:
    """What differs from the defaults, of the fields that are no secrets."""
    return {
        field.name: settings[field.name]
        for field in fields
        if not field.is_secret
        and settings.get(field.name) not in (None, "")
        and settings[field.name] != field.default
    }


def _secret_names(fields: tuple[SettingField, ...]) -> set[str]:
    return {field.name for field in fields if field.is_secret}


def _held_secrets(row: ChannelAccount | None) -> dict[str, str]:
    try:
        return vault.unseal(row.secrets) if row is not None else {}
    except vault.VaultLocked:
        return {}


def _fields_of(kind: str) -> tuple[SettingField, ...]:
    try:
        return accounts.fields_of(kind)
    except ChannelError:
        raise fault(
            ("type",),
            N_("There is no channel “%(kind)s”. Write one of: %(known)s."),
            kind=kind,
            known=", ".join(registry.kinds()),
        ) from None


def _faults_of_settings(
    body: Mapping[str, Any], fields: tuple[SettingField, ...]
) -> Iterator[Fault]:
    settings = body.get("settings") or {}
    known = {field.name: field for field in fields}
    for name in settings:
        if name not in known:
            yield Fault(
                ("settings", name), N_("This channel has no setting “%(name)s”."), {"name": name}
            )
        elif known[name].is_secret:
            said = N_(
                "A secret never stands in a file. Put it under secrets: as env:DESK_CHANNEL_... or vault."
            )
            yield Fault(("settings", name), said)
    plain = tuple(field for field in fields if not field.is_secret)
    for name, said in validate_all(plain, settings)[1].items():
        yield Fault(("settings", name), "%(said)s", {"said": _(said)})


def _faults_of_secrets(
    body: Mapping[str, Any], fields: tuple[SettingField, ...]
) -> Iterator[Fault]:
    for name, said in (body.get("secrets") or {}).items():
        path = ("secrets", name)
        variable = VARIABLE.fullmatch(said)
        if name not in _secret_names(fields):
            yield Fault(path, N_("This channel has no secret “%(name)s”."), {"name": name})
        elif said != IN_THE_VAULT and variable is None:
            # What stands there may be the secret itself, so it is not repeated.
            yield Fault(
                path, N_("Write vault, or the name of a variable: env:DESK_CHANNEL_PASSWORD.")
            )
        elif variable and not os.environ.get(variable[1]):
            yield Fault(
                path,
                N_("The variable %(name)s is not set where the desk runs."),
                {"name": variable[1]},
            )


def _secrets(body: Mapping[str, Any]) -> dict[str, str]:
    """The secrets that variables hold; one that is kept in the vault is left blank, which keeps it."""
    found: dict[str, str] = {}
    for name, said in (body.get("secrets") or {}).items():
        variable = VARIABLE.fullmatch(said)
        if variable:
            found[name] = os.environ.get(variable[1], "")
    return found


def _group(name: object) -> Group | None:
    return groups_by_name().get(name) if isinstance(name, str) else None
