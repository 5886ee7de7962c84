#include "hedge/wiring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "hedge/pricing.h"

static int64_t expiry_order(const struct keel_contract *contract) {
  return contract->kind == KEEL_KIND_SPOT ? INT64_MIN : contract->expiry_ns;
}

/* By underlying, spot first, then expiry, futures before options, strike, kind. */
static int by_place(const void *left, const void *right) {
  const struct keel_row *a = left, *b = right;
  if (a->underlying != b->underlying) return a->underlying < b->underlying ? -1 : 1;
  int64_t expiry_a = expiry_order(&a->contract), expiry_b = expiry_order(&b->contract);
  if (expiry_a != expiry_b) return expiry_a < expiry_b ? -1 : 1;
  int option_a = keel_kind_is_option(a->contract.kind), option_b = keel_kind_is_option(b->contract.kind);
  if (option_a != option_b) return option_a - option_b;
  if (option_a && a->contract.strike != b->contract.strike) return a->contract.strike < b->contract.strike ? -1 : 1;
  return (int)a->contract.kind - (int)b->contract.kind;
}

static int same_place(const struct keel_row *a, const struct keel_row *b) { return by_place(a, b) == 0; }

/* Rows are gathered with doubles, sorted, and merged: units add up, needs too. */
struct gathering {
  struct keel_row *rows;
  size_t count;
};

static void gather(struct gathering *to, const struct keel_contract *contract, size_t underlying, double units,
                   int priced) {
  int future = contract->kind == KEEL_KIND_FUTURE, spot = contract->kind == KEEL_KIND_SPOT;
  struct keel_row *row = &to->rows[to->count++];
  *row = (struct keel_row){.contract = *contract,
                           .underlying = (uint32_t)underlying,
                           .slice = KEEL_NO_ROW,
                           .partner = KEEL_NO_ROW,
                           .twin = KEEL_NO_ROW,
                           .units = units,
                           .phi = contract->kind == KEEL_KIND_PUT ? -1 : 1,
                           .exercise_known = 1,
                           .is_priced = priced};
  if (spot || future) row->contract.strike = 0;
  if (spot) row->contract.expiry_ns = KEEL_TIME_NONE;
}

static keel_status two_multipliers(const struct keel_row *a, const struct keel_row *b,
                                   const struct keel_market_terms *terms, keel_error *error) {
  char name[128];
  keel_contract_format(&a->contract, terms->calendar, name, sizeof name);
  return keel_fail(
      error, KEEL_STATUS_INPUT, NULL, "%s has two multipliers, %g and %g; allowed: one, in book and hedges", name,
      fmin(a->contract.multiplier, b->contract.multiplier), fmax(a->contract.multiplier, b->contract.multiplier));
}

/* Adds another row of the same place: the contract of what is priced counts, and an exercise that was given. */
static void merge_row(struct keel_row *row, const struct keel_row *other) {
  const struct keel_row was = *row;
  if (other->is_priced && !row->is_priced) {
    row->contract = other->contract;
    row->exercise_known = other->exercise_known;
  }
  const struct keel_row *knows = was.exercise_known ? &was : other;
  if (!row->exercise_known) row->contract.exercise = knows->contract.exercise;
  row->contract.settlement = was.contract.settlement ? was.contract.settlement : other->contract.settlement;
  if (!row->at_expiry) row->at_expiry = other->at_expiry;
  row->exercise_known |= knows->exercise_known;
  row->units += other->units;
  row->is_priced |= other->is_priced;
}

static keel_status merge(struct gathering *rows, const struct keel_market_terms *terms, keel_error *error) {
  qsort(rows->rows, rows->count, sizeof *rows->rows, by_place);
  size_t kept = 0;
  for (size_t i = 0; i < rows->count; i++) {
    if (kept && same_place(&rows->rows[kept - 1], &rows->rows[i])) {
      struct keel_row *row = &rows->rows[kept - 1];
      if (row->is_priced && rows->rows[i].is_priced && row->contract.multiplier != rows->rows[i].contract.multiplier)
        return two_multipliers(row, &rows->rows[i], terms, error);
      merge_row(row, &rows->rows[i]);
    } else {
      rows->rows[kept++] = rows->rows[i];
    }
  }
  rows->count = kept;
  return KEEL_STATUS_OK;
}

