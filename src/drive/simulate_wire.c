/* Before a simulation: what it needs is there, `years` become dates, rows and markets are laid out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "drive/dates.h"
#include "drive/simulate.h"

static keel_status refuse(const struct keel_strategy *strategy, keel_error *error, const char *field,
                          const char *what) {
  return keel_fail_at(error, strategy->path, 0, field, "%s", what);
}

/* ---- dates ---- */

/* Where nothing has a date: noon of a Tuesday, as good as any. */
static int64_t any_start(const struct keel_strategy *strategy) {
  return keel_zone_to_utc(keel_calendar_zone(strategy->market.calendar), keel_days_from_civil(2001, 1, 2),
                          12 * 3600 * KEEL_NS_PER_SECOND);
}

static int is_dated(const struct keel_contract *contract, double years) {
  return contract->kind != KEEL_KIND_SPOT && isnan(years);
}

static int has_date(const struct keel_policy *policy) {
  for (size_t w = 0; w < policy->with_count; w++)
    if (is_dated(&policy->with[w].contract, policy->with[w].years)) return 1;
  return 0;
}

/* A date that only a start gives a meaning to, or NULL. */
static const char *first_date(const struct keel_strategy *strategy, const struct keel_simulation_wiring *wiring) {
  if (strategy->run.end_ns != KEEL_TIME_NONE) return "run.end";
  for (size_t i = 0; i < strategy->book.count; i++)
    if (is_dated(&strategy->book.positions[i].contract, strategy->book.positions[i].years))
      return "the expiry of a position";
  for (size_t a = 0; a < keel_strategy_account_count(strategy); a++)
    for (size_t v = 0; v < wiring->variant_count; v++)
      if (has_date(wiring->accounts[a].policies[v])) return "the expiry of a hedge instrument";
  for (size_t u = 0; u < strategy->market.underlying_count; u++)
    if (strategy->market.underlyings[u].dividend_count) return "a dividend";
  return NULL;
}

static keel_status choose_start(const struct keel_strategy *strategy, struct keel_simulation_wiring *wiring,
                                keel_error *error) {
  const char *dated = first_date(strategy, wiring);
  wiring->market.start_ns = strategy->run.start_ns;
  if (strategy->run.start_ns != KEEL_TIME_NONE) return KEEL_STATUS_OK;
  if (dated)
    return keel_fail_at(error, strategy->path, 0, "run.start",
                        "is missing: %s is a date; give the instant at which the simulated market starts, or `years` "
                        "in place of every date",
                        dated);
  wiring->market.start_ns = any_start(strategy);
  return KEEL_STATUS_OK;
}

/* The last expiry of the book; KEEL_TIME_NONE where nothing expires. */
static int64_t last_expiry(const struct keel_book *book) {
  int64_t last = KEEL_TIME_NONE;
  for (size_t i = 0; i < book->count; i++)
    if (book->positions[i].contract.kind != KEEL_KIND_SPOT && book->positions[i].contract.expiry_ns > last)
      last = book->positions[i].contract.expiry_ns;
  return last;
}

static int holds_spot(const struct keel_book *book) {
  for (size_t i = 0; i < book->count; i++)
    if (book->positions[i].contract.kind == KEEL_KIND_SPOT) return 1;
  return 0;
}

static keel_status choose_end(const struct keel_strategy *strategy, struct keel_simulation_wiring *wiring,
                              keel_error *error) {
  const struct keel_run_terms *run = &strategy->run;
  int64_t last = last_expiry(&wiring->book), start = wiring->market.start_ns, end = last;
  if (!isnan(run->years) && run->end_ns != KEEL_TIME_NONE)
    return refuse(strategy, error, "run.years", "is given, and so is run.end; allowed: one of them");
  if (!isnan(run->years)) end = keel_years_after(start, run->years);
  if (run->end_ns != KEEL_TIME_NONE) end = run->end_ns;
  if (end == KEEL_TIME_NONE)
    return refuse(strategy, error, "run.years",
                  "is missing: nothing of the book expires, so it does not say how long the run is");
  if (end <= start) return refuse(strategy, error, "run.end", "is not after run.start");
  if (end > last && !holds_spot(&wiring->book))
    return keel_fail_at(error, strategy->path, 0, run->end_ns != KEEL_TIME_NONE ? "run.end" : "run.years",
                        "is beyond the last expiry of the book, %.6g years after the start; allowed: up to there",
                        (double)(last - start) / (double)KEEL_NS_PER_YEAR);
  wiring->market.end_ns = end;
  return KEEL_STATUS_OK;
}

static keel_status date_book(struct keel_arena *arena, const struct keel_book *book,
                             struct keel_simulation_wiring *wiring, keel_error *error) {
  int64_t start = wiring->market.start_ns;
  wiring->book = keel_book_dated(arena, book, start);
  for (size_t i = 0; i < book->count; i++) {
    const struct keel_position *position = &wiring->book.positions[i];
    if (position->contract.kind != KEEL_KIND_SPOT && position->contract.expiry_ns <= start)
      return keel_fail_at(error, position->file, position->line, isnan(position->years) ? "expiry" : "years",
                          "the position has expired when the run starts");
  }
  return KEEL_STATUS_OK;
}

/* ---- samples ---- */

