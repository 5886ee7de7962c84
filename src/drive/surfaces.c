/* From a tape at an instant to surfaces. See keel/surfaces.h. */
#include "drive/surfaces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/pool.h"
#include "drive/snapshot.h"
#include "hedge/mark.h"
#include "kernel/lane_math.h"

/* ---- the market at an instant ---- */

/* The last quote of each contract of the tape. Shape: [contract]. */
struct seen {
  double *bid, *ask;
  int64_t *time_ns;
  size_t count;
};

struct reading {
  const struct keel_strategy *strategy;
  const keel_surfaces_options *options;
  struct keel_tape *tape;
  struct keel_arena arena;
  struct seen seen;
  int64_t at_ns;
};

static keel_status play(struct reading *reading, keel_surfaces *surfaces, keel_error *error) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  const keel_surfaces_options *options = reading->options;
  uint64_t instants = 0, all = keel_tape_instants(reading->tape);
  surfaces->time_ns = KEEL_TIME_NONE;
  surfaces->rate = reading->strategy->market.rate;
  while (keel_tape_next(reading->tape, &cursor, &instant)) {
    if (reading->at_ns != KEEL_TIME_NONE && instant.time_ns > reading->at_ns) break;
    surfaces->time_ns = instant.time_ns;
    keel_tape_rate(reading->tape, &cursor, &surfaces->rate);
    for (size_t i = 0; i < instant.count; i++) {
      uint32_t id = instant.ids[i];
      reading->seen.bid[id] = instant.bids[i];
      reading->seen.ask[id] = instant.asks[i];
      reading->seen.time_ns[id] = instant.time_ns;
    }
    if (options->tick && instants++ % 64 == 0 && options->tick(options->tick_context, instants, all))
      return keel_fail(error, KEEL_STATUS_STOPPED, NULL, "stopped");
  }
  if (surfaces->time_ns == KEEL_TIME_NONE)
    return keel_fail(error, KEEL_STATUS_INPUT, reading->strategy->market.tape,
                     "`at` is before the first instant of the tape; give a later time");
  return KEEL_STATUS_OK;
}

/* The tape's own rate, or the strategy's: a number, or the curve of its file that is known then. */
static keel_status find_rates(const struct reading *reading, keel_surfaces *surfaces, keel_error *error) {
  const keel_rates *rates = reading->strategy->market.rates;
  keel_curve_flat(surfaces->rate, &surfaces->curve);
  if (!rates || !isnan(surfaces->rate)) return KEEL_STATUS_OK;
  size_t row;
  keel_status status = keel_rates_find(rates, surfaces->time_ns, &row, error);
  if (!status) status = keel_rates_curve(rates, row, &surfaces->curve, error);
  if (!status) surfaces->rate = keel_curve_overnight(&surfaces->curve);
  return status;
}

static keel_status open_tape(struct reading *reading, keel_error *error) {
  const char *path = reading->strategy->market.tape;
  if (!path)
    return keel_fail_at(error, reading->strategy->path, 0, "market.tape",
                        "is missing: a surface is fitted to the quotes of a tape");
  keel_status status = keel_tape_open(path, &reading->tape, error);
  if (status) return status;
  size_t count = reading->seen.count = keel_tape_contracts(reading->tape);
  reading->seen.bid = KEEL_ARENA_NEW(&reading->arena, double, count);
  reading->seen.ask = KEEL_ARENA_NEW(&reading->arena, double, count);
  reading->seen.time_ns = KEEL_ARENA_NEW(&reading->arena, int64_t, count);
  for (size_t i = 0; i < count; i++) {
    reading->seen.bid[i] = reading->seen.ask[i] = NAN;
    reading->seen.time_ns[i] = KEEL_TIME_NONE;
  }
  return KEEL_STATUS_OK;
}

/* ---- chains ---- */

struct listed {
  size_t underlying;
  uint32_t id;
  const struct keel_contract *contract;
};

static int by_place(const void *a, const void *b) {
  const struct listed *x = a, *y = b;
  if (x->underlying != y->underlying) return (x->underlying > y->underlying) - (x->underlying < y->underlying);
  const struct keel_contract *p = x->contract, *q = y->contract;
  if (p->expiry_ns != q->expiry_ns) return (p->expiry_ns > q->expiry_ns) - (p->expiry_ns < q->expiry_ns);
  if (p->strike != q->strike) return (p->strike > q->strike) - (p->strike < q->strike);
  return (x->id > y->id) - (x->id < y->id);
}

