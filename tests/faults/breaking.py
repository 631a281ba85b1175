"""A channel that does to its parser what the worst mail could; installed as another's package would be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from channels.parser_pool import ParserPool

KIND = "breaking"

_MODULE = """
import ctypes
import os

from channels.message import Address, InboundMessage


class BreakingChannel:
    kind = "breaking"
    settings_fields = ()

    def __init__(self, settings, secrets=None):
        self.secrets = dict(secrets or {})

    def parse(self, raw):
        word = raw.body.decode()
        if word == "crash":
            os._exit(3)
        if word == "raise":
            raise RuntimeError("it broke")
        if word == "segfault":
            ctypes.string_at(0)
        if word == "memory":
            self.held = bytearray(2 * 1024**3)
        while word == "hang":
            pass
        said = f"{sorted(os.environ)} {self.secrets} {word}"
        sender = Address("ada@borough.example", "Ada")
        return [InboundMessage(f"{raw.remote_id}@breaking", sender, (), word, said)]

    def send(self, message):
        raise NotImplementedError
"""


class HastyPool(ParserPool):
    """The real children with a tenth of the patience, since a test cannot wait for half a minute."""

    def parse(self, kind: str, settings: Any, item: Any, patience: timedelta) -> Any:
        return super().parse(kind, settings, item, patience / 10)


def install(folder: Path) -> None:
    """Write the package into a folder that is on Python's path."""
    (folder / "desk_breaking.py").write_text(_MODULE)
    about = folder / "desk_breaking-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-breaking\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[helpdesk.channels]\nbreaking = desk_breaking:BreakingChannel\n"
    )
