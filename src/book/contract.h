/* Contracts: what can be held. One table of kinds says how each behaves. */
#ifndef KEEL_BOOK_CONTRACT_H
#define KEEL_BOOK_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

enum keel_kind { KEEL_KIND_SPOT, KEEL_KIND_FUTURE, KEEL_KIND_CALL, KEEL_KIND_PUT };
enum keel_exercise { KEEL_EXERCISE_EUROPEAN, KEEL_EXERCISE_AMERICAN };
/* What an option pays when it is exercised: money, or the underlying at the strike. */
enum keel_settlement { KEEL_SETTLEMENT_UNSAID, KEEL_SETTLEMENT_CASH, KEEL_SETTLEMENT_PHYSICAL };

struct keel_contract {
  const char *underlying;
  enum keel_kind kind;
  enum keel_exercise exercise; /* options only */
  double strike;               /* options only */
  int64_t expiry_ns;           /* KEEL_TIME_NONE for spot; where a tape lists the price of a future as one, its end */
  double multiplier;           /* shares (units of spot) per contract; 1 for spot */
  enum keel_settlement settlement; /* options only; UNSAID: as the market's terms say */
};

/* The names of kinds and exercises as files write them ("call", "put", "spot", "future"; "european", "american"; any
 * case, and "c", "p"); -1 when it is none. */
int keel_kind_parse(const char *text, size_t length);
int keel_exercise_parse(const char *text, size_t length);
const char *keel_kind_name(enum keel_kind kind);
const char *keel_exercise_name(enum keel_exercise exercise);
int keel_kind_is_option(enum keel_kind kind);

/* Same underlying, kind, strike and expiry. Two multipliers or exercises of one contract are a conflict for the caller.
 */
int keel_contract_same(const struct keel_contract *a, const struct keel_contract *b);

/* What one becomes by a split of `ratio` new shares for an old one: the strike divided, to the cent; the multiplier as
 * it is, or times a ratio that is no whole number. */
struct keel_contract keel_contract_split(const struct keel_contract *contract, double ratio);

/* `X spot`, `X future 2026-03-20`, `X call 100 2026-03-20`: the date is local to the calendar's zone; a time that is
 * not the close of that date is added as `2026-03-20T08:00Z`; an expiry of KEEL_TIME_NONE is left out. Strikes are
 * printed with as few digits as round-trip. Returns the length, like snprintf. */
struct keel_calendar;
int keel_contract_format(const struct keel_contract *contract, const struct keel_calendar *calendar, char *buffer,
                         size_t size);

#endif