/* Whether some priced option has this underlying and expiry. */
static int expiry_is_used(const struct gathering *priced, size_t underlying, int64_t expiry_ns) {
  for (size_t i = 0; i < priced->count; i++)
    if (priced->rows[i].underlying == underlying && priced->rows[i].contract.expiry_ns == expiry_ns &&
        keel_kind_is_option(priced->rows[i].contract.kind))
      return 1;
  return 0;
}

static void gather_listed(struct gathering *to, const struct keel_wiring *wiring,
                          const struct keel_wiring_input *input) {
  const struct gathering priced = *to;
  for (size_t i = 0; i < input->listed_count; i++) {
    const struct keel_contract *contract = input->listed[i];
    long number = keel_market_underlying(input->terms, contract->underlying);
    if (number < 0 || !keel_kind_is_option(contract->kind)) continue;
    for (size_t u = 0; u < wiring->underlying_count; u++)
      if (wiring->underlyings[u].number == (uint32_t)number && expiry_is_used(&priced, u, contract->expiry_ns))
        gather(to, contract, u, 0, 0);
  }
}

static int names(const struct keel_hedge_instrument *with, const char *underlying) {
  return with->underlying && strcmp(with->underlying, underlying) == 0;
}

/* Spot, futures, options. */
static int place_of(const struct keel_hedge_instrument *with) {
  if (with->contract.kind == KEEL_KIND_SPOT) return 0;
  return keel_kind_is_option(with->contract.kind) ? 2 : 1;
}

size_t keel_policy_instruments(const struct keel_policy *policy, const char *underlying,
                               const struct keel_hedge_instrument *out[KEEL_HEDGES_MAX]) {
  int named = 0;
  size_t count = 0;
  for (size_t i = 0; i < policy->with_count; i++) named |= names(&policy->with[i], underlying);
  for (int place = 0; place < 3; place++) {
    for (size_t i = 0; i < policy->with_count; i++) {
      const struct keel_hedge_instrument *with = &policy->with[i];
      if (place_of(with) != place || (named ? !names(with, underlying) : with->underlying != NULL)) continue;
      if (count < KEEL_HEDGES_MAX) out[count] = with;
      count++;
    }
  }
  return count;
}

static struct keel_contract contract_of(const struct keel_hedge_instrument *with, const char *underlying) {
  struct keel_contract contract = with->contract;
  contract.underlying = underlying;
  return contract;
}

/* As many as a lane has room for; build has looked whether there are more. */
static size_t lines_of(const struct keel_policy *policy, const char *name,
                       const struct keel_hedge_instrument *out[KEEL_HEDGES_MAX]) {
  size_t count = keel_policy_instruments(policy, name, out);
  return count < KEEL_HEDGES_MAX ? count : KEEL_HEDGES_MAX;
}

static void gather_hedges(struct gathering *to, const struct keel_wiring *wiring) {
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const char *name = wiring->underlyings[u].terms->name;
    struct keel_contract spot = {.underlying = name, .kind = KEEL_KIND_SPOT, .multiplier = 1};
    gather(to, &spot, u, 0, 1);
    for (size_t v = 0; v < wiring->variant_count; v++) {
      const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
      size_t count = lines_of(keel_policy_of(wiring, u, v), name, with);
      for (size_t k = 0; k < count; k++) {
        struct keel_contract contract = contract_of(with[k], name);
        gather(to, &contract, u, 0, 1);
      }
    }
  }
}

static keel_status gather_position(struct gathering *to, const struct keel_wiring *wiring,
                                   const struct keel_position *position, double qty, keel_error *error) {
  long u = keel_wiring_underlying(wiring, position->contract.underlying, position->account);
  if (u < 0)
    return keel_fail_at(error, position->file, position->line, "underlying", "no market terms for \"%s\"",
                        position->contract.underlying);
  gather(to, &position->contract, (size_t)u, qty * position->contract.multiplier, 1);
  to->rows[to->count - 1].exercise_known = position->exercise_given;
  to->rows[to->count - 1].at_expiry = position->at_expiry;
  return KEEL_STATUS_OK;
}

