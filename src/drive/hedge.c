/* keel hedge: the instruments at hand, marks, and the trades in lots that bring exposures within their tolerances. */
#include "drive/hedge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fail.h"
#include "drive/notes.h"
#include "hedge/decide.h"

/* ---- limits and costs of a line ---- */

/* A holding that is beyond its limit may come back, and not go farther; spot is not sold shorter than what is located.
 */
static void set_limits(const struct keel_hedge *hedge, const struct keel_hedge_at_hand *at_hand,
                       struct keel_lots_line *line) {
  const struct keel_limits *limits = keel_account_of(hedge->snapshot.wiring, at_hand->underlying)->limits;
  double order = limits->order_qty_max, held = limits->position_qty_max;
  if (!isnan(limits->order_notional_max)) order = fmin(order, limits->order_notional_max / line->value);
  if (!isnan(at_hand->with->qty_max)) held = fmin(held, at_hand->with->qty_max);
  line->to = fmax(fmin(order, held - at_hand->held), 0);
  double most_short = at_hand->with->limits_short ? fmin(held, at_hand->with->short_qty_max) : held;
  line->from = fmin(fmax(-order, -most_short - at_hand->held), 0);
}

static void set_costs(const struct keel_hedge *hedge, const struct keel_hedge_at_hand *at_hand,
                      struct keel_lots_line *line) {
  const struct keel_costs *costs = keel_costs_of(hedge->snapshot.wiring, at_hand->underlying);
  double half = at_hand->half_spread, mid = at_hand->mid, multiplier = at_hand->contract.multiplier;
  double taxed = at_hand->contract.kind == KEEL_KIND_FUTURE ? 0 : 1;
  line->buy = multiplier * (half + taxed * (mid + half) * costs->buy_tax_bps / 1e4);
  line->sell = multiplier * (half + taxed * (mid - half) * costs->sell_tax_bps / 1e4);
  line->fees = keel_policy_fees(at_hand->with, costs);
}

static void add_line(struct keel_hedge *hedge, struct keel_hedge_side *side, size_t index) {
  const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[index];
  const struct keel_target *target = keel_hedge_target(hedge, at_hand->underlying);
  struct keel_block *block = hedge->snapshot.block;
  struct keel_lots_line *line = &side->lots.lines[side->lots.line_count];
  side->of_line[side->lots.line_count++] = index;
  line->lot = at_hand->with->lot;
  line->qty_min = at_hand->with->qty_min;
  line->multiplier = at_hand->contract.multiplier;
  line->value = at_hand->mid * line->multiplier;
  for (size_t e = 0; e < side->lots.exposure_count; e++) {
    enum keel_exposure exposure = target->exposures[e];
    int is_weighted = exposure == KEEL_EXPOSURE_VEGA && keel_kind_is_option(at_hand->contract.kind);
    double weight = is_weighted ? keel_vega_weight(block, target->vega_tenor, at_hand->row) : 1;
    line->exposure[e] = line->multiplier * weight * keel_hedge_row_exposure(hedge, at_hand->row, exposure);
  }
  set_limits(hedge, at_hand, line);
  set_costs(hedge, at_hand, line);
}

/* ---- one underlying ---- */

static keel_status not_known(const struct keel_hedge *hedge, size_t u, enum keel_exposure exposure, keel_error *error) {
  return keel_fail_at(
      error, hedge->strategy->path, 0, "hedge.target",
      "the %s of the book on `%.80s` is not a number at its marks (a vol of 0 at the money, or one that "
      "is not known): leave it out of `neutral`, or give market.implied_vol",
      keel_exposure_table[exposure].name, keel_hedge_name(hedge, u));
}

