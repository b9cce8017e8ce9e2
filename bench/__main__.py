"""`python -m bench`: all benchmarks, a table on stdout, JSON with `--json FILE`; see docs/benchmarks.md.

`python -m bench server` measures one part alone; the parts are those of PARTS.
Accuracy, too, where labels are given: with `--labels FILE…`, or as a directory in CONSENTINEL_LABELS.
Exit code 0 whatever the figures are: this is a measurement, not a test. 2 where it could not measure.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.accuracy import Accuracy, measure_accuracy
from bench.banner_speed import ROUNDS, measure_banner
from bench.classify_speed import measure_classify, measure_growth, measure_memory
from bench.labels import LABELS_VARIABLE, LabelError, label_files
from bench.measures import Measure, Run, as_json, show
from bench.patches import measure_patches
from bench.scan_speed import FULL, QUICK, BenchError, measure_scans
from bench.scores_shown import show_accuracy
from bench.server.run import FULL as FULL_SERVER
from bench.server.run import QUICK as QUICK_SERVER
from bench.server.run import measure_server
from bench.server.speed import ServerBenchError
from consentinel.scanner.errors import ConsentinelError


class WholeRun(Run, frozen=True, kw_only=True):
    """A run with what was measured against labels, if any were given."""

    accuracy: Accuracy | None = None


def main() -> int:
    """Run all benchmarks and return the exit code."""
    arguments = _parser().parse_args()
    try:
        run = _run(
            quick=arguments.quick,
            parts=arguments.parts or tuple(PARTS),
            labels=arguments.labels or labels_from(os.environ),
        )
        if arguments.json:
            arguments.json.write_bytes(as_json(run))
    except (BenchError, ServerBenchError, ConsentinelError, LabelError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    show(run)
    if run.accuracy:
        show_accuracy(run.accuracy)
    return 0


def labels_from(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the label files that the environment names, none where it names none; raises LabelError."""
    directory = environ.get(LABELS_VARIABLE, "").strip()
    return label_files(Path(directory)) if directory else ()


def _run(*, quick: bool, parts: Sequence[str], labels: Sequence[Path]) -> WholeRun:
    accuracy = measure_accuracy(labels) if labels else None
    remarks = tuple(_remarks())
    measures = []
    for part in parts:
        for measure in PARTS[part](quick):
            print(f"{measure.name}: {measure.value:,.2f} {measure.unit}", file=sys.stderr)
            measures.append(measure)
    return WholeRun(machine=_machine(), measures=tuple(measures), remarks=remarks, accuracy=accuracy)


def _measure_scanner(quick: bool) -> Iterator[Measure]:
    yield measure_classify()
    yield measure_growth()
    yield measure_memory()
    yield from measure_scans(QUICK if quick else FULL)


def _measure_banner(quick: bool) -> Iterator[Measure]:
    yield from measure_banner(3 if quick else ROUNDS)
    yield from measure_patches()


def _measure_server(quick: bool) -> Iterator[Measure]:
    yield from measure_server(QUICK_SERVER if quick else FULL_SERVER)


PARTS: Mapping[str, Callable[[bool], Iterator[Measure]]] = {
    "scanner": _measure_scanner,
    "banner": _measure_banner,
    "server": _measure_server,
}


def _machine() -> dict[str, str]:
    return {
        "cores": str(os.cpu_count()),
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "python": platform.python_version(),
    }


def _remarks() -> Iterator[str]:
    busy = os.getloadavg()[0]
    if busy > 1:
        yield f"the machine was busy before this began (load {busy:.1f}): trust the ratios only"


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PARTS)}")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed, memory and accuracy.")
    names = ", ".join(PARTS)
    parser.add_argument("parts", nargs="*", type=_part, metavar="PART", help=f"only these of {names}")
    parser.add_argument("--quick", action="store_true", help="fewer pages and rounds")
    parser.add_argument(
        "--labels",
        type=Path,
        nargs="+",
        metavar="FILE",
        help=f"measure accuracy against these labels; by default those in the directory {LABELS_VARIABLE}",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
