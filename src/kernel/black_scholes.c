/* Black-Scholes-Merton in carry form over flat arrays. See keel/black_scholes.h for the contract.
 *
 * With v = sigma sqrt(T), x = log(S/K) + (r - q) T, d1 = x/v + v/2, d2 = x/v - v/2, A = S e^(-qT), B = K e^(-rT):
 *
 *   price = phi (A N(phi d1) - B N(phi d2)),   A n(d1) = B n(d2),   N(-d) = sqrt(2 pi) n(d) R(d) for d >= 0
 *
 * so one Gaussian serves everything: U = sqrt(2 pi) A n(d1) = sqrt(2 pi) B n(d2), taken from the d nearer to 0.
 * Source: Merton (1973), eq. 21; R is the Mills ratio (lane_math.h). */
#include "keel/black_scholes.h"

#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

/* A vol of 0 is this one: small enough for the limit, large enough that no quotient overflows. */
#define V_LEAST 0x1p-250
/* |log(S/K)| where spot or strike is 0. */
#define LOG_MOST 0x1p60
/* Beyond, the rates' exponentials leave the normal numbers. */
#define RATE_YEARS_MOST 700.0

/* What does not depend on spot and vol. */
struct contract {
  double phi, strike, rate, yield, years;
  double root_years, rate_factor, yield_factor, strike_value, check;
};

__attribute__((always_inline)) static inline struct contract contract_of(double phi, double strike, double rate,
                                                                         double yield, double years) {
  double rate_years = rate * years, yield_years = yield * years;
  double rate_factor = keel_exp_normal(-rate_years);
  int ok = (strike >= 0) & (years >= 0) & (fabs(phi) == 1) & (fabs(rate_years) + fabs(yield_years) <= RATE_YEARS_MOST);
  return (struct contract){
      .phi = phi,
      .strike = strike,
      .rate = rate,
      .yield = yield,
      .years = years,
      .root_years = sqrt(years),
      .rate_factor = rate_factor,
      .yield_factor = keel_exp_normal(-yield_years),
      .strike_value = strike * rate_factor,
      .check = ok ? strike : NAN,
  };
}

struct lane {
  int ok;
  double price, delta, gamma, vega, theta, rho, psi, vanna, volga, charm, speed;
};

/* log(S/K), or a huge number of the same sign where one of them is 0. */
__attribute__((always_inline)) static inline double log_moneyness(double spot, double strike) {
  double f;
  double log_ratio = keel_log_ratio(spot, strike, &f);
  return fabs(f) <= 0.25 ? log_ratio : copysign(LOG_MOST, spot - strike);
}

__attribute__((always_inline)) static inline struct lane lane_of(struct contract c, double spot, double vol) {
  int ok = (spot >= 0) & (vol >= 0) & (spot + vol + c.check <= DBL_MAX);
  double v = keel_at_least(vol * c.root_years, V_LEAST);
  double inv_v = 1.0 / v;
  double inv_spot = 1.0 / keel_at_least(spot, DBL_MIN);
  double carry = c.rate - c.yield;
  double x = fma(carry, c.years, log_moneyness(spot, c.strike));
  double h = 0.5 * v;
  double d1 = fma(x, inv_v, h), d2 = fma(x, inv_v, -h);

  double nearer = fma(fabs(x), inv_v, -h);
  double root = keel_exp_normal(-0.25 * keel_at_most(nearer * nearer, 2800.0));
  double base = x > 0 ? c.strike_value : spot * c.yield_factor;
  double u = base * root * root;
  double u_per_spot = u * inv_spot;

  struct keel_ratio m1 = keel_mills(keel_at_most(fabs(d1), 80.0)), m2 = keel_mills(keel_at_most(fabs(d2), 80.0));
  double inv_q = 1.0 / (m1.q * m2.q);
  double tail1 = u_per_spot * (m1.p * (m2.q * inv_q)), tail2 = u * (m2.p * (m1.q * inv_q));
  double n1 = c.phi * d1 > 0 ? c.yield_factor - tail1 : tail1;
  double n2 = c.phi * d2 > 0 ? c.strike_value - tail2 : tail2;

  double delta = c.phi * n1;
  double spot_part = spot * delta, strike_part = c.phi * n2;
  double density = KEEL_INV_SQRT_2PI * u;
  double density_v = density * inv_v;
  double gamma = density_v * inv_spot * inv_spot;
  double vega = density * c.root_years;
  double decay = 0.5 * vol * vol * density_v;
  double per_vol = c.root_years * inv_v, slope = KEEL_INV_SQRT_2PI * u_per_spot;
  double vol_v = vol * inv_v;
  double turn = fma(carry, inv_v, -0.5 * d2 * (vol_v * vol_v));
  return (struct lane){
      .ok = ok,
      .price = spot_part - strike_part,
      .delta = delta,
      .gamma = gamma,
      .vega = vega,
      .theta = fma(c.yield, spot_part, fma(-c.rate, strike_part, -decay)),
      .rho = c.years * strike_part,
      .psi = -c.years * spot_part,
      .vanna = -slope * d2 * per_vol,
      .volga = vega * d1 * d2 * per_vol,
      .charm = fma(c.yield, delta, -slope * turn),
      .speed = -gamma * inv_spot * fma(d1, inv_v, 1.0),
  };
}

