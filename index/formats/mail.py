"""EML: a message's subject, who wrote it to whom and when, its text; its attachments are files of their own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart

from index.documents import Metadata
from index.formats.archive import Member
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.encoding import decode
from index.formats.naming import title_from_name
from index.formats.unreadable import Unreadable
from index.formats.webpage import visible_text

_SHOWN = ("From", "To", "Cc", "Date")


def read(data: bytes, path: str) -> Content:
    """A message. Its plain text is preferred to its HTML."""
    message = _message(data)
    writer = Writer()
    subject = _header(message, "Subject")
    writer.heading(1, subject)
    writer.lines(f"{name}: {value}" for name in _SHOWN if (value := _header(message, name)))
    body = message.get_body(("plain", "html"))
    if body is not None:
        text = _text(body)
        if body.get_content_subtype() == "html":
            visible_text(text, writer)
        else:
            writer.block(text)
    metadata = Metadata(_sender(message), "", _date(message), _header(message, "Content-Language"))
    return writer.content(subject or title_from_name(path), tidy(metadata))


def attachments(data: bytes, path: str) -> Iterator[Member]:
    """The files attached to a message, messages included."""
    seen: set[str] = set()
    for number, part in enumerate(_message(data).iter_attachments(), start=1):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            name = part.get_filename() or f"message {number}.eml"
            content = inner.as_bytes() if isinstance(inner, EmailMessage) else b""
        else:
            name = part.get_filename() or f"attachment {number}"
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
        name = one_line(name).replace("/", "_").replace("\\", "_")
        if name in seen or name in {"", ".", ".."}:
            name = f"{number} {name}"
        seen.add(name)
        yield Member(name, content)


def _message(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message.keys():
        raise Unreadable("failed", "it is no message: it has no header")
    assert isinstance(message, EmailMessage)
    return message


def _text(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    return decode(data, part.get_content_charset() or "") if data.strip() else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message[name] or ""))
    except (
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
    ):  # headers that the standard library trips over
        return ""


def _sender(message: EmailMessage) -> str:
    sender = _header(message, "From")
    return sender.partition("<")[0].strip(' "') or sender


def _date(message: EmailMessage) -> str:
    try:
        moment = message["Date"].datetime
    except (AttributeError, ValueError, TypeError, IndexError):
        return ""
    return moment.date().isoformat() if moment else ""
