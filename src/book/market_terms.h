/* What is assumed of the market, from the strategy file; what is seen comes from the feed. */
#ifndef KEEL_BOOK_MARKET_TERMS_H
#define KEEL_BOOK_MARKET_TERMS_H

#include <string.h>

#include "book/calendar.h"
#include "book/contract.h"
#include "keel/curve.h"

struct keel_dividend {
  int64_t ex_ns;  /* the instant from which spot trades without it: the open of the ex-date (midnight local) */
  int64_t pay_ns; /* when it becomes cash; the ex-date if not given */
  double cash;    /* per share */
};

struct keel_split {
  int64_t ex_ns; /* the instant from which spot trades in new shares */
  double ratio;  /* new shares for an old one: 7 for 7:1 */
};

struct keel_pause {
  int64_t from_ns, until_ns; /* until_ns itself is no pause; KEEL_TIME_NONE: always, for ever */
};

/* What a desk lays over the hedge of one underlying, by hand. Marks and P&L know nothing of it. */
struct keel_overrides {
  double delta_offset;           /* shares: the net delta that is wanted */
  double vol_shift, yield_shift; /* added to the hedging vols and yields that decisions use */
  struct keel_pause *pauses;     /* no decision is taken in them */
  size_t pause_count;
};

/* What an underlying is: spot, or a future that options are on, whose forward is its own price. UNSAID: as the tape
 * says, else spot. */
enum keel_underlying_kind { KEEL_ON_UNSAID, KEEL_ON_SPOT, KEEL_ON_FUTURE };

/* When American options are exercised or assigned before their expiry. */
enum keel_early_exercise {
  KEEL_EARLY_EXERCISE_OPTIMAL, /* when their holder does best so; by fills alone where some say what was exercised */
  KEEL_EARLY_EXERCISE_NONE
};

enum keel_forward_mode { KEEL_FORWARD_YIELD, KEEL_FORWARD_PARITY };

/* Of one underlying; what `market.underlyings.X` does not say is what `market` says. */
struct keel_underlying_terms {
  const char *name;
  enum keel_underlying_kind on;
  double yield;       /* 0 by default; of a future the rate */
  double implied_vol; /* NaN: none */
  enum keel_forward_mode forward;
  struct keel_dividend *dividends; /* in order of ex_ns */
  size_t dividend_count;
  struct keel_split *splits; /* in order of ex_ns */
  size_t split_count;
  struct keel_overrides overrides;
  enum keel_settlement settlement; /* of its options, where they do not say it; UNSAID: in cash */
  double exercise_threshold;       /* physical: what is in the money by less, per share, is not exercised */
};

static inline int keel_has_overrides(const struct keel_overrides *overrides) {
  return overrides->delta_offset != 0 || overrides->vol_shift != 0 || overrides->yield_shift != 0 ||
         overrides->pause_count > 0;
}

struct keel_market_terms {
  const struct keel_calendar *calendar;      /* `calendar: nyse` (default) or `utc` */
  double rate;                               /* flat, of cash and of discounting; NaN where a file has it */
  const char *rate_file;                     /* `rate: FILE.csv`: path, as that of the tape; NULL: `rate` is flat */
  keel_rates *rates;                         /* what that file has; owned by the strategy */
  int64_t stale_ns;                          /* `stale: 15m`: an older quote is not used; a day if not given */
  enum keel_early_exercise early_exercise;   /* `early_exercise: optimal` (default) or `none` */
  const char *tape;                          /* path, relative paths made absolute against the strategy's folder */
  struct keel_underlying_terms *underlyings; /* one for each underlying of the book */
  size_t underlying_count;
};

/* The number of the underlying of that name, or -1. */
static inline long keel_market_underlying(const struct keel_market_terms *terms, const char *name) {
  for (size_t u = 0; u < terms->underlying_count; u++)
    if (strcmp(terms->underlyings[u].name, name) == 0) return (long)u;
  return -1;
}

#endif