static keel_status set_up(struct keel_hedge *hedge, size_t u, keel_error *error) {
  struct keel_hedge_side *side = &hedge->sides[u];
  const struct keel_target *target = keel_hedge_target(hedge, u);
  side->is_paused = keel_is_paused(hedge->snapshot.block, u);
  side->lots.exposure_count = target->exposure_count;
  side->lots.aversion = target->cost_aversion;
  for (size_t e = 0; e < target->exposure_count; e++) {
    enum keel_exposure exposure = target->exposures[e];
    side->before[e] = keel_hedge_book_exposure(hedge, u, exposure);
    if (!isfinite(side->before[e])) return not_known(hedge, u, exposure, error);
    side->lots.now[e] = side->before[e];
    side->lots.tolerance[e] = target->tolerance[exposure];
    side->lots.weight[e] = keel_exposure_weight(exposure, keel_snapshot_spot(&hedge->snapshot, u));
  }
  for (size_t i = 0; i < hedge->count; i++)
    if (hedge->at_hand[i].underlying == u && !hedge->at_hand[i].problem) add_line(hedge, side, i);
  return KEEL_STATUS_OK;
}

static void trade(struct keel_hedge *hedge, size_t u) {
  struct keel_hedge_side *side = &hedge->sides[u];
  keel_lots_start(&side->lots, side->lots.start);
  keel_lots_solve(&hedge->arena, &side->lots, &side->answer);
  for (size_t e = 0; e < side->lots.exposure_count; e++)
    side->after[e] = keel_lots_residual(&side->lots, side->answer.qty, e);
  for (size_t l = 0; l < side->lots.line_count; l++) {
    struct keel_hedge_at_hand *at_hand = &hedge->at_hand[side->of_line[l]];
    double qty = side->answer.qty[l];
    if (qty == 0) continue;
    at_hand->qty = qty;
    at_hand->price = qty > 0 ? at_hand->mid + at_hand->half_spread : at_hand->mid - at_hand->half_spread;
    at_hand->cost = keel_lots_cost(&side->lots.lines[l], qty);
    hedge->cost += at_hand->cost;
  }
  keel_hedge_find_why(side);
}

/* ---- what a reader has to know ---- */

static void add_note(struct keel_hedge *hedge, const char *text) {
  hedge->notes[hedge->note_count++] = keel_arena_text(&hedge->arena, text, strlen(text));
}

static uint64_t count_fallbacks(const struct keel_snapshot *snapshot) {
  uint64_t sum = 0;
  for (int s = KEEL_MARK_QUOTE + 1; s < KEEL_MARK_SOURCE_COUNT; s++) sum += snapshot->counts[s];
  return sum;
}

/* What was laid over an underlying by hand. */
static void note_overrides(struct keel_hedge *hedge, size_t u) {
  const struct keel_underlying *underlyings = hedge->snapshot.wiring->underlyings;
  const struct keel_overrides *overrides = &underlyings[u].terms->overrides;
  const char *name = keel_hedge_name(hedge, u);
  char text[320];
  if (u && underlyings[u].number == underlyings[u - 1].number) return; /* of another account: it is said */
  if (hedge->sides[u].is_paused) {
    snprintf(text, sizeof text, "%.80s is paused by market.overrides: nothing is traded.", name);
    add_note(hedge, text);
  }
  if (overrides->delta_offset == 0) return;
  snprintf(text, sizeof text, "The delta of %.80s is without the %.10g shares that are wanted of it (delta_offset).",
           name, overrides->delta_offset);
  add_note(hedge, text);
}

static void note_instruments(struct keel_hedge *hedge) {
  char text[480];
  for (size_t i = 0; i < hedge->count; i++) {
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
    if (!at_hand->problem || hedge->sides[at_hand->underlying].is_paused) continue;
    snprintf(text, sizeof text, "%s is not traded: %s.", at_hand->name, at_hand->problem);
    add_note(hedge, text);
  }
}

