"""Errors of the API as problem documents (RFC 9457)."""

from __future__ import annotations

from flask import Response, jsonify

from helpdesk.core.errors import DomainError, Invalid, TooMany


class Unauthorised(DomainError):
    """The request carries no key that is good for this."""

    status = 401


class Unavailable(DomainError):
    """Something that an operator has to mend first; the same request may be made again later."""

    status = 503


def problem_of(error: DomainError) -> tuple[Response, int]:
    """The answer that tells a program what is wrong and what to do."""
    document = {"type": "about:blank", "title": error.title, "status": error.status}
    if error.advice:
        document["detail"] = error.advice
    if isinstance(error, Invalid) and error.field:
        document["field"] = error.field
    answer = jsonify(document)
    answer.mimetype = "application/problem+json"
    if isinstance(error, Unauthorised):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer, error.status
