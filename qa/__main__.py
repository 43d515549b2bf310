"""`python -m qa`: ask a folder of documents."""

import os

from qa.cli import main

if __name__ == "__main__":
    main(os.environ)
