#include "drive/snapshot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "book/calendar.h"
#include "hedge/mark.h"
#include "hedge/step.h"
#include "world/feed_tape.h"

/* ---- the tape until an instant ---- */

static keel_status wire_tape(struct keel_snapshot *snapshot, keel_error *error) {
  const struct keel_replay *replay = snapshot->replay;
  const struct keel_strategy *strategy = &snapshot->strategy;
  struct keel_wiring_input input = {.book = &replay->book,
                                    .trades = replay->fills.trades,
                                    .trade_count = replay->fills.count,
                                    .terms = &strategy->market,
                                    .accounts = replay->accounts,
                                    .account_count = keel_strategy_account_count(strategy),
                                    .variant_count = 1,
                                    .sleeves = strategy->sleeves,
                                    .sleeve_count = strategy->sleeve_count,
                                    .paths = 1,
                                    .listed = replay->listed,
                                    .listed_count = replay->listed_count,
                                    .explains = 1};
  keel_status status = keel_wiring_build(&snapshot->arena, &input, &snapshot->rows, error);
  if (status != KEEL_STATUS_OK) return status;
  snapshot->wiring = &snapshot->rows;
  snapshot->block = keel_block_new(&snapshot->arena, snapshot->wiring, replay->model != NULL);
  if (replay->model)
    snapshot->block->market.vol_slope = KEEL_ARENA_NEW(&snapshot->arena, double, snapshot->rows.row_count);
  return KEEL_STATUS_OK;
}

static int has_entered(const struct keel_block *block) {
  for (size_t u = 0; u < block->wiring->underlying_count; u++)
    if (!block->entered[u]) return 0;
  return 1;
}

/* The book as it stands: from here on its moves are added up. */
static void begin_move(struct keel_snapshot *snapshot, size_t u, int is_since_fill) {
  snapshot->moves[u] = (struct keel_snapshot_move){.since_ns = snapshot->block->market.time_ns,
                                                   .is_since_fill = is_since_fill,
                                                   .value = snapshot->block->totals.value[u]};
}

/* Whether the moves of an underlying begin at this instant, or begin anew. */
static int begins_move(const struct keel_snapshot *snapshot, size_t u, int64_t since_ns, int has_filled) {
  int is_first = snapshot->moves[u].since_ns == KEEL_TIME_NONE;
  if (since_ns == KEEL_SNAPSHOT_TRADE) return snapshot->block->entered[u] && (is_first || has_filled);
  if (since_ns == KEEL_TIME_NONE || !has_entered(snapshot->block)) return 0;
  if (since_ns == KEEL_SNAPSHOT_START) return is_first;
  return snapshot->block->market.time_ns <= since_ns;
}

static void add_move(struct keel_snapshot *snapshot, size_t u) {
  const struct keel_block *block = snapshot->block;
  if (!block->stepped[u]) return;
  snapshot->moves[u].cash += block->totals.cash[u];
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) snapshot->moves[u].change[c] += block->totals.change[c][u];
}

/* After each instant; `left` is what was left of each underlying's fills before it. */
static void follow_moves(struct keel_snapshot *snapshot, int64_t since_ns, size_t *left) {
  const struct keel_block *block = snapshot->block;
  for (size_t u = 0; u < block->wiring->underlying_count; u++) {
    int has_filled = block->trades_left[u] != left[u];
    left[u] = block->trades_left[u];
    if (begins_move(snapshot, u, since_ns, has_filled))
      begin_move(snapshot, u, has_filled);
    else if (snapshot->moves[u].since_ns != KEEL_TIME_NONE)
      add_move(snapshot, u);
  }
}

/* The close of the session before that of an instant; a close at midnight belongs to the day that ends. */
static int64_t close_before(const struct keel_calendar *calendar, int64_t time_ns) {
  if (time_ns == KEEL_TIME_NONE) return KEEL_TIME_NONE;
  int32_t day = keel_zone_date(keel_calendar_zone(calendar), time_ns - 1) - 1;
  for (int i = 0; i < 366 && !keel_calendar_is_open(calendar, day); i++) day--;
  return keel_calendar_close(calendar, day);
}

static int64_t since_of(const struct keel_snapshot *snapshot, int64_t since_ns, const struct keel_fill_feed *fills) {
  if (since_ns != KEEL_SNAPSHOT_DAY) return since_ns;
  return close_before(snapshot->strategy.market.calendar, keel_fill_feed_last(fills));
}

