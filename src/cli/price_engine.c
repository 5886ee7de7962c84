/* See price_engine.h. */
#include "cli/price_engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/fail.h"
#include "base/number.h"
#include "kernel/greeks.h"

enum { GREEKS = 11 };

/* ---- the file of dividends: CSV with the columns years and cash ---- */

static keel_status read_number(const struct keel_csv *csv, const char *name, struct keel_csv_field field,
                               double *number, keel_error *error) {
  if (keel_csv_number(field, number)) return KEEL_STATUS_OK;
  return keel_fail_at(error, keel_csv_path(csv), keel_csv_line(csv), name, "'%.*s' is not a finite number",
                      (int)(field.length < 40 ? field.length : 40), field.text);
}

/* The rules of keel_dividends_check, said of a line. */
static keel_status check_row(const struct keel_csv *csv, double years, double cash, double last, keel_error *error) {
  const char *path = keel_csv_path(csv);
  long line = keel_csv_line(csv);
  if (!(years > 0)) return keel_fail_at(error, path, line, "years", "%g is not allowed, only a number above 0", years);
  if (years < last)
    return keel_fail_at(error, path, line, "years", "%g is before %g, the date of the row above; dates rise", years,
                        last);
  if (cash < 0) return keel_fail_at(error, path, line, "cash", "%g is not allowed, only a number from 0 on", cash);
  return KEEL_STATUS_OK;
}

static int grow(struct keel_price_engine *engine, size_t count) {
  if (count < 64 || (count & (count - 1))) return count > 0;
  double *years = realloc(engine->years, 2 * count * sizeof *years);
  if (years) engine->years = years;
  double *cash = realloc(engine->cash, 2 * count * sizeof *cash);
  if (cash) engine->cash = cash;
  return years && cash;
}

static keel_status read_rows(struct keel_price_engine *engine, struct keel_csv *csv, size_t years_at, size_t cash_at,
                             keel_error *error) {
  double last = 0;
  for (size_t count = 0;; count++) {
    const struct keel_csv_field *fields;
    keel_status status = keel_csv_next(csv, &fields, error);
    engine->dividends.count = count;
    if (status != KEEL_STATUS_OK || !fields) return status;
    if (count && !grow(engine, count)) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for dividends");
    double *years = &engine->years[count], *cash = &engine->cash[count];
    status = read_number(csv, "years", fields[years_at], years, error);
    if (status == KEEL_STATUS_OK) status = read_number(csv, "cash", fields[cash_at], cash, error);
    if (status == KEEL_STATUS_OK) status = check_row(csv, *years, *cash, last, error);
    if (status != KEEL_STATUS_OK) return status;
    last = *years;
  }
}

static keel_status read_dividends(struct keel_price_engine *engine, const char *path, keel_error *error) {
  struct keel_csv *csv = NULL;
  keel_status status = keel_csv_open(path, &csv, error);
  if (status != KEEL_STATUS_OK) return status;
  long years_at = keel_csv_find(csv, "years"), cash_at = keel_csv_find(csv, "cash");
  engine->years = malloc(64 * sizeof *engine->years);
  engine->cash = malloc(64 * sizeof *engine->cash);
  if (years_at < 0 || cash_at < 0)
    status =
        keel_fail_at(error, path, 1, NULL, "no column %s; needed are years, cash", years_at < 0 ? "years" : "cash");
  else if (!engine->years || !engine->cash)
    status = keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for dividends");
  else
    status = read_rows(engine, csv, (size_t)years_at, (size_t)cash_at, error);
  keel_csv_close(csv);
  engine->dividends.years = engine->years;
  engine->dividends.cash = engine->cash;
  return status;
}

/* ---- the command line ---- */

static keel_status read_size(const struct keel_cli *cli, const char *name, int least, int most, size_t *size,
                             keel_error *error) {
  const char *text = keel_cli_value(cli, name);
  double value = 0;
  if (!text) return KEEL_STATUS_OK;
  if (!keel_number_parse(text, strlen(text), &value) || value < least || value > most || value != floor(value))
    return keel_fail(error, KEEL_STATUS_INPUT, name, "\"%s\" is not allowed, only a whole number from %d to %d", text,
                     least, most);
  *size = (size_t)value;
  return KEEL_STATUS_OK;
}

