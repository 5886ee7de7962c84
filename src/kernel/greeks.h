/* Arrays of options and of their Greeks: from a place on, and a lane at a time. */
#ifndef KEEL_KERNEL_GREEKS_H
#define KEEL_KERNEL_GREEKS_H

#include <math.h>

#include "keel/black_scholes.h"

/* NULL, where an array is not there, stays NULL. */
static inline keel_options keel_options_from(const keel_options *options, size_t at) {
  return (keel_options){options->phi + at,
                        options->spot + at,
                        options->strike + at,
                        options->rate + at,
                        options->yield + at,
                        options->years + at,
                        options->vol ? options->vol + at : NULL};
}

static inline double *keel_column_from(double *column, size_t at) { return column ? column + at : NULL; }

static inline keel_greeks keel_greeks_from(const keel_greeks *out, size_t at) {
  return (keel_greeks){.price = keel_column_from(out->price, at),
                       .delta = keel_column_from(out->delta, at),
                       .gamma = keel_column_from(out->gamma, at),
                       .vega = keel_column_from(out->vega, at),
                       .theta = keel_column_from(out->theta, at),
                       .rho = keel_column_from(out->rho, at),
                       .psi = keel_column_from(out->psi, at),
                       .vanna = keel_column_from(out->vanna, at),
                       .volga = keel_column_from(out->volga, at),
                       .charm = keel_column_from(out->charm, at),
                       .speed = keel_column_from(out->speed, at)};
}

/* The arrays of a set, NULL for those that it has not. */
static inline keel_greeks keel_greeks_of_set(const keel_greeks *all, keel_greek_set set) {
  keel_greeks some = {.price = all->price};
  if (set >= KEEL_GREEK_SET_DELTA) some.delta = all->delta;
  if (set >= KEEL_GREEK_SET_GAMMA) some.gamma = all->gamma, some.vega = all->vega;
  if (set >= KEEL_GREEK_SET_FIRST) some.theta = all->theta, some.rho = all->rho;
  if (set >= KEEL_GREEK_SET_EXPLAIN) some.psi = all->psi, some.vanna = all->vanna, some.volga = all->volga;
  if (set >= KEEL_GREEK_SET_ALL) some.charm = all->charm, some.speed = all->speed;
  return some;
}

/* All outputs of one option. */
struct keel_greek_lane {
  double price, delta, gamma, vega, theta, rho, psi, vanna, volga, charm, speed;
};

/* Those of a set into lane i; NaN where it is not `ok`. */
__attribute__((always_inline)) static inline void keel_greek_store(size_t i, int ok, struct keel_greek_lane lane,
                                                                   keel_greek_set set, const keel_greeks *out) {
  out->price[i] = ok ? lane.price : NAN;
  if (set == KEEL_GREEK_SET_PRICE) return;
  out->delta[i] = ok ? lane.delta : NAN;
  if (set == KEEL_GREEK_SET_DELTA) return;
  out->gamma[i] = ok ? lane.gamma : NAN;
  out->vega[i] = ok ? lane.vega : NAN;
  if (set == KEEL_GREEK_SET_GAMMA) return;
  out->theta[i] = ok ? lane.theta : NAN;
  out->rho[i] = ok ? lane.rho : NAN;
  if (set == KEEL_GREEK_SET_FIRST) return;
  out->psi[i] = ok ? lane.psi : NAN;
  out->vanna[i] = ok ? lane.vanna : NAN;
  out->volga[i] = ok ? lane.volga : NAN;
  if (set == KEEL_GREEK_SET_EXPLAIN) return;
  out->charm[i] = ok ? lane.charm : NAN;
  out->speed[i] = ok ? lane.speed : NAN;
}

#endif