static keel_status before_first(const struct keel_snapshot *snapshot, const char *what, int64_t asked_ns,
                                keel_error *error) {
  char asked[40];
  keel_time_format(asked_ns, asked);
  return keel_fail(error, KEEL_STATUS_INPUT, snapshot->strategy.market.tape,
                   "`%s` is %s, and the book has no marks until then; give a later time", what, asked);
}

static keel_status play_tape(struct keel_snapshot *snapshot, const struct keel_snapshot_query *query,
                             keel_error *error) {
  struct keel_block *block = snapshot->block;
  const struct keel_run_terms *run = &snapshot->strategy.run;
  int64_t end_ns = query->at_ns;
  if (end_ns == KEEL_TIME_NONE || (run->end_ns != KEEL_TIME_NONE && run->end_ns < end_ns)) end_ns = run->end_ns;
  struct keel_feed_tape feed;
  struct keel_fill_feed fills;
  keel_feed_tape_init(&feed, &snapshot->arena, snapshot->replay->tape, snapshot->wiring);
  keel_feed_tape_limit(&feed, run->start_ns, end_ns);
  keel_status status = keel_feed_tape_rates(&feed, &snapshot->arena, snapshot->strategy.market.rates, error);
  if (status) return status;
  keel_fill_feed_init(&fills, &snapshot->arena, &feed);
  fills.end_ns = end_ns;
  int64_t since_ns = since_of(snapshot, query->since_ns, &fills);
  size_t count = snapshot->wiring->underlying_count, *left = KEEL_ARENA_NEW(&snapshot->arena, size_t, count);
  memcpy(left, block->trades_left, count * sizeof *left);
  uint64_t instants = 0, all = keel_tape_instants(snapshot->replay->tape);
  while (keel_fill_feed_next(&fills, &block->market)) {
    memset(block->source_counts, 0, sizeof block->source_counts);
    keel_observe(block);
    follow_moves(snapshot, since_ns, left);
    if (query->tick && instants++ % 64 == 0 && query->tick(query->tick_context, instants, all))
      return keel_fail(error, KEEL_STATUS_STOPPED, NULL, "stopped");
  }
  snapshot->is_at_end = end_ns == KEEL_TIME_NONE || feed.upcoming.time_ns <= end_ns;
  if (block->market.time_ns == KEEL_TIME_NONE && query->at_ns != KEEL_TIME_NONE)
    return before_first(snapshot, "at", query->at_ns, error);
  if (block->market.time_ns == KEEL_TIME_NONE)
    return keel_fail(error, KEEL_STATUS_INPUT, snapshot->strategy.market.tape,
                     "no instant of the tape lies between run.start and run.end");
  for (size_t u = 0; u < count; u++)
    if (!block->entered[u]) return keel_replay_never_entered(block, u, error);
  snapshot->has_moves = since_ns != KEEL_TIME_NONE;
  for (size_t u = 0; u < count && snapshot->has_moves; u++)
    if (snapshot->moves[u].since_ns == KEEL_TIME_NONE) return before_first(snapshot, "since", since_ns, error);
  return keel_replay_fills_booked(block, error);
}

static keel_status observe_tape(struct keel_snapshot *snapshot, const struct keel_snapshot_query *query,
                                keel_error *error) {
  keel_status status = keel_replay_open(&snapshot->strategy, &snapshot->replay, error);
  if (!status) status = wire_tape(snapshot, error);
  if (status) return status;
  size_t count = snapshot->wiring->underlying_count;
  snapshot->moves = KEEL_ARENA_NEW(&snapshot->arena, struct keel_snapshot_move, count);
  for (size_t u = 0; u < count; u++) snapshot->moves[u].since_ns = KEEL_TIME_NONE;
  return play_tape(snapshot, query, error);
}

/* ---- the model at its start ---- */

static int expires(const struct keel_book *book) {
  for (size_t i = 0; i < book->count; i++)
    if (book->positions[i].contract.kind != KEEL_KIND_SPOT) return 1;
  return 0;
}

/* What a simulation needs and its start does not depend on. */
static void fill_in_run(struct keel_strategy *strategy) {
  struct keel_run_terms *run = &strategy->run;
  run->explains = 1;
  if (run->paths < 1) run->paths = 1;
  if (run->steps < 1) run->steps = 1;
  if (isnan(run->years) && run->end_ns == KEEL_TIME_NONE && !expires(&strategy->book)) run->years = 1;
}

