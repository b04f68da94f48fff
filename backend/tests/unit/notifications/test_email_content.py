"""The bytes of an e-mail say what Django's own would say."""

import email
from email.message import EmailMessage
from email.policy import default

from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.channels.email_content import Email

# What templates give: lines without control characters.
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)
TEXTS = st.lists(LINES, max_size=8).map("\n".join)


def make(subject: str = "Results", text: str = "Text", html: str = "<p>Text</p>") -> Email:
    return Email(
        sender="Plácar <placar@example.com>",
        recipient="ana@exämple.org",
        subject=subject,
        text=text,
        html=html,
        message_id="<7@example.com>",
        unsubscribe_url="https://placar.example.com/unsubscribe/x",
    )


def parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


@given(TEXTS, TEXTS)
def test_the_texts_arrive_as_they_are(text: str, html: str) -> None:
    content = make(text=text, html=html).as_bytes()
    message = parsed(content)
    assert part(message, "plain").rstrip("\n") == text.rstrip("\n")
    assert part(message, "html").rstrip("\n") == html.rstrip("\n")
    assert content.isascii()
    assert all(len(line) < 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


@given(LINES.map(lambda text: " ".join(text.split())))
def test_the_subject_arrives_and_is_one_header(subject: str) -> None:
    message = parsed(make(subject=subject).as_bytes())
    assert message["Subject"] == subject
    assert message["To"] == "ana@xn--exmple-cua.org"


def test_it_is_what_django_would_send() -> None:
    ours, theirs = parsed(make().as_bytes()), parsed(make().as_django().message().as_bytes())
    for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert ours[name] == theirs[name], name
    assert ours.get_content_type() == theirs.get_content_type()
    for kind in ("plain", "html"):
        assert part(ours, kind).rstrip() == part(theirs, kind).rstrip()


def test_lines_that_begin_with_a_dot_or_look_like_a_boundary_stay() -> None:
    text = ".\n..\n--=_placar--\nFrom here"
    assert part(parsed(make(text=text).as_bytes()), "plain") == text
