#!/usr/bin/env python3
"""keel import against pandas.read_csv on the same file: bench/bench_import.py [KEEL] [MB].

Generates about 200 MB of uncompressed CSV in the historicaloptiondata layout (the same bytes each time), reads it by turns
with both, on one core, and prints the medians: import, MB/s, and its ratio to pandas. Checks and writing the tape included.
"""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
HEADER = (
    "underlying,underlying_last, exchange,optionroot,optionext,type,expiration,quotedate,strike,last,bid,ask,volume,"
    "openinterest,impliedvol,delta,gamma,theta,vega,optionalias\n"
)
READ_CSV = "import time, pandas as pd, sys; t = time.perf_counter(); pd.read_csv(sys.argv[1]); print(time.perf_counter() - t)"


def day(number):
    """Business days from 2010-01-04 on, as MM/DD/YYYY and YYMMDD."""
    stamp = time.gmtime(1262563200 + (number // 5 * 7 + number % 5) * 86400)
    return time.strftime("%m/%d/%Y", stamp), time.strftime("%y%m%d", stamp)


def chain(draw, number, spot):
    """One day's rows: eight expiries, two hundred strikes, calls and puts."""
    date, _ = day(number)
    for weeks in range(1, 9):
        expiry, root = day((number // 5 + weeks) * 5 + 4)
        for step in range(200):
            strike = 5 * (int(spot / 5) - 100 + step)
            for kind in ("call", "put"):
                value = max(0, spot - strike if kind == "call" else strike - spot) + 20 * draw.random()
                bid = round(value * 0.98, 2)
                name = "SPXW%s%s%08d" % (root, kind[0].upper(), strike * 1000)
                yield (
                    f"SPXW,{spot:.2f},W,{name},,{kind},{expiry},{date},{strike},{value:.2f},{bid},{bid + 0.3:.2f},"
                    f"{draw.randrange(5000)},{draw.randrange(20000)},{draw.random():.4f},{draw.random():.4f},"
                    f"{draw.random() / 100:.4f},{-100 * draw.random():.4f},{300 * draw.random():.4f},{name}\n"
                )


def generate(path, size):
    draw, spot, number = random.Random(7), 2700.0, 0
    with open(path, "w") as file:
        file.write(HEADER)
        while file.tell() < size:
            spot *= 1 + 0.01 * (draw.random() - 0.5)
            file.write("".join(chain(draw, number, spot)))
            number += 1


def seconds_of_import(keel, path, folder):
    start = time.perf_counter()
    subprocess.run([keel, "import", path, "-o", os.path.join(folder, "bench.tape"), "--quiet"], check=True)
    return time.perf_counter() - start


def seconds_of_pandas(path):
    done = subprocess.run(["/usr/bin/python3", "-c", READ_CSV, path], capture_output=True, text=True)
    if done.returncode:
        return None
    return float(done.stdout)


def main():
    keel = sys.argv[1] if len(sys.argv) > 1 else "build/keel"
    size = float(sys.argv[2]) if len(sys.argv) > 2 else 200
    folder = tempfile.mkdtemp(prefix="keel-bench-")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        path = os.path.join(folder, "quotes.csv")
        generate(path, size * 1e6)
        megabytes = os.path.getsize(path) / 1e6
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(megabytes / seconds_of_import(keel, path, folder))
            theirs.append(seconds_of_pandas(path))
        rate = statistics.median(ours)
        line = f"import\t{rate:.1f}\tMB/s"
        if None not in theirs:
            pandas = statistics.median(megabytes / seconds for seconds in theirs)
            line += f"\tpandas={rate / pandas:.2f}"
        print(line)
        if "--all" in sys.argv:
            print(ours, theirs, file=sys.stderr)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