/* The living options of the strategy's underlyings that have been quoted, in the order of rows; spots are read on the
 * way. */
static size_t list_options(struct reading *reading, keel_surfaces *surfaces, struct listed *listed) {
  const struct keel_market_terms *market = &reading->strategy->market;
  size_t count = 0;
  for (uint32_t id = 0; id < reading->seen.count; id++) {
    const struct keel_contract *contract = keel_tape_contract(reading->tape, id);
    long u = keel_market_underlying(market, contract->underlying);
    if (u < 0 || reading->seen.time_ns[id] == KEEL_TIME_NONE) continue;
    if (contract->kind == KEEL_KIND_SPOT)
      surfaces->chains[u].spot = 0.5 * (reading->seen.bid[id] + reading->seen.ask[id]);
    if (keel_kind_is_option(contract->kind) && contract->expiry_ns > surfaces->time_ns)
      listed[count++] = (struct listed){(size_t)u, id, contract};
  }
  qsort(listed, count, sizeof *listed, by_place);
  return count;
}

static void make_rows(keel_surfaces *surfaces, size_t count) {
  struct keel_surfaces_rows *rows = &surfaces->rows;
  double **columns[] = {&rows->strike,        &rows->call_bid, &rows->call_ask, &rows->put_bid,
                        &rows->put_ask,       &rows->bid,      &rows->ask,      &rows->bid_vol,
                        &rows->log_moneyness, &rows->ask_vol,  &rows->vol,      &rows->error};
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    *columns[c] = KEEL_ARENA_NEW(&surfaces->arena, double, count);
    for (size_t i = 0; i < count; i++) (*columns[c])[i] = NAN;
  }
  rows->is_call = KEEL_ARENA_NEW(&surfaces->arena, unsigned char, count);
  surfaces->slices = KEEL_ARENA_NEW(&surfaces->arena, struct keel_surfaces_slice, count);
}

/* The slice and row of a listed option, which comes next in order. */
static void place_option(keel_surfaces *surfaces, const struct listed *option, const struct listed *before) {
  const struct keel_contract *contract = option->contract;
  struct keel_surfaces_chain *chain = &surfaces->chains[option->underlying];
  int is_chain = !before || before->underlying != option->underlying;
  int is_slice = is_chain || before->contract->expiry_ns != contract->expiry_ns;
  if (is_chain) {
    chain->first_slice = surfaces->slice_count;
    chain->first = surfaces->row_count;
  }
  if (is_slice) {
    double years = keel_years_between(surfaces->time_ns, contract->expiry_ns);
    chain->slice_count++;
    surfaces->slices[surfaces->slice_count++] =
        (struct keel_surfaces_slice){.expiry_ns = contract->expiry_ns,
                                     .years = years,
                                     .rate = keel_curve_zero(&surfaces->curve, years),
                                     .american = contract->exercise == KEEL_EXERCISE_AMERICAN,
                                     .underlying = option->underlying,
                                     .first = surfaces->row_count};
  }
  if (is_slice || before->contract->strike != contract->strike) {
    surfaces->rows.strike[surfaces->row_count++] = contract->strike;
    surfaces->slices[surfaces->slice_count - 1].count++;
    chain->count++;
  }
}

static void take_quote(const struct reading *reading, keel_surfaces *surfaces, const struct listed *option) {
  struct keel_surfaces_slice *slice = &surfaces->slices[surfaces->slice_count - 1];
  size_t row = surfaces->row_count - 1;
  const struct seen *seen = &reading->seen;
  if (surfaces->time_ns - seen->time_ns[option->id] > reading->strategy->market.stale_ns) {
    slice->stale++;
    return;
  }
  int is_call = option->contract->kind == KEEL_KIND_CALL;
  (is_call ? surfaces->rows.call_bid : surfaces->rows.put_bid)[row] = seen->bid[option->id];
  (is_call ? surfaces->rows.call_ask : surfaces->rows.put_ask)[row] = seen->ask[option->id];
}

