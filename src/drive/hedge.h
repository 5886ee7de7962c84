/* The inside of `keel hedge`, for its files:
 *
 *     instruments (hedge_instruments.c)  ->  snapshot of book and instruments  ->  exposures (hedge_exposures.c)
 *     ->  lots (hedge/lots.h)  ->  why (hedge_say.c)  ->  result (hedge_result.c, hedge_json.c) */
#ifndef KEEL_DRIVE_HEDGE_H
#define KEEL_DRIVE_HEDGE_H

#include "drive/snapshot.h"
#include "hedge/lots.h"
#include "keel/hedge.h"

/* An instrument at hand. */
struct keel_hedge_at_hand {
  const struct keel_hedge_instrument *with;
  const struct keel_config_node *node; /* of `with` in the file */
  struct keel_contract contract;
  size_t position; /* in the book that is marked */
  uint32_t underlying, row;
  const char *name, *problem; /* problem: why it cannot be traded; NULL where it can */
  double held, qty, price, cost;
  double mid, half_spread; /* per unit of the contract's price */
};

/* What keeps an exposure from its tolerance. */
enum keel_hedge_why {
  KEEL_HEDGE_WITHIN,
  KEEL_HEDGE_PAUSED,        /* its underlying is, by market.overrides */
  KEEL_HEDGE_NO_INSTRUMENT, /* nothing that can be traded has any of it */
  KEEL_HEDGE_SINGULAR,      /* not together with the others, whatever is traded of the instruments */
  KEEL_HEDGE_LIMIT,
  KEEL_HEDGE_COST,
  KEEL_HEDGE_LOT
};
extern const char *const keel_hedge_why_names[];

/* Of one underlying of an account: which instruments can be traded, and what came of it. */
struct keel_hedge_side {
  struct keel_lots lots;
  struct keel_lots_answer answer;
  size_t of_line[KEEL_LOTS_LINES]; /* the instrument of each line */
  double before[KEEL_LOTS_EXPOSURES], after[KEEL_LOTS_EXPOSURES];
  enum keel_hedge_why why[KEEL_LOTS_EXPOSURES];
  int is_paused;
  const char *reason;
};

struct keel_hedge {
  struct keel_arena arena;
  const struct keel_strategy *strategy;
  struct keel_strategy marked; /* the strategy with the instruments in its book, at no quantity */
  struct keel_snapshot snapshot;
  keel_greeks greeks;                              /* [row], per share at hedging vols; of those that no step knows */
  struct keel_hedge_at_hand *at_hand;              /* by underlying: spot, futures, options */
  size_t count, left_out;                          /* left_out: of the options that were chosen from */
  struct keel_hedge_side *sides;                   /* [underlying] */
  enum keel_exposure exposures[KEEL_EXPOSURE_ALL]; /* of all targets */
  size_t exposure_count;
  double cost;
  const char *reason;
  const char **notes;
  size_t note_count;
};

/* Of an underlying, which is here as in a wiring that of one account: its name and account, and their hedge. */
static inline const char *keel_hedge_name(const struct keel_hedge *hedge, size_t u) {
  return hedge->strategy->market.underlyings[keel_strategy_sleeve(hedge->strategy, u).number].name;
}
static inline const struct keel_variant *keel_hedge_variant(const struct keel_hedge *hedge, size_t u) {
  return keel_strategy_account_variant(hedge->strategy, keel_strategy_sleeve(hedge->strategy, u).account, 0);
}
static inline const struct keel_target *keel_hedge_target(const struct keel_hedge *hedge, size_t u) {
  return &keel_hedge_variant(hedge, u)->policy.target;
}

/* Which instruments there may be, as of the instant that is asked for, and the strategy that has them marked. */
keel_status keel_hedge_list(struct keel_hedge *hedge, int64_t at_ns, keel_error *error);
/* Once they are marked: the Greeks of all rows; and what a unit of a row, or the book of an underlying, has of an
 * exposure. */
void keel_hedge_expose(struct keel_hedge *hedge);
double keel_hedge_row_exposure(const struct keel_hedge *hedge, uint32_t row, enum keel_exposure exposure);
double keel_hedge_book_exposure(const struct keel_hedge *hedge, size_t underlying, enum keel_exposure exposure);
/* Then: their rows, prices and holdings; the options are chosen. */
keel_status keel_hedge_choose(struct keel_hedge *hedge, keel_error *error);
/* Why an exposure stays where it is. */
void keel_hedge_find_why(struct keel_hedge_side *side);
/* Sentences for each underlying and for all. */
void keel_hedge_say(struct keel_hedge *hedge);

#endif