__attribute__((always_inline)) static inline void store(size_t i, struct lane lane, keel_greek_set set,
                                                        const keel_greeks *out) {
  out->price[i] = lane.ok ? lane.price : NAN;
  if (set == KEEL_GREEK_SET_PRICE) return;
  out->delta[i] = lane.ok ? lane.delta : NAN;
  if (set == KEEL_GREEK_SET_DELTA) return;
  out->gamma[i] = lane.ok ? lane.gamma : NAN;
  out->vega[i] = lane.ok ? lane.vega : NAN;
  out->theta[i] = lane.ok ? lane.theta : NAN;
  out->rho[i] = lane.ok ? lane.rho : NAN;
  if (set == KEEL_GREEK_SET_FIRST) return;
  out->psi[i] = lane.ok ? lane.psi : NAN;
  out->vanna[i] = lane.ok ? lane.vanna : NAN;
  out->volga[i] = lane.ok ? lane.volga : NAN;
  out->charm[i] = lane.ok ? lane.charm : NAN;
  out->speed[i] = lane.ok ? lane.speed : NAN;
}

__attribute__((always_inline)) static inline void contracts(size_t count, const keel_options *in, keel_greek_set set,
                                                            const keel_greeks *out) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct contract contract = contract_of(in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]);
    store(i, lane_of(contract, in->spot[i], in->vol[i]), set, out);
  }
}

__attribute__((always_inline)) static inline void paths(size_t count, struct contract contract, const double *spot,
                                                        const double *vol, keel_greek_set set, const keel_greeks *out) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) store(i, lane_of(contract, spot[i], vol[i]), set, out);
}

void KEEL_AT(keel_black_scholes)(size_t count, const keel_options *options, keel_greek_set set,
                                 const keel_greeks *out) {
  switch (set) {
    case KEEL_GREEK_SET_PRICE:
      contracts(count, options, KEEL_GREEK_SET_PRICE, out);
      break;
    case KEEL_GREEK_SET_DELTA:
      contracts(count, options, KEEL_GREEK_SET_DELTA, out);
      break;
    case KEEL_GREEK_SET_FIRST:
      contracts(count, options, KEEL_GREEK_SET_FIRST, out);
      break;
    case KEEL_GREEK_SET_ALL:
      contracts(count, options, KEEL_GREEK_SET_ALL, out);
      break;
  }
}

void KEEL_AT(keel_black_scholes_paths)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       keel_greek_set set, const keel_greeks *out) {
  struct contract contract = contract_of(option->phi, option->strike, option->rate, option->yield, option->years);
  switch (set) {
    case KEEL_GREEK_SET_PRICE:
      paths(count, contract, spot, vol, KEEL_GREEK_SET_PRICE, out);
      break;
    case KEEL_GREEK_SET_DELTA:
      paths(count, contract, spot, vol, KEEL_GREEK_SET_DELTA, out);
      break;
    case KEEL_GREEK_SET_FIRST:
      paths(count, contract, spot, vol, KEEL_GREEK_SET_FIRST, out);
      break;
    case KEEL_GREEK_SET_ALL:
      paths(count, contract, spot, vol, KEEL_GREEK_SET_ALL, out);
      break;
  }
}
