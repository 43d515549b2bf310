"""The assistant's answers for asynchronous programs: the same steps, made in a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Generator, Sequence
from typing import Protocol

from qa.answers import Answer, Step, Turn


class Answering(Protocol):
    """What answers questions: an `Assistant`, or what stands before one."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
    ) -> Generator[Step, None, None]: ...


async def astream(
    assistant: Answering, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
) -> AsyncGenerator[Step, None]:
    """`Assistant.stream` as an asynchronous generator. Left early, it ends the answering with its next step.

    Raises what `Assistant.stream` raises.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[Step | BaseException | None] = asyncio.Queue()
    left = False

    def answer() -> None:
        last: BaseException | None = None
        steps = assistant.stream(question, history, within)
        try:
            for step in steps:
                if left:
                    break
                loop.call_soon_threadsafe(arrived.put_nowait, step)
        except Exception as error:
            last = error
        finally:
            steps.close()  # in the thread that ran it: what it holds open may belong to that thread
            if not left:
                loop.call_soon_threadsafe(arrived.put_nowait, last)

    working = loop.run_in_executor(None, answer)
    try:
        while (step := await arrived.get()) is not None:
            if isinstance(step, BaseException):
                raise step
            yield step
        await working
    finally:
        left = True


async def aanswer(
    assistant: Answering, question: str, history: Sequence[Turn] = (), within: Collection[str] | None = None
) -> Answer:
    """`Assistant.answer`, asynchronously."""
    answer: Answer | None = None
    async for step in astream(assistant, question, history, within):
        answer = step.answer
    assert answer is not None, "a stream ends with an answer"
    return answer
