"""`python -m index`: make and keep the index over a folder of documents."""

import os

from index.cli import main

if __name__ == "__main__":
    main(os.environ)
