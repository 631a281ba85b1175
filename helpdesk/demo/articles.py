"""What the demo council has written down: articles for residents, for its staff and for its agents."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.knowledge import arranging, exchange, pages
from helpdesk.knowledge.models import ArticleCategory
from helpdesk.people.models import Person

FOLDER = Path(__file__).parent / "content" / "articles"
# In the order of the help page, with what stands below each name.
CATEGORIES = {
    "Bins and recycling": "Collection days, what goes where, large items",
    "Council Tax": "Paying, discounts, moving home",
    "Roads and parking": "Permits, potholes, street lights",
    "Housing": "Repairs in council homes",
    "The council": "Complaints and compliments",
    "IT for staff": "For everybody who works for the council",
    "For agents": "How we do it, and what to say",
}
IN_WELSH = {
    "Bins and recycling": (
        "Biniau ac ailgylchu",
        "Diwrnodau casglu, beth sy'n mynd ymhle, eitemau mawr",
    ),
    "Council Tax": ("Treth Gyngor", "Talu, gostyngiadau, symud tŷ"),
    "Roads and parking": ("Ffyrdd a pharcio", "Trwyddedau, tyllau yn y ffordd, goleuadau stryd"),
    "Housing": ("Tai", "Atgyweirio cartrefi'r cyngor"),
    "The council": ("Y cyngor", "Cwynion a chanmoliaeth"),
}


def set_up_articles(owner: str) -> None:
    """Write and publish them, inside the open unit of work; `owner` is the address of who answers for them."""
    if db.session.scalar(select(ArticleCategory.id).limit(1)) is not None:
        return
    for name, summary in CATEGORIES.items():
        welsh_name, welsh_summary = IN_WELSH.get(name, ("", ""))
        arranging.add_category(
            {"en": name, "cy": welsh_name}, {"en": summary, "cy": welsh_summary}, actor=None
        )
    owner_id = db.session.scalar(select(Person.id).where(Person.sign_in_name == owner))
    exchange.take_in(pages.read_folder(FOLDER), published=True, owner_id=owner_id)
