"""Headers compile alone, and twice over: the public ones as C and as C++, the others as C."""

from concurrent.futures import ThreadPoolExecutor

from .tally import JOBS, ROOT, Outcome, run

C = ["-std=c17", "-x", "c", "-Wstrict-prototypes"]
CXX = ["-std=c++17", "-x", "c++"]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wno-unused-function", "-fsyntax-only", "-Iinclude", "-"]
INSIDE = ["-Isrc", "-Itests", "-D_POSIX_C_SOURCE=200809L", "-D_DEFAULT_SOURCE", "-DKEEL_LEVEL=base"]


def listed(top):
    """The headers of include, src or tests, as one includes them."""
    return [str(header.relative_to(ROOT / top)) for header in sorted((ROOT / top).glob("*/*.h"))]


def compiled(compiler, name):
    text = f'#include "{name}"\n#include "{name}"\nint keel_header_alone;\n'
    return run([*compiler, *STRICT], text=text, timeout=60)


def check(tally, c="gcc", cxx="g++"):
    public, inside = listed("include"), listed("src") + listed("tests")
    kinds = (("public, as C", [c, *C], public),
             ("public, as C++", [cxx, *CXX], public),
             ("inside", [c, *C, *INSIDE], inside))
    with ThreadPoolExecutor(JOBS) as pool:
        for kind, compiler, names in kinds:
            outcomes = list(pool.map(lambda name, compiler=compiler: compiled(compiler, name), names))
            bad = [outcome for outcome in outcomes if outcome.trouble]
            seconds = sum(outcome.seconds for outcome in outcomes)
            whole = Outcome("".join(outcome.output for outcome in bad), seconds, "")
            tally.add("headers", f"{kind}, {c}", whole, len(outcomes) - len(bad), len(bad))
