#!/usr/bin/env python3
"""Fits the constants of src/kernel/lane_math.h and lane_complex.h; prints them as C, with the error that each leaves.

  exp    (e^r - 1 - r) / r^2, a polynomial on |r| <= ln 2 / 2
  log    (atanh(f) / f - 1) / f^2, a polynomial in w = f^2 on [0, 0.0405]
  mills  R(x) = N(-x) e^(x^2/2), a rational function with R(0) = 1/2 exactly, on [0, 80]: Sanathanan-Koerner steps with
         Lawson's weights, which drive a least-squares fit of the relative error towards the minimax one
  slope  -R'(x) = 1/sqrt(2 pi) - x R(x), the same way
  minus_log  the same of g = 2 f, whose range is as wide; 1/d on [5/3, 7/3], a quadratic with levelled error
  root   1 / sqrt(1 - e) on the e that the guess of keel_inv_sqrt leaves, a cubic polynomial
  quarter  sin(pi x / 2) / x and cos(pi x / 2), polynomials in w = x^2 on [0, 1/4]
  atan   (atan(f) / f - 1) / f^2, a polynomial in w = f^2 up to tan(pi / 8)^2: of lane_complex.h
  inverse  x / (N(x) - 1/2) of w = -log(4 N(x) N(-x)) on [0, 36.1], tails down to 2^-54, the same way

Needs mpmath. Takes about two minutes."""

from mpmath import atan, cos, erfc, exp, log, lu_solve, matrix, mp, mpf, pi, polyval, sin, sqrt, tan

mp.dps = 70


def chebyshev_fit(f, low, high, degree):
    """Coefficients, lowest first, of the polynomial through the Chebyshev nodes of [low, high]."""
    count = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (i + mpf(1) / 2) / count) for i in range(count)]
    powers = matrix(count, count)
    values = matrix(count, 1)
    for i, x in enumerate(nodes):
        values[i] = f(x)
        for j in range(count):
            powers[i, j] = x**j
    return list(lu_solve(powers, values))


def as_double(coefficients):
    return [mpf(float(c)) for c in coefficients]


def show(name, coefficients):
    print(name)
    for c in coefficients:
        print(f"  {float(c).hex()}  /* {float(c)!r} */")


def grid(low, high, count):
    return [low + (high - low) * mpf(i) / count for i in range(count + 1)]


def fit_exp():
    edge = log(mpf(2)) / 2 * mpf("1.0001")
    f = lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > mpf("1e-20") else mpf(1) / 2
    c = as_double(chebyshev_fit(f, -edge, edge, 9))
    worst = max(abs((1 + r + r * r * polyval(c[::-1], r)) / exp(r) - 1) for r in grid(-edge, edge, 999))
    show(f"exp: relative error {mp.nstr(worst, 3)}", c)


def fit_log():
    edge = mpf("0.0405")
    series = [mpf(1) / (2 * k + 3) for k in range(60)]
    f = lambda w: polyval(series[::-1], w)
    c = as_double(chebyshev_fit(f, mpf(0), edge, 6))
    worst = max(abs(w * (polyval(c[::-1], w) - f(w))) for w in grid(mpf(0), edge, 999))
    show(f"log: relative error {mp.nstr(worst, 3)}", c)


def fit_minus_log():
    edge = mpf("0.1601")
    series = [mpf(1) / (2 * k + 3) / 4 ** (k + 1) for k in range(60)]
    f = lambda w: polyval(series[::-1], w)
    c = as_double(chebyshev_fit(f, mpf(0), edge, 6))
    worst = max(abs(w * (polyval(c[::-1], w) - f(w))) for w in grid(mpf(0), edge, 999))
    show(f"minus_log: relative error {mp.nstr(worst, 3)}", c)
    third = lambda x: 4 * x**3 - 3 * x  # Chebyshev's polynomial
    levelled = lambda d: (1 - third(6 - 3 * d) / third(6)) / d
    c = as_double(chebyshev_fit(levelled, mpf(5) / 3, mpf(7) / 3, 2))
    worst = max(abs(1 - d * polyval(c[::-1], d)) for d in grid(mpf(5) / 3, mpf(7) / 3, 999))
    show(f"minus_log, reciprocal: relative error {mp.nstr(worst, 3)}", c)


def fit_atan():
    edge = tan(pi / 8) ** 2 * mpf("1.0001")
    f = lambda w: (atan(sqrt(w)) / sqrt(w) - 1) / w if w > mpf("1e-20") else -mpf(1) / 3
    c = as_double(chebyshev_fit(f, mpf(0), edge, 11))
    worst = max(abs(w * (polyval(c[::-1], w) - f(w))) for w in grid(mpf(0), edge, 999))
    show(f"atan: relative error {mp.nstr(worst, 3)}", c)


