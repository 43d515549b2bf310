"""Reading: any question finds what it should, agrees with an exact search, and sees one state throughout."""

from __future__ import annotations

import random
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import StoreError
from index.ranking import LEAST
from index.store import Store
from index.vectors import LocalBases, Sealed
from tests.index.conftest import TEXTS, Place
from tests.index.tiny import TinyEmbedder

EMBEDDER = TinyEmbedder()


@pytest.fixture(scope="module")
def store(built: Place) -> Store:
    return built.open()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text() | st.text(alphabet="\"*^:()-+ANDORNEAR \0'{}%_\\ rye"))
def test_any_text_can_be_searched_for(store: Store, query: str) -> None:
    hits = store.search_words(query, 5)
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert store.score_words(query, [key for key, _ in hits]) == pytest.approx(dict(hits))


def test_words_find_other_endings_and_accents(store: Store) -> None:
    for query in ("turbines", "TURBINE", "türbine"):
        (best, _), *_ = store.search_words(query, 3)
        assert "turbine" in store.passages([best])[best].text


def test_titles_and_headings_are_searched_too(store: Store) -> None:
    (best, _), *_ = store.search_words("tides", 1)
    assert store.passages([best])[best].heading == "The harbour > Tides"


def test_a_question_of_nothing_but_common_words_still_finds(store: Store) -> None:
    assert store.search_words("the", 50)
    assert len(store.search_words("the of and", 50)) >= len(store.search_words("the", 50))


def test_vector_search_is_exact_search(store: Store) -> None:
    with store.snapshot() as now:
        passages = {key: p for record in now.documents() for key, p in now.passages_of(record.path).items()}
        for question in ("turbine", "the tide at the bridge", "rye"):
            vector = EMBEDDER.embed_query(question)
            found = now.search_vectors(vector, len(passages))
            assert dict(found) == pytest.approx(now.score_vectors(vector, passages), abs=1e-6)
            cosines = [cosine for _, cosine in found]
            assert cosines == sorted(cosines, reverse=True)
            assert all(-1.001 <= cosine <= 1.001 for cosine in cosines)


def test_vector_search_is_exact_search_where_the_nearest_of_the_base_are_gone(empty: Place) -> None:
    empty.write("old.md", "\n".join(f"# {i}\n\nThe ferry leaves at {i}.\n" for i in range(80)))
    empty.write(
        "other.md", "\n".join(f"# {i}\n\nRye and barley of the year {i} stand in the mill.\n" for i in range(150))
    )
    empty.update()
    (empty.documents / "old.md").unlink()
    # So many that they are enough, were it not for those of the base that are nearer.
    empty.write("new.md", "\n".join(f"# {i}\n\nThe ferry leaves.\n" for i in range(2)))
    empty.write("odd.md", "\n".join(f"# {i}\n\nLarch, tar and carts, {i}.\n" for i in range(40)))
    empty.update()
    with empty.open().snapshot() as now:
        keys = [key for record in now.documents() for key in now.passages_of(record.path)]
        for question in ("The ferry leaves at 7", "rye", "larch"):
            vector = EMBEDDER.embed_query(question)
            exact = sorted(now.score_vectors(vector, keys).values(), reverse=True)[:15]
            assert [cosine for _, cosine in now.search_vectors(vector, 15)] == pytest.approx(exact, abs=1e-6)


def test_within_limits_a_search_to_documents(store: Store) -> None:
    vector = EMBEDDER.embed_query("the turbine stands")
    within = {"letters/first.txt", "mill.txt", "no/such.txt"}
    for hits in (store.search_words("the turbine stands", 50, within), store.search_vectors(vector, 50, within)):
        assert {p.document for p in store.passages([key for key, _ in hits]).values()} == {
            "letters/first.txt",
            "mill.txt",
        }
    assert store.search_words("turbine", 50, set()) == store.search_vectors(vector, 50, set()) == []


def test_vocabulary(store: Store) -> None:
    assert store.vocabulary("tur") == {"turbine": 3}
    assert store.vocabulary("b", range(5, 7)).keys() == {"barley", "bridge", "brandt", "built"}
    assert store.vocabulary("zz") == {}


def test_records_documents_and_keys_that_are_not_there(store: Store) -> None:
    with pytest.raises(KeyError):
        store.document("no/such.txt")
    assert store.passages([10**9]) == {}
    assert store.places(10**9) == ()
    assert store.score_vectors(EMBEDDER.embed_query("rye"), [10**9]) == {}
    with store.snapshot() as now:
        assert now.records(["mill.txt", "no/such.txt"]).keys() == {"mill.txt"}


def test_a_store_for_another_model_is_refused(built: Place) -> None:
    with pytest.raises(StoreError, match="made with the embedding model tiny@1"):
        Store.open(built.store, embedder_name="other@2")
    assert Store.open(built.store).embedder_name == "tiny@1"


