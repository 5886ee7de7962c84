#!/usr/bin/env python3
"""keel surface of one recorded session, four chains of some 13,000 quotes of American options: forwards, European vols
and surfaces. Seconds of the processor, both threads of the program together from its start to its end (so more than it
takes on two free cores), and how often they go into the second that is allowed.

usage: bench/bench_surface.py [surface]
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SESSION = "../shared/data/alpaca-2026-04"
NAMES = ("AAPL", "NVDA", "QQQ", "SPY")
LIMIT_SECONDS = 1
ROUNDS = 5
REST = """market: {tape: session.tape, rate: 0.0365}
hedge: {target: {none: true}, with: [{instrument: spot, lot: 1}]}
limits: {order_qty_max: 1, position_qty_max: 1}
"""


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments):
    if arguments and arguments[0] != "surface":
        return 0
    keel = ROOT / "build/release/keel"
    files = [path for name in NAMES for path in sorted((ROOT / SESSION).glob(f"{name}_*20260415*.csv.gz"))]
    if len(files) != len(NAMES):
        print(f"surface: no {SESSION}: skipped", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        book = "".join(f"  - {{underlying: {name}, kind: spot, qty: 1}}\n" for name in NAMES)
        strategy = Path(folder) / "session.yaml"
        strategy.write_text("book:\n" + book + REST)
        tape = Path(folder) / "session.tape"
        subprocess.run([keel, "import", *files, "-o", tape, "--json"], check=True, stdout=subprocess.DEVNULL)
        seconds = []
        for _ in range(ROUNDS):
            start = processor_seconds()
            subprocess.run(
                [keel, "surface", strategy, "--threads", "2", "--csv", "-"], check=True, stdout=subprocess.DEVNULL
            )
            seconds.append(processor_seconds() - start)
    median = statistics.median(seconds)
    print(f"surface\t{median:.3g}\ts\tlimit={LIMIT_SECONDS / median:.2g}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
