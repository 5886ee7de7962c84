#include "drive/replay_fills.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/replay.h"

/* ---- which fills ---- */

/* The first instant that is played, and the last. */
static int span_of(const struct keel_replay *replay, int64_t *begin, int64_t *end) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  const struct keel_run_terms *run = &replay->strategy->run;
  *begin = *end = KEEL_TIME_NONE;
  while (keel_tape_next(replay->tape, &cursor, &instant)) {
    if (run->start_ns != KEEL_TIME_NONE && instant.time_ns < run->start_ns) continue;
    if (*begin == KEEL_TIME_NONE) *begin = instant.time_ns;
    if (run->end_ns != KEEL_TIME_NONE && instant.time_ns > run->end_ns) break;
    *end = instant.time_ns;
  }
  return *begin != KEEL_TIME_NONE;
}

int64_t keel_replay_begin(const struct keel_replay *replay) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  int64_t start = replay->strategy->run.start_ns;
  while (keel_tape_next(replay->tape, &cursor, &instant))
    if (start == KEEL_TIME_NONE || instant.time_ns >= start) return instant.time_ns;
  return KEEL_TIME_NONE;
}

static keel_status refuse_earlier(const struct keel_trade *trade, int64_t begin, keel_error *error) {
  char when[40];
  keel_time_format(begin, when);
  return keel_fail_at(error, trade->position.file, trade->position.line, "time",
                      "is before the run, which begins at %s; say what it means by run.earlier_fills: `held`, the "
                      "positions have it already, or `enter`, it is added to them",
                      when);
}

/* What an exercise delivered is no position of its contract. */
static keel_status refuse_entering(const struct keel_trade *trade, keel_error *error) {
  return keel_fail_at(error, trade->position.file, trade->position.line, "event",
                      "is %s from before the run, and run.earlier_fills: enter adds fills alone; allowed: positions as "
                      "they stand when the run begins, with run.earlier_fills: held",
                      keel_trade_event_names[trade->event]);
}

/* The book with the first `count` fills added: positions of one contract add up when they are wired. */
static keel_status enter(struct keel_replay *replay, size_t count, keel_error *error) {
  const struct keel_book *book = &replay->book;
  const struct keel_trade *trades = replay->strategy->fills.trades;
  for (size_t i = 0; i < count; i++)
    if (trades[i].event != KEEL_TRADE_FILL) return refuse_entering(&trades[i], error);
  struct keel_position *positions = KEEL_ARENA_NEW(&replay->arena, struct keel_position, book->count + count);
  if (book->count) memcpy(positions, book->positions, book->count * sizeof *positions);
  for (size_t i = 0; i < count; i++) positions[book->count + i] = trades[i].position;
  replay->book = (struct keel_book){positions, book->count + count};
  return KEEL_STATUS_OK;
}

keel_status keel_replay_choose_fills(struct keel_replay *replay, keel_error *error) {
  const struct keel_trades *all = &replay->strategy->fills;
  enum keel_earlier_fills earlier = replay->strategy->run.earlier_fills;
  int64_t begin, end;
  if (!all->count || !span_of(replay, &begin, &end)) return KEEL_STATUS_OK;
  size_t first = 0, last = all->count;
  while (first < last && all->trades[first].time_ns < begin) first++;
  while (last > first && all->trades[last - 1].time_ns > end) last--;
  if (first && earlier == KEEL_EARLIER_REFUSE) return refuse_earlier(&all->trades[0], begin, error);
  replay->fills = (struct keel_replay_fills){all->trades + first, last - first, first, all->count - last};
  return first && earlier == KEEL_EARLIER_ENTER ? enter(replay, first, error) : KEEL_STATUS_OK;
}

static keel_status refuse_closing(const struct keel_block *block, keel_error *error) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_trade *trade = block->refused->read;
  char name[128];
  keel_contract_format(&trade->position.contract, wiring->terms->calendar, name, sizeof name);
  return keel_fail_at(error, trade->position.file, trade->position.line, "qty",
                      "is %g, %s of more than is held of %s at that time, %g", trade->position.qty,
                      keel_trade_event_names[trade->event], name,
                      block->refused_held / trade->position.contract.multiplier);
}