def test_for_one_question_a_large_base_is_opened_and_a_small_one_is_not(
    built: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = EMBEDDER.embed_query("rye")
    usual = built.open().search_vectors(vector, 5)
    opened: list[str] = []

    def open_base(bases: LocalBases, name: str) -> Sealed:
        opened.append(name)
        return plainly(bases, name)

    plainly = LocalBases.open
    monkeypatch.setattr(LocalBases, "open", open_base)
    assert Store.open(built.store, once=True).search_vectors(vector, 5) == usual
    assert not opened
    monkeypatch.setattr("index.opened.EXACT", 1)
    assert Store.open(built.store, once=True).search_vectors(vector, 5) == usual
    assert opened


def test_no_index_is_said_so(empty: Place) -> None:
    with pytest.raises(StoreError, match="There is no index"):
        empty.open()


def test_a_closed_store_is_closed(built: Place) -> None:
    store = built.open()
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.documents()


def test_a_snapshot_does_not_change_while_the_index_does(place: Place) -> None:
    store = place.open()
    vector = EMBEDDER.embed_query("The turbine stands")
    with store.snapshot() as before:
        words, vectors = before.search_words("turbine", 10), before.search_vectors(vector, 10)
        (place.documents / "letters/second.txt").unlink()
        place.write("mill.txt", "The mill has burned down.\n")
        place.write("turbine.txt", "A turbine for sale.\n")
        place.update()
        assert before.search_words("turbine", 10) == words
        assert before.search_vectors(vector, 10) == vectors
        assert before.document("mill.txt").text.startswith("The mill on the Orra")
        assert set(before.passages([key for key, _ in words])) == {key for key, _ in words}
    # The next call sees the new state, and an old key finds nothing that is no more.
    documents = {p.document for p in store.passages([key for key, _ in store.search_words("turbine", 10)]).values()}
    assert documents == {"letters/first.txt", "turbine.txt"}
    assert {p.document for p in store.passages([key for key, _ in words]).values()} == {"letters/first.txt"}


def test_questions_from_many_threads_while_the_index_changes(place: Place) -> None:
    """Every answer is of one state: the passages a search names exist, and hold what was searched for."""
    store, stop = place.open(), threading.Event()
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                with store.snapshot() as now:
                    hits = now.search_words("turbine", 10)
                    passages = now.passages([key for key, _ in hits])
                    assert len(passages) == len(hits) >= 1
                    assert all("turbine" in passage.text.lower() for passage in passages.values())
                    near = now.search_vectors(EMBEDDER.embed_query("The turbine stands"), 3)
                    assert len(now.passages([key for key, _ in near])) == 3
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(5):
        place.write("mill.txt", TEXTS["mill.txt"] + f"\nIn the year {1900 + i} the turbine was oiled.\n")
        place.write(f"more/{i}.txt", f"Turbine number {i} was delivered.\n")
        place.update()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_many_more_vectors_than_are_asked_for_in_few_documents(empty: Place) -> None:
    for i in range(30):
        empty.write(f"{i:02}.md", "\n\n".join(f"# {i} {j}\n\nNote {j} of book {i} on rye." for j in range(10)))
    empty.update()
    vector = EMBEDDER.embed_query("Note of book on rye")
    store = empty.open()
    keys = [key for key, _ in store.search_vectors(vector, 200)]
    assert len(set(keys)) == 200
    exact = store.score_vectors(vector, keys)
    assert np.all(np.diff([exact[key] for key in keys]) <= 1e-6)


def test_word_search_is_exact_scoring_however_common_the_words(empty: Place) -> None:
    """What is found depends on the passages alone: even where every word is in most of them, and they came in turns."""
    chance = random.Random(5)
    common, rare = "rye barley oats mill turbine bridge harbour tide".split(), "ferry quarry letter".split()

    def sections(count: int) -> str:
        return "\n".join(
            f"# {chance.choice(common)}\n\n{' '.join([*chance.choices(common, k=20), *chance.sample(rare, k=1)])}.\n"
            for _ in range(count)
        )

    empty.write("sealed.md", sections(200))
    empty.update()
    empty.write("recent.md", sections(100))
    empty.update()
    store = empty.open()
    with store.snapshot() as now:
        keys = [*now.passages_of("sealed.md"), *now.passages_of("recent.md")]
        for query in ("rye and barley", "the tide at the mill", "ferry", "a letter about oats", "quarry bridge rye"):
            exact = sorted(now.score_words(query, keys).values(), reverse=True)[:10]
            found = [score for _, score in now.search_words(query, 10)]
            # Beside a word that tells, one that most passages hold is not looked at: it is worth `LEAST`.
            blur = 10 * LEAST if exact[0] > 0.1 else 0.0
            assert found == pytest.approx(exact, rel=1e-9, abs=blur)