static keel_status gather_book(struct gathering *to, const struct keel_wiring *wiring,
                               const struct keel_wiring_input *input, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  for (size_t i = 0; i < input->book->count && !status; i++)
    status = gather_position(to, wiring, &input->book->positions[i], input->book->positions[i].qty, error);
  for (size_t i = 0; i < input->trade_count && !status; i++)
    status = gather_position(to, wiring, &input->trades[i].position, 0, error);
  return status;
}

/* What the options of the book become, by the splits from any of them on until their expiry. */
static void gather_split(struct gathering *to, const struct keel_row *row, const struct keel_underlying_terms *terms) {
  const struct keel_row held = *row;
  if (!keel_kind_is_option(held.contract.kind)) return;
  for (size_t first = 0; first < terms->split_count; first++) {
    struct keel_contract contract = held.contract;
    for (size_t s = first; s < terms->split_count && terms->splits[s].ex_ns < contract.expiry_ns; s++) {
      contract = keel_contract_split(&contract, terms->splits[s].ratio);
      gather(to, &contract, held.underlying, 0, 1);
      to->rows[to->count - 1].exercise_known = held.exercise_known;
      to->rows[to->count - 1].at_expiry = held.at_expiry;
    }
  }
}

static void gather_splits(struct gathering *to, const struct keel_wiring *wiring) {
  size_t count = to->count;
  for (size_t i = 0; i < count; i++) gather_split(to, &to->rows[i], wiring->underlyings[to->rows[i].underlying].terms);
}

/* How many contracts an option may become. */
static size_t split_room(const struct keel_market_terms *terms) {
  size_t most = 0;
  for (size_t u = 0; u < terms->underlying_count; u++)
    if (terms->underlyings[u].split_count > most) most = terms->underlyings[u].split_count;
  return most * (most + 1) / 2;
}

static void lay_out_splits(struct keel_arena *arena, struct keel_wiring *wiring) {
  size_t splits = 0;
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    wiring->underlyings[u].first_split = (uint32_t)splits;
    splits += wiring->underlyings[u].terms->split_count;
  }
  wiring->split_rows = KEEL_ARENA_NEW(arena, uint32_t, splits * wiring->row_count);
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const struct keel_underlying *underlying = &wiring->underlyings[u];
    for (size_t s = 0; s < underlying->terms->split_count; s++)
      for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
        struct keel_contract split = keel_contract_split(&wiring->rows[r].contract, underlying->terms->splits[s].ratio);
        wiring->split_rows[(underlying->first_split + s) * wiring->row_count + r] =
            keel_wiring_find_in(wiring, u, &split);
      }
  }
}

static int by_row(const void *left, const void *right) {
  const struct keel_row_trade *a = left, *b = right;
  if (a->row != b->row) return a->row < b->row ? -1 : 1;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  return (a->order > b->order) - (a->order < b->order);
}

/* Only an American option is exercised before its expiry. */
static keel_status check_event(const struct keel_trade *trade, const struct keel_row *row, keel_error *error) {
  if (trade->event == KEEL_TRADE_FILL || row->contract.exercise == KEEL_EXERCISE_AMERICAN) return KEEL_STATUS_OK;
  return keel_fail_at(error, trade->position.file, trade->position.line, "event",
                      "is %s, and the option is european, as the book or the tape says, or as nothing says otherwise; "
                      "allowed: an american one (exercise)",
                      keel_trade_event_names[trade->event]);
}