static keel_status observe_model(struct keel_snapshot *snapshot, const struct keel_snapshot_query *query,
                                 keel_error *error) {
  fill_in_run(&snapshot->strategy);
  const char *path = snapshot->strategy.path;
  if (query->at_ns != KEEL_TIME_NONE || query->since_ns != KEEL_TIME_NONE)
    return keel_fail_at(error, path, 0, NULL,
                        "the marks are those of a model at its start, which has no other instants; leave out `%s`",
                        query->at_ns != KEEL_TIME_NONE ? "at" : "since");
  snapshot->strategy.variant_count = 1;
  const struct keel_simulation_plan plan = {
      .strategy = &snapshot->strategy, .threads = 1, .has_ledger = 1, .block_paths = 1};
  keel_status status = keel_simulation_wire(&snapshot->arena, &plan, &snapshot->simulated, error);
  if (status != KEEL_STATUS_OK) return status;
  keel_simulation_worker_init(&snapshot->worker, &snapshot->simulated);
  keel_simulation_begin(&snapshot->worker, 0, 1);
  snapshot->block = snapshot->worker.block;
  snapshot->wiring = &snapshot->simulated.rows;
  keel_assert(keel_feed_paths_next(snapshot->worker.feed, &snapshot->block->market));
  keel_observe(snapshot->block);
  return KEEL_STATUS_OK;
}

/* ---- positions ---- */

static const char *marked(const struct keel_snapshot *snapshot, uint32_t r) {
  const struct keel_block *block = snapshot->block;
  if (block->market.vol) return "marked_by_model";
  return keel_mark_source_names[keel_quote_source(block, r)];
}

/* Inputs of the kernel, spot and futures in the guise of calls of strike 0. */
static void add_position(struct keel_snapshot *snapshot, uint32_t r) {
  const struct keel_row *row = &snapshot->wiring->rows[r];
  const struct keel_marks *marks = keel_marks_after(snapshot->block, row->underlying);
  const struct keel_snapshot_inputs *inputs = &snapshot->inputs;
  size_t at = snapshot->count++;
  int is_option = keel_kind_is_option(row->contract.kind), is_spot = row->contract.kind == KEEL_KIND_SPOT;
  double rate = marks->zero_rate[r];
  inputs->american[at] = (unsigned char)keel_is_american(&row->contract);
  inputs->phi[at] = is_option ? row->phi : 1;
  inputs->paid[at] = is_option ? keel_paid_until_expiry(snapshot->block, row->underlying, r) : NULL;
  inputs->spot[at] = keel_snapshot_spot(snapshot, row->underlying) - (is_option ? 0 : marks->escrow[r]);
  inputs->strike[at] = is_option ? row->contract.strike : 0;
  inputs->rate[at] = is_option ? rate : 0;
  inputs->yield[at] = is_spot ? 0 : is_option ? marks->yield[r] : marks->yield[r] - rate;
  inputs->years[at] = is_spot ? 0 : keel_years_between(marks->time_ns[row->underlying], row->contract.expiry_ns);
  inputs->vol[at] = is_option ? marks->vol[r] : 0;
  snapshot->mark[at] = marks->price[r];
  const struct keel_underlying *underlying = &snapshot->wiring->underlyings[row->underlying];
  snapshot->positions[at] = (struct keel_snapshot_position){r, underlying->number, underlying->account,
                                                            keel_units_held(snapshot->block, r), marked(snapshot, r)};
}

/* Greeks as the block has them; it keeps no charm and speed, and the formula's price may not be the mark. */
static void read_greeks(struct keel_snapshot *snapshot) {
  keel_greeks *greeks = &snapshot->greeks;
  const struct keel_option_rows rows = keel_snapshot_rows(snapshot, &snapshot->inputs);
  keel_price_rows(&rows, KEEL_GREEK_SET_ALL, greeks);
  for (size_t i = 0; i < snapshot->count; i++) {
    const struct keel_snapshot_position *position = &snapshot->positions[i];
    const keel_greeks *from = &keel_marks_after(snapshot->block, keel_snapshot_sleeve(snapshot, i))->greeks;
    double *const to[] = {greeks->delta, greeks->gamma, greeks->vega,  greeks->theta,
                          greeks->rho,   greeks->psi,   greeks->vanna, greeks->volga};
    const double *const of[] = {from->delta, from->gamma, from->vega,  from->theta,
                                from->rho,   from->psi,   from->vanna, from->volga};
    for (size_t k = 0; k < sizeof to / sizeof *to; k++) to[k][i] = of[k][position->row];
  }
}

