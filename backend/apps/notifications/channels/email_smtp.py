"""One e-mail in a session with a mail server: smtplib's sendmail does not tell what the server answered."""

import smtplib
from contextlib import suppress
from email.utils import parseaddr

from apps.notifications.channels.email_content import Email, encoded_address


def send_bytes(server: smtplib.SMTP, email: Email) -> str:
    """Hand it over; returns the answer by which the server took it. Raises what sendmail raises.

    After a refusal the session can carry the next message, unless the server has ended it.
    """
    content = email.as_bytes()
    sender = parseaddr(encoded_address(email.sender))[1]
    recipient = encoded_address(email.recipient)
    server.ehlo_or_helo_if_needed()
    try:
        code, answer = server.mail(sender, [f"size={len(content)}"] if server.has_extn("size") else [])
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, sender)
        code, answer = server.rcpt(recipient)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
        code, answer = server.data(content)
        if code != 250:
            raise smtplib.SMTPDataError(code, answer)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        _start_anew(server, is_closing=code == 421)
        raise
    return f"{code} {answer.decode(errors='replace')}"


def _start_anew(server: smtplib.SMTP, *, is_closing: bool) -> None:
    if is_closing:
        server.close()
        return
    # If it fails, the next message will find a new connection.
    with suppress(smtplib.SMTPServerDisconnected):
        server.rset()
