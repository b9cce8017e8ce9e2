"""`python -m bench`: all benchmarks, a table on stdout, JSON with `--json FILE`; see docs/benchmarks.md.

Exit code 0 whatever the figures are: this is a measurement, not a test. 2 where it could not measure.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.classify_speed import measure_classify
from bench.measures import Measure, Run, as_json, show
from bench.scan_speed import FULL, QUICK, BenchError, measure_scans


def main() -> int:
    """Run all benchmarks and return the exit code."""
    arguments = _parser().parse_args()
    try:
        run = _run(quick=arguments.quick)
        if arguments.json:
            arguments.json.write_bytes(as_json(run))
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    show(run)
    return 0


def _run(*, quick: bool) -> Run:
    remarks = tuple(_remarks())
    measures = []
    for measure in _measures(quick):
        print(f"{measure.name}: {measure.value:,.2f} {measure.unit}", file=sys.stderr)
        measures.append(measure)
    return Run(machine=_machine(), measures=tuple(measures), remarks=remarks)


def _measures(quick: bool) -> Iterator[Measure]:
    yield measure_classify()
    yield from measure_scans(QUICK if quick else FULL)


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed and memory of consentinel.")
    parser.add_argument("--quick", action="store_true", help="fewer pages and rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
