/* A snapshot: what a strategy's book is worth and exposed to at one instant, and what each position's mark rests on.
 *
 * A block is observed (mark and measure, no accounts) over the tape up to the instant, or at the start of the model; so
 * marks, vols and Greeks are those of a replay or simulation there, bit by bit. Rows beside the book (hedge
 * instruments, the strikes of its expiries) are marked too: read them in `block`, at `wiring`. */
#ifndef KEEL_DRIVE_SNAPSHOT_H
#define KEEL_DRIVE_SNAPSHOT_H

#include "drive/replay.h"
#include "drive/simulate.h"
#include "hedge/block.h"
#include "hedge/pricing.h"

#define KEEL_SNAPSHOT_START (KEEL_TIME_NONE + 1) /* the first marks of the book */
#define KEEL_SNAPSHOT_DAY (KEEL_TIME_NONE + 2)   /* the close of the session before that of the marks */
#define KEEL_SNAPSHOT_TRADE \
  (KEEL_TIME_NONE + 3) /* the last own fill of each underlying; without one, its first marks */

struct keel_snapshot_query {
  /* The last instant of the tape, or of the book's own fills, that is not after it; KEEL_TIME_NONE: the last of all. */
  int64_t at_ns;
  /* Likewise, from when the book's moves are added up, or one of those above; KEEL_TIME_NONE: they are not. */
  int64_t since_ns;
  int (*tick)(void *context, uint64_t done, uint64_t total); /* as in keel_replay_options; may be NULL */
  void *tick_context;
};

/* A row of the book that is alive. */
struct keel_snapshot_position {
  uint32_t row;
  uint32_t underlying, account; /* among the market's and the strategy's: a wiring's underlying is one of an account */
  double units;                 /* qty times multiplier */
  const char *marked;           /* "marked_at_quote", "marked_stale", ..., "marked_by_model" */
};

/* Shape: [position]. Spot is as it is quoted, but for a future's: without dividends to come. vol is the marking vol. */
struct keel_snapshot_inputs {
  unsigned char *american;     /* 1: may be exercised early */
  const keel_dividends **paid; /* what an option's spot pays; NULL: nothing until expiry */
  double *phi, *spot, *strike, *rate, *yield, *years, *vol;
  struct keel_pricing_room *room; /* of all; a snapshot is of one thread */
};

/* How the book of one underlying of an account moved since an instant, after the fills of that instant. */
struct keel_snapshot_move {
  int64_t since_ns; /* KEEL_TIME_NONE: not asked for */
  int is_since_fill;
  double value;                        /* then */
  double cash;                         /* that it brought since: settlement, variation of futures, its fills */
  double change[KEEL_COMPONENT_COUNT]; /* what moved it, step by step; `unexplained` is the rest of its P&L */
};

struct keel_snapshot {
  struct keel_arena arena;
  struct keel_strategy strategy;           /* as it is wired; its memory is the caller's */
  struct keel_replay *replay;              /* the tape, opened and checked; NULL: the model at its start */
  struct keel_simulation_wiring simulated; /* where there is no tape */
  struct keel_simulation_worker worker;
  struct keel_wiring rows;
  const struct keel_wiring *wiring;
  struct keel_block *block;
  int64_t time_ns;
  int is_at_end;                           /* the tape has nothing later */
  uint64_t counts[KEEL_MARK_SOURCE_COUNT]; /* of the marks of that instant */

  /* The living book in the order of rows: by underlying, spot, then expiry. Shape: [position]. To the kernel a position
   * is an option: spot a call of strike 0 and no time, a future a call of strike 0 with the growth of its forward. */
  struct keel_snapshot_position *positions;
  size_t count, settled; /* settled: positions that are not alive any more */
  struct keel_snapshot_inputs inputs;
  double *mark;       /* per share; a future's price, which is no value of the book */
  keel_greeks greeks; /* per share, those of the marks; price by the formula at marking vols */

  int has_moves;                    /* `since` was asked for */
  struct keel_snapshot_move *moves; /* [underlying of the wiring] */
};

/* An instant from outside, `name` in messages: see keel/risk.h; KEEL_TIME_NONE where `text` is NULL. */
keel_status keel_snapshot_time(const struct keel_strategy *strategy, const char *name, const char *text,
                               int64_t *time_ns, keel_error *error);
/* Whether marks come from the strategy's tape, else from its model. */
int keel_snapshot_is_from_tape(const struct keel_strategy *strategy);

/* A snapshot stays where it was taken: parts of it point to others, and to the strategy, which outlives it.
 * Errors: those of a replay for what the tape cannot answer for; KEEL_STATUS_INPUT where nothing of the book is alive,
 * or `at` or `since` is before the first marks. After an error there is nothing to free. */
keel_status keel_snapshot_take(struct keel_snapshot *snapshot, const struct keel_strategy *strategy,
                               const struct keel_snapshot_query *query, keel_error *error);
void keel_snapshot_fini(struct keel_snapshot *snapshot);

static inline struct keel_option_rows keel_snapshot_rows(const struct keel_snapshot *snapshot,
                                                         const struct keel_snapshot_inputs *inputs) {
  return (struct keel_option_rows){
      .count = snapshot->count,
      .room = inputs->room,
      .american = inputs->american,
      .paid = inputs->paid,
      .options = {inputs->phi, inputs->spot, inputs->strike, inputs->rate, inputs->yield, inputs->years, inputs->vol}};
}
/* The wiring's underlying that a position is of. */
static inline size_t keel_snapshot_sleeve(const struct keel_snapshot *snapshot, size_t position) {
  return snapshot->wiring->rows[snapshot->positions[position].row].underlying;
}
/* Spot of an underlying of the wiring, that of a position, and the present value of its dividends until expiry. */
static inline double keel_snapshot_spot(const struct keel_snapshot *snapshot, size_t sleeve) {
  return keel_marks_after(snapshot->block, sleeve)->price[snapshot->wiring->underlyings[sleeve].spot];
}
static inline double keel_snapshot_spot_of(const struct keel_snapshot *snapshot, size_t position) {
  return keel_snapshot_spot(snapshot, keel_snapshot_sleeve(snapshot, position));
}
static inline double keel_snapshot_escrow(const struct keel_snapshot *snapshot, size_t position) {
  const struct keel_marks *marks = keel_marks_after(snapshot->block, keel_snapshot_sleeve(snapshot, position));
  return marks->escrow[snapshot->positions[position].row];
}
static inline const struct keel_contract *keel_snapshot_contract(const struct keel_snapshot *snapshot,
                                                                 size_t position) {
  return &snapshot->wiring->rows[snapshot->positions[position].row].contract;
}

#endif
