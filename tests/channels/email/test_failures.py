"""What servers say of an address: that nobody is there, or that this mail was not wanted, or not now."""

import pytest

from channels.email.failures import dead_address, reply_code_in, status_in

NOBODY_THERE = [
    "550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.1.1 <ada@example.org>... User unknown",
    "550 No such user here",
    "550 5.1.1 unknown or illegal alias: ada@example.org",
    "550 Requested action not taken: mailbox unavailable",
    "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 5.4.1 Recipient address rejected: Access denied",
    "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0]",
    "550 sorry, no mailbox here by that name (#5.1.1)",
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 Invalid recipient ada@example.org (Mode: normal)",
    "550 Unrouteable address",
    "550 unknown user <ada@example.org>",
    "550 not our customer",
    "551 user has moved; please try <ada@example.net>",
    "550 5.1.1 is not a valid mailbox",
    "550 There is no one at this address",
    "550 person not found",
    "550 this address no longer accepts mail",
    "550 unknown e-mail address",
    "550 Dest address invalid",
    "550 non-existent recipient",
    "550 the recipient does not exist",
    "550 no one here has that name",
    "550 not a valid user here",
    "550 invalid or unknown virtual user",
    "553 sorry, badrcptto: your envelope recipient is in my badrcptto list",
    "550 5.1.1 no valid recipients",
    "550 recipient is not local",
    "550 Adresse d au moins un destinataire invalide. Invalid recipient.",
    "550 Benutzer unbekannt",
    "550 Der Empfänger existiert nicht",
    "550 Utilisateur inconnu",
    "550 No existe dicha persona",
    "550 Utente sconosciuto",
    "550 Пользователь не найден",
    "Host or domain name not found. Name service error for name=example.org type=A: Host not found",
    "550 Host unknown",
    "550 Domain does not exist",
    "550 unrouteable mail domain example.org",
    "550 recipient domain must exist",
    "550 5.1.2 Bad destination system",
    "556 5.1.10 nullMX: domain does not accept mail",
    "521 5.3.2 Host does not accept mail",
    "Sorry, I couldn't find a mail exchanger or IP address. (#5.4.4)",
    "no mx record found for domain=example.org",
    "User ada (ada@example.org) not listed in Domino Directory",
]
SOMEBODY_THERE = [
    "552 5.2.2 mailbox full",
    "552 5.2.2 <ada@example.org>... Quota exceeded",
    "452 4.2.2 Over quota",
    "554 5.7.1 Message rejected as spam",
    "550 5.7.1 Relaying denied",
    "550 5.7.1 Unable to relay",
    "554 5.7.1 <ada@example.org>: Relay access denied",
    "550 5.7.26 This mail is unauthenticated, DMARC policy",
    "550 5.7.1 blocked by our policy, see https://example.org",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example.net",
    "553 5.1.8 <x@y.example>... Domain of sender address x@y.example does not exist",
    "550 5.1.7 Invalid sender address",
    "450 4.7.1 Greylisted, try again later",
    "421 4.7.0 Temporarily deferred due to user complaints",
    "552 5.3.4 Message size exceeds fixed limit",
    "554 5.4.6 Too many hops",
    "451 4.3.0 queue file write error",
    "550 5.2.1 The email account that you tried to reach is disabled",
    "525 5.7.13 Disabled recipient address",
    "550 Mailbox is frozen",
    "550 account is locked",
    "550 user refuses to receive this mail",
    "550 you have been blocked by the recipient",
    "connect to mx.example.org[192.0.2.9]:25: Connection timed out",
    "connect to mx.example.org[192.0.2.9]:25: Connection refused",
    "Name service error for name=example.org type=MX: Host not found, try again",
    "554 5.3.0 unknown mailer error 255",
    "554 Virus detected",
    "550 sender verify failed",
    "550 5.7.25 no PTR record",
    "550 SPF check failed",
    "host mx.example.org said: 550 Unknown user ada@example.org (in reply to end of DATA command)",
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "550 5.2.0 Message rejected, mailbox does not accept mail from your server, contact support",
]


def dead(words: str) -> bool:
    return dead_address(status_in(words), reply_code_in(words), words)


@pytest.mark.parametrize("words", NOBODY_THERE)
def test_an_address_is_given_up_where_nobody_is(words: str) -> None:
    assert dead(words)


@pytest.mark.parametrize("words", SOMEBODY_THERE)
def test_an_address_is_kept_where_only_this_mail_was_refused(words: str) -> None:
    assert not dead(words)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("smtp; 550 5.1.1 no", "5.1.1", "550"),
        ("Out: 250 2.1.5 Ok Out: 451 4.3.0 Error", "4.3.0", "451"),
        ("550-5.7.26 long", "5.7.26", "550"),
        ("#5.1.1 no mailbox", "5.1.1", None),
        ("5.0.0 but 5.2.2 full", "5.2.2", None),
        ("host 10.5.1.1 said 4.2 times", None, None),
        ("port 550, year 2026", None, None),
        ("250 2.0.0 ok", "2.0.0", None),
        ("said: 550\n <ada>: unknown", None, "550"),
    ],
)
def test_codes_are_found_in_words(words: str, status: str | None, code: str | None) -> None:
    assert (status_in(words), reply_code_in(words)) == (status, code)
