"""What mail programs make of the texts of the demo desk: HTML, plain or with a table."""

from __future__ import annotations

from html import escape

_MARKET = (
    ("Stall", "Width", "Goods", "Days", "Rent"),
    ("1", "3 m", "Bread, buns", "Fri to Sun", "£96.00"),
    ("2", "3 m", "Smoked fish", "Sat, Sun", "£72.00"),
    ("3", "6 m", "Mulled apple juice, generator", "Fri to Sun", "£168.00"),
    ("4", "2 m", "Knitted hats", "Sun", "£24.00"),
)
_QUOTE = (
    ("Level", "Visits a year", "Response", "Price a year"),
    ("Basic", "2", "next working day", "£640.00"),
    ("Standard", "4", "8 hours", "£980.00"),
    ("All in", "6", "4 hours, day and night", "£1,720.00"),
)


def html_of(kind: str, text: str) -> str:
    """The HTML part of a mail that says this text. `kind` is plain, market or quote."""
    paragraphs = "".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n")
    )
    if kind == "plain":
        return f'<html><body><div dir="auto">{paragraphs}</div></body></html>'
    rows, title = (_MARKET, "Winter market") if kind == "market" else (_QUOTE, "Lift maintenance")
    return (
        '<html><head><style>td{padding:6px}</style></head><body bgcolor="#f4f1ea">'
        f'<h2><font color="#8a1c1c">{title}</font></h2>{paragraphs}{_table(rows)}'
        '<p><img src="https://tidalbakery.example/mail/banner.png" width="600" height="80" alt="Banner"></p>'
        "<p><i>Please consider the tides before printing this mail.</i></p></body></html>"
    )


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f'<table border="1" cellspacing="0" cellpadding="6"><tr>{head}</tr>{body}</table>'
