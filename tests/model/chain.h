/* Chains of quotes made for tests: prices of a known forward and smile, and what is wrong with them. */
#ifndef KEEL_TESTS_MODEL_CHAIN_H
#define KEEL_TESTS_MODEL_CHAIN_H

#include "keel/forward.h"

enum { CHAIN_MAX = 600 };

struct chain {
  size_t count;
  double strike[CHAIN_MAX], call_bid[CHAIN_MAX], call_ask[CHAIN_MAX], put_bid[CHAIN_MAX], put_ask[CHAIN_MAX];
};

/* Strikes from..to by `step`, a skewed smile, mids of the formula of that exercise, spreads wider in the money. */
struct chain_terms {
  double spot, rate, yield, years, from, to, step;
  int american;
  keel_american_scheme scheme;
};
void chain_make(const struct chain_terms *terms, struct chain *chain);

/* Moves the quote of one side of a strike. */
void chain_spoil(struct chain *chain, size_t at, int call, double by);

keel_parity_quotes chain_quotes(const struct chain *chain);

#endif
