/* See keel/curve.h. */
#include "keel/curve.h"

#include <math.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/time.h"
#include "kernel/lane_math.h"

#define YEAR_DAYS 365.0

enum { HALF_YEAR = 6, STEPS_MAX = 100, MONTHS_MAX = 1200, DAYS_MAX = 36500 };

/* ---- dates ---- */

static int month_days(int year, int month) {
  int next_year = month == 12 ? year + 1 : year, next = month == 12 ? 1 : month + 1;
  return keel_days_from_civil(next_year, next, 1) - keel_days_from_civil(year, month, 1);
}

static int32_t later(int32_t date, int months, int days) {
  int year, month, day;
  keel_days_to_civil(date, &year, &month, &day);
  int count = year * 12 + (month - 1) + months;
  year = count / 12, month = count % 12 + 1;
  int last = month_days(year, month);
  return keel_days_from_civil(year, month, day < last ? day : last) + days;
}

static int32_t maturity_of(int32_t date, const keel_rate_quote *quote) {
  return quote->kind == KEEL_RATE_OVERNIGHT ? date + 1 : later(date, quote->months, quote->days);
}

static double years_from(int32_t date, int32_t day) { return (day - date) / YEAR_DAYS; }

/* ---- reading a curve ---- */

static double log_discount(const keel_curve *curve, double years) {
  size_t at = 0;
  while (at + 1 < curve->count && curve->years[at] < years) at++;
  double from = at ? curve->years[at - 1] : 0, start = at ? curve->log_discount[at - 1] : 0;
  double slope = (curve->log_discount[at] - start) / (curve->years[at] - from);
  return years == curve->years[at] ? curve->log_discount[at] : start + slope * (years - from);
}

double keel_curve_discount(const keel_curve *curve, double years) { return keel_exp(log_discount(curve, years)); }

double keel_curve_forward(const keel_curve *curve, double from, double to) {
  return (log_discount(curve, from) - log_discount(curve, to)) / (to - from);
}

double keel_curve_zero(const keel_curve *curve, double years) {
  if (years <= curve->years[0]) return -curve->log_discount[0] / curve->years[0];
  return -log_discount(curve, years) / years;
}

double keel_curve_overnight(const keel_curve *curve) { return keel_curve_zero(curve, 1 / YEAR_DAYS); }

void keel_curve_flat(double rate, keel_curve *curve) {
  *curve = (keel_curve){.count = 1, .years = {1}, .log_discount = {-rate}};
}

/* ---- conventions ---- */

double keel_rate_coupon_equivalent(double discount, int days, int year) {
  double price = 1 - discount * days / 360, part = (double)days / year;
  if (part <= 0.5) return (1 - price) / (price * part);
  double rest = 2 * part - 1;
  return (2 * sqrt(part * part - rest * (1 - 1 / price)) - 2 * part) / rest;
}

/* A bond at par: its coupon and where the curve ends before its maturity. */
struct bond {
  int32_t date;
  int periods, months;
  double coupon, from, start, to;
};

/* What it is worth beyond par, where the log discount at maturity is `end`, and the slope of that. */
static double surplus(const struct bond *bond, const keel_curve *curve, double end, double *slope) {
  double sum = keel_exp(end) - 1;
  *slope = keel_exp(end);
  for (int i = bond->periods; i > 0; i--) {
    double years = years_from(bond->date, later(bond->date, bond->months - HALF_YEAR * (bond->periods - i), 0));
    double part = (years - bond->from) / (bond->to - bond->from);
    double worth =
        bond->coupon * keel_exp(part > 0 ? bond->start + part * (end - bond->start) : log_discount(curve, years));
    sum += worth;
    if (part > 0) *slope += part * worth;
  }
  return sum;
}

/* The log discount at which the bond is worth par, by Newton's method on a function that rises and is convex; NaN:
 * there is none. */
static double solve(const struct bond *bond, const keel_curve *curve) {
  double end = bond->start, slope;
  for (int i = 0; i < STEPS_MAX; i++) {
    double step = surplus(bond, curve, end, &slope) / slope;
    end -= step;
    if (!(fabs(end) < 700)) return NAN;
    if (fabs(step) <= 0x1p-52) return end;
  }
  return fabs(surplus(bond, curve, end, &slope)) < 1e-14 ? end : NAN;
}

