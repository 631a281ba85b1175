"""`desk user`: people who sign in."""

from __future__ import annotations

import click
from sqlalchemy import select

from helpdesk.cli.main import say, with_app
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication, commands, grouping, tokens
from helpdesk.people.models import Group, Person, Right, Role, TokenPurpose


@click.group()
def user() -> None:
    """People who sign in: add, list, set a password, change a role, close the account."""


@user.command()
@click.argument("name")
@click.argument("address")
@click.option("--admin", is_flag=True, help="An administrator, not an agent.")
@click.option(
    "--group", "groups", multiple=True, help="A group the agent works in; may be given again."
)
@click.password_option(help="At least 12 characters; asked for when left out.")
@with_app
def add(name: str, address: str, admin: bool, groups: tuple[str, ...], password: str) -> None:
    """Add an agent, or with --admin an administrator, who signs in with ADDRESS."""
    with unit_of_work():
        role = Role.ADMIN if admin else Role.AGENT
        person = commands.create_staff(name=name, address=address, role=role)
        authentication.set_password(person, password)
        for group_name in groups:
            grouping.join_group(person, group_named(group_name), Right.WORK)
    say(f"{name} can sign in as {address}.")


@user.command("list")
@with_app
def list_users() -> None:
    """List everybody who may sign in."""
    found = db.session.scalars(
        select(Person).where(Person.role != Role.REQUESTER).order_by(Person.name)
    )
    for person in found:
        state = "" if person.is_active else "  (closed)"
        say(f"{person.role.value:8} {person.sign_in_name or '-':40} {person.name}{state}")


@user.command()
@click.argument("address")
@click.password_option(help="At least 12 characters; asked for when left out.")
@with_app
def password(address: str, password: str) -> None:
    """Set a new password for ADDRESS; open sessions end."""
    with unit_of_work():
        authentication.set_password(person_at(address), password)
    say("The password is set, and every open session of this person has ended.")


@user.command()
@click.argument("address")
@with_app
def link(address: str) -> None:
    """Print a link with which the person at ADDRESS can choose a password, where no mail can be sent."""
    with unit_of_work():
        made = tokens.make_link(person_at(address), TokenPurpose.RESET)
    say(f"Good once, for one hour. Hand it to nobody else:\n{made}")


@user.command()
@click.argument("address")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@with_app
def role(address: str, role: str) -> None:
    """Make the person at ADDRESS a requester, an agent or an admin."""
    with unit_of_work():
        commands.set_role(person_at(address), Role(role), cause="command line")
    say(f"{address} is now: {role}.")


@user.command()
@click.argument("address")
@with_app
def close(address: str) -> None:
    """Close the account of ADDRESS: no sign-in any more; what they wrote stays."""
    with unit_of_work():
        commands.deactivate(person_at(address), cause="command line")
    say(f"{address} can no longer sign in.")


def person_at(address: str) -> Person:
    """The person who signs in with this address. Raises NotFound."""
    person = db.session.scalars(
        select(Person).where(Person.sign_in_name == address.lower())
    ).one_or_none()
    if person is None:
        raise NotFound(f"Nobody signs in as {address}.", "`desk user list` shows who does.")
    return person


def group_named(name: str) -> Group:
    """The group of this name. Raises NotFound."""
    group = db.session.scalars(select(Group).where(Group.name == name)).one_or_none()
    if group is None:
        names = ", ".join(db.session.scalars(select(Group.name).order_by(Group.name)))
        raise NotFound(f"There is no group {name!r}.", f"There are: {names or 'none yet'}.")
    return group


COMMANDS = (user,)
