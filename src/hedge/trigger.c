#include "hedge/trigger.h"

#include <math.h>

#include "hedge/mark.h"

static const struct keel_trigger *trigger_of(const struct keel_block *block, size_t u, size_t v, enum keel_exposure e) {
  return &keel_policy_of(block->wiring, u, v)->triggers[e];
}

static const double *spot_of(struct keel_block *block, size_t u) {
  return keel_at_row(block, keel_marks_after(block, u)->price, block->wiring->underlyings[u].spot);
}

/* ---- timer ---- */

static int32_t local_date(const struct keel_block *block) {
  return keel_zone_date(keel_calendar_zone(block->wiring->terms->calendar), block->market.time_ns);
}

static int timer_is_due(const struct keel_block *block, size_t at, const struct keel_trigger *trigger) {
  int64_t last = block->triggers.every_ns[at];
  if (trigger->every == KEEL_EVERY_NONE) return 0;
  if (trigger->every == KEEL_EVERY_STEP || last == KEEL_TIME_NONE) return 1;
  if (trigger->every == KEEL_EVERY_DAYS)
    return local_date(block) >= block->triggers.every_day[at] + trigger->every_days;
  return block->market.time_ns - last >= trigger->every_ns;
}

/* ---- sessions ---- */

/* Whether a session of that date lies after `from` and not after now. */
static int date_has_session(const struct keel_block *block, const struct keel_trigger *trigger, int32_t date,
                            int64_t from_ns) {
  const struct keel_zone *zone = keel_calendar_zone(block->wiring->terms->calendar);
  for (size_t i = 0; i < trigger->session_count; i++) {
    int64_t at = keel_zone_to_utc(zone, date, trigger->sessions_s[i] * KEEL_NS_PER_SECOND);
    if (at > from_ns && at <= block->market.time_ns) return 1;
  }
  return 0;
}

/* Whether a session of an open day came since sessions last fired. */
static int session_is_due(const struct keel_block *block, size_t at, const struct keel_trigger *trigger) {
  const struct keel_calendar *calendar = block->wiring->terms->calendar;
  int64_t from = block->triggers.session_ns[at];
  if (trigger->session_count == 0) return 0;
  if (from == KEEL_TIME_NONE) return 1;
  int32_t first = keel_zone_date(keel_calendar_zone(calendar), from);
  for (int32_t date = local_date(block); date >= first; date--)
    if (keel_calendar_is_open(calendar, date) && date_has_session(block, trigger, date, from)) return 1;
  return 0;
}

/* ---- moves ---- */

static void look_at_moves(struct keel_block *block, size_t u, size_t at, const struct keel_trigger *trigger,
                          double *fired) {
  size_t paths = block->wiring->paths;
  const double *spot = spot_of(block, u), *vol = keel_at_total(block, block->totals.hedge_vol, u);
  const double *spot_then = block->triggers.spot + at * paths, *vol_then = block->triggers.vol + at * paths;
  for (size_t i = 0; i < paths; i++) {
    int price = trigger->price_move > 0 && fabs(spot[i] - spot_then[i]) >= trigger->price_move * spot_then[i];
    int vols = trigger->vol_move > 0 && fabs(vol[i] - vol_then[i]) >= trigger->vol_move;
    fired[i] = price ? 1 + KEEL_REASON_PRICE_MOVE : vols ? 1 + KEEL_REASON_VOL_MOVE : 0;
  }
}

static void fire_all(const struct keel_block *block, enum keel_reason reason, double *fired) {
  keel_kernel_now->rows.set(block->wiring->paths, 1 + (double)reason, fired);
}

int keel_trigger_look(struct keel_block *block, size_t u, size_t v, enum keel_exposure e, int first, double *fired) {
  const struct keel_trigger *trigger = trigger_of(block, u, v, e);
  size_t at = keel_trigger_at(block, u, v, e);
  int moves = trigger->price_move > 0 || trigger->vol_move > 0;
  if (first) {
    fire_all(block, KEEL_REASON_ENTER, fired);
    return 1;
  }
  if (timer_is_due(block, at, trigger)) {
    fire_all(block, KEEL_REASON_EVERY, fired);
    return 1;
  }
  if (session_is_due(block, at, trigger)) {
    fire_all(block, KEEL_REASON_SESSION, fired);
    return 1;
  }
  if (moves)
    look_at_moves(block, u, at, trigger, fired);
  else
    keel_kernel_now->rows.set(block->wiring->paths, 0, fired);
  return moves || trigger->band != KEEL_BAND_NONE;
}

