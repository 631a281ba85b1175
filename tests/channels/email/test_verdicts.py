"""What the receiving server says of a mail, and whom we believe it from."""

import pytest

from channels.channel import RawItem
from channels.email.channel import EmailChannel
from channels.email.parse import parse
from channels.message import ExternalTicket, Verdicts
from tests.channels.mails import raw_mail


@pytest.mark.parametrize(
    ("field", "value", "spam"),
    [
        ("X-Spam-Flag", "YES", True),
        ("X-Spam-Flag", "NO", False),
        ("X-Spam-Status", "Yes, score=7.3 required=5.0 tests=[A,B]", True),
        ("X-Spam-Status", "No, hits=-1.2 required=5.0", False),
        ("X-SES-Spam-Verdict", "FAIL", True),
        ("X-SES-Spam-Verdict", "PASS", False),
        ("X-Rspamd-Action", "add header", True),
        ("X-Rspamd-Action", "no action", False),
        ("X-MS-Exchange-Organization-SCL", "6", True),
        ("X-MS-Exchange-Organization-SCL", "-1", False),
        ("X-Forefront-Antispam-Report", "CIP:192.0.2.1;CTRY:GB;SCL:9;SFV:SPM", True),
        ("X-Forefront-Antispam-Report", "CIP:192.0.2.1;SCL:1;SRV:", False),
        ("X-Bogosity", "Spam, tests=bogofilter, spamicity=0.99", True),
        ("X-Spam-Flag", "perhaps", None),
        ("X-Mailer", "spam", None),
    ],
)
def test_a_filters_word_is_read(field: str, value: str, spam: bool | None) -> None:
    assert parse(raw_mail(**{field.replace("-", "_"): value})).verdicts.spam is spam


def test_a_forged_no_does_not_outweigh_the_servers_yes() -> None:
    raw = b"X-Spam-Status: Yes, score=12.5\r\n" + raw_mail(X_Spam_Flag="NO")
    assert parse(raw).verdicts.spam is True
    assert parse(raw).verdicts.spam_score == 12.5


RESULTS = (
    "mx.council.example (our server) 1; dkim=fail header.d=list.example; "
    "dkim=pass (2048 (bit) key) header.d=example.org; spf=softfail; dmarc=fail (p=none) header.from=example.org"
)


def test_results_of_the_receiving_server_are_read() -> None:
    assert parse(raw_mail(Authentication_Results=RESULTS)).verdicts == Verdicts(
        spf="softfail", dkim="pass", dmarc="fail", server="mx.council.example"
    )


def test_only_the_topmost_results_count() -> None:
    forged = raw_mail(Authentication_Results="mx.council.example; dmarc=pass")
    raw = f"Authentication-Results: {RESULTS}\r\n".encode() + forged
    assert parse(raw).verdicts.dmarc_failed


def test_where_a_server_is_named_only_its_results_count() -> None:
    raw = b"Authentication-Results: evil.example; dmarc=pass\r\n"
    raw += raw_mail(Authentication_Results=RESULTS)
    named = EmailChannel(
        {"address": "help@council.example", "checking_server": "MX.council.example"}
    )
    [mail] = named.parse(RawItem("1", raw))
    assert mail.verdicts.dmarc_failed
    other = EmailChannel({"address": "help@council.example", "checking_server": "mx.other.example"})
    [mail] = other.parse(RawItem("1", raw))
    assert mail.verdicts == Verdicts()


def test_results_that_a_chain_carries_count_only_for_a_named_server() -> None:
    raw = raw_mail(ARC_Authentication_Results="i=1; mx.council.example; dmarc=fail")
    assert parse(raw).verdicts.dmarc is None
    assert parse(raw, "mx.council.example").verdicts.dmarc == "fail"


def test_a_comment_says_nothing() -> None:
    raw = raw_mail(
        Authentication_Results="mx.example; spf=none (and; dmarc=fail (really)); dkim=none"
    )
    assert parse(raw).verdicts.dmarc is None


@pytest.mark.parametrize(
    ("fields", "subject", "expected"),
    [
        (
            {"X-ServiceNow-Generated": "true"},
            "Incident INC0012345 -- assigned",
            ExternalTicket("ServiceNow", "INC0012345"),
        ),
        (
            {"X-JIRA-FingerPrint": "9f"},
            "[JIRA] (LAMP-42) broken",
            ExternalTicket("Jira", "LAMP-42"),
        ),
        ({"X-Redmine-Issue-Id": "77"}, "[Lamps - Bug #77] x", ExternalTicket("Redmine", "77")),
        (
            {"RT-Ticket": "rt3.council.example #31"},
            "[rt3.council.example #31] x",
            ExternalTicket("RT", "31"),
        ),
        (
            {"X-Powered-By": "OTRS (https://otrs.com/)"},
            "[Ticket#2026070610000019] x",
            ExternalTicket("OTRS", "2026070610000019"),
        ),
        (
            {"X-Mailer": "Zammad Mail Service"},
            "Lamp [Ticket#10031]",
            ExternalTicket("Zammad", "10031"),
        ),
        ({"X-Mailer": "Another Mailer"}, "Lamp [Ticket#10031]", None),
        ({}, "Incident INC0012345 -- assigned", None),
        ({}, "[JIRA] (LAMP-42) broken", None),
    ],
)
def test_the_number_of_another_desk_is_read_only_from_its_own_notices(
    fields: dict[str, str], subject: str, expected: ExternalTicket | None
) -> None:
    named = {name.replace("-", "_"): value for name, value in fields.items()}
    assert parse(raw_mail(Subject=subject, **named)).external_ticket == expected


def test_who_wrote_to_a_list_is_told_where_two_fields_agree() -> None:
    fields = {
        "From": "'Ada' via Lamps <lamps@lists.example>",
        "Reply_To": "Ada <ada@example.org>",
        "X_Original_From": "Ada Lovelace <Ada@example.org>",
    }
    mail = parse(raw_mail(**fields))
    assert mail.sender.address == "lamps@lists.example"
    assert str(mail.author) == "Ada Lovelace <Ada@example.org>"
    del fields["X_Original_From"]
    assert parse(raw_mail(**fields)).author.address == "lamps@lists.example"
