"""Ports of this machine."""

import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on at this moment; who uses it must be ready to find it taken."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