static keel_status lay_out(struct reading *reading, keel_surfaces *surfaces, keel_error *error) {
  const struct keel_market_terms *market = &reading->strategy->market;
  surfaces->chain_count = market->underlying_count;
  surfaces->chains = KEEL_ARENA_NEW(&surfaces->arena, struct keel_surfaces_chain, surfaces->chain_count);
  for (size_t u = 0; u < surfaces->chain_count; u++)
    surfaces->chains[u] = (struct keel_surfaces_chain){.terms = &market->underlyings[u], .spot = NAN};
  struct listed *listed = KEEL_ARENA_NEW(&reading->arena, struct listed, reading->seen.count);
  size_t count = list_options(reading, surfaces, listed);
  if (!count)
    return keel_fail(error, KEEL_STATUS_INPUT, market->tape,
                     "has no options on the underlyings of the book that are alive then");
  make_rows(surfaces, count);
  for (size_t i = 0; i < count; i++) {
    place_option(surfaces, &listed[i], i ? &listed[i - 1] : NULL);
    take_quote(reading, surfaces, &listed[i]);
  }
  return KEEL_STATUS_OK;
}

/* ---- forwards and vols, an expiry each ---- */

static void find_forward(keel_surfaces *surfaces, struct keel_surfaces_slice *slice) {
  const struct keel_surfaces_rows *rows = &surfaces->rows;
  const struct keel_surfaces_chain *chain = &surfaces->chains[slice->underlying];
  const keel_parity_quotes quotes = {slice->count,
                                     rows->strike + slice->first,
                                     rows->call_bid + slice->first,
                                     rows->call_ask + slice->first,
                                     rows->put_bid + slice->first,
                                     rows->put_ask + slice->first};
  const keel_parity_terms terms = {slice->years, slice->rate, chain->spot, slice->american, KEEL_AMERICAN_FAST};
  keel_forward_imply(&quotes, &terms, &slice->parity);
  slice->yield = chain->terms->on == KEEL_ON_FUTURE ? slice->rate : chain->terms->yield;
  slice->forward = chain->spot * keel_exp((slice->rate - slice->yield) * slice->years);
  if (slice->parity.problem) return;
  slice->forward = slice->parity.forward;
  slice->yield = slice->rate - keel_log(slice->forward / chain->spot) / slice->years;
}

/* The side of each strike that is out of the money; where that one has no ask, neither. */
static void choose_sides(keel_surfaces *surfaces, const struct keel_surfaces_slice *slice) {
  struct keel_surfaces_rows *rows = &surfaces->rows;
  for (size_t i = slice->first; i < slice->first + slice->count; i++) {
    int is_call = rows->strike[i] >= slice->forward;
    rows->is_call[i] = (unsigned char)is_call;
    rows->bid[i] = (is_call ? rows->call_bid : rows->put_bid)[i];
    rows->ask[i] = (is_call ? rows->call_ask : rows->put_ask)[i];
    rows->log_moneyness[i] = keel_log(rows->strike[i] / slice->forward);
  }
}

enum { CHUNK = 256 };

/* Implied vols of one side's prices; 0 and what has none are NaN. */
static void imply(const keel_surfaces *surfaces, const struct keel_surfaces_slice *slice, size_t first, size_t count,
                  const double *price, double *vol) {
  double column[5][CHUNK];
  const struct keel_surfaces_chain *chain = &surfaces->chains[slice->underlying];
  for (size_t i = 0; i < count; i++) {
    column[0][i] = surfaces->rows.is_call[first + i] ? 1 : -1;
    column[1][i] = chain->spot;
    column[2][i] = slice->rate;
    column[3][i] = slice->yield;
    column[4][i] = slice->years;
  }
  const keel_options options = {column[0], column[1], surfaces->rows.strike + first, column[2], column[3],
                                column[4], column[1]};
  if (slice->american)
    keel_american_implied_vol(count, &options, KEEL_AMERICAN_FAST, price + first, vol + first);
  else
    keel_implied_vol_solve(count, &options, price + first, vol + first);
  for (size_t i = first; i < first + count; i++)
    if (!(price[i] > 0) || !(vol[i] > 0)) vol[i] = NAN;
}

static void value_slice(void *context, size_t index, size_t worker) {
  (void)worker;
  keel_surfaces *surfaces = context;
  struct keel_surfaces_slice *slice = &surfaces->slices[index];
  find_forward(surfaces, slice);
  if (!(slice->forward > 0)) return;
  choose_sides(surfaces, slice);
  for (size_t i = slice->first; i < slice->first + slice->count; i += CHUNK) {
    size_t left = slice->first + slice->count - i, count = left < CHUNK ? left : CHUNK;
    imply(surfaces, slice, i, count, surfaces->rows.bid, surfaces->rows.bid_vol);
    imply(surfaces, slice, i, count, surfaces->rows.ask, surfaces->rows.ask_vol);
  }
}

/* ---- surfaces, an underlying each ---- */

struct fit_job {
  keel_surfaces *surfaces;
  keel_surface_model model;
};