static keel_status lay_out_trades(struct keel_arena *arena, const struct keel_wiring_input *input,
                                  struct keel_wiring *wiring, keel_error *error) {
  wiring->trade_count = input->trade_count;
  wiring->trades = KEEL_ARENA_NEW(arena, struct keel_row_trade, input->trade_count);
  for (size_t i = 0; i < input->trade_count; i++) {
    const struct keel_trade *trade = &input->trades[i];
    const struct keel_contract *contract = &trade->position.contract;
    long u = keel_wiring_underlying(wiring, contract->underlying, trade->position.account);
    wiring->trades[i] = (struct keel_row_trade){.time_ns = trade->time_ns,
                                                .row = keel_wiring_find_in(wiring, (size_t)u, contract),
                                                .event = trade->event,
                                                .order = (uint32_t)i,
                                                .units = trade->position.qty * contract->multiplier,
                                                .price = trade->price,
                                                .fees = trade->fees,
                                                .read = trade};
    keel_status status = check_event(trade, &wiring->rows[wiring->trades[i].row], error);
    if (status != KEEL_STATUS_OK) return status;
  }
  if (wiring->trade_count) qsort(wiring->trades, wiring->trade_count, sizeof *wiring->trades, by_row);
  for (size_t i = wiring->trade_count; i-- > 0;) {
    struct keel_row *row = &wiring->rows[wiring->trades[i].row];
    row->first_trade = (uint32_t)i;
    row->trade_count++;
  }
  return KEEL_STATUS_OK;
}

int keel_is_on_future(const struct keel_underlying_terms *terms, const struct keel_contract *const *listed,
                      size_t listed_count) {
  if (terms->on != KEEL_ON_UNSAID) return terms->on == KEEL_ON_FUTURE;
  for (size_t i = 0; i < listed_count; i++)
    if (listed[i]->kind == KEEL_KIND_SPOT && listed[i]->expiry_ns != KEEL_TIME_NONE &&
        strcmp(listed[i]->underlying, terms->name) == 0)
      return 1;
  return 0;
}

static void find_futures(struct keel_wiring *wiring, const struct keel_wiring_input *input) {
  for (size_t u = 0; u < wiring->underlying_count; u++)
    wiring->underlyings[u].on_future =
        keel_is_on_future(wiring->underlyings[u].terms, input->listed, input->listed_count);
}

/* What is known of a contract in one account and not in another. */
static void learn_terms(struct keel_row *row, const struct keel_row *twin) {
  if (!row->contract.settlement) row->contract.settlement = twin->contract.settlement;
  if (row->exercise_known || !twin->exercise_known) return;
  row->contract.exercise = twin->contract.exercise;
  row->exercise_known = 1;
}

/* What one account's book says of a contract holds for all: along the chains of twins, backward and forward. */
static void share_terms(struct keel_wiring *wiring) {
  for (size_t r = wiring->row_count; r-- > 0;)
    if (wiring->rows[r].twin != KEEL_NO_ROW) learn_terms(&wiring->rows[r], &wiring->rows[wiring->rows[r].twin]);
  for (size_t r = 0; r < wiring->row_count; r++)
    if (wiring->rows[r].twin != KEEL_NO_ROW) learn_terms(&wiring->rows[wiring->rows[r].twin], &wiring->rows[r]);
}

/* How each option settles that does not say it, and where something is delivered. */
static void settle_contracts(struct keel_wiring *wiring) {
  for (size_t r = 0; r < wiring->row_count; r++) {
    struct keel_row *row = &wiring->rows[r];
    struct keel_underlying *underlying = &wiring->underlyings[row->underlying];
    if (!keel_kind_is_option(row->contract.kind)) continue;
    if (!row->contract.settlement) row->contract.settlement = underlying->terms->settlement;
    if (!row->contract.settlement) row->contract.settlement = KEEL_SETTLEMENT_CASH;
    underlying->delivers |= row->is_priced && row->contract.settlement == KEEL_SETTLEMENT_PHYSICAL;
  }
}

/* What settles in cash is paid in any case. */
static keel_status check_at_expiry(const struct keel_wiring *wiring, const struct keel_book *book, keel_error *error) {
  for (size_t i = 0; i < book->count; i++) {
    const struct keel_position *position = &book->positions[i];
    if (position->at_expiry == KEEL_AT_EXPIRY_THRESHOLD) continue;
    long u = keel_wiring_underlying(wiring, position->contract.underlying, position->account);
    const struct keel_row *row = &wiring->rows[keel_wiring_find_in(wiring, (size_t)u, &position->contract)];
    if (row->contract.settlement != KEEL_SETTLEMENT_PHYSICAL)
      return keel_fail_at(error, position->file, position->line, "at_expiry",
                          "is given for an option that settles in cash, which is paid in any case; leave it out, or "
                          "give settlement: physical");
  }
  return KEEL_STATUS_OK;
}

