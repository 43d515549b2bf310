"""Embedding on the machines of a Ray cluster; needs the extra `ray`.

Ray's tasks are run again elsewhere when a worker or a machine is lost, and go to machines that join later.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from index.embedding import Vectors
from index.errors import EmbeddingError
from index.spread import Job, embed_share

RETRIES = 3  # of one task, each on another worker
LOOK_SECONDS = 20.0  # how often the cluster is looked at while nothing comes back
REACH_SECONDS = 10.0


class RayCrew:
    """The processors of a cluster, each with a model of its own. `address` is as for `ray.init`: "auto", "host:port".

    Raises `EmbeddingError` where Ray is not installed or the cluster cannot be reached.
    """

    def __init__(self, address: str) -> None:
        if find_spec("ray") is None:
            raise EmbeddingError(
                "Embedding on a Ray cluster needs Ray, which is not installed. Install it with: pip install "
                '"footnote-qa[ray]", on every machine of the cluster.'
            )
        # Ray reads this where it starts a cluster; in one that runs already, `ray start` has decided.
        os.environ.update(RAY_USAGE_STATS_ENABLED="0")
        self._ray: Any = import_module("ray")  # untyped: types must check without the extra too
        self._address = address
        try:
            _reach(address)
            self._ray.init(address, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        except Exception as error:  # Ray raises many kinds
            raise EmbeddingError(
                f"The Ray cluster at {address} cannot be used: {error}. Start one with ray start --head, join other "
                "machines with ray start --address, and run this on one of them with --ray auto."
            ) from error
        self.size = max(1, self._processors())
        self._task = self._ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(embed_share)

    def embed(self, job: Job, shares: Sequence[Sequence[str]]) -> list[Vectors]:
        shared = self._ray.put(job)
        tasks = [self._task.remote(shared, share) for share in shares]
        waiting = tasks
        try:
            while waiting:
                came, waiting = self._ray.wait(waiting, num_returns=len(waiting), timeout=LOOK_SECONDS)
                if not came and not self._processors():
                    raise EmbeddingError(self._failed("none of its machines is left to work"))
            return [np.asarray(rows, dtype=np.float32) for rows in self._ray.get(tasks)]
        except EmbeddingError:
            raise
        except Exception as error:  # Ray raises many kinds, and what a task raised
            raise EmbeddingError(self._failed(str(error))) from error

    def close(self) -> None:
        self._ray.shutdown()

    def _processors(self) -> int:
        return int(self._ray.cluster_resources().get("CPU", 0))

    def _failed(self, why: str) -> str:
        return (
            f"Embedding on the Ray cluster at {self._address} failed: {why}. What was done before is kept. See that "
            "the same version of Footnote is installed on all its machines, and run the same command again."
        )


def _reach(address: str) -> None:
    """See that a host listens: Ray itself would try for minutes. Raises `OSError`."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), REACH_SECONDS).close()
