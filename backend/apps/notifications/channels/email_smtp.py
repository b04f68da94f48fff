"""One e-mail in a session with a mail server.

Not smtplib's own sendmail: that does not tell what the server answered, and waits for the answer to each command before
it gives the next one. Nearly every server takes the three of them together (RFC 2920), which halves the time.
"""

import smtplib
from contextlib import suppress
from email.utils import parseaddr

from apps.notifications.channels.email_content import Email, encoded_address

GO_ON = 354
CLOSING = 421


def send_bytes(server: smtplib.SMTP, email: Email) -> str:
    """Hand it over; returns the answer by which the server took it. Raises what sendmail raises.

    After a refusal the session can carry the next message, unless the server has ended it.
    """
    content = email.as_bytes()
    sender = parseaddr(encoded_address(email.sender))[1]
    recipient = encoded_address(email.recipient)
    server.ehlo_or_helo_if_needed()
    refusal = _begin(server, sender, recipient, len(content))
    if refusal is None:
        # A line that is a dot alone would end the message.
        server.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        code, answer = server.getreply()
        if code == 250:
            return f"{code} {answer.decode(errors='replace')}"
        refusal = smtplib.SMTPDataError(code, answer)
    if _code(refusal) == CLOSING:
        server.close()
    else:
        # If it fails, the next message will find a new connection.
        with suppress(smtplib.SMTPServerDisconnected):
            server.rset()
    raise refusal


def _begin(server: smtplib.SMTP, sender: str, recipient: str, size: int) -> smtplib.SMTPException | None:
    """Everything before the content. Returns the refusal; None if the server waits for the content."""
    told_size = f" SIZE={size}" if server.has_extn("size") else ""
    commands = (f"MAIL FROM:<{sender}>{told_size}", f"RCPT TO:<{recipient}>", "DATA")
    is_together = server.has_extn("pipelining")
    if is_together:
        server.send("".join(f"{command}\r\n" for command in commands))
    refusal: smtplib.SMTPException | None = None
    for command in commands:
        try:
            code, answer = server.getreply() if is_together else server.docmd(command)
        except smtplib.SMTPServerDisconnected:
            if refusal is None:
                raise
            break
        if refusal is None:
            refusal = _refusal(command, code, answer, sender, recipient)
            if refusal is not None and not is_together:
                break
        elif code == GO_ON:
            server.docmd(".")  # to nobody: the server waits for its end
    return refusal


def _code(refusal: smtplib.SMTPException) -> int:
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return int(next(iter(refusal.recipients.values()))[0])
    return int(getattr(refusal, "smtp_code", 0))


def _refusal(command: str, code: int, answer: bytes, sender: str, recipient: str) -> smtplib.SMTPException | None:
    """None: it was not refused."""
    if command.startswith("MAIL"):
        return None if code == 250 else smtplib.SMTPSenderRefused(code, answer, sender)
    if command.startswith("RCPT"):
        return None if code in (250, 251) else smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
    return None if code == GO_ON else smtplib.SMTPDataError(code, answer)
