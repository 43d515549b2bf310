"""From data folders to the reader's weights. Without a step: prepare, train and export.

python -m training prepare    public sets and collections -> examples, a file a pass
python -m training train      examples -> weights (resumes where it stopped)
python -m training export     weights -> qa/weights, in the form that ships
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

WORK = Path(".work/reader")
SHIPPED = Path("qa/weights")


def prepare(args: argparse.Namespace) -> None:
    from index.embedding import open_embedder
    from training import wikipedia
    from training.examples import write
    from training.mixture import make_pass

    embedder = open_embedder()
    wikipedia.write(args.data, wikipedia.WRITTEN)
    for number in range(args.passes):
        path = args.work / f"pass-{number}.jsonl.gz"
        count = write(path, make_pass(number, args.seed, args.data, args.collections, embedder))
        logging.info("%s: %d examples", path, count)


def train(args: argparse.Namespace) -> None:
    from training.train import Recipe, train

    passes = tuple(sorted(args.work.glob("pass-*.jsonl.gz")))
    if not passes:
        raise SystemExit(f"No examples in {args.work}. Make them first: python -m training prepare")
    # Weights that were trained before need smaller steps than those of the bundled model.
    encoder, heads = (4e-5, 2e-4) if args.init else (7e-5, 5e-4)
    weights = train(Recipe(passes, args.work / args.run, args.minutes, args.init, encoder, heads, args.seed, args.bf16))
    logging.info("weights: %s", weights)


def export(args: argparse.Namespace) -> None:
    from training.export import export

    weights = args.weights or [args.work / args.run / "weights.safetensors"]
    logging.info("written: %s", export(weights, args.to, args.half))


def everything(args: argparse.Namespace) -> None:
    for step in (prepare, train, export):
        step(args)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = {"prepare": prepare, "train": train, "export": export, "all": everything}
    parser.add_argument("step", nargs="?", choices=steps, default="all")
    parser.add_argument("--work", type=Path, default=WORK, help="where examples and checkpoints lie")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="prepare: the public sets")
    roots = [Path("../shared/collections"), Path("training/collections"), Path(".work/wikipedia")]
    parser.add_argument("--collections", type=Path, nargs="+", default=roots, help="prepare: folders of collections")
    parser.add_argument("--passes", type=int, default=3, help="prepare: passes over the data, each made anew")
    parser.add_argument("--minutes", type=float, default=90, help="train: the learning rate falls to zero over these")
    parser.add_argument("--init", type=Path, help="train: start from a reader's weights, not the bundled MiniLM")
    parser.add_argument("--bf16", action="store_true", help="train: multiply in bfloat16, where the processor can")
    parser.add_argument("--run", default="run", help="train, export: this run's folder under --work; it resumes there")
    parser.add_argument(
        "--weights",
        type=Path,
        nargs="+",
        help="export: these instead of the run's averaged weights; of several the mean",
    )
    parser.add_argument("--to", type=Path, default=SHIPPED, help="export: the folder that is written")
    parser.add_argument("--half", action="store_true", help="export: float16 throughout, twice the size")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    steps[args.step](args)


if __name__ == "__main__":
    main()
