"""Who goes first where processors are short: the page itself, before the reading of documents and questions."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

_BEHIND: Final = 10  # of nice: about a tenth of the processor time of a thread that has not stepped back


def step_back() -> None:
    """Lets the calling thread, and the threads that it starts, wait for those that serve the page.

    So that a page stays quick while thirty questions are read. Linux gives each thread a priority of its own;
    elsewhere nothing is changed.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        page = os.getpriority(os.PRIO_PROCESS, os.getpid())  # of the first thread, however far this one is back already
        os.setpriority(os.PRIO_PROCESS, thread, min(page + _BEHIND, 19))
