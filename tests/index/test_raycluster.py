"""Embedding on a real Ray cluster of two workers on this machine; one of them is lost in the middle of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from index.build import Options, update
from index.cli import Place as Where
from index.cli import app
from index.embedding import BUNDLED, open_embedder
from index.errors import EmbeddingError
from index.progress import Embedded, silent
from index.spread import SHARE, SpreadEmbedder, open_spread
from tests.index.conftest import Place
from tests.index.test_spread import Fragile, fill
from tests.index.tiny import TinyEmbedder


def test_without_ray_the_message_says_how_to_install_it(empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EmbeddingError, match=r'pip install "footnote-qa\[ray\]"'):
        CliRunner().invoke(
            app, ["--ray", "auto"], obj=Where(empty.documents, str(empty.store), None), catch_exceptions=False
        )


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without processors and two machines, as Ray sees it, with one each."""
    pytest.importorskip("ray", reason='Ray is not installed: pip install "footnote-qa[ray]"')
    from ray.cluster_utils import Cluster

    for name, value in (("RAY_USAGE_STATS_ENABLED", "0"), ("PYTHONWARNINGS", "ignore")):
        monkeypatch.setenv(name, value)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1)
        yield cluster
    finally:
        cluster.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_cluster_of_two(cluster: Any, empty: Place, tmp_path: Path) -> None:
    texts = [f"Passage {i}: the tide stood {i * 7 % 50} hands high. " * (1 + i % 3) for i in range(3 * SHARE)]
    with open_spread(BUNDLED, ray=cluster.address) as several:
        assert np.abs(several.embed(texts) - open_embedder().embed(texts)).max() < 1e-5

    fill(empty, 300)
    alone = Place(empty.documents, tmp_path / "alone")
    alone.update()

    from index.raycluster import RayCrew

    deaths = tmp_path / "deaths"
    with closing(RayCrew(cluster.address)) as crew:
        assert crew.size == 2
        lost: list[Any] = []

        def lose_one(event: object) -> None:
            if isinstance(event, Embedded) and not lost:
                lost.append(next(iter(cluster.worker_nodes)))
                cluster.remove_node(lost[0], allow_graceful=False)

        spread = SpreadEmbedder(TinyEmbedder(), partial(Fragile, deaths, os.getpid()), crew)
        report = update(empty.documents, empty.store, spread, Options(), lose_one)
        assert deaths.read_text() == "died\n" and lost  # a worker and, later, a machine
        assert report.embedded == 601 and empty.clean()
        assert empty.contents() == alone.contents()

        poisoned = Place(empty.documents, tmp_path / "poisoned")
        # By another name: a worker keeps the models it has opened.
        opener = partial(Fragile, deaths, os.getpid(), always=True, name="tiny@2")
        spread = SpreadEmbedder(TinyEmbedder("tiny@2"), opener, crew)
        with pytest.raises(EmbeddingError, match="What was done before is kept"):
            update(poisoned.documents, poisoned.store, spread, Options(), silent)
    assert poisoned.update(TinyEmbedder("tiny@2")).embedded == 601 - 512 and poisoned.clean()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there(empty: Place) -> None:
    pytest.importorskip("ray", reason='Ray is not installed: pip install "footnote-qa[ray]"')
    with pytest.raises(EmbeddingError, match="ray start --head"):
        with open_spread(BUNDLED, ray="127.0.0.1:1"):
            pass
