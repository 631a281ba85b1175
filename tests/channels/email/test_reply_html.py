"""Replies in HTML alone, as mail programs mark up what they quote: read as text, then split."""

import pytest

from channels.email.plaintext import text_of_html
from channels.email.quoting import split_reply

OLD = "We sent somebody."
PROGRAMS = {
    "mailru": (
        "<div>Hi there</div><br><br>Tue, 03 Apr 2012 16:17:24 +0400 от bob "
        '&lt;bob@xxx.example&gt;:<br><blockquote style="border-left:1px solid '
        '#0857A6">{OLD}</blockquote>'
    ),
    "mailru2": (
        "<p>Hi there</p><br>Понедельник, 2 апреля 2012, 17:44 +04:00 от bob "
        "&lt;bob@xxx.example&gt;:<br>{OLD}"
    ),
    "yandex": (
        '<div>Hi there</div><div> </div><div>02.04.2012, 14:20, "bob" '
        "&lt;bob@xxx.example&gt;:</div><blockquote>{OLD}</blockquote>"
    ),
    "gmail": (
        '<div dir="ltr">Hi there<br><br><div class="gmail_quote">On Mon, Apr 2, 2012 at'
        ' 6:26 PM, Megan One <span dir="ltr">&lt;<a '
        'href="mailto:bob@xxx.example">bob@xxx.example</a>&gt;</span> '
        'wrote:<br><blockquote class="gmail_quote">{OLD}</blockquote></div></div>'
    ),
    "hotmail": (
        '<div dir="ltr">Hi there<br><hr id="stopSpelling">Date: Mon, 2 Apr 2012 '
        "17:44:22 +0400<br>Subject: Test<br>From: bob@xxx.example<br>To: "
        "foo@xxx.example; bar@x.example<br><br><div>{OLD}</div></div>"
    ),
    "outlook2003": (
        "<p>Hi there</p><div class=MsoNormal align=center><hr size=2></div><p "
        "class=MsoNormal><b><span>From:</span></b> bob [mailto:bob@xxx.example] "
        "<br><b>Sent:</b> Tuesday, April 03, 2012 3:26 PM<br><b>To:</b> "
        "foo<br><b>Subject:</b> Test</p><p>{OLD}</p>"
    ),
    "outlook2007": (
        "<p class=MsoNormal>Hi there<o:p></o:p></p><div "
        'style="border:none;border-top:solid #B5C4DF 1.0pt"><p '
        "class=MsoNormal><b>From:</b> bob@xxx.example "
        "[mailto:bob@xxx.example]<br><b>Sent:</b> Monday, April 02, 2012 5:44 "
        "PM<br><b>To:</b> foo<br><b>Subject:</b> Test</p></div><p>{OLD}</p>"
    ),
    "outlook-paragraphs": (
        "<p>Hi there</p><p><b>From:</b> bob@xxx.example</p><p><b>Sent:</b> Monday, "
        "April 02, 2012 5:44 PM</p><p><b>To:</b> foo</p><p><b>Subject:</b> "
        "Test</p><p>{OLD}</p>"
    ),
    "outlook-table": (
        "<p>Hi "
        "there</p><table><tr><td><b>From:</b></td><td>bob@xxx.example</td></tr><tr><td><b>Sent:</b></td><td>Monday</td></tr><tr><td><b>To:</b></td><td>foo</td></tr><tr><td><b>Subject:</b></td><td>Test</td></tr></table><p>{OLD}</p>"
    ),
    "thunderbird": (
        '<div class="moz-cite-prefix">On 4/2/2012 5:44 PM, bob@xxx.example '
        'wrote:<br></div><blockquote type="cite">{OLD}</blockquote><p>Hi there</p>'
    ),
    "thunderbird-top": (
        '<p>Hi there</p><div class="moz-cite-prefix">Am 02.04.2012 um 17:44 schrieb '
        'bob:<br></div><blockquote type="cite">{OLD}</blockquote>'
    ),
    "comcast": (
        "<p>Hi there</p><hr><b>From: </b>bob@xxx.example<br><b>To: </b>foo<br><b>Sent: "
        "</b>Monday, April 2, 2012 5:44:22 PM<br><b>Subject: </b>Test<br><br>{OLD}"
    ),
    "aol": (
        "Hi there<br><br><div>-----Original Message-----<br>From: bob "
        "&lt;bob@xxx.example&gt;<br>To: xxx &lt;xxx@gmail.example&gt;<br>Sent: Mon, Apr"
        " 2, 2012 5:49 pm<br>Subject: Test</div>{OLD}"
    ),
    "yahoo": (
        '<div>Hi there</div><div><hr size="1"><b><span>From:</span></b> bob '
        "&lt;bob@xxx.example&gt;<br><b>To:</b> foo <br><b>Sent:</b> Monday, April 2, "
        "2012 5:44 PM<br><b>Subject:</b> Test<br></div><br>{OLD}"
    ),
    "ios": (
        "<div>Hi there<br><br>Sent from my iPhone</div><div><br>On 2 Apr 2012, at "
        '17:44, bob &lt;<a href="mailto:bob@xxx.example">bob@xxx.example</a>&gt; '
        'wrote:<br><br></div><blockquote type="cite">{OLD}</blockquote>'
    ),
    "outlook-mobile": (
        '<div>Hi there</div><div id="ms-outlook-mobile-signature">Get <a '
        'href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr '
        'style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><b>From:</b> '
        "bob &lt;bob@xxx.example&gt;<br><b>Sent:</b> Monday, April 2, "
        "2012<br><b>To:</b> foo<br><b>Subject:</b> Test</div>{OLD}"
    ),
    "proton": (
        '<div>Hi there</div><div class="protonmail_signature_block">Sent with <a '
        'href="https://proton.me/">Proton Mail</a> secure email.</div><div '
        'class="protonmail_quote">On Monday, April 2nd, 2012 at 5:44 PM, bob '
        "&lt;bob@xxx.example&gt; wrote:<br><br><blockquote "
        'class="protonmail_quote">{OLD}</blockquote></div>'
    ),
    "zimbra": (
        '<p>Hi there</p><hr id="zwchr"><blockquote><b>From: </b>bob '
        "&lt;bob@xxx.example&gt;<br><b>To: </b>foo<br><b>Sent: "
        "</b>Monday<br><b>Subject: "
        "</b>Test<br></blockquote><blockquote>{OLD}</blockquote>"
    ),
    "notes": (
        "<font>Hi there</font><br><br><font>From: &nbsp; &nbsp; &nbsp; &nbsp;bob "
        "&lt;bob@xxx.example&gt;</font><br><font>To: &nbsp; &nbsp; &nbsp; "
        "&nbsp;foo</font><br><font>Date: &nbsp; &nbsp; &nbsp; &nbsp;02/04/2012 "
        "17:44</font><br><font>Subject: &nbsp; &nbsp; &nbsp; &nbsp;Test</font><br><hr "
        "noshade><br>{OLD}"
    ),
    "qq": (
        "<div>Hi there</div><div><br></div><div "
        'style="font-size:12px">------------------&nbsp;Original&nbsp;------------------</div><div><div><b>From:</b>&nbsp;"bob";&lt;bob@xxx.example&gt;</div><div><b>Date:</b>&nbsp;Mon,'
        " Apr 2, "
        '2012</div><div><b>To:</b>&nbsp;"foo"</div><div><b>Subject:</b>&nbsp;Test</div></div><div>{OLD}</div>'
    ),
}


@pytest.mark.parametrize("html", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_only_what_is_new_of_an_html_reply_is_shown(html: str) -> None:
    split = split_reply(text_of_html(html.replace("{OLD}", OLD)))
    assert split.visible == "Hi there"
    assert OLD in split.quoted