static void plan_samples(struct keel_simulation_wiring *wiring) {
  const struct keel_run_terms *run = &wiring->strategy->run;
  const struct keel_simulated_market *market = &wiring->strategy->simulated;
  size_t batch = keel_feed_paths_batch(wiring->feed);
  uint64_t replicate = batch > KEEL_LEAF_PATHS ? batch / KEEL_LEAF_PATHS : 1;
  struct keel_sample_plan plain = {
      .is_independent = !market->antithetic && !market->matched && !market->sobol_points,
      .batch_level = keel_batch_level(wiring->leaves, replicate),
  };
  for (size_t q = 0; q < KEEL_QUANTITY_MAX; q++) {
    wiring->samples[q] = plain;
    wiring->samples[q].is_full = q < KEEL_QUANTITY_EXERCISED;
  }
  struct keel_sample_plan *pnl = &wiring->samples[KEEL_QUANTITY_PNL];
  pnl->aversion_count = run->aversion_count;
  memcpy(pnl->aversions, run->aversions, sizeof pnl->aversions);
}

/* ---- all ---- */

static keel_status check_run(const struct keel_strategy *strategy, keel_error *error) {
  if (!strategy->simulated.models)
    return refuse(strategy, error, "market.model", "is missing: a simulation needs the model that moves the market");
  if (strategy->run.paths < 1)
    return refuse(strategy, error, "run.paths", "is missing: how many paths are simulated; allowed: 1 or more");
  if (strategy->run.steps < 1)
    return refuse(strategy, error, "run.steps", "is missing: how many steps each path takes; allowed: 1 or more");
  if (strategy->fills.count)
    return refuse(strategy, error, "fills", "are of a recorded market; a simulation has none: leave them out");
  for (size_t u = 0; u < strategy->market.underlying_count; u++) {
    if (strategy->market.underlyings[u].split_count)
      return refuse(strategy, error, "market.splits", "are of a recorded market; a model has none: leave them out");
    if (keel_has_overrides(&strategy->market.underlyings[u].overrides))
      return refuse(strategy, error, "market.overrides", "are of a recorded market: leave them out of a simulation");
  }
  return KEEL_STATUS_OK;
}

static void name_variants(struct keel_arena *arena, const struct keel_simulation_plan *plan,
                          struct keel_simulation_wiring *wiring) {
  const struct keel_strategy *strategy = plan->strategy;
  wiring->variant_count = plan->policies ? plan->variant_count : strategy->variant_count;
  const char **names = KEEL_ARENA_NEW(arena, const char *, wiring->variant_count);
  for (size_t v = 0; v < wiring->variant_count; v++)
    names[v] = plan->policies ? plan->names[v] : strategy->variants[v].name;
  wiring->names = names;
}

static keel_status wire_market(struct keel_arena *arena, struct keel_simulation_wiring *wiring, keel_error *error) {
  keel_error why = {0};
  keel_status status = keel_feed_paths_wire(arena, &wiring->market, &wiring->feed, &why);
  if (!status) return status;
  int of_run = strcmp(why.where, "steps") == 0 || strcmp(why.where, "years") == 0;
  char field[sizeof why.where + 8];
  snprintf(field, sizeof field, "%s.%s", of_run ? "run" : "market", why.where);
  return keel_fail_at(error, wiring->strategy->path, 0, why.where[0] ? field : "market", "%s", why.what);
}

static keel_status wire_rows(struct keel_arena *arena, const struct keel_simulation_plan *plan,
                             struct keel_simulation_wiring *wiring, keel_error *error) {
  const struct keel_strategy *strategy = plan->strategy;
  size_t underlyings = strategy->market.underlying_count;
  struct keel_wiring_input input = {.book = &wiring->book,
                                    .terms = &strategy->market,
                                    .accounts = wiring->accounts,
                                    .account_count = keel_strategy_account_count(strategy),
                                    .variant_count = wiring->variant_count,
                                    .sleeves = strategy->sleeves,
                                    .sleeve_count = strategy->sleeve_count,
                                    .paths = plan->block_paths ? plan->block_paths : KEEL_LEAF_PATHS,
                                    .explains = strategy->run.explains,
                                    .ends_only = strategy->run.paths_shown == 0 && !plan->has_ledger,
                                    .is_steady = keel_feed_paths_is_steady(&strategy->simulated, underlyings)};
  return keel_wiring_build(arena, &input, &wiring->rows, error);
}

keel_status keel_simulation_wire(struct keel_arena *arena, const struct keel_simulation_plan *plan,
                                 struct keel_simulation_wiring *wiring, keel_error *error) {
  const struct keel_strategy *strategy = plan->strategy;
  *wiring = (struct keel_simulation_wiring){.strategy = strategy};
  keel_status status = keel_strategy_steps(strategy, error);
  if (!status) status = check_run(strategy, error);
  if (status) return status;
  name_variants(arena, plan, wiring);
  wiring->accounts = keel_accounts_wired(arena, strategy, plan->policies, wiring->variant_count, KEEL_TIME_NONE);
  status = choose_start(strategy, wiring, error);
  if (!status) status = date_book(arena, &strategy->book, wiring, error);
  if (!status) status = choose_end(strategy, wiring, error);
  if (status) return status;
  wiring->accounts =
      keel_accounts_wired(arena, strategy, plan->policies, wiring->variant_count, wiring->market.start_ns);
  status = wire_rows(arena, plan, wiring, error);
  if (status) return status;
  wiring->market.market = &strategy->simulated;
  wiring->market.wiring = &wiring->rows;
  wiring->market.seed = strategy->run.seed;
  wiring->market.steps = (size_t)strategy->run.steps;
  status = wire_market(arena, wiring, error);
  if (status) return status;
  wiring->paths = (uint64_t)strategy->run.paths;
  wiring->leaves = (wiring->paths + KEEL_LEAF_PATHS - 1) / KEEL_LEAF_PATHS;
  wiring->whole_count = strategy->run.explains ? KEEL_QUANTITY_MAX : KEEL_QUANTITY_EXPLAIN;
  wiring->quantity_count = wiring->whole_count * (1 + (plan->policies ? 0 : strategy->account_count));
  plan_samples(wiring);
  return KEEL_STATUS_OK;
}