def fit_root():
    low, high = mpf("-0.068093"), mpf("0.068154")
    f = lambda e: 1 / sqrt(1 - e)
    c = as_double(chebyshev_fit(f, low, high, 3))
    worst = max(abs(polyval(c[::-1], e) / f(e) - 1) for e in grid(low, high, 999))
    show(f"root: relative error {mp.nstr(worst, 3)}", c)


def fit_quarter():
    edge = mpf(1) / 4
    ratio = lambda w: sin(pi / 2 * sqrt(w)) / sqrt(w) if w else pi / 2
    turn = lambda w: cos(pi / 2 * sqrt(w))
    for name, f in (("sin", ratio), ("cos", turn)):
        c = as_double(chebyshev_fit(f, mpf(0), edge, 6))
        worst = max(abs(polyval(c[::-1], w) / f(w) - 1) for w in grid(mpf(0), edge, 999))
        show(f"quarter, {name}: relative error {mp.nstr(worst, 3)}", c)


def mills(x):
    return erfc(x / sqrt(mpf(2))) / 2 * exp(x * x / 2)


def lawson_step(m, n, points, values, weights, old):
    """One weighted linear least-squares solve of P - f Q = 0, divided by f and by the last Q; p0 = 1/2, q0 = 1."""
    unknowns = m + n
    normal = matrix(unknowns, unknowns)
    right = matrix(unknowns, 1)
    for x, f, weight, q in zip(points, values, weights, old):
        row = [x**j / f / q for j in range(1, m + 1)] + [-(x**j) / q for j in range(1, n + 1)]
        target = (1 - mpf(1) / 2 / f) / q
        for i in range(unknowns):
            for j in range(i, unknowns):
                normal[i, j] += weight * row[i] * row[j]
            right[i] += weight * row[i] * target
    for i in range(unknowns):
        for j in range(i):
            normal[i, j] = normal[j, i]
    solved = lu_solve(normal, right)
    return [mpf(1) / 2] + list(solved[:m]), [mpf(1)] + list(solved[m:])


def slope(x):
    return 1 / sqrt(2 * pi) - x * mills(x)


def inverse_ratio(w):
    """x / (1/2 - p) where p = N(-x) and w = -log(4 p (1 - p)): Newton steps on log p from its asymptote."""
    if w == 0:
        return sqrt(2 * pi)
    root = sqrt(1 - exp(-w))
    p = exp(-w) / (1 + root) / 2
    x = root * sqrt(2 * pi) / 2 if w < 1 else sqrt(2 * w)
    for _ in range(60):
        tail = erfc(x / sqrt(mpf(2))) / 2
        move = (log(tail) - log(p)) * tail * sqrt(2 * pi) * exp(x * x / 2)
        x += move
        if abs(move) < mpf("1e-50") * x:
            return x * 2 / root
    raise ArithmeticError(w)


def nodes_to(edge):
    return [edge * (1 - cos(pi * i / 240)) / 2 for i in range(1, 241)]


def half_line(edge=mpf(80)):
    return [3 * s / (1 - s) for s in nodes_to(edge / (edge + 3))]


def fit_rational(name, f, degrees, points, steps=30):
    """p / q of degrees m, n with q(0) = 1 and p(0) = f(0)."""
    m, n = degrees
    values = [f(x) / f(mpf(0)) / 2 for x in points]
    weights = [mpf(1)] * len(points)
    old = [(1 + x) ** n for x in points]
    best = None
    for step in range(steps):
        p, q = lawson_step(m, n, points, values, weights, old)
        old = [polyval(q[::-1], x) for x in points]
        errors = [abs(polyval(p[::-1], x) / y / v - 1) for x, y, v in zip(points, old, values)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, [2 * f(mpf(0)) * c for c in p], q)
        if step >= 2:
            weights = [w * (e / worst + mpf("1e-3")) for w, e in zip(weights, errors)]
            weights = [w / max(weights) for w in weights]
    p, q = as_double(best[1]), as_double(best[2])
    worst = max(abs(polyval(p[::-1], x) / polyval(q[::-1], x) / f(x) - 1) for x in points)
    show(f"{name}: relative error {mp.nstr(best[0], 3)}, {mp.nstr(worst, 3)} with rounded coefficients; numerator", p)
    show(f"{name}: denominator", q)


fit_exp()
fit_log()
fit_minus_log()
fit_atan()
fit_root()
fit_quarter()
fit_rational("mills", mills, (9, 10), half_line())
fit_rational("slope", slope, (9, 11), half_line())
fit_rational("inverse", inverse_ratio, (14, 13), nodes_to(mpf("36.1")))
