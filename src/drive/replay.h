/* The inside of a replay, for its files: parts run on threads, the result is put together in the order of variants.
 *
 * What a variant does depends on the contracts that its wiring watches, since each of their quotes is a step. So only
 * variants that hedge with the same futures and options (spot is watched anyway) share a part: a result depends neither
 * on the number of threads nor on the other variants. */
#ifndef KEEL_DRIVE_REPLAY_H
#define KEEL_DRIVE_REPLAY_H

#include "drive/accounts.h"
#include "drive/ledger.h"
#include "drive/replay_fills.h"
#include "drive/strategy.h"
#include "keel/replay.h"
#include "world/tape.h"

/* Some variants, run in one pass over the tape. Parts share nothing that changes. */
struct keel_replay_part {
  struct keel_arena arena;
  struct keel_wiring wiring;
  struct keel_ledger ledger;
  const uint32_t *variants; /* their numbers in the strategy */
  size_t variant_count;
  uint64_t events, instants;
  uint64_t source_counts[KEEL_MARK_SOURCE_COUNT];
  uint64_t fills_late, fills_left;
  double exercised, assigned; /* contracts of the book, early, by the rule */
  keel_status status;
  keel_error error;
};

struct keel_replay_problem {
  const char *kind;
  uint64_t count;
};

struct keel_replay {
  const keel_strategy *strategy;
  struct keel_arena arena; /* of the result; parts have their own, sealed */
  struct keel_tape *tape;
  const struct keel_tape_model *model; /* that made the tape's market; NULL: a recorded one */
  struct keel_book book;               /* the strategy's; with a model all expiries are known, and so the policies' */
  struct keel_replay_fills fills;
  struct keel_wiring_account *accounts; /* of the strategy, under all its variants */
  const struct keel_contract **listed;  /* the contracts of the tape */
  size_t listed_count;
  struct keel_replay_part *parts; /* the strategy's own hedge is in the first */
  size_t part_count;
  struct keel_ledger_row *rows; /* of all parts, by time, underlying, account, variant */
  size_t row_count;
  struct keel_ledger_totals *totals;         /* [variant] */
  struct keel_ledger_totals *account_totals; /* [variant][account] */
  struct keel_replay_problem *problems;
  size_t problem_count;
  char **notes;
  size_t note_count;
};

/* Takes in what a step did, and closes the hedges of books that are over. */
void keel_replay_record(struct keel_ledger *ledger, struct keel_block *block);

/* Opens the tape of a strategy, dates its book and policies, and refuses what the tape cannot answer for. The caller
 * frees *replay with keel_replay_free; it is NULL after an error. */
keel_status keel_replay_open(const struct keel_strategy *strategy, struct keel_replay **replay, keel_error *error);

/* Why the book of an underlying has not entered: what expired before it could, or never had a usable quote. */
keel_status keel_replay_never_entered(const struct keel_block *block, size_t underlying, keel_error *error);

/* Refuses what the tape cannot answer for. */
keel_status keel_replay_check(const struct keel_replay *replay, keel_error *error);

/* Whether an account of the strategy holds what is on an underlying. */
int keel_replay_is_held(const struct keel_replay *replay, size_t underlying, size_t account);
/* Refuses splits that the tape has been put into the terms of already, and those that a hedge cannot pass. */
keel_status keel_replay_check_splits(const struct keel_replay *replay, keel_error *error);
/* Whether spot moves over a split of the run as if there were none, which is then said in `text`: the second sign,
 * beside what the tape itself says, of prices that were adjusted already. */
int keel_replay_split_unseen(const struct keel_replay *replay, size_t underlying, size_t split, char *text,
                             size_t size);

/* Parts for the variants, at least one for each set of contracts that is watched; then one ledger from all of them. */
void keel_replay_lay_out(struct keel_replay *replay, size_t threads);
keel_status keel_replay_join(struct keel_replay *replay, keel_error *error);

static inline const struct keel_policy *keel_replay_policy(const struct keel_replay *replay, size_t account,
                                                           size_t variant) {
  return replay->accounts[account].policies[variant];
}

/* One row's cell as text; returns the length. */
size_t keel_ledger_cell(const struct keel_replay *replay, const struct keel_ledger_row *row, size_t column,
                        struct keel_text *text);

#endif
