/* A feed that plays a tape into a market: all events of one instant at a time, nothing from the future. The rate is as
 * the tape said it last, else that of the last curve known, if there are curves; vols of a model go into market->vol
 * and vol_slope, where they are. */
#ifndef KEEL_WORLD_FEED_TAPE_H
#define KEEL_WORLD_FEED_TAPE_H

#include "base/arena.h"
#include "hedge/wiring.h"
#include "book/market.h"
#include "world/tape.h"

/* A curve of the market's rates, and since when it is known. */
struct keel_feed_curve {
  int64_t known_ns;
  keel_curve curve;
};

struct keel_feed_tape {
  const struct keel_tape *tape;
  const struct keel_wiring *wiring;
  struct keel_tape_cursor cursor, here; /* behind the upcoming instant, and behind the one that is played */
  double rate;                          /* said until the upcoming instant; NaN: not yet */
  const struct keel_feed_curve *curves; /* in order of time; none where the rate is flat or the tape's own */
  size_t curve_count, curve_at;
  struct keel_tape_instant instant, upcoming;
  int has_upcoming;
  int64_t end_ns;         /* nothing later than this is played; KEEL_TIME_NONE: no end */
  uint32_t *row_of;       /* [tape id]: the first row, before its twins; KEEL_NO_ROW where nobody watches */
  unsigned char *touched; /* [underlying] */
  uint64_t events;        /* quotes of what is watched */
};

/* Starts at the first instant not before start_ns (KEEL_TIME_NONE: the first of all). */
void keel_feed_tape_init(struct keel_feed_tape *feed, struct keel_arena *arena, const struct keel_tape *tape,
                         const struct keel_wiring *wiring);
void keel_feed_tape_limit(struct keel_feed_tape *feed, int64_t start_ns, int64_t end_ns);

/* Curves for all that is to be played, from a file of rates (NULL: none); after the limits. Errors: KEEL_STATUS_INPUT
 * where the first instant or a later one has no curve that is young enough. A tape that says its own rate needs none.
 */
keel_status keel_feed_tape_rates(struct keel_feed_tape *feed, struct keel_arena *arena, const keel_rates *rates,
                                 keel_error *error);

/* The time of the last instant that is still to be played; KEEL_TIME_NONE: there is none. */
int64_t keel_feed_tape_last(const struct keel_feed_tape *feed);

/* Plays the next instant that changes something watched into the market; returns 0 when there is none. At the last one
 * market->is_last is set and every underlying counts as changed. */
int keel_feed_tape_next(struct keel_feed_tape *feed, struct keel_market *market);

#endif
