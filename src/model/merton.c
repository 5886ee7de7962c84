/* Merton's prices, as means of Black-Scholes'. See keel/merton.h. */
#include "keel/merton.h"

#include <math.h>
#include <string.h>

#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"

enum { CHUNK = 128 };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, OUTPUTS };
static const double REST_MOST = 0x1p-60, EXPECTED_MOST = 700;

/* ---- what can be priced ---- */

const char *keel_jumps_problem(const keel_normal_jumps *jumps) {
  if (!(jumps->intensity >= 0 && jumps->intensity <= 1e4)) return "intensity is not from 0 to 1e4";
  if (!(fabs(jumps->mean) <= 10)) return "mean is not from -10 to 10";
  if (!(jumps->std >= 0 && jumps->std <= 10)) return "std is not from 0 to 10";
  return NULL;
}

static double growth_of(const keel_normal_jumps *jumps) {
  return keel_expm1(fma(0.5 * jumps->std, jumps->std, jumps->mean));
}

static const char *counts_problem(const keel_normal_jumps *jumps, double years) {
  double expected = jumps->intensity * years;
  if (!(expected <= EXPECTED_MOST)) return "intensity times years is above 700";
  return expected * fabs(growth_of(jumps)) <= 500 ? NULL : "what jumps are expected to bring is out of reach";
}

const char *keel_merton_problem(const keel_normal_jumps *jumps, const keel_option *option, double spot, double vol) {
  const char *problem = keel_jumps_problem(jumps);
  if (!problem) problem = keel_option_problem(option, spot, vol);
  return problem ? problem : counts_problem(jumps, option->years);
}

/* ---- prices ---- */

/* Some options under so many jumps: spot and vol are those of Black-Scholes, `weight` the probability. */
struct chunk {
  size_t count;
  keel_options in;
  double drift[CHUNK], expected[CHUNK], weight[CHUNK], spot[CHUNK], vol[CHUNK];
  double term[OUTPUTS][CHUNK], sum[OUTPUTS][CHUNK];
};

static void begin(struct chunk *c, const keel_normal_jumps *jumps) {
  double growth = growth_of(jumps);
  memset(c->sum, 0, sizeof c->sum);
  for (size_t i = 0; i < c->count; i++) {
    double expected = jumps->intensity * c->in.years[i];
    int ok = !counts_problem(jumps, c->in.years[i]);
    c->expected[i] = ok ? expected : NAN;
    c->drift[i] = -expected * growth;
    c->weight[i] = ok ? keel_exp(-expected) : NAN;
  }
}

/* The variance of the jumps counts as of the whole time: vol^2 years + n std^2. At years 0 there are none. */
static void add_term(struct chunk *c, const keel_normal_jumps *jumps, double n) {
  double shift = n * fma(0.5 * jumps->std, jumps->std, jumps->mean), variance = n * jumps->std * jumps->std;
  for (size_t i = 0; i < c->count; i++) {
    double vol = c->in.vol[i], years = c->in.years[i];
    c->spot[i] = c->in.spot[i] * keel_exp(shift + c->drift[i]);
    c->vol[i] = n > 0 && years > 0 ? sqrt(fma(vol, vol, variance / years)) : vol;
  }
  keel_options terms = c->in;
  terms.spot = c->spot, terms.vol = c->vol;
  const keel_greeks out = {.price = c->term[PRICE],
                           .delta = c->term[DELTA],
                           .gamma = c->term[GAMMA],
                           .vega = c->term[VEGA],
                           .theta = c->term[THETA],
                           .rho = c->term[RHO],
                           .psi = c->term[PSI],
                           .vanna = c->term[VANNA],
                           .volga = c->term[VOLGA]};
  keel_kernel_now->black_scholes(c->count, &terms, KEEL_GREEK_SET_EXPLAIN, &out);
  for (size_t i = 0; i < c->count; i++) {
    double w = c->weight[i], ratio = c->spot[i] / (c->in.spot[i] > 0 ? c->in.spot[i] : 1.0);
    double part = c->vol[i] > 0 ? c->in.vol[i] / c->vol[i] : 1.0;
    c->sum[PRICE][i] += w * c->term[PRICE][i];
    c->sum[DELTA][i] += w * ratio * c->term[DELTA][i];
    c->sum[GAMMA][i] += w * ratio * ratio * c->term[GAMMA][i];
    c->sum[VEGA][i] += w * part * c->term[VEGA][i];
    c->sum[RHO][i] += w * c->term[RHO][i];
    c->sum[PSI][i] += w * c->term[PSI][i];
    c->weight[i] = w * c->expected[i] / (n + 1);
  }
}

/* After the largest term they fall at least as fast as in a geometric series of this ratio; an option that is done adds
 * no more. Spot counts too: large jumps up weigh more than their probability. */
static int has_more(struct chunk *c, const keel_normal_jumps *jumps, double n) {
  double lift = keel_exp(fma(0.5 * jumps->std, jumps->std, jumps->mean));
  int more = 0;
  lift = lift > 1 ? lift : 1;
  for (size_t i = 0; i < c->count; i++) {
    double ratio = c->expected[i] * lift / (n + 1), scale = keel_exp(n * keel_log(lift) + c->drift[i]);
    int is_done = ratio < 0.5 && c->weight[i] * (scale > 1 ? scale : 1) <= REST_MOST;
    if (is_done) c->weight[i] = 0;
    more |= c->weight[i] > 0;
  }
  return more;
}

static void put(double *array, size_t i, double value) {
  if (array) array[i] = value;
}

static void price_chunk(const keel_normal_jumps *jumps, struct chunk *c, const keel_greeks *out) {
  begin(c, jumps);
  double n = 0;
  do add_term(c, jumps, n++);
  while (has_more(c, jumps, n));
  for (size_t i = 0; i < c->count; i++) {
    put(out->price, i, c->sum[PRICE][i]);
    put(out->delta, i, c->sum[DELTA][i]);
    put(out->gamma, i, c->sum[GAMMA][i]);
    put(out->vega, i, c->sum[VEGA][i]);
    put(out->rho, i, c->sum[RHO][i]);
    put(out->psi, i, c->sum[PSI][i]);
  }
}

void keel_merton_price(const keel_normal_jumps *jumps, size_t count, const keel_options *options,
                       const keel_greeks *out) {
  struct chunk c;
  keel_normal_jumps used = *jumps;
  if (keel_jumps_problem(jumps)) used = (keel_normal_jumps){NAN, 0.0, 0.0};
  for (size_t i = 0; i < count; i += CHUNK) {
    c.count = count - i < CHUNK ? count - i : CHUNK;
    c.in = keel_options_from(options, i);
    keel_greeks here = keel_greeks_from(out, i);
    price_chunk(&used, &c, &here);
  }
}
