"""Rules about what code may say: the layer line, and the bans that determinism, quiet and purity need."""

import re

from .tree import LAYERS, rule

LIBC = {"assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math",
        "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib",
        "stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype"}
VERBS = {"mark", "measure", "decide", "execute", "account", "step"}


def calls(*names):
    """A call of one of these functions; members of the same name are none."""
    return re.compile(r"(?<![\w.])(?<!->)(" + "|".join(names) + r")(?=\s*\()")


def names(*words):
    return re.compile(r"\b(" + "|".join(words) + r")\b")


def allowed_layers(layer):
    return LAYERS[: LAYERS.index(layer) + 1]


@rule("layers")
def layers(tree):
    """src/LAYER includes its own headers and those to its left, by LAYER/name.h, and keel/name.h."""
    for file in tree.c("src"):
        if not file.layer:
            yield file.path, 1, f"stands in no layer; src/LAYER/ with LAYER of {', '.join(LAYERS)}"
            continue
        for line, quote, name in file.source.includes():
            folder = name.split("/")[0] if "/" in name else ""
            if quote == '"' and folder not in [*allowed_layers(file.layer), "keel"]:
                yield file.path, line, f"{file.layer} may not include {name}: only itself, its left, and keel/"
            if quote == "<" and folder == "keel":
                yield file.path, line, f'include "{name}" in quotes here'


@rule("public-includes")
def public_includes(tree):
    """include/keel leans on nothing but itself and the C library."""
    for file in tree.c("include"):
        for line, quote, name in file.source.includes():
            own = quote == '"' and name.startswith("keel/")
            libc = quote == "<" and name.removesuffix(".h") in LIBC
            if not own and not libc:
                yield file.path, line, f"a public header may not include {name}: only keel/ and the C library"


@rule("test-layers")
def test_layers(tree):
    """tests/LAYER sees what LAYER sees, and support; support sees no layer."""
    for file in tree.c("tests"):
        if file.under("tests/install"):
            continue
        seen = ["keel", "support", *(allowed_layers(file.layer) if file.layer else [])]
        for line, quote, name in file.source.includes():
            if quote == '"' and name.split("/")[0] not in seen:
                yield file.path, line, f"may not include {name}: its layer, those to its left, support/ and keel/"


UNSAFE = calls("strcpy", "strcat", "strncpy", "strncat", "stpcpy", "sprintf", "vsprintf", "gets", "atoi", "atol",
               "atoll", "atof", "strtok", "rand", "srand", "random", "srandom", "drand48", "time", "gettimeofday",
               "localtime", "gmtime", "asctime", "ctime", "setlocale", "alloca", "system", "popen",
               "tmpnam", "mktemp")


@rule("unsafe-calls")
def unsafe_calls(tree):
    """Calls that overrun, guess, or lean on hidden state."""
    for file in tree.c("src", "include"):
        for line, match in file.search(UNSAFE):
            yield file.path, line, f"{match[1]}() is banned"


QUIET = calls("printf", "vprintf", "puts", "putchar", "perror", "exit", "_exit", "_Exit", "quick_exit", "abort",
              "raise")


@rule("quiet-library")
def quiet_library(tree):
    """The library never prints, exits or logs."""
    for file in tree.c("src", "include"):
        if file.layer == "cli" or str(file.path) == "src/base/fail.c":
            continue
        for line, match in [*file.search(QUIET), *file.search(names("stdout", "stderr"))]:
            yield file.path, line, f"{match[1]}: only src/cli (and base/fail.c) prints or exits"


@rule("environment")
def environment(tree):
    """Only the command line and the choice of a CPU level read the environment."""
    for file in tree.c("src", "include"):
        if file.layer == "cli" or str(file.path) == "src/kernel/cpu.c":
            continue
        for line, match in file.search(calls("getenv", "secure_getenv", "setenv", "putenv")):
            yield file.path, line, f"{match[1]}() outside src/cli and src/kernel/cpu.c"


TRANSCENDENTAL = [name + "[fl]?" for name in (
    "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "pow", "sin", "cos", "sincos", "tan", "asin",
    "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "tgamma", "lgamma",
    "lgamma_r", "cbrt", "hypot", "j0", "j1", "jn", "y0", "y1", "yn", "cexp", "clog", "cpow", "csqrt", "csin", "ccos",
    "cabs", "carg")]
