"""Does tidy see what it should? Plants each violation in a small tree, and what only looks like one."""

import tempfile
from pathlib import Path

from . import rules_code, tidy
from .tree import RULES

UNIT = """#include "support/support.h"

static void works(void **state) {
  (void)state;
  assert_true(1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(works)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
"""
HEADER = """/* A thing. */
#ifndef KEEL_THING_H
#define KEEL_THING_H
#include <stddef.h>
#include "keel/api.h"
#ifdef __cplusplus
extern "C" {
#endif
/* Counts. */
KEEL_API size_t keel_thing_count(const double *values);
KEEL_API size_t keel_thing_room(const double *values);
#ifdef __cplusplus
}
#endif
#endif
"""
# A tree without a finding; each plant adds or replaces files of it.
CLEAN = {
    "CMakeLists.txt": " ".join(rules_code.FLAGS) + "\n",
    "include/keel/thing.h": HEADER,
    "src/base/thing.c": '#include "base/thing.h"\n\nint keel_thing(int a) { return a; }\n',
    "src/base/thing.h": "#ifndef KEEL_BASE_THING_H\n#define KEEL_BASE_THING_H\n\nint keel_thing(int a);\n\n#endif\n",
    "tests/base/test_thing.c": UNIT,
}


def function(statement, name="keel_planted"):
    return f"void {name}(void) {{ {statement}; }}\n"


def long_function(lines):
    return "void keel_planted(void) {\n" + "  ;\n" * (lines - 2) + "}\n"


# (rule, path, content): src/LAYER/X.c gets its test by itself.
PLANTS = [
    ("layers", "src/base/a.c", '#include "kernel/kernel.h"\n'),
    ("layers", "src/hedge/a.c", '#include "drive/strategy.h"\n'),
    ("layers", "src/hedge/a.c", '#  include "thing.h"\n'),
    ("layers", "src/hedge/a.c", "#include <keel/thing.h>\n"),
    ("layers", "src/other/a.h", "#ifndef KEEL_OTHER_A_H\n#define KEEL_OTHER_A_H\n#endif\n"),
    ("public-includes", "include/keel/thing.h", HEADER.replace("<stddef.h>", "<unistd.h>")),
    ("public-includes", "include/keel/thing.h", HEADER.replace("<stddef.h>", '"base/thing.h"')),
    ("test-layers", "tests/base/test_thing.c", '#include "hedge/step.h"\n' + UNIT),
    ("test-layers", "tests/support/more.c", '#include "base/fail.h"\n'),
    *(("unsafe-calls", "src/drive/a.c", function(call)) for call in (
        "strcpy(a, b)", "strcat(a, b)", "sprintf(a, b)", "gets(a)", "x = atoi(a)", "x = atof (a)", "strtok(a, b)",
        "x = rand()", "srand(1)", "x = time(NULL)", "gettimeofday(&a, 0)", "setlocale(a, b)", "x = alloca(8)")),
    *(("quiet-library", "src/world/a.c", function(call)) for call in (
        'printf("x")', "exit(1)", "abort()", 'fprintf(stderr, "x")', "puts(a)")),
    ("environment", "src/drive/a.c", function('x = getenv("HOME")')),
    *(("libm", f"src/{layer}/a.c", function(f"x = {name}(y)")) for layer, name in (
        ("kernel", "exp"), ("model", "log"), ("book", "pow"), ("hedge", "sin"), ("kernel", "erfc"), ("kernel", "expf"),
        ("kernel", "exp2"), ("drive", "log1p"), ("world", "expm1"), ("base", "cbrt"), ("hedge", "hypot"),
        ("model", "tanh"), ("kernel", "tgamma"),
        ("kernel", "lgamma"), ("kernel", "erf"), ("kernel", "log2"), ("kernel", "cosh"))),
    ("fixed-order", "src/kernel/a.c", function(";\n#pragma omp simd reduction(+ : sum)\nx = 1")),
    ("fixed-order", "src/kernel/a.c", function(";\n#pragma omp parallel for\nx = 1")),
    ("fixed-order", "src/model/a.c", function("x = cblas_ddot(n, a, 1, b, 1)")),
    ("fixed-order", "src/model/a.c", function("dgemm_(a)")),
    ("fixed-order", "src/model/a.c", "#include <lapacke.h>\n"),
    *(("pure-step", "src/hedge/mark.c", function(call)) for call in (
        "x = malloc(8)", "free(x)", 'x = fopen(a, "r")', "x = socket(a, b, c)", "clock_gettime(a, b)",
        "pthread_mutex_lock(a)")),
    ("pure-step", "src/hedge/ledger.c", function('x = fopen(a, "r")')),
    ("plain-kernels", "src/kernel/a.c", "#include <immintrin.h>\n"),
    ("plain-kernels", "src/kernel/a.c", function("x = _mm256_add_pd(a, b)")),
    ("plain-kernels", "src/kernel/a.c", "#define SQUARE(x) ((x) * (x))\n"),
    ("build-flags", "CMakeLists.txt", CLEAN["CMakeLists.txt"].replace("-ffp-contract=off", "")),
    ("build-flags", "CMakeLists.txt", CLEAN["CMakeLists.txt"] + "-ff" + "ast-math\n"),
    ("build-flags", "Makefile", "CFLAGS += -O" + "fast\n"),
    ("function-length", "src/base/a.c", long_function(71)),
    ("function-length", "src/base/a.c", "#define LONG 1 \\\n" + " + 1 \\\n" * 10 + "  + 1\n"),
    ("function-length", "tools/a.py", "def planted():\n" + "    pass\n" * 70),
    ("parameters", "src/base/a.c", "void keel_planted(int a, int b, int c, int d, int e, int f, int g) {}\n"),
    ("parameters", "src/base/a.h", "#ifndef KEEL_BASE_A_H\n#define KEEL_BASE_A_H\n"
     "void keel_planted(int a, int b, int c, int d, int e, void (*f)(int, int), int g);\n#endif\n"),
    ("file-length", "src/base/a.c", "\n" * 801),
    ("line-length", "src/base/a.c", "/* " + "x" * 120 + " */\n"),
    ("file-size", "examples/desk/market.csv", "1\n" * 200_001),
    ("tested", "src/base/a.c", ""),
    ("tested", "tests/base/test_thing.c", "int main(void) { return 0; }\n"),
    ("tested", "tests/base/test_thing.c", "/* " + UNIT + " */\nint main(void) { return 0; }\n"),
    ("guards", "src/base/a.h", "#ifndef A_H\n#define A_H\n#endif\n"),
    ("guards", "src/base/a.h", "#pragma once\n"),
    ("guards", "tests/support/a.h", "#ifndef KEEL_SUPPORT_A_H\n#define KEEL_SUPPORT_A_H\n#endif\n"),
    ("prefix", "src/base/a.c", function("x = 1", "planted")),
    ("prefix", "src/kernel/a.c", "void KEEL_AT(planted)(int a) {}\n"),
    ("public-functions", "include/keel/thing.h", HEADER.replace("/* Counts. */", "")),
    ("public-functions", "include/keel/thing.h", HEADER.replace("KEEL_API size_t keel_thing_room", "size_t room")),
    ("public-functions", "include/keel/thing.h", HEADER.replace("/* Counts. */", "extern int a; /* Counts. */\n")),
    ("blanks", "src/base/thing.h", CLEAN["src/base/thing.h"].replace("(int a);", "(int a); ")),
    ("blanks", "docs/a.md", "a\tb\n"),
    ("blanks", "docs/a.md", "a\r\n"),
    ("blanks", "docs/a.md", "a"),
    ("unfinished", "docs/a.md", "TO" + "DO: write\n"),
    ("unfinished", "src/base/thing.h", "/* FIX" + "ME */\n" + CLEAN["src/base/thing.h"]),
    ("executable", "tools/a", "#!/bin/sh\n"),
    ("format", "src/base/a.c", "int keel_planted( int a ){return a;}\n"),
    ("allow", "tools/tidy-allow", "libm src/base/thing.c no reason any more\n"),
    ("allow", "tools/tidy-allow", "libm src/base/thing.c\n"),
    ("allow", "tools/tidy-allow", "no-such-rule src/base/thing.c because\n"),
]

