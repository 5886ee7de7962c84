/* Positions: what the book holds. qty > 0 is long, in contracts.
 *
 * An account is a part of the book with a hedge of its own: a strategy or a portfolio. The same contract may be held in
 * several. */
#ifndef KEEL_BOOK_POSITION_H
#define KEEL_BOOK_POSITION_H

#include <string.h>

#include "book/contract.h"

/* What the holder of an option in the money by less than the threshold, or by more, wants of it at its expiry. */
enum keel_at_expiry { KEEL_AT_EXPIRY_THRESHOLD, KEEL_AT_EXPIRY_EXERCISE, KEEL_AT_EXPIRY_ABANDON };

struct keel_position {
  const char *account; /* NULL: none is named */
  struct keel_contract contract;
  double qty;
  enum keel_at_expiry at_expiry; /* long options that deliver */
  int exercise_given; /* options: whether `exercise` was; if not, it is european until a tape says otherwise */
  double years;       /* `years` given in place of `expiry` (simulated markets); NaN otherwise */
  const char *file;   /* where it came from, for messages */
  long line;
};

struct keel_book {
  struct keel_position *positions;
  size_t count;
};

/* The name of an account: empty where none is named. */
static inline const char *keel_account_name(const char *account) { return account ? account : ""; }
static inline int keel_account_same(const char *a, const char *b) {
  return strcmp(keel_account_name(a), keel_account_name(b)) == 0;
}

#endif
