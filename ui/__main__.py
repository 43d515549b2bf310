"""`python -m ui`: the chat page."""

import os

from ui.cli import main

if __name__ == "__main__":
    main(os.environ)
