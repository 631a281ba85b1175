"""What is folded away of a reply, and above all what is not."""

import pytest

from channels.email.quoting import split_reply

HEADINGS = [
    "On Mon, 2 Mar 2026 at 09:00, Help Desk <help@council.example> wrote:",
    "On 02/03/2026 09:00, Help Desk wrote:",
    "Ar Llun, 2 Maw 2026 am 09:00, Help Desk <help@council.example> ysgrifennodd:",
    "Am 02.03.2026 um 09:00 schrieb Help Desk <help@council.example>:",
    "Le lun. 2 mars 2026 à 09:00, Help Desk <help@council.example> a écrit :",
    "El lun, 2 mar 2026 a las 9:00, Help Desk (<help@council.example>) escribió:",
    "Il giorno lun 2 mar 2026 alle ore 09:00 Help Desk <help@council.example> ha scritto:",
    "Op ma 2 mrt 2026 om 09:00 schreef Help Desk <help@council.example>:",
    "pon., 2 mar 2026 o 09:00 Help Desk <help@council.example> napisał(a):",
    "Den man. 2. mar. 2026 kl. 09.00 skrev Help Desk <help@council.example>:",
    "Den mån 2 mars 2026 kl 09:00 skrev Help Desk <help@council.example>:",
    "Em seg., 2 de mar. de 2026 às 09:00, Help Desk <help@council.example> escreveu:",
    "في الاثنين، 2 مارس 2026 في 9:00 ص تمت كتابة ما يلي بواسطة <help@council.example>:",
    "On Mon, 2 Mar 2026 at 09:00, Help Desk\n<help@council.example> wrote:",
    "-----Original Message-----\nFrom: Help Desk\nSent: 2 March 2026 09:00\nTo: Ada\nSubject: Lamp",
    "________________________________\nFrom: Help Desk <help@council.example>\n"
    "Sent: 02 March 2026 09:00\nTo: Ada\nSubject: Lamp",
    "Von: Help Desk\nGesendet: Montag, 2. März 2026 09:00\nAn: Ada\nBetreff: Lampe",
    "De : Help Desk\nEnvoyé : lundi 2 mars 2026 09:00\nÀ : Ada\nObjet : Lampe",
    "De: Help Desk\nEnviado el: lunes, 2 de marzo de 2026 9:00\nPara: Ada\nAsunto: Farola",
    "Da: Help Desk\nInviato: lunedì 2 marzo 2026 09:00\nA: Ada\nOggetto: Lampione",
    "Van: Help Desk\nVerzonden: maandag 2 maart 2026 09:00\nAan: Ada\nOnderwerp: Lamp",
    "Od: Help Desk\nWysłano: poniedziałek, 2 marca 2026 09:00\nDo: Ada\nTemat: Lampa",
    "Fra: Help Desk\nSendt: 2. marts 2026 09:00\nTil: Ada\nEmne: Lampe",
    "Från: Help Desk\nSkickat: den 2 mars 2026 09:00\nTill: Ada\nÄmne: Lampa",
    "De: Help Desk\nEnviada: 2 de março de 2026 09:00\nPara: Ada\nAssunto: Lâmpada",
    "Oddi wrth: Help Desk\nAnfonwyd: 02 Mawrth 2026 09:00\nAt: Ada\nPwnc: Lamp",
    "من: Help Desk\nتاريخ الإرسال: 2 مارس 2026\nإلى: Ada\nالموضوع: مصباح",
    "## Please reply above this line ##",
]


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_history_below_a_heading_is_set_apart(heading: str, mark: str) -> None:
    split = split_reply(f"It is dark again.\n\n{heading}\n\n{mark}We sent somebody.\n{mark}Bye")
    assert split.visible == "It is dark again."
    assert "We sent somebody." in split.quoted


KEPT = [
    "On Monday I wrote:\n\nthat the lamp is broken, and nobody came.",
    "From: the corner of Mill Lane\nTo: the church\nall lamps are out.",
    "See https://council.example/2026/03/02/what-ada-wrote: it is all there.",
    "He said at 10:30:\nthe lamp was broken.",
    "Sent from my desk, where it is dark.",
    "I wrote to you before.\nRegards the lamp, it is still broken, and the one beside it is out as well.",
    "1. lamp\n2. bench\n-- and more",
    "> quoted first\nmy answer to it\n> quoted second\nmy second answer",
    "Date: 2 March 2026\nSubject: lamp",
    "-----Original Message-----",
    "On 2 Mar 2026, Help Desk <help@council.example> wrote:\n> only a quotation",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_may_be_somebodys_own_words_stays_visible(text: str) -> None:
    assert split_reply(text).visible == text


def test_answers_between_quotations_stay_with_them() -> None:
    text = (
        "See below.\n\nOn 2 Mar 2026, Help Desk <help@council.example> wrote:\n"
        "> Where is it?\nMill Lane.\n> Since when?\nSunday."
    )
    assert split_reply(text).visible == text


def test_an_answer_below_all_it_quotes_is_what_is_new() -> None:
    split = split_reply(
        "On 2 Mar 2026, Help Desk <help@council.example> wrote:\n> Where?\n> When?\n\nMill Lane."
    )
    assert split.visible == "Mill Lane."
    assert "> When?" in split.quoted


SIGNATURES = [
    "-- \nAda Lovelace\n12 Mill Lane",
    "Sent from my iPhone",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Kind regards,\nAda",
    "Cofion gorau\nAda",
    "Mit freundlichen Grüßen\nAda Lovelace",
    "Cordialement,\nAda",
    "Envoyé de mon iPhone",
    "Von meinem iPhone gesendet",
    "Pozdrawiam,\nAda",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_set_apart(signature: str) -> None:
    split = split_reply(f"The lamp is out.\n\n{signature}\n")
    assert split.visible == "The lamp is out."
    assert split.signature == signature


def test_the_pieces_hold_every_line() -> None:
    text = "New.\n\nKind regards,\nAda\n\nOn 2 Mar 2026 at 9:00, Help <help@council.example> wrote:\n> Old."
    split = split_reply(text)
    joined = "\n".join((split.visible, split.signature, split.quoted))
    assert [line for line in joined.split("\n") if line] == [
        line for line in text.split("\n") if line
    ]


@pytest.mark.parametrize("text", ["", "\n\n", ">", "-- \n", "Kind regards,\nAda"])
def test_when_nothing_would_be_left_all_is_shown(text: str) -> None:
    assert split_reply(text).visible == text.strip()