LIBM = calls(*TRANSCENDENTAL)


@rule("libm")
def libm(tree):
    """glibc's transcendentals differ by CPU; what a result depends on uses kernel/lane_math.h."""
    for file in tree.c("src"):
        if file.layer == "cli":
            continue
        for line, match in file.search(LIBM):
            yield file.path, line, f"{match[1]}() of libm differs by CPU; use kernel/lane_math.h"


UNORDERED = re.compile(r"\breduction\s*\(|#\s*pragma\s+omp\s+parallel\b|\b(?:cblas|LAPACKE)_\w+|"
                       r"\b[sd](?:gemm|gemv|dot|axpy|ger|syrk|trsm|gesv|gels|potrf|getrf|syev|gesvd)_\s*\(")


@rule("fixed-order")
def fixed_order(tree):
    """Sums have a fixed shape: no reductions, no parallel loops behind our back, no BLAS."""
    for file in tree.c("src"):
        for line, match in file.search(UNORDERED):
            yield file.path, line, f"{match[0].strip()}: the order of sums would not be ours"
        for line, _, name in file.source.includes():
            if re.search(r"(?:cblas|lapacke?|omp|mkl\w*)\.h$", name):
                yield file.path, line, f"{name}: the order of sums would not be ours"


OUTSIDE = calls("fopen", "fdopen", "freopen", "fclose", "fread", "fwrite", "fputs", "fputc", "fprintf", "vfprintf",
                "getline", "socket", "connect", "send", "recv", "clock", "clock_gettime", "nanosleep", "usleep",
                "sleep", r"pthread_\w+", r"thrd_\w+", r"mtx_\w+", r"cnd_\w+")
HEAP = calls("malloc", "calloc", "realloc", "reallocarray", "free", "aligned_alloc", "posix_memalign", "strdup",
             "strndup")


@rule("pure-step")
def pure_step(tree):
    """The step sees no files, sockets, clocks, threads; its verbs no malloc either."""
    for file in tree.c("src/hedge"):
        for line, match in file.search(OUTSIDE):
            yield file.path, line, f"{match[1]}(): the step sees no files, sockets, clocks or threads"
        if file.path.stem in VERBS:
            for line, match in file.search(HEAP):
                yield file.path, line, f"{match[1]}(): allocate while wiring, never while stepping"


INTRINSICS = re.compile(r"\b(?:_mm\d*_\w+|__m(?:128|256|512)[id]?|__builtin_ia32_\w+|v(?:add|mul|fma|ld1|st1)q_\w+)")


@rule("plain-kernels")
def plain_kernels(tree):
    """Kernels are plain C loops: no intrinsics, and no macros but the one that names the level."""
    for file in tree.c("src/kernel"):
        for line, _, name in file.source.includes():
            if re.search(r"intrin\.h$|^arm_\w+\.h$|^cpuid\.h$", name) and file.path.name != "cpu.c":
                yield file.path, line, f"{name}: kernels are plain C"
        for line, match in file.search(INTRINSICS):
            yield file.path, line, f"{match[0]}: kernels are plain C"
        for line, text in file.source.directives():
            if re.match(r"#\s*define\s+\w+\(", text) and file.path.name != "level.h":
                yield file.path, line, "a macro with parameters: write a static inline function"


FLAGS = ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-Werror", "-Wall",
         "-Wextra", "-Wvla"]
UNSAFE_FLAGS = re.compile(r"-O" + r"fast\b|-ff" + r"ast-math|-funsafe-" + r"math\S*|-fassociative-math|"
                          r"-freciprocal-math|-ffinite-math-only|"
                          r"-ffp-contract=(?:fast|on)|\bSTDC\s+FP_CONTRACT\s+ON|\bGCC\s+optimize\b")


@rule("build-flags")
def build_flags(tree):
    """The flags that determinism needs are there, and none that breaks it."""
    build = tree.paths.get("CMakeLists.txt")
    for flag in FLAGS if build else []:
        if flag not in build.raw:
            yield build.path, 1, f"{flag} is missing"
    for file in tree.files:
        if file.under("tools/house") or not (file.is_text or file.path.suffix == ".cmake") or file.path.suffix == ".md":
            continue
        for line, match in file.search(UNSAFE_FLAGS, file.raw):
            yield file.path, line, f"{match[0]} changes results"
