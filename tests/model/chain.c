#include "model/chain.h"

#include <math.h>

static void price(const struct chain_terms *terms, double phi, size_t count, const double *strike, double *out) {
  double phis[CHAIN_MAX], spot[CHAIN_MAX], rate[CHAIN_MAX], yield[CHAIN_MAX], years[CHAIN_MAX], vol[CHAIN_MAX];
  for (size_t i = 0; i < count; i++) {
    phis[i] = phi, spot[i] = terms->spot, rate[i] = terms->rate, yield[i] = terms->yield, years[i] = terms->years;
    double k = log(strike[i] / terms->spot);
    vol[i] = 0.2 - 0.15 * k + 0.3 * k * k;
  }
  keel_options options = {phis, spot, strike, rate, yield, years, vol};
  keel_greeks greeks = {.price = out};
  if (terms->american)
    keel_american_price(count, &options, terms->scheme, KEEL_GREEK_SET_PRICE, &greeks, NULL);
  else
    keel_black_scholes_price(count, &options, KEEL_GREEK_SET_PRICE, &greeks);
}

void chain_make(const struct chain_terms *terms, struct chain *chain) {
  double call[CHAIN_MAX], put[CHAIN_MAX];
  chain->count = 0;
  for (double strike = terms->from; strike <= terms->to; strike += terms->step) chain->strike[chain->count++] = strike;
  price(terms, 1, chain->count, chain->strike, call);
  price(terms, -1, chain->count, chain->strike, put);
  for (size_t i = 0; i < chain->count; i++) {
    double call_half = 0.01 * call[i], put_half = 0.01 * put[i];
    chain->call_bid[i] = call[i] - call_half, chain->call_ask[i] = call[i] + call_half;
    chain->put_bid[i] = put[i] - put_half, chain->put_ask[i] = put[i] + put_half;
  }
}

void chain_spoil(struct chain *chain, size_t at, int call, double by) {
  *(call ? &chain->call_bid[at] : &chain->put_bid[at]) += by;
  *(call ? &chain->call_ask[at] : &chain->put_ask[at]) += by;
}

keel_parity_quotes chain_quotes(const struct chain *chain) {
  return (keel_parity_quotes){chain->count,    chain->strike,  chain->call_bid,
                              chain->call_ask, chain->put_bid, chain->put_ask};
}
