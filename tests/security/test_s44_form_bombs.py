"""S44: a form of a great many parts is refused before a view sees it."""

from __future__ import annotations

import time

from tests.cast import Cast
from tests.pages import PageClient

BASE = "http://desk.example"
PART = '--b\r\nContent-Disposition: form-data; name="f{}"\r\n\r\nx\r\n'


def test_a_hundred_thousand_parts_are_refused_in_time(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    body = "".join(PART.format(number) for number in range(100_000)) + "--b--\r\n"
    began = time.process_time()
    answer = client.raw.post(
        "/sign-out-everywhere",
        base_url=BASE,
        data=body.encode(),
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code == 413
    assert time.process_time() - began < 2


def test_a_part_of_carriage_returns_is_answered_in_time(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    head = '--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n'
    body = head.encode() + b"\r" * 3_000_000 + b"\r\n--b--\r\n"
    began = time.process_time()
    answer = client.raw.post(
        "/sign-out-everywhere",
        base_url=BASE,
        data=body,
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code in (403, 413)
    assert time.process_time() - began < 2


def test_who_is_not_signed_in_may_send_little(client: PageClient) -> None:
    answer = client.raw.post("/sign-in", base_url=BASE, data=b"x" * 70_000)
    assert answer.status_code == 413
