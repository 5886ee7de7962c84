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

/* ---- the file of dividends: CSV with the columns years and cash, and underlying ---- */

static keel_status no_memory(keel_error *error) {
  return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for dividends");
}

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

size_t keel_price_engine_underlying(const struct keel_price_engine *engine, struct keel_csv_field name) {
  size_t i = 0;
  while (i < engine->list_count && !keel_csv_is(name, engine->lists[i].name)) i++;
  return i;
}

/* The list of an underlying, a new one if it has none; NULL without memory. */
static struct keel_price_dividends *list_of(struct keel_price_engine *engine, struct keel_csv_field name) {
  size_t at = engine->is_named ? keel_price_engine_underlying(engine, name) : 0;
  if (at < engine->list_count) return &engine->lists[at];
  struct keel_price_dividends *lists = realloc(engine->lists, (at + 1) * sizeof *lists);
  if (!lists) return NULL;
  engine->lists = lists;
  lists[at] = (struct keel_price_dividends){0};
  if (engine->is_named && !(lists[at].name = strndup(name.text, name.length))) return NULL;
  engine->list_count = at + 1;
  return &lists[at];
}

static keel_status add(struct keel_price_dividends *list, double years, double cash, keel_error *error) {
  size_t count = list->dividends.count;
  if (count == list->room) {
    size_t room = count ? 2 * count : 64;
    double *more = realloc(list->years, room * sizeof *more);
    if (!more) return no_memory(error);
    list->years = more;
    more = realloc(list->cash, room * sizeof *more);
    if (!more) return no_memory(error);
    list->cash = more;
    list->room = room;
  }
  list->years[count] = years, list->cash[count] = cash;
  list->dividends = (keel_dividends){count + 1, list->years, list->cash, KEEL_DIVIDEND_LIQUIDATOR};
  return KEEL_STATUS_OK;
}

/* The columns' numbers; below 0: there is none. */
struct columns {
  long years, cash, underlying;
};

static keel_status read_row(struct keel_price_engine *engine, const struct keel_csv *csv,
                            const struct keel_csv_field *fields, const struct columns *at, keel_error *error) {
  double years, cash;
  struct keel_csv_field name = {"", 0};
  keel_status status = read_number(csv, "years", fields[at->years], &years, error);
  if (status == KEEL_STATUS_OK) status = read_number(csv, "cash", fields[at->cash], &cash, error);
  if (status != KEEL_STATUS_OK) return status;
  if (engine->is_named) name = fields[at->underlying];
  if (engine->is_named && !name.length)
    return keel_fail_at(error, keel_csv_path(csv), keel_csv_line(csv), "underlying",
                        "is empty; name whose dividend it is");
  struct keel_price_dividends *list = list_of(engine, name);
  if (!list) return no_memory(error);
  size_t count = list->dividends.count;
  status = check_row(csv, years, cash, count ? list->years[count - 1] : 0, error);
  return status == KEEL_STATUS_OK ? add(list, years, cash, error) : status;
}

static keel_status read_dividends(struct keel_price_engine *engine, const char *path, keel_error *error) {
  struct keel_csv *csv = NULL;
  keel_status status = keel_csv_open(path, &csv, error);
  if (status != KEEL_STATUS_OK) return status;
  const struct columns at = {keel_csv_find(csv, "years"), keel_csv_find(csv, "cash"), keel_csv_find(csv, "underlying")};
  engine->is_named = at.underlying >= 0;
  if (at.years < 0 || at.cash < 0)
    status =
        keel_fail_at(error, path, 1, NULL, "no column %s; needed are years, cash", at.years < 0 ? "years" : "cash");
  while (status == KEEL_STATUS_OK) {
    const struct keel_csv_field *fields;
    status = keel_csv_next(csv, &fields, error);
    if (status != KEEL_STATUS_OK || !fields) break;
    status = read_row(engine, csv, fields, &at, error);
  }
  keel_csv_close(csv);
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
  for (size_t i = 0; i < engine->list_count; i++) {
    free(engine->lists[i].name);
    free(engine->lists[i].years);
    free(engine->lists[i].cash);
  }
  free(engine->lists);
}

/* ---- solving ---- */

/* NULL where spot pays nothing. */
static const keel_dividends *paid_by(const struct keel_price_engine *engine, struct keel_option_run run) {
  return run.underlying < engine->list_count ? &engine->lists[run.underlying].dividends : NULL;
}

/* Where one expiry has more dividends than the fast prices take, the others are priced alone. */
static keel_status solve_fast(const keel_dividends *dividends, size_t count, const keel_options *options,
                              const keel_greeks *out) {
  keel_status status = keel_dividends_price(count, options, dividends, KEEL_GREEK_SET_ALL, out, NULL);
  if (status != KEEL_STATUS_UNSUPPORTED) return status;
  for (size_t i = 0; i < count; i++) {
    const keel_options one = keel_options_from(options, i);
    const keel_greeks to = keel_greeks_from(out, i);
    status = keel_dividends_price(1, &one, dividends, KEEL_GREEK_SET_ALL, &to, NULL);
    if (status != KEEL_STATUS_OK) out->price[i] = NAN;
  }
  return KEEL_STATUS_OK;
}

static int takes_grids(const struct keel_price_engine *engine, struct keel_option_run run) {
  return engine->on_grids || (run.american && paid_by(engine, run));
}

static keel_status solve_on_grids(const struct keel_price_engine *engine, size_t count, struct keel_option_run run,
                                  const keel_options *options, const keel_pde_result *result) {
  unsigned char *flags = malloc(count);
  if (!flags) return KEEL_STATUS_MEMORY;
  memset(flags, run.american != 0, count);
  const keel_pde pde = {engine->nodes, engine->steps, flags, paid_by(engine, run), NULL, NULL};
  keel_status status = keel_pde_price(count, options, &pde, KEEL_GREEK_SET_ALL, result, NULL);
  free(flags);
  return status;
}

void keel_price_engine_solve(const struct keel_price_engine *engine, size_t count, struct keel_option_run run,
                             const keel_options *options, double *const *out) {
  const keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  const keel_dividends none = {0}, *paid = paid_by(engine, run);
  keel_status status = KEEL_STATUS_OK;
  for (size_t i = 0; i < count; i++) out[GREEKS][i] = NAN;
  if (takes_grids(engine, run))
    status = solve_on_grids(engine, count, run, options, &(keel_pde_result){greeks, out[GREEKS]});
  else if (run.american)
    keel_american_price(count, options, engine->scheme, KEEL_GREEK_SET_ALL, &greeks, NULL);
  else
    status = solve_fast(paid ? paid : &none, count, options, &greeks);
  for (size_t i = 0; i < count && status != KEEL_STATUS_OK; i++) out[0][i] = NAN;
}

const char *keel_price_engine_problem(const struct keel_price_engine *engine, const keel_option *option,
                                      struct keel_option_run run, double spot, double vol) {
  const keel_dividends none = {0}, *paid = paid_by(engine, run);
  if (takes_grids(engine, run)) {
    const char *problem = keel_pde_problem(option, spot, vol, run.american);
    return problem ? problem : "the grid does not resolve it: its error is above 1 %; more nodes and steps may";
  }
  if (run.american) return keel_american_problem(option, spot, vol);
  const char *problem = keel_dividends_problem(option, spot, vol, paid ? paid : &none);
  return problem ? problem : "more than 64 dividends before an expiry need --engine pde";
}