static void lay_out_slices(struct keel_arena *arena, struct keel_wiring *wiring) {
  wiring->slices = KEEL_ARENA_NEW(arena, struct keel_slice, wiring->row_count);
  for (uint32_t r = 0; r < wiring->row_count; r++) {
    struct keel_row *row = &wiring->rows[r];
    struct keel_underlying *underlying = &wiring->underlyings[row->underlying];
    wiring->has_american |= (row->units != 0 || row->trade_count) && keel_is_american(&row->contract);
    if (row->contract.kind == KEEL_KIND_SPOT) {
      underlying->spot = r;
      underlying->first = r + 1;
      underlying->first_slice = (uint32_t)wiring->slice_count;
      continue;
    }
    underlying->count++;
    struct keel_slice *last = underlying->slice_count ? &wiring->slices[wiring->slice_count - 1] : NULL;
    if (!last || last->expiry_ns != row->contract.expiry_ns) {
      last = &wiring->slices[wiring->slice_count++];
      *last = (struct keel_slice){.underlying = row->underlying, .first = r, .expiry_ns = row->contract.expiry_ns};
      underlying->slice_count++;
    }
    last->count++;
    row->slice = (uint32_t)(last - wiring->slices);
  }
}

static void find_partners(struct keel_wiring *wiring) {
  for (uint32_t r = 0; r + 1 < wiring->row_count; r++) {
    struct keel_row *call = &wiring->rows[r], *put = &wiring->rows[r + 1];
    if (call->contract.kind != KEEL_KIND_CALL || put->contract.kind != KEEL_KIND_PUT || call->slice != put->slice ||
        call->contract.strike != put->contract.strike)
      continue;
    call->partner = r + 1;
    put->partner = r;
  }
}

/* The same contract in a later account; a contract has one multiplier in all of them. */
static keel_status find_twin(const struct keel_wiring *wiring, struct keel_row *row, keel_error *error) {
  size_t own = row->underlying;
  uint32_t number = wiring->underlyings[own].number;
  for (size_t u = own + 1; u < wiring->underlying_count && wiring->underlyings[u].number == number; u++) {
    row->twin = keel_wiring_find_in(wiring, u, &row->contract);
    if (row->twin == KEEL_NO_ROW) continue;
    const struct keel_row *twin = &wiring->rows[row->twin];
    if (row->is_priced && twin->is_priced && row->contract.multiplier != twin->contract.multiplier)
      return two_multipliers(row, twin, wiring->terms, error);
    return KEEL_STATUS_OK;
  }
  return KEEL_STATUS_OK;
}

static keel_status find_twins(struct keel_wiring *wiring, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  for (uint32_t r = 0; r < wiring->row_count && !status; r++) status = find_twin(wiring, &wiring->rows[r], error);
  return status;
}

struct keel_fees keel_policy_fees(const struct keel_hedge_instrument *with, const struct keel_costs *costs) {
  struct keel_fees fees = costs->fees;
  if (!isnan(with->fees.per_share) || with->fees.tier_count) {
    fees.per_share = with->fees.per_share;
    fees.tiers = with->fees.tiers;
    fees.tier_count = with->fees.tier_count;
  }
  if (!isnan(with->fees.per_order)) fees.per_order = with->fees.per_order;
  if (fees.tier_count) fees.per_share = fees.tiers[0].per_share;
  return fees;
}

/* Midnight of the day from which a future is rolled. An expiry at midnight belongs to the day that ends. */
static int64_t roll_of(const struct keel_wiring *wiring, const struct keel_hedge_instrument *with) {
  if (with->roll_days == 0) return KEEL_TIME_NONE;
  const struct keel_zone *zone = keel_calendar_zone(wiring->terms->calendar);
  return keel_zone_to_utc(zone, keel_zone_date(zone, with->contract.expiry_ns - 1) - with->roll_days, 0);
}