static keel_status read_scheme(const struct keel_cli *cli, keel_american_scheme *scheme, keel_error *error) {
  static const char *const names[] = {
      [KEEL_AMERICAN_FAST] = "fast", [KEEL_AMERICAN_ACCURATE] = "accurate", [KEEL_AMERICAN_HIGH] = "high"};
  const char *name = keel_cli_value(cli, "scheme");
  *scheme = KEEL_AMERICAN_ACCURATE;
  if (!name) return KEEL_STATUS_OK;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    *scheme = (keel_american_scheme)i;
    if (strcmp(name, names[i]) == 0) return KEEL_STATUS_OK;
  }
  return keel_fail(error, KEEL_STATUS_INPUT, "scheme", "\"%s\" is not allowed, only fast, accurate, high", name);
}

keel_status keel_price_engine_open(struct keel_price_engine *engine, const struct keel_cli *cli, keel_error *error) {
  const char *name = keel_cli_value(cli, "engine"), *path = keel_cli_value(cli, "dividends");
  *engine = (struct keel_price_engine){.on_grids = name && strcmp(name, "pde") == 0};
  if (name && !engine->on_grids && strcmp(name, "analytic") != 0)
    return keel_fail(error, KEEL_STATUS_INPUT, "engine", "\"%s\" is not allowed, only analytic, pde", name);
  keel_status status = read_scheme(cli, &engine->scheme, error);
  if (status == KEEL_STATUS_OK)
    status = read_size(cli, "nodes", KEEL_PDE_NODES_MIN, KEEL_PDE_NODES_MAX, &engine->nodes, error);
  if (status == KEEL_STATUS_OK)
    status = read_size(cli, "steps", KEEL_PDE_STEPS_MIN, KEEL_PDE_STEPS_MAX, &engine->steps, error);
  if (status == KEEL_STATUS_OK && path) status = read_dividends(engine, path, error);
  return status;
}

void keel_price_engine_close(struct keel_price_engine *engine) {
  free(engine->years);
  free(engine->cash);
}

/* ---- solving ---- */

static int takes_grids(const struct keel_price_engine *engine, int american) { return engine->on_grids || american; }

/* Where one expiry has more dividends than the fast prices take, the others are priced alone. */
static keel_status solve_fast(const struct keel_price_engine *engine, size_t count, const keel_options *options,
                              const keel_greeks *out) {
  keel_status status = keel_dividends_price(count, options, &engine->dividends, KEEL_GREEK_SET_ALL, out, NULL);
  if (status != KEEL_STATUS_UNSUPPORTED) return status;
  for (size_t i = 0; i < count; i++) {
    const keel_options one = keel_options_from(options, i);
    const keel_greeks to = keel_greeks_from(out, i);
    status = keel_dividends_price(1, &one, &engine->dividends, KEEL_GREEK_SET_ALL, &to, NULL);
    if (status != KEEL_STATUS_OK) out->price[i] = NAN;
  }
  return KEEL_STATUS_OK;
}

void keel_price_engine_solve(const struct keel_price_engine *engine, size_t count, int american,
                             const keel_options *options, double *const *out) {
  const keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  keel_status status;
  for (size_t i = 0; i < count; i++) out[GREEKS][i] = NAN;
  if (takes_grids(engine, american)) {
    unsigned char *flags = malloc(count);
    if (flags) memset(flags, american != 0, count);
    const keel_pde pde = {engine->nodes, engine->steps, flags, &engine->dividends, NULL, NULL};
    const keel_pde_result result = {greeks, out[GREEKS]};
    status = flags ? keel_pde_price(count, options, &pde, KEEL_GREEK_SET_ALL, &result, NULL) : KEEL_STATUS_MEMORY;
    free(flags);
  } else {
    status = solve_fast(engine, count, options, &greeks);
  }
  for (size_t i = 0; i < count && status != KEEL_STATUS_OK; i++) out[0][i] = NAN;
}

const char *keel_price_engine_problem(const struct keel_price_engine *engine, const keel_option *option, int american,
                                      double spot, double vol) {
  if (takes_grids(engine, american)) {
    const char *problem = keel_pde_problem(option, spot, vol, american);
    return problem ? problem : "the grid does not resolve it: its error is above 1 %; more nodes and steps may";
  }
  const char *problem = keel_dividends_problem(option, spot, vol, &engine->dividends);
  return problem ? problem : "more than 64 dividends before an expiry need --engine pde";
}
