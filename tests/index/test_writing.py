"""One writer: the second waits and says so, or fails; a dead one holds nothing up."""

from __future__ import annotations

import threading

import pytest

from index.build import Options
from index.errors import StoreBusy
from index.progress import Event, Waiting
from index.status import status
from tests.index.conftest import Place
from tests.index.tiny import CHILDREN, hold_lock_in_child, update_in_child


def test_a_second_writer_waits_or_fails(place: Place) -> None:
    held, release = CHILDREN.Event(), CHILDREN.Event()
    holder = CHILDREN.Process(target=hold_lock_in_child, args=(str(place.store), held, release))
    holder.start()
    assert held.wait(60)
    assert status(place.store).writing
    with pytest.raises(StoreBusy, match=rf"Another process \(number {holder.pid}\) is writing"):
        place.update(options=Options(wait=False))
    # Reading goes on meanwhile.
    assert place.open().search_words("turbine", 5)
    events: list[Event] = []
    told = threading.Event()

    def progress(event: Event) -> None:
        events.append(event)
        told.set()

    waiting = threading.Thread(target=place.update, kwargs={"progress": progress})
    waiting.start()
    assert told.wait(30) and isinstance(events[0], Waiting)
    holder.kill()  # a writer that dies lets go
    waiting.join(60)
    assert not waiting.is_alive() and len(events) > 1
    holder.join()
    assert not status(place.store).writing


def test_many_updates_at_once_damage_nothing(place: Place) -> None:
    children = []
    for i in range(3):
        for j in range(5):
            place.write(f"more/{i}{j}.txt", f"Text {j} of batch {i} tells of barley.\n")
        child = CHILDREN.Process(
            target=update_in_child, args=(str(place.documents), str(place.store), "tiny@1", i == 2)
        )
        child.start()
        children.append(child)
    place.update()
    for child in children:
        child.join(100)
        assert child.exitcode == 0
    place.update()
    assert len([one for one in place.open().documents() if one.path.startswith("more/")]) == 15
    assert place.clean()
