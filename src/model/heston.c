/* Heston's and Bates' prices. See keel/heston.h. */
#include "keel/heston.h"

#include <float.h>
#include <math.h>

#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/heston_sums.h"

enum { CHUNK = KEEL_HESTON_STRIKES };
static const double TOLERANCE = 1e-9, KAPPA_LEAST = 1e-4;

/* ---- what can be priced ---- */

const char *keel_heston_problem(const keel_heston *model) {
  if (!(model->variance >= 0 && model->variance <= 1e6)) return "variance is not from 0 to 1e6";
  if (!(model->kappa >= KAPPA_LEAST && model->kappa <= 1e6)) return "kappa is not from 1e-4 to 1e6";
  if (!(model->theta >= 0 && model->theta <= 1e6)) return "theta is not from 0 to 1e6";
  if (!(model->xi >= 0 && model->xi <= 1e6)) return "xi is not from 0 to 1e6";
  if (!(fabs(model->rho) < 1)) return "rho is not above -1 and below 1";
  return NULL;
}

const char *keel_bates_problem(const keel_bates *model) {
  const char *problem = keel_heston_problem(&model->heston);
  return problem ? problem : keel_jumps_problem(&model->jumps);
}

static int is_limit(const keel_bates *model, const keel_option *option, double spot) {
  double level = model->heston.variance + model->heston.kappa * model->heston.theta * option->years;
  int is_still = level == 0 && !(model->jumps.intensity > 0);
  return is_still || option->years < DBL_MIN || option->strike < DBL_MIN || spot < DBL_MIN;
}

const char *keel_bates_option_problem(const keel_bates *model, const keel_option *option, double spot) {
  const char *problem = keel_bates_problem(model);
  if (!problem) problem = keel_option_problem(option, spot, 0.0);
  if (problem || is_limit(model, option, spot)) return problem;
  double price;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_bates_price(model, 1, &one, &(keel_heston_greeks){.price = &price});
  return isnan(price) ? "there is hardly any diffusion: the integral is not resolved" : NULL;
}

/* ---- prices ---- */

/* Options of one expiry. */
struct chunk {
  size_t count;
  keel_options in;
  double x[CHUNK], sum[KEEL_HESTON_GREEKS][CHUNK];
};

static keel_option option_at(const keel_options *options, size_t i) {
  return (keel_option){options->phi[i], options->strike[i], options->rate[i], options->yield[i], options->years[i]};
}

static void put(double *array, size_t i, double value) {
  if (array) array[i] = value;
}

/* Years, strike, spot or all variance 0: Black-Scholes' limit at vol 0. NaN for what has no price at all. */
static void put_limit(const keel_options *options, size_t i, int ok, const keel_heston_greeks *out) {
  double vol = ok ? 0.0 : NAN, price, delta, gamma, vega;
  keel_options one = keel_options_from(options, i);
  one.vol = &vol;
  keel_kernel_now->black_scholes(1, &one, KEEL_GREEK_SET_GAMMA,
                                 &(keel_greeks){.price = &price, .delta = &delta, .gamma = &gamma, .vega = &vega});
  put(out->price, i, price);
  put(out->delta, i, delta);
  put(out->gamma, i, gamma);
  put(out->d_variance, i, ok ? 0.0 : NAN);
  put(out->delta_minimum, i, delta);
}

static void put_option(const struct chunk *c, const keel_heston *heston, size_t i, const keel_heston_greeks *out) {
  double years = c->in.years[i], spot = c->in.spot[i], phi = c->in.phi[i];
  double held = keel_exp_normal(-(c->in.yield[i] * years));
  double strike = c->in.strike[i] * keel_exp_normal(-(c->in.rate[i] * years));
  double value = c->sum[KEEL_HESTON_VALUE][i], slope = c->sum[KEEL_HESTON_SLOPE][i];
  double price = phi > 0 ? fma(spot, held, -(strike * value)) : fma(-strike, value, strike);
  double delta = (phi > 0 ? held : 0.0) - strike / spot * slope;
  double by_variance = strike * c->sum[KEEL_HESTON_VARIANCE][i];
  put(out->price, i, price < 0 ? 0.0 : price);
  put(out->delta, i, delta);
  put(out->gamma, i, strike / spot / spot * c->sum[KEEL_HESTON_DENSITY][i]);
  put(out->d_variance, i, by_variance);
  put(out->delta_minimum, i, delta + heston->rho * heston->xi * by_variance / spot);
}

static void price_chunk(const keel_bates *model, struct chunk *c, const keel_heston_greeks *out) {
  double *sums[KEEL_HESTON_GREEKS];
  for (size_t k = 0; k < KEEL_HESTON_GREEKS; k++) sums[k] = c->sum[k];
  for (size_t i = 0; i < c->count; i++) {
    double growth = (c->in.rate[i] - c->in.yield[i]) * c->in.years[i];
    c->x[i] = keel_log(c->in.spot[i]) - keel_log(c->in.strike[i]) + growth;
  }
  struct keel_heston_sums job = {model, c->in.years[0], 0, TOLERANCE};
  keel_heston_sums(&job, c->count, c->x, sums);
  for (size_t i = 0; i < c->count; i++) put_option(c, &model->heston, i, out);
}

static keel_heston_greeks greeks_from(const keel_heston_greeks *out, size_t at) {
  return (keel_heston_greeks){keel_column_from(out->price, at), keel_column_from(out->delta, at),
                              keel_column_from(out->gamma, at), keel_column_from(out->d_variance, at),
                              keel_column_from(out->delta_minimum, at)};
}

/* Whether the formula has it; what has not is written here. */
static int is_regular(const keel_bates *model, const keel_options *options, size_t i, const keel_heston_greeks *out) {
  keel_option option = option_at(options, i);
  int ok = !keel_option_problem(&option, options->spot[i], 0.0);
  if (ok && !is_limit(model, &option, options->spot[i])) return 1;
  put_limit(options, i, ok, out);
  return 0;
}

void keel_bates_price(const keel_bates *model, size_t count, const keel_options *options,
                      const keel_heston_greeks *out) {
  struct chunk c;
  int ok = !keel_bates_problem(model);
  for (size_t i = 0, from = 0; i < count; i = from) {
    from = i + 1;
    if (!ok) {
      put_limit(options, i, 0, out);
    } else if (is_regular(model, options, i, out)) {
      while (from < count && from - i < CHUNK && options->years[from] == options->years[i] &&
             is_regular(model, options, from, out))
        from++;
      c.count = from - i;
      c.in = keel_options_from(options, i);
      keel_heston_greeks here = greeks_from(out, i);
      price_chunk(model, &c, &here);
    }
  }
}

void keel_heston_price(const keel_heston *model, size_t count, const keel_options *options,
                       const keel_heston_greeks *out) {
  const keel_bates bates = {*model, {0.0, 0.0, 0.0}};
  keel_bates_price(&bates, count, options, out);
}
