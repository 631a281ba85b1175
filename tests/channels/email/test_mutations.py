"""Real mails broken at random, always by the same dice: none is ever an exception, and none takes long.

`MUTATIONS=50 pytest tests/channels/email/test_mutations.py` breaks each mail fifty times.
"""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.email.parse import parse
from channels.email.tnef import read_tnef
from tests.channels.email.test_corpus import CORPUS, entries

TIMES = int(os.environ.get("MUTATIONS") or 0)
_FEW = 150  # as many mails in an ordinary run, spread over all sources

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not (CORPUS / "expected.json").is_file(), reason="There are no mails."),
]

Dice = random.Random


def flip_bytes(raw: bytes, dice: Dice) -> bytes:
    changed = bytearray(raw)
    for _ in range(dice.randint(1, 20)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut_short(raw: bytes, dice: Dice) -> bytes:
    return raw[: dice.randrange(len(raw) + 1)]


def lose_the_beginning(raw: bytes, dice: Dice) -> bytes:
    return raw[dice.randrange(len(raw) + 1) :]


def repeat_a_piece(raw: bytes, dice: Dice) -> bytes:
    begin = dice.randrange(len(raw) + 1)
    end = begin + dice.randrange(2_000)
    return raw[:end] + raw[begin:end] * dice.randint(1, 5) + raw[end:]


def shuffle_lines(raw: bytes, dice: Dice) -> bytes:
    lines = raw.split(b"\n")
    dice.shuffle(lines)
    return b"\n".join(lines)


def shout_at_parameters(raw: bytes, dice: Dice) -> bytes:
    signs = [b'"', b"=", b";", b"*0*=", b"?=", b"=?utf-8?b?", b"\0", b"\r", b"<", b"(", b"--"]
    return re.sub(rb"[=;:<]", lambda m: m[0] if dice.random() < 0.9 else dice.choice(signs), raw)


MUTATIONS: tuple[Callable[[bytes, Dice], bytes], ...] = (
    flip_bytes,
    cut_short,
    lose_the_beginning,
    repeat_a_piece,
    shuffle_lines,
    shout_at_parameters,
)


def chosen() -> list[Path]:
    files = [CORPUS / entry["file"] for entry in entries() if entry["kind"] in ("message", "tnef")]
    return files if TIMES else files[:: max(len(files) // _FEW, 1)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda each: each.__name__)
def test_a_broken_mail_is_read_as_far_as_it_goes(mutate: Callable[[bytes, Dice], bytes]) -> None:
    for number, path in enumerate(chosen()):
        dice = Dice(number)
        raw = path.read_bytes()
        for _ in range(TIMES or 1):
            broken = mutate(raw, dice)
            if path.suffix == ".dat":
                read_tnef(broken)
            message = parse(broken)
            assert message.external_id
            assert all(file.name for file in message.files)