keel_status keel_replay_fills_booked(const struct keel_block *block, keel_error *error) {
  const struct keel_wiring *wiring = block->wiring;
  char name[128];
  for (size_t r = 0; r < wiring->row_count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    size_t done = block->trades_done[r];
    if (done == row->trade_count || wiring->trades[row->first_trade + done].time_ns > block->market.time_ns) continue;
    keel_contract_format(&wiring->rows[r].contract, wiring->terms->calendar, name, sizeof name);
    return keel_fail(error, KEEL_STATUS_INPUT, wiring->terms->tape,
                     "%s has no usable quote after its fill, so the fill cannot be booked; give "
                     "market.implied_vol, or leave the fill out",
                     name);
  }
  if (block->refused) return refuse_closing(block, error);
  if (block->trades_lost)
    return keel_fail(error, KEEL_STATUS_INPUT, wiring->terms->tape,
                     "%llu fills are of contracts that expire before the book can enter or before their first mark; "
                     "give market.implied_vol, or leave the fills out",
                     (unsigned long long)block->trades_lost);
  return KEEL_STATUS_OK;
}

/* ---- the feed ---- */

static int by_time(const void *left, const void *right) {
  const struct keel_fill_time *a = left, *b = right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  return (a->underlying > b->underlying) - (a->underlying < b->underlying);
}

void keel_fill_feed_init(struct keel_fill_feed *feed, struct keel_arena *arena, struct keel_feed_tape *tape) {
  const struct keel_wiring *wiring = tape->wiring;
  *feed = (struct keel_fill_feed){.tape = tape, .count = wiring->trade_count, .end_ns = KEEL_TIME_NONE};
  feed->times = KEEL_ARENA_NEW(arena, struct keel_fill_time, wiring->trade_count);
  feed->touched = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  for (size_t i = 0; i < wiring->trade_count; i++) {
    const struct keel_row_trade *trade = &wiring->trades[i];
    feed->times[i] = (struct keel_fill_time){trade->time_ns, wiring->rows[trade->row].underlying};
  }
  if (feed->count) qsort(feed->times, feed->count, sizeof *feed->times, by_time);
}

/* Adds the underlyings of the fills that are due; behind the last instant of the tape all of them. */
static void touch(struct keel_fill_feed *feed, struct keel_market *market) {
  size_t underlyings = feed->tape->wiring->underlying_count;
  if (feed->next == feed->count || feed->times[feed->next].time_ns > market->time_ns) return;
  memset(feed->touched, feed->tape->has_upcoming ? 0 : 1, underlyings);
  for (size_t i = 0; i < market->changed_count; i++) feed->touched[market->changed[i]] = 1;
  for (; feed->next < feed->count && feed->times[feed->next].time_ns <= market->time_ns; feed->next++)
    feed->touched[feed->times[feed->next].underlying] = 1;
  market->changed_count = 0;
  for (uint32_t u = 0; u < underlyings; u++)
    if (feed->touched[u]) market->changed[market->changed_count++] = u;
}

/* Whether a fill comes before what the tape has next, and after something that it had. */
static int is_between(const struct keel_fill_feed *feed, const struct keel_market *market) {
  if (feed->next == feed->count || market->time_ns == KEEL_TIME_NONE) return 0;
  int64_t time_ns = feed->times[feed->next].time_ns;
  return feed->tape->has_upcoming ? time_ns < feed->tape->upcoming.time_ns
                                  : feed->end_ns != KEEL_TIME_NONE && time_ns <= feed->end_ns;
}

int keel_fill_feed_next(struct keel_fill_feed *feed, struct keel_market *market) {
  if (is_between(feed, market)) {
    market->time_ns = feed->times[feed->next].time_ns;
    market->changed_count = 0;
  } else if (!keel_feed_tape_next(feed->tape, market)) {
    return 0;
  }
  touch(feed, market);
  market->next_ns = is_between(feed, market)   ? feed->times[feed->next].time_ns
                    : feed->tape->has_upcoming ? feed->tape->upcoming.time_ns
                                               : KEEL_TIME_NONE;
  return 1;
}

int64_t keel_fill_feed_last(const struct keel_fill_feed *feed) {
  int64_t last = keel_feed_tape_last(feed->tape);
  if (last == KEEL_TIME_NONE || feed->end_ns == KEEL_TIME_NONE) return last;
  for (size_t i = feed->next; i < feed->count && feed->times[i].time_ns <= feed->end_ns; i++)
    if (feed->times[i].time_ns > last) last = feed->times[i].time_ns;
  return last;
}
