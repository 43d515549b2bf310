"""The asynchronous twins: the same steps and errors, off the event loop, ended when left."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from qa.answers import Answer, Step
from qa.asynchronous import aanswer, astream

REFUSAL = Answer("q", "The documents do not say.", refused=True)


class Answering:
    def __init__(self, count=3, error=None, delay=0.0):
        self.count, self.error, self.delay = count, error, delay
        self.threads, self.closed = set(), threading.Event()

    def stream(self, question, history=(), within=None):
        try:
            for n in range(self.count):
                self.threads.add(threading.get_ident())
                time.sleep(self.delay)
                yield Step(question * n)
            if self.error:
                raise self.error
            yield Step(REFUSAL.text, REFUSAL)
        finally:
            self.threads.add(threading.get_ident())
            self.closed.set()


async def collected(assistant):
    return [step async for step in astream(assistant, "q")]


def test_the_steps_are_the_same_and_come_from_one_other_thread():
    assistant = Answering()
    assert asyncio.run(collected(assistant)) == list(Answering().stream("q"))
    assert len(assistant.threads) == 1
    assert threading.get_ident() not in assistant.threads


def test_the_answer_is_the_last_steps():
    assert asyncio.run(aanswer(Answering(), "q")) == REFUSAL


def test_an_error_comes_through():
    with pytest.raises(ValueError, match="empty"):
        asyncio.run(aanswer(Answering(error=ValueError("empty")), "q"))


def test_the_loop_runs_on_while_an_answer_is_made():
    async def run():
        answering = asyncio.create_task(aanswer(Answering(count=5, delay=0.03), "q"))
        ticks = 0
        while not answering.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return ticks

    assert asyncio.run(run()) > 5


def test_leaving_early_ends_the_answering():
    assistant = Answering(count=1000, delay=0.01)

    async def run():
        async for _ in astream(assistant, "q"):
            break

    asyncio.run(run())
    assert assistant.closed.wait(10)