static keel_status fit_chain(const struct fit_job *job, struct keel_surfaces_chain *chain) {
  keel_surfaces *surfaces = job->surfaces;
  const struct keel_surfaces_rows *rows = &surfaces->rows;
  keel_smile *smiles = malloc((chain->slice_count + 1) * sizeof *smiles);
  if (!smiles) return keel_fail(&chain->error, KEEL_STATUS_MEMORY, NULL, "no memory for smiles");
  for (size_t s = 0; s < chain->slice_count; s++) {
    const struct keel_surfaces_slice *slice = &surfaces->slices[chain->first_slice + s];
    smiles[s] = (keel_smile){.years = slice->years,
                             .forward = slice->forward,
                             .count = slice->count,
                             .log_moneyness = rows->log_moneyness + slice->first,
                             .bid_vol = rows->bid_vol + slice->first,
                             .ask_vol = rows->ask_vol + slice->first};
  }
  const keel_surface_options options = {job->model, chain->spot, NULL};
  keel_status status = keel_surface_fit(chain->slice_count, smiles, &options, &chain->surface, &chain->error);
  free(smiles);
  return status;
}

static void fit_surface(void *context, size_t index, size_t worker) {
  (void)worker;
  const struct fit_job *job = context;
  struct keel_surfaces_chain *chain = &job->surfaces->chains[index];
  if (!chain->slice_count) {
    chain->problem = "no options that are alive";
    return;
  }
  if (!(chain->spot > 0)) {
    chain->problem = "no quote of its spot";
    return;
  }
  if (fit_chain(job, chain) != KEEL_STATUS_OK) {
    chain->problem = chain->error.what;
    return;
  }
  struct keel_surfaces_rows *rows = &job->surfaces->rows;
  for (size_t s = 0; s < chain->slice_count; s++) {
    const struct keel_surfaces_slice *slice = &job->surfaces->slices[chain->first_slice + s];
    const keel_surface_values out = {.vol = rows->vol + slice->first, .error = rows->error + slice->first};
    keel_surface_evaluate(chain->surface, slice->years, slice->count, rows->log_moneyness + slice->first, &out);
  }
}

static keel_status fit_all(keel_surfaces *surfaces, const keel_surfaces_options *options, keel_error *error) {
  struct keel_pool *pool;
  struct fit_job job = {surfaces, options->model};
  keel_status status = keel_pool_new(options->threads > 1 ? (size_t)options->threads : 1, &pool, error);
  if (status) return status;
  keel_pool_run(pool, surfaces->slice_count, value_slice, surfaces);
  keel_pool_run(pool, surfaces->chain_count, fit_surface, &job);
  keel_pool_free(pool);
  for (size_t u = 0; u < surfaces->chain_count; u++)
    if (surfaces->chains[u].error.status == KEEL_STATUS_MEMORY) {
      if (error) *error = surfaces->chains[u].error;
      return KEEL_STATUS_MEMORY;
    }
  return KEEL_STATUS_OK;
}

/* ---- the whole ---- */

keel_status keel_surfaces_run(const keel_strategy *strategy, const keel_surfaces_options *options, keel_surfaces **out,
                              keel_error *error) {
  static const keel_surfaces_options none = {0};
  struct reading reading = {.strategy = strategy, .options = options ? options : &none};
  *out = NULL;
  keel_status status = keel_snapshot_time(strategy, "at", reading.options->at, &reading.at_ns, error);
  if (status) return status;
  keel_surfaces *surfaces = calloc(1, sizeof *surfaces);
  if (!surfaces) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a result");
  surfaces->strategy = strategy;
  keel_arena_init(&surfaces->arena);
  keel_arena_init(&reading.arena);
  status = open_tape(&reading, error);
  if (!status) status = play(&reading, surfaces, error);
  if (!status) status = find_rates(&reading, surfaces, error);
  if (!status) status = lay_out(&reading, surfaces, error);
  if (!status) status = fit_all(surfaces, reading.options, error);
  keel_arena_fini(&reading.arena);
  if (reading.tape) keel_tape_close(reading.tape);
  if (status)
    keel_surfaces_free(surfaces);
  else
    *out = surfaces;
  return status;
}

void keel_surfaces_free(keel_surfaces *surfaces) {
  if (!surfaces) return;
  for (size_t u = 0; u < surfaces->chain_count; u++) keel_surface_free(surfaces->chains[u].surface);
  keel_arena_fini(&surfaces->arena);
  free(surfaces);
}
