"""Every server the tests lean on is real, and does what the tests believe of it."""

import smtplib
import socket
import ssl
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psycopg
import pytest
import redis
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers.postgres import create_database, drop_database, plain_url


def a_mail(subject: str = "The bins") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "ada@example.net"
    mail["To"] = "desk@example.org"
    mail["Subject"] = subject
    mail.set_content("Nobody came.\n")
    return mail


@pytest.mark.postgres
def test_postgres_is_recent_and_makes_the_extensions_search_needs(postgres_url):
    with psycopg.connect(plain_url(postgres_url), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
        row = connection.execute("SELECT unaccent('Évêque'), similarity('printer', 'pinter')")
        plain, alike = row.fetchone()
        version = connection.info.server_version
    assert (plain, alike > 0.4) == ("Eveque", True)
    assert version >= 150000


@pytest.mark.postgres
def test_postgres_keeps_what_was_committed_when_it_is_killed(postgres_server):
    create_database(postgres_server.url("postgres"), "killed")
    url = plain_url(postgres_server.url("killed"))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    postgres_server.kill()
    postgres_server.start()

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    drop_database(postgres_server.url("postgres"), "killed")


@pytest.mark.postgres
def test_postgres_refuses_whoever_does_not_know_the_password(postgres_server):
    stranger = f"postgresql://desk:guess@127.0.0.1:{postgres_server.process.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_redis_keeps_a_value_and_passes_a_message(redis_url):
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as channel:
        client.set("desk:probe", "kept")
        channel.subscribe("desk:bell")
        channel.get_message(timeout=5)
        client.publish("desk:bell", "ring")
        assert client.get("desk:probe") == b"kept"
        assert channel.get_message(timeout=5)["data"] == b"ring"
        client.delete("desk:probe")


def test_redis_comes_back_after_it_was_killed(redis_server):
    redis_server.kill()
    with redis.Redis.from_url(redis_server.url) as client:
        with pytest.raises(redis.ConnectionError):
            client.ping()
        redis_server.start()
        assert client.ping()


def test_a_mailbox_is_read_over_tls_that_our_authority_vouches_for(imap_server):
    imap_server.append(a_mail().as_bytes())
    trusted = ssl.create_default_context(cafile=imap_server.ca_file)
    with IMAPClient(imap_server.host, port=imap_server.port, ssl_context=trusted) as client:
        client.login(imap_server.user, imap_server.password)
        client.select_folder("INBOX")
        (uid,) = client.search("UNSEEN")
        fetched = client.fetch([uid], ["BODY.PEEK[]", "FLAGS"])
    assert b"Nobody came." in fetched[uid][b"BODY[]"]
    assert b"\\Seen" not in fetched[uid][b"FLAGS"]


def test_a_mailbox_is_not_read_by_whoever_does_not_trust_our_authority(imap_server):
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(imap_server.host, port=imap_server.port, ssl=True)


def test_a_mailbox_offers_starttls_and_takes_no_password_before(imap_server):
    trusted = ssl.create_default_context(cafile=imap_server.ca_file)
    port = imap_server.starttls_port
    with IMAPClient(imap_server.host, port=port, ssl=False) as client:
        with pytest.raises(LoginError):
            client.login(imap_server.user, imap_server.password)
        client.starttls(trusted)
        client.login(imap_server.user, imap_server.password)
        assert client.folder_exists("INBOX")


def test_a_mailbox_refuses_a_wrong_password(imap_server):
    with (
        IMAPClient(imap_server.host, port=imap_server.clear_port, ssl=False) as client,
        pytest.raises(LoginError),
    ):
        client.login(imap_server.user, "guess")


def test_a_mailbox_moves_and_flags_messages(imap_server):
    imap_server.append(a_mail("one").as_bytes())
    imap_server.append(a_mail("two").as_bytes(), flags=(b"\\Seen",))
    imap_server.append(a_mail("old").as_bytes(), folder="Archive")
    with IMAPClient(imap_server.host, port=imap_server.clear_port, ssl=False) as client:
        client.login(imap_server.user, imap_server.password)
        client.select_folder("INBOX")
        (unseen,) = client.search("UNSEEN")
        client.add_flags([unseen], [b"\\Flagged"])
        client.move([unseen], "Archive")
    assert [b"Subject: two" in message for message in imap_server.messages()] == [True]
    assert len(imap_server.messages("Archive")) == 2
    assert b"\\Flagged" in imap_server.flags("Archive")[1]


def test_a_mailbox_is_empty_when_a_test_begins(imap_server):
    assert imap_server.messages() == []


def test_a_mailbox_tells_of_new_mail_while_it_is_watched(imap_server):
    with IMAPClient(imap_server.host, port=imap_server.clear_port, ssl=False) as client:
        client.login(imap_server.user, imap_server.password)
        client.select_folder("INBOX")
        client.idle()
        imap_server.append(a_mail().as_bytes())
        told = client.idle_check(timeout=10)
        client.idle_done()
    assert (1, b"EXISTS") in told


def test_the_sink_keeps_a_mail_as_it_came(smtp_sink):
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10) as client:
        client.send_message(a_mail())
    (received,) = smtp_sink.wait_for(1)
    assert received.message["Subject"] == "The bins"
    assert (received.sender, received.recipients) == ("ada@example.net", ("desk@example.org",))
    assert not received.over_tls


