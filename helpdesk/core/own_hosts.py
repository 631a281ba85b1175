"""own_hosts(): under which names a browser may have opened this desk; own_origins(): the same as it names them itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def own_hosts(app: Flask) -> frozenset[str]:
    """The values of Host that are ours: that of the configured address, and those listed beside it.

    What is opened on one's own machine has several names. A port that goes without saying is left out.
    """
    base = urlsplit(str(app.config["DESK_BASE_URL"]))
    names = [base.netloc, *app.config.get("DESK_ALLOWED_HOSTS", ())]
    if (base.hostname or "") in ("127.0.0.1", "localhost", "::1"):
        port = f":{base.port}" if base.port else ""
        names += [f"{name}{port}" for name in LOOPBACK]
    return frozenset(without_default_port(name.lower(), base.scheme) for name in names)


def own_origins(app: Flask) -> frozenset[str]:
    """What a browser says in Origin of our own pages (RFC 6454, section 7)."""
    scheme = urlsplit(str(app.config["DESK_BASE_URL"])).scheme
    return frozenset(f"{scheme}://{host}" for host in own_hosts(app))


def without_default_port(netloc: str, scheme: str) -> str:
    """A host as browsers write it, without the port that its scheme has anyway."""
    return netloc.removesuffix(f":{_DEFAULT_PORTS.get(scheme, 80)}")
