/* Positions: what the book holds. qty > 0 is long, in contracts. */
#ifndef KEEL_BOOK_POSITION_H
#define KEEL_BOOK_POSITION_H

#include "book/contract.h"

/* What the holder of an option in the money by less than the threshold, or by more, wants of it at its expiry. */
enum keel_at_expiry { KEEL_AT_EXPIRY_THRESHOLD, KEEL_AT_EXPIRY_EXERCISE, KEEL_AT_EXPIRY_ABANDON };

struct keel_position {
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

#endif