static void make_room(struct keel_snapshot *snapshot, size_t rows) {
  struct keel_arena *arena = &snapshot->arena;
  struct keel_snapshot_inputs *inputs = &snapshot->inputs;
  keel_greeks *greeks = &snapshot->greeks;
  double **columns[] = {&inputs->phi,   &inputs->spot,  &inputs->strike, &inputs->rate,  &inputs->yield,
                        &inputs->years, &inputs->vol,   &greeks->price,  &greeks->delta, &greeks->gamma,
                        &greeks->vega,  &greeks->theta, &greeks->rho,    &greeks->psi,   &greeks->vanna,
                        &greeks->volga, &greeks->charm, &greeks->speed,  &snapshot->mark};
  for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) *columns[k] = KEEL_ARENA_NEW(arena, double, rows);
  inputs->american = KEEL_ARENA_NEW(arena, unsigned char, rows);
  inputs->room = keel_room_for(arena, snapshot->wiring);
  inputs->paid = KEEL_ARENA_NEW(arena, const keel_dividends *, rows);
  snapshot->positions = KEEL_ARENA_NEW(arena, struct keel_snapshot_position, rows);
}

static keel_status list_positions(struct keel_snapshot *snapshot, keel_error *error) {
  const struct keel_wiring *wiring = snapshot->wiring;
  size_t held = 0;
  for (uint32_t r = 0; r < wiring->row_count; r++) held += keel_units_held(snapshot->block, r) != 0;
  make_room(snapshot, held);
  for (uint32_t r = 0; r < wiring->row_count; r++)
    if (keel_units_held(snapshot->block, r) != 0 && snapshot->block->alive[r]) add_position(snapshot, r);
  snapshot->settled = held - snapshot->count;
  char when[40];
  keel_time_format(snapshot->time_ns, when);
  if (held && !snapshot->count)
    return keel_fail_at(error, snapshot->strategy.path, 0, "book",
                        "everything in it has expired by %s, the instant of its marks; give an earlier `at`", when);
  read_greeks(snapshot);
  return KEEL_STATUS_OK;
}

/* ---- the whole ---- */

keel_status keel_snapshot_time(const struct keel_strategy *strategy, const char *name, const char *text,
                               int64_t *time_ns, keel_error *error) {
  struct keel_time_text time;
  *time_ns = KEEL_TIME_NONE;
  if (!text) return KEEL_STATUS_OK;
  if (keel_time_parse(text, strlen(text), &time)) *time_ns = keel_calendar_instant(strategy->market.calendar, &time);
  if (*time_ns != KEEL_TIME_NONE) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_INPUT, name,
                   "`%.80s` is no time; allowed: 2023-08-18 (its close), or with a time as 2023-08-18T15:30 (and Z or "
                   "+hh:mm)",
                   text);
}

int keel_snapshot_is_from_tape(const struct keel_strategy *strategy) {
  if (strategy->risk.from == KEEL_RISK_FROM_EITHER) return strategy->market.tape || !strategy->simulated.models;
  return strategy->risk.from == KEEL_RISK_FROM_TAPE;
}

static keel_status check_source(const struct keel_strategy *strategy, keel_error *error) {
  int tape = keel_snapshot_is_from_tape(strategy);
  if (tape ? strategy->market.tape != NULL : strategy->simulated.models != NULL) return KEEL_STATUS_OK;
  return keel_fail_at(
      error, strategy->path, 0, tape ? "market.tape" : "market.model",
      tape ? "is missing: marks come from a tape, or from a model at its start" : "is missing: risk.from is model");
}

keel_status keel_snapshot_take(struct keel_snapshot *snapshot, const struct keel_strategy *strategy,
                               const struct keel_snapshot_query *query, keel_error *error) {
  *snapshot = (struct keel_snapshot){.strategy = *strategy};
  keel_status status = check_source(strategy, error);
  if (status != KEEL_STATUS_OK) return status;
  keel_arena_init(&snapshot->arena);
  keel_strategy_leave_out_hedges(&snapshot->arena, &snapshot->strategy);
  status = keel_snapshot_is_from_tape(strategy) ? observe_tape(snapshot, query, error)
                                                : observe_model(snapshot, query, error);
  if (!status) {
    snapshot->time_ns = snapshot->block->market.time_ns;
    memcpy(snapshot->counts, snapshot->block->source_counts, sizeof snapshot->counts);
    status = list_positions(snapshot, error);
  }
  if (status) keel_snapshot_fini(snapshot);
  return status;
}

void keel_snapshot_fini(struct keel_snapshot *snapshot) {
  if (snapshot->worker.wiring) keel_simulation_worker_fini(&snapshot->worker);
  keel_replay_free(snapshot->replay);
  keel_arena_fini(&snapshot->arena);
  *snapshot = (struct keel_snapshot){0};
}
