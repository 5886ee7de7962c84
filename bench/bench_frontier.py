#!/usr/bin/env python3
"""keel frontier of a twenty-option book, about forty rules, 100,000 paths of 60 steps, on two threads: the program's
seconds from start to end, and how many times they go into the 15 that are allowed.

usage: bench/bench_frontier.py [frontier]
"""

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 15


def main(arguments):
    if arguments and arguments[0] != "frontier":
        return 0
    command = [ROOT / "build/release/keel", "frontier", ROOT / "bench/frontier.yaml", "--json", "--threads", "2"]
    start = time.monotonic()
    outcome = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    seconds = time.monotonic() - start
    if outcome.returncode:
        return 1
    result = json.loads(outcome.stdout)
    lanes = result["paths"] * result["steps"] * len(result["rules"])
    print(f"frontier\t{seconds:.3g}\ts\tlimit={LIMIT_SECONDS / seconds:.2g}", flush=True)
    print(f"frontier_lanes\t{lanes / seconds:.3g}\tlane-steps/s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
