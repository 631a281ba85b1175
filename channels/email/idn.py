"""ascii_domain(): a domain as the name service and mail servers know it."""

import idna


def ascii_domain(domain: str) -> str:
    """The ASCII form of a domain (IDNA 2008, with the mapping of UTS 46); ASCII ones stay as they are.

    The library of the language knows only the rules of 2003, by which “straße” is written to “strasse”: to
    somebody else's domain. Raises ValueError for what cannot be a domain.
    """
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as unfit:
        raise ValueError(f"“{domain}” is not a domain.") from unfit