/* ---- bands ---- */

/* Years to the last expiry of the book's options; 0 where none is left. */
static double horizon_years(const struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  int64_t last = block->market.time_ns;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    int counts = block->units[r] != 0 && block->alive[r] && keel_kind_is_option(row->contract.kind);
    if (counts && row->contract.expiry_ns > last) last = row->contract.expiry_ns;
  }
  return keel_years_between(block->market.time_ns, last);
}

static void optimal_band(struct keel_block *block, size_t u, const struct keel_trigger *trigger, double *band) {
  size_t paths = block->wiring->paths;
  double years = horizon_years(block, u);
  struct keel_band_terms terms = {.cost = trigger->cost,
                                  .risk_aversion = trigger->risk_aversion,
                                  .rate = keel_market_zero_rate(&block->market, years),
                                  .years = years};
  struct keel_band_inputs in = {.spot = spot_of(block, u),
                                .gamma = keel_at_total(block, block->totals.gamma, u),
                                .vol = keel_at_total(block, block->totals.hedge_vol, u)};
  struct keel_zakamouline out = {band, block->triggers.scratch[0], block->triggers.scratch[1]};
  if (terms.years == 0) {
    for (size_t i = 0; i < paths; i++) band[i] = 0;
  } else if (trigger->band == KEEL_BAND_WHALLEY_WILMOTT) {
    keel_kernel_now->bands.whalley_wilmott(paths, &terms, &in, band);
  } else {
    keel_kernel_now->bands.zakamouline(paths, &terms, &in, &out);
    for (size_t i = 0; i < paths; i++) band[i] += out.h1[i];
  }
}

/* What one unit of the exposure is in money, by the convention of KEEL_BAND_CURRENCY, is 1 / this. */
static double per_currency(enum keel_exposure e, double spot) {
  switch (e) {
    case KEEL_EXPOSURE_DELTA:
      return 1 / spot;
    case KEEL_EXPOSURE_GAMMA:
      return 100 / (spot * spot);
    default:
      return 100;
  }
}

void keel_trigger_band(struct keel_block *block, size_t u, size_t v, enum keel_exposure e, double *band) {
  const struct keel_trigger *trigger = trigger_of(block, u, v, e);
  const double *spot = spot_of(block, u), *gross = keel_gross_exposure(block, u, v, e);
  double size = trigger->band_size;
  if (trigger->band == KEEL_BAND_WHALLEY_WILMOTT || trigger->band == KEEL_BAND_ZAKAMOULINE) {
    optimal_band(block, u, trigger, band);
    return;
  }
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double width[] = {[KEEL_BAND_NONE] = INFINITY,
                      [KEEL_BAND_SHARES] = size,
                      [KEEL_BAND_FRACTION] = size * gross[i],
                      [KEEL_BAND_CURRENCY] = size * per_currency(e, spot[i])};
    band[i] = width[trigger->band];
  }
}

/* ---- what is remembered ---- */

void keel_trigger_acted(struct keel_block *block, size_t u, size_t v, enum keel_exposure e, const double *acted) {
  const struct keel_trigger *trigger = trigger_of(block, u, v, e);
  size_t at = keel_trigger_at(block, u, v, e), paths = block->wiring->paths;
  if (timer_is_due(block, at, trigger)) {
    block->triggers.every_ns[at] = block->market.time_ns;
    if (trigger->every == KEEL_EVERY_DAYS) block->triggers.every_day[at] = local_date(block);
  }
  if (session_is_due(block, at, trigger)) block->triggers.session_ns[at] = block->market.time_ns;
  if (!(trigger->price_move > 0) && !(trigger->vol_move > 0)) return;
  const double *spot = spot_of(block, u), *vol = keel_at_total(block, block->totals.hedge_vol, u);
  double *spot_then = block->triggers.spot + at * paths, *vol_then = block->triggers.vol + at * paths;
  for (size_t i = 0; i < paths; i++) {
    spot_then[i] = acted[i] != 0 ? spot[i] : spot_then[i];
    vol_then[i] = acted[i] != 0 ? vol[i] : vol_then[i];
  }
}