static void list_notes(struct keel_hedge *hedge) {
  enum { MOST = 5 };
  const struct keel_strategy *strategy = hedge->strategy;
  const struct keel_snapshot *snapshot = &hedge->snapshot;
  char text[480];
  size_t underlyings = snapshot->wiring->underlying_count;
  hedge->notes =
      KEEL_ARENA_NEW(&hedge->arena, const char *, MOST + 2 * underlyings + hedge->count + strategy->warning_count);
  if (!snapshot->replay)
    add_note(hedge, "Marks are those of the model at its start, at the vols of its implied_vol.");
  else if (snapshot->replay->model)
    add_note(hedge, "The market is simulated: the tape is a path of a model.");
  const char *escrowed = keel_note_escrowed(snapshot->wiring, snapshot->time_ns);
  if (escrowed) add_note(hedge, escrowed);
  if (count_fallbacks(snapshot)) {
    snprintf(text, sizeof text, "%llu of the marks are not at a usable quote: `keel risk` counts them by kind.",
             (unsigned long long)count_fallbacks(snapshot));
    add_note(hedge, text);
  }
  if (hedge->left_out) {
    snprintf(text, sizeof text, "Options were chosen among %zu more that are listed and expire in the time asked for.",
             hedge->left_out);
    add_note(hedge, text);
  }
  for (size_t u = 0; u < underlyings; u++) note_overrides(hedge, u);
  note_instruments(hedge);
  for (size_t i = 0; i < strategy->warning_count; i++) add_note(hedge, strategy->warnings[i]);
}

/* ---- the whole ---- */

static keel_status solve(struct keel_hedge *hedge, const struct keel_snapshot_query *query, keel_error *error) {
  keel_status status = keel_hedge_list(hedge, query->at_ns, error);
  if (!status) status = keel_snapshot_take(&hedge->snapshot, &hedge->marked, query, error);
  if (status) return status;
  keel_hedge_expose(hedge);
  status = keel_hedge_choose(hedge, error);
  if (status) return status;
  size_t underlyings = hedge->snapshot.wiring->underlying_count;
  hedge->sides = KEEL_ARENA_NEW(&hedge->arena, struct keel_hedge_side, underlyings);
  for (size_t u = 0; u < underlyings && !status; u++) status = set_up(hedge, u, error);
  if (status) return status;
  for (size_t u = 0; u < underlyings; u++) trade(hedge, u);
  keel_hedge_say(hedge);
  list_notes(hedge);
  return KEEL_STATUS_OK;
}

static keel_status check_targets(const struct keel_strategy *strategy, keel_error *error) {
  for (size_t u = 0; u < keel_strategy_sleeve_count(strategy); u++) {
    size_t account = keel_strategy_sleeve(strategy, u).account;
    const struct keel_variant *variant = keel_strategy_account_variant(strategy, account, 0);
    if (variant->policy.target.kind != KEEL_TARGET_NEUTRAL)
      return keel_config_fail(error, variant->hedge, "target",
                              "is not neutral; `keel hedge` brings exposures within tolerances: give neutral, as "
                              "[delta, vega]");
  }
  return KEEL_STATUS_OK;
}

/* Those that some account has a target for, in the order in which they are named. */
static void list_exposures(struct keel_hedge *hedge) {
  for (size_t u = 0; u < keel_strategy_sleeve_count(hedge->strategy); u++) {
    const struct keel_target *target = keel_hedge_target(hedge, u);
    for (size_t e = 0; e < target->exposure_count; e++) {
      size_t i = 0;
      while (i < hedge->exposure_count && hedge->exposures[i] != target->exposures[e]) i++;
      if (i == hedge->exposure_count) hedge->exposures[hedge->exposure_count++] = target->exposures[e];
    }
  }
}

keel_status keel_hedge_run(const keel_strategy *strategy, const keel_hedge_options *options, keel_hedge **out,
                           keel_error *error) {
  struct keel_snapshot_query query = {.since_ns = KEEL_TIME_NONE};
  *out = NULL;
  keel_status status = keel_snapshot_time(strategy, "at", options ? options->at : NULL, &query.at_ns, error);
  if (status) return status;
  status = check_targets(strategy, error);
  if (status) return status;
  struct keel_hedge *hedge = calloc(1, sizeof *hedge);
  if (!hedge) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a result");
  if (options) {
    query.tick = options->tick;
    query.tick_context = options->tick_context;
  }
  hedge->strategy = strategy;
  list_exposures(hedge);
  keel_arena_init(&hedge->arena);
  status = solve(hedge, &query, error);
  if (status)
    keel_hedge_free(hedge);
  else
    *out = hedge;
  return status;
}

void keel_hedge_free(keel_hedge *hedge) {
  if (!hedge) return;
  if (hedge->snapshot.wiring) keel_snapshot_fini(&hedge->snapshot);
  keel_arena_fini(&hedge->arena);
  free(hedge);
}
