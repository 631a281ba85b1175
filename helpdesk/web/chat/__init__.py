"""The pages and endpoints of the chat widget, as sites show it in a frame of ours."""

from __future__ import annotations

from helpdesk.web.chat import answering, files, frame, talking
from helpdesk.web.chat.blueprint import chat

# Importing a module of views puts its routes on the blueprint.
__all__ = ["answering", "chat", "files", "frame", "talking"]
