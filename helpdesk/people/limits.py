"""How often somebody may do a thing, by address, by source or by any other name of theirs; kept in the database."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from helpdesk.core import throttle
from helpdesk.core.unit_of_work import is_open, unit_of_work


def allow(kind: str, key: str, limit: int, per: timedelta) -> bool:
    """Count one more of `kind` by `key`, and say whether it is still within `limit` in the last `per`.

    Counted for good at once, in a unit of work of its own; inside an open one it counts once that is committed. What
    is refused counts too, so that whoever goes on is refused for longer.
    """
    if is_open():
        return throttle.hit(f"{kind}:{key}", limit, per)
    with unit_of_work():
        return throttle.hit(f"{kind}:{key}", limit, per)


def source_key(address: str) -> str:
    """By what the sender of a request is counted: the address, or the network of 64 bits that one household has."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return known.exploded[:19] if isinstance(known, IPv6Address) else str(known)