static double log_of_par(const keel_curve *curve, int32_t date, const keel_rate_quote *quote) {
  int32_t maturity = maturity_of(date, quote);
  if (quote->months < HALF_YEAR) return -keel_log(1 + quote->rate * (maturity - date) / (later(date, 12, 0) - date));
  size_t last = curve->count - 1;
  struct bond bond = {.date = date,
                      .periods = quote->months / HALF_YEAR,
                      .months = quote->months,
                      .coupon = 0.5 * quote->rate,
                      .from = curve->count ? curve->years[last] : 0,
                      .start = curve->count ? curve->log_discount[last] : 0,
                      .to = years_from(date, maturity)};
  return solve(&bond, curve);
}

static double log_of(const keel_curve *curve, int32_t date, const keel_rate_quote *quote) {
  int days = maturity_of(date, quote) - date;
  if (quote->kind == KEEL_RATE_PAR) return log_of_par(curve, date, quote);
  if (quote->kind == KEEL_RATE_BILL) return keel_log(1 - quote->rate * days / 360);
  return -keel_log(1 + quote->rate * days / 360);
}

/* ---- building ---- */

static const char *problem_of(const keel_rate_quote *quote, char *text, size_t size) {
  int overnight = quote->kind == KEEL_RATE_OVERNIGHT;
  if (!(fabs(quote->rate) <= 1)) {
    snprintf(text, size, "rate: %g is not allowed, only a number from -1 to 1 (0.05 is 5 %%)", quote->rate);
    return text;
  }
  if (!overnight && (quote->months < 0 || quote->days < 0 || quote->months + quote->days == 0))
    return "tenor: is not after the curve's date; allowed: months and days from 0 on, not both 0";
  if (!overnight && (quote->months > MONTHS_MAX || quote->days > DAYS_MAX)) return "tenor: is beyond 100 years";
  if (quote->kind == KEEL_RATE_PAR && quote->months >= HALF_YEAR && (quote->months % HALF_YEAR || quote->days))
    return "tenor: is not a number of half-years; allowed: those, or less than six months";
  return NULL;
}

static keel_status check(size_t count, const keel_rate_quote *quotes, keel_error *error) {
  if (count == 0) return keel_fail(error, KEEL_STATUS_INPUT, "curve", "has no rates; it needs one at least");
  if (count > KEEL_CURVE_POINTS)
    return keel_fail(error, KEEL_STATUS_INPUT, "curve", "has %zu rates; at most %d fit", count, KEEL_CURVE_POINTS);
  for (size_t i = 0; i < count; i++) {
    char text[96], where[32];
    const char *problem = problem_of(&quotes[i], text, sizeof text);
    if (!problem) continue;
    snprintf(where, sizeof where, "rate %zu", i + 1);
    return keel_fail(error, KEEL_STATUS_INPUT, where, "%s", problem);
  }
  return KEEL_STATUS_OK;
}

/* The quotes by maturity, the first given of each; returns their number. */
static size_t by_maturity(int32_t date, size_t count, const keel_rate_quote *quotes, size_t *order) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t maturity = maturity_of(date, &quotes[i]);
    size_t at = kept;
    while (at > 0 && maturity_of(date, &quotes[order[at - 1]]) > maturity) at--;
    if (at > 0 && maturity_of(date, &quotes[order[at - 1]]) == maturity) continue;
    for (size_t j = kept++; j > at; j--) order[j] = order[j - 1];
    order[at] = i;
  }
  return kept;
}

keel_status keel_curve_build(int32_t date, size_t count, const keel_rate_quote *quotes, keel_curve *curve,
                             keel_error *error) {
  keel_status status = check(count, quotes, error);
  if (status) return status;
  keel_curve built = {0};
  size_t order[KEEL_CURVE_POINTS], kept = by_maturity(date, count, quotes, order);
  for (size_t i = 0; i < kept; i++) {
    const keel_rate_quote *quote = &quotes[order[i]];
    double value = log_of(&built, date, quote);
    char where[32];
    snprintf(where, sizeof where, "rate %zu", order[i] + 1);
    if (!isfinite(value))
      return keel_fail(error, KEEL_STATUS_INPUT, where, "no discount factor above 0 gives %g beside the shorter rates",
                       quote->rate);
    built.years[built.count] = years_from(date, maturity_of(date, quote));
    built.log_discount[built.count++] = value;
  }
  *curve = built;
  return KEEL_STATUS_OK;
}