static struct keel_hedge_line line_of(const struct keel_wiring *wiring, const struct keel_hedge_instrument *with,
                                      size_t u) {
  struct keel_contract contract = contract_of(with, wiring->underlyings[u].terms->name);
  const struct keel_wiring_account *account = keel_account_of(wiring, u);
  double most = isnan(with->qty_max) ? INFINITY : with->qty_max;
  return (struct keel_hedge_line){
      .row = keel_wiring_find_in(wiring, u, &contract),
      .lot = with->lot,
      .qty_min = with->qty_min,
      .qty_max = fmin(account->limits->position_qty_max, most),
      .half_spread_bps = isnan(with->half_spread_bps) ? account->costs->half_spread_bps : with->half_spread_bps,
      .short_qty_max = with->limits_short ? with->short_qty_max : INFINITY,
      .roll_ns = roll_of(wiring, with),
      .fees = keel_policy_fees(with, account->costs)};
}

static void draw_lines(struct keel_arena *arena, struct keel_wiring *wiring) {
  size_t lanes = wiring->underlying_count * wiring->variant_count;
  wiring->lane_lines = KEEL_ARENA_NEW(arena, struct keel_lane_lines, lanes);
  wiring->lines = KEEL_ARENA_NEW(arena, struct keel_hedge_line, lanes * KEEL_HEDGES_MAX);
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const char *name = wiring->underlyings[u].terms->name;
    for (size_t v = 0; v < wiring->variant_count; v++) {
      const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
      size_t count = lines_of(keel_policy_of(wiring, u, v), name, with), first = wiring->line_count;
      wiring->lane_lines[keel_lane_of(wiring, u, v)] = (struct keel_lane_lines){(uint32_t)first, (uint32_t)count};
      wiring->lines[first] = (struct keel_hedge_line){.row = KEEL_NO_ROW, .roll_ns = KEEL_TIME_NONE};
      for (size_t k = 0; k < count; k++) wiring->lines[first + k] = line_of(wiring, with[k], u);
      wiring->line_count += count ? count : 1;
    }
  }
}

