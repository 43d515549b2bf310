"""Opens a Chroma folder and searches it: a script of its own, because a damaged folder can crash it.

    python -P probe.py FOLDER COLLECTION

Imports nothing of this project. Exit status 0: every vector's id can be listed and the graph searched.
"""

import sys


def main(folder: str, name: str) -> None:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    collection = client.get_collection(name, embedding_function=None)
    some = collection.get(limit=16, include=["embeddings"])
    rows = some["embeddings"]
    found = collection.query(query_embeddings=rows, n_results=1, include=["distances"])
    distances = found["distances"]
    # The nearest need not be the same vector: equal ones tie.
    if not some["ids"] or not distances or any(not nearest or nearest[0] > 0.01 for nearest in distances):
        raise SystemExit("vectors are not found where they should be")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
