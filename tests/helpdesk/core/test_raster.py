"""What the bytes of a picture say: its type, how large it is seen, and how large it stands in a mail."""

from __future__ import annotations

import pytest

from helpdesk.core import raster
from tests.rasters import gif, jpeg, png, webp


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (png(300, 200), "image/png"),
        (gif(300, 200), "image/gif"),
        (jpeg(300, 200), "image/jpeg"),
        (jpeg(300, 200, orientation=3), "image/jpeg"),
        (jpeg(200, 300, orientation=6), "image/jpeg"),
        (jpeg(200, 300, orientation=8, order="<"), "image/jpeg"),
        (webp(300, 200), "image/webp"),
        (webp(300, 200, b"VP8L"), "image/webp"),
        (webp(300, 200, b"VP8 "), "image/webp"),
    ],
)
def test_the_bytes_say_the_type_and_the_size_at_which_it_is_seen(body: bytes, kind: str) -> None:
    assert (raster.kind_of(body), raster.measured(body)) == (kind, (300, 200))


@pytest.mark.parametrize("whole", [png(), gif(), jpeg(4, 3, 6), webp(), webp(kind=b"VP8 ")])
def test_what_is_cut_off_or_no_picture_has_no_size(whole: bytes) -> None:
    assert [raster.measured(whole[:length]) for length in range(9)] == [None] * 9
    for length in range(9, len(whole)):
        assert raster.measured(whole[:length]) in (None, (4, 3), (3, 4))


@pytest.mark.parametrize(
    "body",
    [
        png(0, 3),
        png().replace(b"IHDR", b"ABCD"),
        b"\xff\xd8\xff\xc4\0\0" + b"\0" * 20,
        b"\xff\xd8\xff\xff\xff\xff",
        b"\xff\xd8\xff\xda\0\x08" + b"\0" * 20,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
    ],
)
def test_a_broken_head_has_no_size(body: bytes) -> None:
    assert raster.measured(body) is None


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((300, 200), (300, 200)),
        ((1280, 720), (640, 360)),
        ((1000, 2000), (400, 800)),
        ((9000, 1), (640, 1)),
    ],
)
def test_a_picture_stands_in_a_text_as_large_as_a_mail_has_room_for(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    assert raster.fitting(size) == shown