static int same_number(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static int same_delta_rule(const struct keel_delta_rule *a, const struct keel_delta_rule *b) {
  return a->kind == b->kind && same_number(a->vol, b->vol) && same_number(a->slope, b->slope) &&
         same_number(a->step_years, b->step_years) && same_number(a->cost, b->cost) &&
         same_number(a->risk_aversion, b->risk_aversion);
}

/* The distinct rules of all policies, so that each is computed once. */
static void choose_vols(struct keel_arena *arena, struct keel_wiring *wiring) {
  size_t count = wiring->underlying_count * wiring->variant_count;
  wiring->delta_rules = KEEL_ARENA_NEW(arena, struct keel_delta_rule, count);
  wiring->delta_rule_of = KEEL_ARENA_NEW(arena, uint32_t, count);
  wiring->vega_tenors = KEEL_ARENA_NEW(arena, double, count);
  wiring->vega_tenor_of = KEEL_ARENA_NEW(arena, uint32_t, count);
  for (size_t lane = 0; lane < count; lane++) {
    const struct keel_target *target = &wiring->policies[lane]->target;
    size_t rule = 0, tenor = 0;
    while (rule < wiring->delta_rule_count && !same_delta_rule(&wiring->delta_rules[rule], &target->delta)) rule++;
    if (rule == wiring->delta_rule_count) wiring->delta_rules[wiring->delta_rule_count++] = target->delta;
    while (tenor < wiring->vega_tenor_count && !same_number(wiring->vega_tenors[tenor], target->vega_tenor)) tenor++;
    if (tenor == wiring->vega_tenor_count) wiring->vega_tenors[wiring->vega_tenor_count++] = target->vega_tenor;
    wiring->delta_rule_of[lane] = (uint32_t)rule;
    wiring->vega_tenor_of[lane] = (uint32_t)tenor;
  }
}

/* An American option whose terms have two boundaries (keel/american.h), or a dividend that leaves little of spot, for
 * which grids are too coarse. */
static keel_status check_early(const struct keel_wiring *wiring, const struct keel_row *row, const char *name,
                               keel_error *error) {
  const struct keel_underlying_terms *terms = wiring->underlyings[row->underlying].terms;
  double rate = wiring->terms->rate, yield = keel_yield_of(&wiring->underlyings[row->underlying], rate);
  if (row->phi < 0 ? yield < rate && rate < 0 : rate < yield && yield < 0)
    return keel_fail(error, KEEL_STATUS_INPUT, "market.rate",
                     "is %g beside a yield of %g, and %s is american: between two spots it would be exercised, beyond "
                     "both not, which has no price here; allowed: a rate or yield from 0 on, or european options",
                     rate, yield, name);
  for (size_t d = 0; d < terms->dividend_count; d++)
    if (terms->dividends[d].cash > KEEL_DIVIDEND_OF_STRIKE_MOST * row->contract.strike)
      return keel_fail(error, KEEL_STATUS_INPUT, "market.dividends",
                       "has one of %g, and %s is american; allowed there: at most %g of the strike",
                       terms->dividends[d].cash, name, KEEL_DIVIDEND_OF_STRIKE_MOST);
  return KEEL_STATUS_OK;
}

/* What rests on a formula that holds for European options alone. */
static keel_status check_american(const struct keel_wiring *wiring, const struct keel_row *row, keel_error *error) {
  char name[128];
  keel_contract_format(&row->contract, wiring->terms->calendar, name, sizeof name);
  if (wiring->underlyings[row->underlying].terms->forward == KEEL_FORWARD_PARITY)
    return keel_fail(error, KEEL_STATUS_INPUT, "market.forward",
                     "is parity, which does not hold for options that may be exercised early, and %s is american; "
                     "allowed: yield",
                     name);
  for (size_t v = 0; v < wiring->variant_count; v++)
    if (keel_policy_of(wiring, row->underlying, v)->target.delta.kind == KEEL_DELTA_VARIANCE_OPTIMAL)
      return keel_fail(error, KEEL_STATUS_INPUT, "hedge.target.delta",
                       "is variance_optimal, a formula for european options, and %s is american; allowed: "
                       "black_scholes, leland, zakamouline, sticky_delta, minimum_variance",
                       name);
  return check_early(wiring, row, name, error);
}

static keel_status check_exercise(const struct keel_wiring *wiring, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  for (size_t r = 0; r < wiring->row_count && !status; r++)
    if (wiring->rows[r].is_priced && keel_is_american(&wiring->rows[r].contract))
      status = check_american(wiring, &wiring->rows[r], error);
  return status;
}

/* Whether fills say what was exercised and assigned. */
static int has_exercises(const struct keel_wiring *wiring) {
  for (size_t i = 0; i < wiring->trade_count; i++)
    if (wiring->trades[i].event != KEEL_TRADE_FILL) return 1;
  return 0;
}

/* Whether there is something to exercise by the rule. */
static int exercises_early(const struct keel_wiring *wiring) {
  int any = 0;
  for (size_t r = 0; r < wiring->row_count; r++)
    any |= wiring->rows[r].is_priced && keel_is_american(&wiring->rows[r].contract);
  return any && wiring->terms->early_exercise == KEEL_EARLY_EXERCISE_OPTIMAL && !has_exercises(wiring);
}

static keel_status check_room(const struct keel_wiring *wiring, keel_error *error) {
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const char *name = wiring->underlyings[u].terms->name;
    for (size_t v = 0; v < wiring->variant_count; v++) {
      const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
      size_t count = keel_policy_instruments(keel_policy_of(wiring, u, v), name, with);
      if (count <= KEEL_HEDGES_MAX) continue;
      return keel_fail(error, KEEL_STATUS_INPUT, NULL, "%s has %zu hedge instruments; allowed: %d at most", name, count,
                       KEEL_HEDGES_MAX);
    }
  }
  return KEEL_STATUS_OK;
}

/* One underlying for each sleeve, and the policy of each lane. */
static void lay_out_sleeves(struct keel_arena *arena, const struct keel_wiring_input *input,
                            struct keel_wiring *wiring) {
  size_t count = input->sleeves ? input->sleeve_count : input->terms->underlying_count;
  struct keel_wiring_account *accounts = KEEL_ARENA_NEW(arena, struct keel_wiring_account, input->account_count);
  memcpy(accounts, input->accounts, input->account_count * sizeof *accounts);
  wiring->accounts = accounts;
  wiring->account_count = input->account_count;
  wiring->underlying_count = count;
  wiring->underlyings = KEEL_ARENA_NEW(arena, struct keel_underlying, count);
  wiring->policies = KEEL_ARENA_NEW(arena, const struct keel_policy *, count * input->variant_count);
  for (size_t u = 0; u < count; u++) {
    struct keel_sleeve sleeve = input->sleeves ? input->sleeves[u] : (struct keel_sleeve){.number = (uint32_t)u};
    wiring->underlyings[u] = (struct keel_underlying){
        .terms = &input->terms->underlyings[sleeve.number], .number = sleeve.number, .account = sleeve.account};
    for (size_t v = 0; v < input->variant_count; v++)
      wiring->policies[keel_lane_of(wiring, u, v)] = accounts[sleeve.account].policies[v];
  }
}

