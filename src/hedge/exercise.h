/* Early exercise by the rule of market.early_exercise: what is held long of an American option is exercised, and what
 * is held short is assigned (all of it), when its holder does best so. Part of the second verb (the book) and the fifth
 * (what hedges hold).
 *
 * An option is exercised now where its value if it is kept is not above what exercise pays. That value is the model's
 * (pricing.h), at the vol that marks the option: a holder acts by what the market says of his option, and not by the
 * hedger's opinion. A quote below intrinsic exercises nothing by itself. Two cases can be:
 *   - waiting costs: interest on the strike is more than the yield of spot (puts), or the yield more than the interest
 *     (calls). Without either an option is not exercised for its value's rounding.
 *   - spot goes ex before the next step of its underlying: then what is kept is an option on spot less the cash, with
 *     the dividends after it to come, and the last step before the ex-date steps every underlying that it concerns.
 * The book is not exercised where it enters, at the last instant of a run, nor at its expiry, which deliver.h is about.
 */
#ifndef KEEL_HEDGE_EXERCISE_H
#define KEEL_HEDGE_EXERCISE_H

#include "hedge/block.h"

/* Before the underlyings of an instant step: those that go ex before the next instant are among the changed ones. */
void keel_exercise_begin(struct keel_block *block);

/* Before the rows of an underlying are measured: which options are exercised in this step, in which paths. */
void keel_exercise_find(struct keel_block *block, size_t underlying);

/* The book's position in a row, after it moved: cash for what exercise pays, `settlement` for that against the mark,
 * and what it delivers for the lanes; it is gone then. */
void keel_exercise_row(struct keel_block *block, size_t underlying, uint32_t row);

/* After the rows: what each lane's hedges hold of them is counted. */
void keel_exercise_count(struct keel_block *block, size_t underlying);

/* Adds to `out`, [path], the units of spot that exercise of what a line holds delivers. */
void keel_exercise_deliver(const struct keel_block *block, size_t underlying, size_t line, double *out);

/* Money of a lane, [path] each. */
struct keel_exercise_money {
  double *cash, *value, *settlement;
};
/* The same of a line in the account after this step: its holding of before is gone, for cash. */
void keel_exercise_holding(struct keel_block *block, size_t underlying, size_t line, struct keel_exercise_money money);

/* Takes off `out` what a line held, in the paths where it is exercised in this step. */
void keel_exercise_leave(const struct keel_block *block, uint32_t row, const double *held, double *out);

/* The row holds nothing of before: a fill begins a new position. */
void keel_exercise_forget(struct keel_block *block, uint32_t row);

/* A row's array as its position in the book has it: 0 in the paths in which that is gone, in `scratch`; `array` itself
 * where it is there in all. */
const double *keel_exercise_kept(const struct keel_block *block, uint32_t row, const double *array, double *scratch);

#endif