# What only looks like a violation.
INNOCENT = [
    ("src/kernel/a.c", "/* exp(x) by malloc( */\n" + function("x = keel_exp(y) + lane.log(y) + p->sin(z)")),
    ("src/kernel/a.c", function("x = sqrt(y) + fma(a, b, c) + floor(z)")),
    ("src/kernel/cpu.c", "#include <cpuid.h>\n" + function('x = getenv("KEEL_CPU")')),
    ("src/kernel/a.c", "#define LANES 16\nvoid KEEL_AT(keel_planted)(int a) {}\n"),
    ("src/hedge/mark.c", '#include "hedge/step.h"\n' + function('x = snprintf(a, 2, "printf(time(")')),
    ("src/hedge/wire.c", function("x = malloc(8)")),
    ("src/cli/a.c", function('printf("%g", exp(atan(1.0)))', "cmd_a")),
    ("src/base/a.c", long_function(70)),
    ("src/base/a.c", "struct row {\n  int (*f)(int, int, int, int, int, int, int);\n};\nstatic const int all[] = {\n"
     + "    1,\n" * 100 + "};\nvoid keel_planted(void (*f)(int, int), int a[2], int b, int c, int d, int e) {}\n"),
    ("src/base/a.c", "#ifdef A\nvoid keel_planted(int a) {\n#else\nvoid keel_planted(void) {\n#endif\n  ;\n}\n"),
    ("src/world/a.c", function("x = clock_gettime(a, b), y->time(z)")),
    ("include/keel/thing.h", HEADER.replace("/* Counts. */", "/* ---- things ---- */\n")),
    ("include/keel/thing.h", HEADER.replace("/* Counts. */", "").replace("values);", "values); /* counts */")),
    ("tests/golden/a.csv", "a,b \r\n"),
    ("tools/tidy-allow", "# nothing\n"),
]


def findings(planted, without=()):
    with tempfile.TemporaryDirectory() as folder:
        files = dict(CLEAN)
        for path, content in planted.items():
            files[path] = content
        for path, content in files.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, newline="")
        return tidy.check(folder, without)


def with_test(rule, path, content):
    source = Path(path)
    planted = {path: content}
    if source.suffix == ".c" and source.parts[0] == "src" and rule != "tested":
        planted[f"tests/{source.parts[1]}/test_{source.stem}.c"] = UNIT
    return planted


def run():
    passed = failed = skipped = 0
    for rule, path, content in [("", "docs/a.md", "clean\n"), *PLANTS, *(("", *plant) for plant in INNOCENT)]:
        found, _, unchecked = findings(with_test(rule, path, content), without=() if rule == "format" else ("format",))
        names = {name for _, _, name, _ in found}
        if rule in unchecked:
            skipped += 1
        elif names == ({rule} if rule else set()):
            passed += 1
        else:
            failed += 1
            print(f"{path}: {content[:80]!r}: wanted {rule or 'nothing'}, found {found}")
    for rule in RULES:
        if rule.name not in {name for name, _, _ in PLANTS}:
            failed += 1
            print(f"rule {rule.name} has no plant")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0
