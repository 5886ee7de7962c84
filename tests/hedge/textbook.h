/* Black-Scholes by the C library's functions, apart from the kernels: what the tests of the step compare with. */
#ifndef KEEL_TESTS_HEDGE_TEXTBOOK_H
#define KEEL_TESTS_HEDGE_TEXTBOOK_H

#include <math.h>

#include "keel/pde.h"

struct textbook {
  double price, delta, gamma, vega, theta, rho, psi, vanna, volga;
};

static inline double textbook_normal(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static inline struct textbook textbook_option(const keel_option *option, double spot, double vol) {
  double phi = option->phi, years = option->years, root = vol * sqrt(years);
  double d1 = (log(spot / option->strike) + (option->rate - option->yield) * years) / root + root / 2, d2 = d1 - root;
  double share = spot * exp(-option->yield * years), money = option->strike * exp(-option->rate * years);
  double n1 = textbook_normal(phi * d1), n2 = textbook_normal(phi * d2), bell = exp(-d1 * d1 / 2) / sqrt(8 * atan(1));
  struct textbook book = {.price = phi * (share * n1 - money * n2), .delta = phi * share / spot * n1};
  book.gamma = share * bell / (spot * spot * root);
  book.vega = share * bell * sqrt(years);
  book.theta = -share * bell * vol / (2 * sqrt(years)) + phi * (option->yield * share * n1 - option->rate * money * n2);
  book.rho = phi * years * money * n2;
  book.psi = -phi * years * share * n1;
  book.vanna = -share / spot * bell * d2 / vol;
  book.volga = book.vega * d1 * d2 / vol;
  return book;
}

/* Where spot pays one dividend, on grids: to 1e-5 of what moderate terms are worth. */
static inline struct textbook textbook_paying(const keel_option *option, double spot, double vol, int american,
                                              const keel_dividends *paid) {
  struct textbook book = {0};
  const unsigned char early = american != 0;
  const keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  const keel_pde pde = {.nodes = 800, .steps = 256, .american = &early, .dividends = paid};
  const keel_pde_result out = {.greeks = {.price = &book.price,
                                          .delta = &book.delta,
                                          .gamma = &book.gamma,
                                          .vega = &book.vega,
                                          .theta = &book.theta,
                                          .rho = &book.rho,
                                          .psi = &book.psi,
                                          .vanna = &book.vanna,
                                          .volga = &book.volga}};
  keel_pde_price(1, &one, &pde, KEEL_GREEK_SET_EXPLAIN, &out, NULL);
  return book;
}

/* Spot's forward in units of spot: a future has no curvature and no vol. */
static inline struct textbook textbook_future(double rate, double yield, double years, double spot) {
  double delta = exp((rate - yield) * years), price = spot * delta;
  return (struct textbook){
      .price = price, .delta = delta, .theta = -(rate - yield) * price, .rho = years * price, .psi = -years * price};
}

#endif
