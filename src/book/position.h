/* Positions: what the book holds. qty > 0 is long, in contracts. */
#ifndef KEEL_BOOK_POSITION_H
#define KEEL_BOOK_POSITION_H

#include "book/contract.h"

struct keel_position {
  struct keel_contract contract;
  double qty;
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
