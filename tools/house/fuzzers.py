"""Fuzzers under libFuzzer, with address and undefined-behaviour sanitizers."""

from concurrent.futures import ThreadPoolExecutor

from . import suite
from .tally import JOBS, ROOT, run

LIMITS = ["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=1"]


def fuzz(source, seconds):
    """One fuzzer. What it learns stays in build/fuzz/corpus/X and is tried first the next time."""
    name = source.stem.removeprefix("fuzz_")
    seeds, learned, found = (ROOT / top / name for top in ("fuzz/corpus", "build/fuzz/corpus", "build/fuzz/found"))
    for folder in (learned, found):
        folder.mkdir(parents=True, exist_ok=True)
    words = [f"-dict={place}" for place in source.parent.glob(f"{name}.dict")]
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={found}/", *LIMITS, *words]
    folders = [learned, *([seeds] if seeds.is_dir() else [])]
    return source.stem, run([ROOT / "build/fuzz" / source.stem, *options, *folders], timeout=seconds + 120)


def check(tally, seconds):
    """Builds and runs all fuzzers, JOBS at a time. A crash, a leak, 10 s or 2 GB for one input is a failure."""
    sources = sorted((ROOT / "fuzz").glob("fuzz_*.c"))
    if not sources:
        tally.add("fuzz", "fuzzers", suite.missing("there is no fuzz/fuzz_*.c"))
    elif suite.build(tally, "fuzz"):
        with ThreadPoolExecutor(JOBS) as pool:
            for name, outcome in pool.map(lambda source: fuzz(source, seconds), sources):
                tally.add("fuzz", name, outcome)
