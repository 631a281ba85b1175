"""What looks like a quotation or a signature and is somebody's own words: all of it has to stay in sight."""

import pytest

from channels.email.quoting import split_reply

HELP = "Help Desk <help@council.example>"

OWN_WORDS = {
    "reports a date and a person": "On 2 March 2026 I wrote:\n\nthe lamp is out.\nNobody came.",
    "repeats in German": "Am 2. März 2026 habe ich geschrieben:\n\ndie Lampe ist aus.",
    "repeats in French": "Le 2 mars 2026 j'ai écrit :\n\nle lampadaire est en panne.",
    "asks somebody else": "I asked Bob <bob@example.org> and he wrote:\nit is broken.",
    "tells what somebody did": "Bob <bob@example.org> called me yesterday.\nHe wrote:\n\nthe lamp is out.",
    "tells what somebody sent": "bob@example.org is my neighbour, he has seen it too and sent:\na picture of it.",
    "a letter in a letter": "Dear Bob <bob@example.org>,\nthis is what the council wrote:\nnothing.",
    "minutes": "Meeting of 2 March 2026, 10:00:\n1. lamps\n2. benches",
    "a recipe of steps": "Step 1, 9:00:\nopen it.\nStep 2, 9:30:\nclose it.",
    "gives an address": "Please write to:\nbob@example.org\nHe has the key.",
    "lists opening hours": "Opening times, 2 March 2026:\n9:00 Monday\n10:00 Tuesday",
    "speaks of letters": "From: the corner of Mill Lane\nTo: the church\nevery lamp is out.",
    "lists a trip": "From: Cardiff\nTo: Newport\nDate: 2 March\nCan I claim this?",
    "a poem": "> O lamp,\nyou gave us light.\n> O night,\nyou came too soon.",
    "code": "I ran this:\n>>> print(1)\n1\nand it works.",
    "a shell": "$ cat a > b\n> more\nIt says no such file.",
    "a diff": "diff:\n> new line\n< old line\nWhich one is right?",
    "a list with dashes": "We need:\n-- lamps\n-- poles\n-- wire\nas soon as you can.",
    "a delimiter in the middle": "First part.\n\n---\n\nSecond part, which matters.",
    "a rule": "Before the line.\n______________________\nAfter the line it goes on, and matters.",
    "a time with a colon": "He said at 10:30:\nthe lamp was broken.",
    "a web address": "See https://council.example/2026/03/02/what-ada-wrote:\nit is all there.",
    "a subject": "Subject: lamp\nDate: 2 March 2026",
    "a form": "Name: Ada\nDate: 2 March 2026\nSubject: lamp\nThe lamp at the church is out.",
    "a form in Spanish": "Fecha: 2 de marzo\nAsunto: farola\nNombre: Ada\nNo funciona.",
    "a quotation of one line first": "> Where is it?\nMill Lane.",
    "regards as a word": "Regards the lamp: it is still out, and so is the one beside it.",
    "thanks as a sentence": "Thanks\nI will call you tomorrow about the other three lamps, since they are out as well and it is dark there.",
    "sent as a word": "Sent from the office was only the first letter. The second one never came.",
    "sent with a comma": "Sent from my desk, where it is dark.",
    "download in French": "Voici le lien :\nTélécharger le formulaire",
    "a date first": "2026-03-02: lamp out\n2026-03-03: still out\n2026-03-04: nobody came",
    "a name and a date": "Ada Lovelace, 2 March 2026:\nthe lamp is out.",
    "a question with an address": "Is help@council.example the right address for 2026:\nor another one?",
}


@pytest.mark.parametrize("text", OWN_WORDS.values(), ids=OWN_WORDS.keys())
def test_own_words_stay(text: str) -> None:
    assert split_reply(f"Good morning.\n\n{text}").visible == f"Good morning.\n\n{text}"


def test_answers_between_marked_lines_stay_with_what_they_answer() -> None:
    text = f"See below.\n\nOn 2 Mar 2026, {HELP} wrote:\n> Where?\nMill Lane.\n> When?\nSunday."
    assert split_reply(text).visible == text


def test_an_answer_below_a_quotation_stays() -> None:
    split = split_reply(f"On 2 Mar 2026, {HELP} wrote:\n> Where?\n> When?\n\nMill Lane, Sunday.")
    assert split.visible == "Mill Lane, Sunday."


@pytest.mark.parametrize(
    "pointer",
    [
        "Please see my answers below.",
        "My comments are inline.",
        "I have answered below.",
        "Answers in red.",
        "Meine Antworten stehen unten im Text.",
        "Mes réponses ci-dessous.",
        "Mijn antwoorden staan hieronder.",
    ],
)
def test_nothing_is_folded_when_the_writer_points_below(pointer: str) -> None:
    block = f"From: {HELP}\nSent: 02 March 2026 09:00\nTo: Ada\nSubject: Lamp"
    text = f"{pointer}\n\n{block}\n\nWhere is it? Mill Lane.\nSince when? Sunday."
    assert split_reply(text).visible == text


def test_nested_quotations_are_one_history() -> None:
    split = split_reply(
        f"Done.\n\nOn 2 Mar 2026, {HELP} wrote:\n> Go on.\n>\n> On 1 Mar 2026, Ada wrote:\n>> Out."
    )
    assert split.visible == "Done."
    assert ">> Out." in split.quoted


def test_a_disclaimer_below_a_signature_goes_with_it() -> None:
    below = (
        "-- \nAda Lovelace\n\nThis e-mail is confidential. If you are not its addressee, delete it."
    )
    split = split_reply(f"The lamp is out.\n\n{below}")
    assert split.visible == "The lamp is out."
    assert split.signature == below


@pytest.mark.parametrize("text", OWN_WORDS.values(), ids=OWN_WORDS.keys())
def test_no_line_is_ever_lost(text: str) -> None:
    whole = f"{text}\n\nKind regards,\nAda\n\nOn 2 Mar 2026, {HELP} wrote:\n> Old."
    split = split_reply(whole)
    kept = "\n".join((split.visible, split.signature, split.quoted)).split("\n")
    assert sorted(filter(None, kept)) == sorted(filter(None, whole.split("\n")))
