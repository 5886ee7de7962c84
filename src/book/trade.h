/* Trades of the book itself, done during a run: what the desk's fills say. qty > 0 is bought, in contracts.
 *
 * An exercise or assignment closes a position at the strike, before its expiry: qty < 0 is of long contracts, qty > 0
 * of short ones. */
#ifndef KEEL_BOOK_TRADE_H
#define KEEL_BOOK_TRADE_H

#include "book/position.h"

enum keel_trade_event { KEEL_TRADE_FILL, KEEL_TRADE_EXERCISE, KEEL_TRADE_ASSIGNMENT };
extern const char *const keel_trade_event_names[];

struct keel_trade {
  struct keel_position position; /* the contract, and by how much its position changes */
  int64_t time_ns;
  enum keel_trade_event event;
  double price; /* per share; 0 of what is no fill */
  double fees;  /* money, of all of it; below 0: received */
  const char *id;
};

struct keel_trades {
  struct keel_trade *trades; /* in order of time; those of one time as they were given */
  size_t count;
  size_t repeated; /* given again with the same id and content, and left out */
};

#endif
