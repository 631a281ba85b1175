"""No channel is forgotten: each kind that the registry knows has a test that holds it to the contract."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from channels import registry
from channels.testing import ChannelContract
from tests import channels as tests_of_channels


def contracts() -> Iterator[type[ChannelContract]]:
    """Every subclass of the contract that stands in a test of a channel."""
    path, prefix = tests_of_channels.__path__, f"{tests_of_channels.__name__}."
    for found in pkgutil.walk_packages(path, prefix):
        if found.name.rpartition(".")[2] == "test_channel":
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, ChannelContract):
                    yield value


def test_every_channel_of_ours_is_held_to_the_contract() -> None:
    held = {
        contract().make_channel().kind
        for contract in contracts()
        if contract is not ChannelContract
    }
    assert held >= set(registry.OURS), (
        "give each new channel a tests/channels/<kind>/test_channel.py"
    )


def test_no_test_of_the_contract_is_left_out_by_a_subclass() -> None:
    promised = {name for name in vars(ChannelContract) if name.startswith("test_")}
    for contract in contracts():
        if contract is not ChannelContract:
            assert not promised & set(vars(contract)), contract