static keel_status lay_out_rows(struct keel_arena *arena, const struct keel_wiring_input *input,
                                struct keel_wiring *wiring, keel_error *error) {
  size_t room = (input->book->count + input->trade_count) * (1 + split_room(input->terms)) +
                input->listed_count * wiring->underlying_count +
                wiring->underlying_count * (1 + KEEL_HEDGES_MAX * input->variant_count);
  struct gathering rows = {.rows = KEEL_ARENA_NEW(arena, struct keel_row, room)};
  keel_status status = gather_book(&rows, wiring, input, error);
  if (status) return status;
  gather_splits(&rows, wiring);
  gather_hedges(&rows, wiring);
  gather_listed(&rows, wiring, input);
  status = merge(&rows, input->terms, error);
  wiring->rows = rows.rows;
  wiring->row_count = rows.count;
  if (!status) status = find_twins(wiring, error);
  if (!status) share_terms(wiring);
  return status;
}

keel_status keel_wiring_build(struct keel_arena *arena, const struct keel_wiring_input *input,
                              struct keel_wiring *wiring, keel_error *error) {
  *wiring = (struct keel_wiring){.paths = input->paths, .terms = input->terms, .variant_count = input->variant_count};
  lay_out_sleeves(arena, input, wiring);
  keel_status status = check_room(wiring, error);
  if (!status) status = lay_out_rows(arena, input, wiring, error);
  if (!status) status = lay_out_trades(arena, input, wiring, error);
  if (status) return status;
  lay_out_slices(arena, wiring);
  find_futures(wiring, input);
  settle_contracts(wiring);
  status = check_at_expiry(wiring, input->book, error);
  if (!status) status = check_exercise(wiring, error);
  if (status != KEEL_STATUS_OK) return status;
  lay_out_splits(arena, wiring);
  find_partners(wiring);
  draw_lines(arena, wiring);
  choose_vols(arena, wiring);
  const struct keel_needs_input reads = {input->explains, !input->ends_only, input->is_steady};
  wiring->needs = keel_needs_of(wiring->policies, wiring->underlying_count * wiring->variant_count, &reads);
  wiring->explains = wiring->needs.explains;
  wiring->exercises = exercises_early(wiring);
  return KEEL_STATUS_OK;
}

long keel_wiring_underlying(const struct keel_wiring *wiring, const char *name, const char *account) {
  for (size_t u = 0; u < wiring->underlying_count; u++)
    if (strcmp(wiring->underlyings[u].terms->name, name) == 0 &&
        keel_account_same(keel_account_of(wiring, u)->name, account))
      return (long)u;
  return -1;
}

uint32_t keel_wiring_find_in(const struct keel_wiring *wiring, size_t u, const struct keel_contract *contract) {
  struct keel_row wanted;
  struct gathering one = {.rows = &wanted};
  gather(&one, contract, u, 0, 0);
  const struct keel_row *found = bsearch(&wanted, wiring->rows, wiring->row_count, sizeof *wiring->rows, by_place);
  return found ? (uint32_t)(found - wiring->rows) : KEEL_NO_ROW;
}

uint32_t keel_wiring_find(const struct keel_wiring *wiring, const struct keel_contract *contract) {
  uint32_t row = KEEL_NO_ROW;
  for (size_t u = 0; u < wiring->underlying_count && row == KEEL_NO_ROW; u++)
    if (strcmp(wiring->underlyings[u].terms->name, contract->underlying) == 0)
      row = keel_wiring_find_in(wiring, u, contract);
  return row;
}