def test_the_sink_speaks_starttls_and_checks_a_password(smtp_sink):
    smtp_sink.demands_sign_in = True
    trusted = ssl.create_default_context(cafile=smtp_sink.ca_file)
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10) as client:
        client.starttls(context=trusted)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(a_mail())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(smtp_sink.user, "guess")
        client.login(smtp_sink.user, smtp_sink.password)
        client.send_message(a_mail())
    (received,) = smtp_sink.wait_for(1)
    assert (received.over_tls, received.user) == (True, smtp_sink.user)


def test_the_sink_speaks_tls_from_the_first_byte(smtp_sink):
    trusted = ssl.create_default_context(cafile=smtp_sink.ca_file)
    with smtplib.SMTP_SSL(smtp_sink.host, smtp_sink.tls_port, context=trusted) as client:
        client.send_message(a_mail())
    assert smtp_sink.wait_for(1)[0].over_tls


def test_the_sink_refuses_and_postpones_as_told(smtp_sink):
    smtp_sink.refuse("gone@example.org")
    smtp_sink.postpone("full@example.org")
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10) as client:
        everyone = ["gone@example.org", "full@example.org", "here@example.org"]
        refused = client.sendmail("ada@example.net", everyone, a_mail().as_bytes())
    assert {who: code for who, (code, _) in refused.items()} == {
        "gone@example.org": 550,
        "full@example.org": 451,
    }
    assert smtp_sink.wait_for(1)[0].recipients == ("here@example.org",)


def test_the_sink_can_take_a_mail_and_never_say_so(smtp_sink):
    smtp_sink.drops_after_data = True
    client = smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.send_message(a_mail())
    assert len(smtp_sink.wait_for(1)) == 1


def test_the_sink_can_refuse_what_it_read(smtp_sink):
    smtp_sink.answer_to_data = "552 5.3.4 Too big for us"
    with (
        smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=10) as client,
        pytest.raises(smtplib.SMTPDataError),
    ):
        client.send_message(a_mail())
    assert smtp_sink.received == []


PAGE = b"""<!doctype html><html lang="en"><title>Desk</title><link rel="icon" href="data:,">
<button onclick="document.title='Pressed'">Press</button>"""


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@pytest.fixture
def page_url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), OnePage)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_the_browser_shows_a_page_and_presses_a_button(browser_page, page_url):
    browser_page.goto(page_url)
    browser_page.get_by_role("button", name="Press").click()
    assert browser_page.title() == "Pressed"


@pytest.mark.browser
@pytest.mark.parametrize(
    "browser_page", [{"viewport": {"width": 320, "height": 600}}], indirect=True
)
def test_the_browser_can_be_as_narrow_as_a_telephone(browser_page, page_url):
    browser_page.goto(page_url)
    assert browser_page.evaluate("innerWidth") == 320


@pytest.mark.browser
def test_the_browser_does_not_leave_this_machine(browser_page, browser_watch, page_url):
    browser_page.goto(page_url)
    browser_page.evaluate("fetch('http://192.0.2.1/track').catch(() => null)")
    (complaint,) = [text for text in browser_watch.complaints() if "192.0.2.1/track, which" in text]
    browser_watch.expect("net::ERR_FAILED")
    browser_watch.went_outside.clear()
    assert "not on this machine" in complaint


@pytest.mark.browser
def test_an_error_in_a_page_is_heard(browser_page, browser_watch, page_url):
    browser_page.goto(page_url)
    browser_page.evaluate("console.error('The list could not be read.')")
    browser_watch.expect("The list could not be read.")
    assert len(browser_watch.errors) == 1


def test_two_servers_do_not_get_the_same_port(smtp_sink, imap_server):
    ports = {smtp_sink.port, smtp_sink.tls_port, imap_server.port, imap_server.clear_port}
    for port in ports:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert len(ports) == 4
