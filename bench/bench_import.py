#!/usr/bin/env python3
"""keel import against pandas.read_csv on the same file: bench/bench_import.py [CASE].

Generates about 200 MB of uncompressed CSV in the historicaloptiondata layout, the same bytes each time, and has both
read it by turns, on one core. Prints the medians; the checks and the writing of the tape are part of an import.
Environment: KEEL (the program, build/keel by default), KEEL_BENCH_MB.
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
READ_CSV = """
import sys, time, pandas
start = time.perf_counter()
pandas.read_csv(sys.argv[1])
print(time.perf_counter() - start)
"""


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


def measure(keel, path, folder):
    """Rates in MB/s, by turns; pandas' are empty where it is not installed."""
    megabytes = os.path.getsize(path) / 1e6
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(megabytes / seconds_of_import(keel, path, folder))
        seconds = seconds_of_pandas(path)
        if seconds:
            theirs.append(megabytes / seconds)
    return ours, theirs


def main(arguments):
    if arguments and arguments[0] != "import":
        return
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder = tempfile.mkdtemp(prefix="keel-bench-")
    try:
        path = os.path.join(folder, "quotes.csv")
        generate(path, float(os.environ.get("KEEL_BENCH_MB", 200)) * 1e6)
        ours, theirs = measure(os.environ.get("KEEL", "build/keel"), path, folder)
        rate = statistics.median(ours)
        peer = f"\tpandas={rate / statistics.median(theirs):.2f}" if theirs else ""
        print(f"import\t{rate:.1f}\tMB/s{peer}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
