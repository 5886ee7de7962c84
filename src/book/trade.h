/* Trades of the book itself, done during a run: what the desk's fills say. qty > 0 is bought, in contracts. */
#ifndef KEEL_BOOK_TRADE_H
#define KEEL_BOOK_TRADE_H

#include "book/position.h"

struct keel_trade {
  struct keel_position position; /* the contract, and by how much its position changes */
  int64_t time_ns;
  double price; /* per share */
  double fees;  /* money, of all of it; below 0: received */
  const char *id;
};

struct keel_trades {
  struct keel_trade *trades; /* in order of time; those of one time as they were given */
  size_t count;
  size_t repeated; /* given again with the same id and content, and left out */
};

#endif
