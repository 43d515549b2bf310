"""What the page can do with conversations: open, ask, stop, look up a source, rename, delete, judge, take away.

Every method takes the person it is done for, and gives plain values that travel as JSON; HTML is escaped already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from index.errors import FootnoteError
from qa.answers import Citation
from ui.asking import Asked, Asking
from ui.conversations import Conversation, Conversations, Exchange, clipped_title, new_id, now
from ui.exports import Kind, as_questions, copied, exported
from ui.library import Library
from ui.manner import AS_STARTED, Manner
from ui.pictures import Picture, Pictures
from ui.rail import conversations_html
from ui.render import exchange_html, welcome_html, working_html
from ui.sources import WHOLE, citation_pane, nearest_pane

LONGEST_QUESTION: Final = 4000
_NO_CONVERSATION: Final = "This conversation is not there any more. Reload the page to see those that are."

Values = dict[str, Any]


class Desk:
    """The conversations of everybody who uses the page."""

    def __init__(self, library: Library, conversations: Conversations, asking: Asking, pictures: Pictures) -> None:
        self.library = library
        self.pictures = pictures
        self.conversations = conversations
        self.asking = asking

    def open(self, person: str, conversation: str) -> Values:
        """A conversation as it stands, or an empty one where there is none of that id."""
        # Asked for before and after: a question may begin or end while its conversation is read.
        running = self.asking.running(person, conversation)
        found = self.conversations.get(person, conversation)
        return self._values(person, found, running or self.asking.running(person, conversation))

    def begin(
        self,
        person: str,
        conversation: str,
        question: str,
        within: Sequence[str] | None,
        instead_of: str = "",
        manner: Manner = AS_STARTED,
    ) -> Values:
        """Asks a question, in a new conversation where none is named. `instead_of` is the exchange it replaces.

        `within` are the only documents to answer from, `None` for all; `manner` is how it is to be answered.
        """
        asked = question.strip()
        if not asked:
            raise FootnoteError("There is no question. Write one, and ask again.")
        if len(asked) > LONGEST_QUESTION:
            raise FootnoteError(
                f"The question has {len(asked):,} characters; up to {LONGEST_QUESTION:,} are read. Shorten it."
            )
        if within is not None and not within:
            raise FootnoteError("No document is ticked. Tick those that may answer, or all of them.")
        there = self.conversations.get(person, conversation)
        found = there or Conversation.begun(asked)
        exchange = Exchange(new_id(), asked, now(), None if within is None else tuple(within))
        asking = Asked(exchange, (), lambda ended: self._keep(person, found.id, ended), manner)

        def keep() -> None:
            nonlocal found
            if there is None:
                found = found.with_exchange(exchange)
                self.conversations.save(person, found)
            else:
                found = self._changed(person, found.id, lambda each: each.with_exchange(exchange, instead_of))
            asking.history = found.history(exchange.id)

        self.asking.begin(person, found.id, asking, keep)
        return self._values(person, found, asking) | {"live": self.progress(found.id, asking)}

    def running(self, person: str, conversation: str) -> Asked | None:
        """The question of a conversation that is being answered."""
        return self.asking.running(person, conversation)

    def progress(self, conversation: str, asked: Asked) -> str:
        """What can be shown of a question on its way; at its end with a note that it is over."""
        if asked.finished:
            return _over(conversation, asked.exchange)
        return str(working_html(asked.exchange, asked.text, asked.doing, asked.found))

    def ended(self, person: str, conversation: str) -> str:
        """What `progress` ends with, of a conversation whose last question is no longer on its way.

        An answer may be there before the page asks how it goes: its turn must not vanish until the whole is fetched.
        """
        found = self.conversations.get(person, conversation)
        return _over(conversation, found.exchanges[-1] if found and found.exchanges else None)

    def stop(self, person: str, conversation: str) -> Values:
        """Ends the answering of a conversation's question."""
        self.asking.stop(person, conversation)
        return {}

    def cite(self, person: str, conversation: str, exchange: str, number: int, reach: int = WHOLE) -> Values:
        """The source of a citation, opened at its quote."""
        answer = self._exchange(person, conversation, exchange).answer
        if answer is None or not 1 <= number <= len(answer.citations):
            raise FootnoteError("This answer has no such source. Reload the page to see it as it is.")
        citation = answer.citations[number - 1]
        document = self.library.document(citation.document)
        picture = self._picture(citation, answer.citations) if document else None
        return {"source": str(citation_pane(document, answer.citations, number, picture, reach))}

    def near(self, person: str, conversation: str, exchange: str, number: int, reach: int = WHOLE) -> Values:
        """A passage that came close to an answer, in its document."""
        answer = self._exchange(person, conversation, exchange).answer
        if answer is None or not 0 <= number < len(answer.nearest):
            raise FootnoteError("This answer has no such passage. Reload the page to see it as it is.")
        near = answer.nearest[number]
        document = self.library.document(near.document)
        picture = self.pictures.page(near.document, near.page, near.quote, ()) if document else None
        return {"source": str(nearest_pane(document, near, picture, reach))}

    def find(self, person: str, words: str, current: str) -> Values:
        """The conversations that contain every word."""
        return {"conversations": self._list(person, current, words.strip())}

    def rename(self, person: str, conversation: str, title: str, current: str) -> Values:
        """Gives a conversation another title."""
        if not title.strip():
            raise FootnoteError("A conversation needs a title. Write one, and try again.")
        self._changed(person, conversation, lambda found: replace(found, title=clipped_title(title)))
        return {"conversations": self._list(person, current), "title": clipped_title(title)}

    def delete(self, person: str, conversation: str, current: str) -> Values:
        """Forgets a conversation."""
        self.asking.stop(person, conversation)
        self.conversations.delete(person, conversation)
        return {"conversations": self._list(person, current)}

    def judge(self, person: str, conversation: str, exchange: str, useful: bool | None, reason: str) -> Values:
        """Keeps what a person thinks of an answer."""

        def judged(found: Conversation) -> Conversation:
            judged = replace(_of(found, exchange), useful=useful, reason=reason.strip()[:2000])
            return found.with_changed(judged)

        self._changed(person, conversation, judged)
        return {}

    def copy(self, person: str, conversation: str, exchange: str) -> Values:
        """An answer with its sources, to paste elsewhere."""
        answer = self._exchange(person, conversation, exchange).answer
        return {"text": copied(answer) if answer else ""}

    def export(self, person: str, conversation: str, kind: Kind) -> Values:
        """A conversation as a file."""
        name, text = exported(self._conversation(person, conversation), kind)
        return {"name": name, "text": text}

    def judged(self, person: str) -> Values:
        """All judged answers as a question file."""
        return {"name": "questions.jsonl", "text": as_questions(self.conversations.all(person))}

    def _keep(self, person: str, conversation: str, ended: Exchange) -> None:
        # It may have been renamed meanwhile, and a deleted one must stay deleted.
        self.conversations.change(person, conversation, lambda found: found.with_changed(ended))

    def _values(self, person: str, found: Conversation | None, running: Asked | None) -> Values:
        return {
            "conversation": found.id if found else "",
            "title": found.title if found else "",
            "thread": self.thread(found, running),
            "conversations": self._list(person, found.id if found else ""),
            "running": found is not None and running is not None,
        }

    def thread(self, found: Conversation | None, running: Asked | None = None) -> str:
        """The finished exchanges of a conversation, or the welcome where there are none."""
        if found is None:
            assistant = self.library.opened
            indexed = sum(file.state == "indexed" for file in self.library.files())
            return str(welcome_html(self.library.suggestions(), indexed, assistant is not None, self.library.problem))
        digests = self._digests()

        def since(citation: Citation) -> str:
            if digests is None:
                return ""
            digest = digests.get(citation.document)
            return "gone" if digest is None else "" if digest == citation.digest else "changed"

        waiting = running.exchange.id if running else ""
        return "".join(str(exchange_html(each, since)) for each in found.exchanges if each.id != waiting)

    def _digests(self) -> dict[str, str] | None:
        if self.library.opened is None:
            return None
        return {file.path: file.digest for file in self.library.files() if file.state == "indexed"}

    def _list(self, person: str, current: str, words: str = "") -> str:
        listed = self.conversations.find(person, words) if words else self.conversations.all(person)
        return str(conversations_html(listed, current, datetime.now().astimezone(), words))

    def _conversation(self, person: str, id: str) -> Conversation:
        found = self.conversations.get(person, id)
        if found is None:
            raise FootnoteError(_NO_CONVERSATION)
        return found

    def _changed(self, person: str, id: str, change: Callable[[Conversation], Conversation]) -> Conversation:
        changed = self.conversations.change(person, id, change)
        if changed is None:
            raise FootnoteError(_NO_CONVERSATION)
        return changed

    def _exchange(self, person: str, conversation: str, id: str) -> Exchange:
        return _of(self._conversation(person, conversation), id)

    def _picture(self, citation: Citation, citations: Sequence[Citation]) -> Picture | None:
        others = tuple(
            other.quote
            for other in citations
            if other.document == citation.document and other.page == citation.page and other.number != citation.number
        )
        return self.pictures.page(citation.document, citation.page, citation.quote, others)


def _of(conversation: Conversation, exchange: str) -> Exchange:
    found = conversation.exchange(exchange)
    if found is None:
        raise FootnoteError("This question is not there any more. Reload the page to see the conversation as it is.")
    return found


def _over(conversation: str, last: Exchange | None) -> str:
    turn = exchange_html(last, lambda _: "") if last else Markup()
    return str(turn + Markup('<i hidden data-over="{}"></i>').format(conversation))
