#include "world/feed_tape.h"

#include <math.h>
#include <string.h>

static int has_watched(const struct keel_feed_tape *feed, size_t count, const uint32_t *ids) {
  for (size_t i = 0; i < count; i++)
    if (feed->row_of[ids[i]] != KEEL_NO_ROW) return 1;
  return 0;
}

/* The next instant of the tape that has something for a watched row and lies within the limits. */
static int find_next(struct keel_feed_tape *feed, struct keel_tape_instant *instant) {
  struct keel_tape_vols vols;
  while (keel_tape_next(feed->tape, &feed->cursor, instant)) {
    if (feed->end_ns != KEEL_TIME_NONE && instant->time_ns > feed->end_ns) return 0;
    keel_tape_rate(feed->tape, &feed->cursor, &feed->rate);
    if (has_watched(feed, instant->count, instant->ids)) return 1;
    if (keel_tape_vols(feed->tape, &feed->cursor, &vols) && has_watched(feed, vols.count, vols.ids)) return 1;
  }
  return 0;
}

void keel_feed_tape_init(struct keel_feed_tape *feed, struct keel_arena *arena, const struct keel_tape *tape,
                         const struct keel_wiring *wiring) {
  size_t contracts = keel_tape_contracts(tape);
  *feed = (struct keel_feed_tape){.tape = tape, .wiring = wiring, .end_ns = KEEL_TIME_NONE};
  feed->row_of = KEEL_ARENA_NEW(arena, uint32_t, contracts);
  feed->touched = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  for (uint32_t id = 0; id < contracts; id++) feed->row_of[id] = keel_wiring_find(wiring, keel_tape_contract(tape, id));
  keel_feed_tape_limit(feed, KEEL_TIME_NONE, KEEL_TIME_NONE);
}

void keel_feed_tape_limit(struct keel_feed_tape *feed, int64_t start_ns, int64_t end_ns) {
  feed->cursor = (struct keel_tape_cursor){0};
  feed->rate = NAN;
  feed->end_ns = end_ns;
  do feed->has_upcoming = find_next(feed, &feed->upcoming);
  while (feed->has_upcoming && start_ns != KEEL_TIME_NONE && feed->upcoming.time_ns < start_ns);
}

int64_t keel_feed_tape_last(const struct keel_feed_tape *feed) {
  struct keel_feed_tape ahead = *feed;
  struct keel_tape_instant instant;
  int64_t last = feed->has_upcoming ? feed->upcoming.time_ns : KEEL_TIME_NONE;
  while (last != KEEL_TIME_NONE && find_next(&ahead, &instant)) last = instant.time_ns;
  return last;
}

/* ---- rates ---- */

/* Each row is young enough until the next one is known, and the last until the end. */
static keel_status check_ages(const keel_rates *rates, size_t first, size_t last, int64_t end_ns, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  size_t found;
  for (size_t i = first; i <= last && !status; i++)
    status = keel_rates_find(rates, i < last ? keel_rates_known_ns(rates, i + 1) - 1 : end_ns, &found, error);
  return status;
}

keel_status keel_feed_tape_rates(struct keel_feed_tape *feed, struct keel_arena *arena, const keel_rates *rates,
                                 keel_error *error) {
  size_t first, last;
  feed->curve_count = feed->curve_at = 0;
  if (!rates || !feed->has_upcoming || !isnan(feed->rate)) return KEEL_STATUS_OK;
  int64_t end_ns = keel_feed_tape_last(feed);
  keel_status status = keel_rates_find(rates, feed->upcoming.time_ns, &first, error);
  if (!status) status = keel_rates_find(rates, end_ns, &last, error);
  if (!status) status = check_ages(rates, first, last, end_ns, error);
  if (status) return status;
  struct keel_feed_curve *curves = KEEL_ARENA_NEW(arena, struct keel_feed_curve, last - first + 1);
  for (size_t i = first; i <= last && !status; i++) {
    curves[i - first].known_ns = keel_rates_known_ns(rates, i);
    status = keel_rates_curve(rates, i, &curves[i - first].curve, error);
  }
  feed->curves = curves;
  if (!status) feed->curve_count = last - first + 1;
  return status;
}

static void apply_rates(struct keel_feed_tape *feed, struct keel_market *market) {
  if (!isnan(feed->rate)) {
    market->curve = NULL;
    market->rate = feed->rate;
  } else if (feed->curve_count) {
    while (feed->curve_at + 1 < feed->curve_count && feed->curves[feed->curve_at + 1].known_ns <= feed->instant.time_ns)
      feed->curve_at++;
    market->curve = &feed->curves[feed->curve_at].curve;
    market->rate = keel_curve_overnight(market->curve);
  }
}

/* ---- quotes ---- */

static void apply(struct keel_feed_tape *feed, struct keel_market *market) {
  const struct keel_tape_instant *instant = &feed->instant;
  for (size_t i = 0; i < instant->count; i++) {
    uint32_t row = feed->row_of[instant->ids[i]];
    feed->events += row != KEEL_NO_ROW;
    for (; row != KEEL_NO_ROW; row = feed->wiring->rows[row].twin) {
      market->bid[row] = instant->bids[i];
      market->ask[row] = instant->asks[i];
      market->quote_ns[row] = instant->time_ns;
      feed->touched[feed->wiring->rows[row].underlying] = 1;
    }
  }
}

static void apply_vols(struct keel_feed_tape *feed, struct keel_market *market) {
  struct keel_tape_vols vols;
  if (!market->vol || !keel_tape_vols(feed->tape, &feed->here, &vols)) return;
  for (size_t i = 0; i < vols.count; i++) {
    for (uint32_t row = feed->row_of[vols.ids[i]]; row != KEEL_NO_ROW; row = feed->wiring->rows[row].twin) {
      market->vol[row] = vols.vols[i];
      if (market->vol_slope) market->vol_slope[row] = vols.slopes[i];
      feed->touched[feed->wiring->rows[row].underlying] = 1;
    }
  }
}

int keel_feed_tape_next(struct keel_feed_tape *feed, struct keel_market *market) {
  if (!feed->has_upcoming) return 0;
  feed->instant = feed->upcoming;
  feed->here = feed->cursor;
  apply_rates(feed, market);
  feed->has_upcoming = find_next(feed, &feed->upcoming);
  memset(feed->touched, feed->has_upcoming ? 0 : 1, feed->wiring->underlying_count);
  apply(feed, market);
  apply_vols(feed, market);
  market->time_ns = feed->instant.time_ns;
  market->is_last = !feed->has_upcoming;
  market->next_ns = feed->has_upcoming ? feed->upcoming.time_ns : KEEL_TIME_NONE;
  market->changed_count = 0;
  for (uint32_t u = 0; u < feed->wiring->underlying_count; u++)
    if (feed->touched[u]) market->changed[market->changed_count++] = u;
  return 1;
}
