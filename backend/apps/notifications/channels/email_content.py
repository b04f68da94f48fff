"""An e-mail as it leaves: its headers and its two texts, as bytes for a mail server and as Django's own message."""

import binascii
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate
from functools import lru_cache

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

_LONGEST_LINE = 900  # in bytes; RFC 5322 allows 998
# In quoted-printable a "=" is never followed by "_": so no text contains it.
_BOUNDARY = "=_placar"
_HEAD = f"""\
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="{_BOUNDARY}"

--{_BOUNDARY}
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

""".replace("\n", "\r\n").encode()
_BETWEEN = f"""\

--{_BOUNDARY}
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

""".replace("\n", "\r\n").encode()
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class Email:
    """One e-mail to one person. None of its headers holds a line break, and all but the subject are ASCII."""

    sender: str  # with a name or without
    recipient: str  # an address alone
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe_url: str  # of one click: RFC 8058
    correlation_id: str = ""  # of the request that it goes back to; empty: unknown

    def headers(self) -> dict[str, str]:
        """Those that Django does not write by itself."""
        known = {"X-Correlation-ID": self.correlation_id} if self.correlation_id else {}
        return {
            "Message-ID": self.message_id,
            **known,
            # Nobody's auto-responder should answer: RFC 3834.
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{self.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def as_django(self) -> EmailMultiAlternatives:
        """For any backend."""
        message = EmailMultiAlternatives(self.subject, self.text, self.sender, [self.recipient], headers=self.headers())
        message.attach_alternative(self.html, "text/html")
        return message

    def as_bytes(self) -> bytes:
        """For a mail server: what Django would make of it, without the half millisecond that its MIME classes take."""
        headers = {
            "From": encoded_address(self.sender),
            "To": encoded_address(self.recipient),
            "Subject": _encoded(self.subject),
            "Date": formatdate(),
            **self.headers(),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return b"".join((head.encode("ascii"), _HEAD, _quoted(self.text), _BETWEEN, _quoted(self.html), _END))


@lru_cache(maxsize=1000)
def encoded_address(address: str) -> str:
    """As it stands in headers: names and domains in ASCII. Raises ValueError for what is no address."""
    return sanitize_address(address, "utf-8")


@lru_cache(maxsize=1000)
def _encoded(subject: str) -> str:
    if subject.isascii() and subject.isprintable() and len(subject) < _LONGEST_LINE:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _quoted(text: str) -> bytes:
    lines = binascii.b2a_qp("\n".join(text.splitlines()).encode(), istext=True)
    return lines.replace(b"\n", b"\r\n")
