/* The book's own fills in a replay: which of them belong to the run, and a feed with an instant at the time of each, so
 * that a hedge answers a trade when it is done and not at the next quote. */
#ifndef KEEL_DRIVE_REPLAY_FILLS_H
#define KEEL_DRIVE_REPLAY_FILLS_H

#include "book/trade.h"
#include "hedge/block.h"
#include "world/feed_tape.h"

struct keel_replay;

struct keel_replay_fills {
  const struct keel_trade *trades; /* those of the run, in order of time */
  size_t count;
  uint64_t before, after; /* the run: left out, or in the book that enters; left out */
};

/* How many kinds of trouble with fills a result can have. */
enum { KEEL_FILL_PROBLEMS = 4 };

/* The first instant of the tape that is played, KEEL_TIME_NONE where there is none. */
int64_t keel_replay_begin(const struct keel_replay *replay);

/* Chooses the fills of the run; those from before it by run.earlier_fills.
 * Errors: one from before the run where they are refused, or one that does not only add to a position. */
keel_status keel_replay_choose_fills(struct keel_replay *replay, keel_error *error);

/* Refuses what could not be booked by the block's instant: its contract had no mark, or had settled when the book
 * entered; or an exercise or assignment was of more than the book held. */
keel_status keel_replay_fills_booked(const struct keel_block *block, keel_error *error);

/* ---- the feed ---- */

/* A fill's place in time. */
struct keel_fill_time {
  int64_t time_ns;
  uint32_t underlying;
};

struct keel_fill_feed {
  struct keel_feed_tape *tape;
  struct keel_fill_time *times; /* in order */
  size_t count, next;
  unsigned char *touched; /* [underlying] */
  int64_t end_ns;         /* fills up to here are played also behind the last instant; KEEL_TIME_NONE: none is */
};

void keel_fill_feed_init(struct keel_fill_feed *feed, struct keel_arena *arena, struct keel_feed_tape *tape);

/* As keel_feed_tape_next, and an instant of its own for fills between two of the tape: there quotes are as they were. A
 * tape that is limited to an instant (keel_feed_tape_limit) has `end_ns` say so. */
int keel_fill_feed_next(struct keel_fill_feed *feed, struct keel_market *market);
/* The time of the last instant that is still to be played; KEEL_TIME_NONE: there is none. */
int64_t keel_fill_feed_last(const struct keel_fill_feed *feed);

#endif
