/* See keel/forward.h. */
#include "keel/forward.h"

#include <math.h>

#include "kernel/lane_math.h"
#include "model/dividends.h"
#include "model/parity.h"

enum { YIELD_STEPS = 50, AMERICAN_PAIRS = 24, AMERICAN_STEPS = 30, FREE_STEPS = 6, CHUNK = 64 };

#define NOTHING 1e-9        /* of the strike: what a price is worth beyond exercise */
#define EXACT 1e-13         /* of the forward: the last step where quotes agree */
#define PART_OF_ERROR 0.001 /* of the standard error: the last step where they do not */

/* ---- carry ---- */

/* The forward's present value at that yield, and its slope. */
static double present_value(double spot, const keel_curve *curve, const keel_dividends *dividends, double years,
                            const double yield, double *slope) {
  double value = spot * keel_exp(-yield * years);
  *slope = -years * value;
  for (size_t i = 0; i < keel_dividends_before(dividends, years); i++) {
    double left = years - dividends->years[i];
    double paid = dividends->cash[i] * keel_exp(-yield * left) * keel_curve_discount(curve, dividends->years[i]);
    value -= paid;
    *slope += left * paid;
  }
  return value;
}

double keel_forward_carry(double spot, const keel_curve *curve, double yield, const keel_dividends *dividends,
                          double years) {
  double slope;
  return present_value(spot, curve, dividends, years, yield, &slope) / keel_curve_discount(curve, years);
}

double keel_forward_yield(double spot, const keel_curve *curve, const keel_dividends *dividends, double years,
                          double forward) {
  if (!(spot > 0 && forward > 0 && years > 0)) return NAN;
  double slope, want = forward * keel_curve_discount(curve, years), yield = 0;
  for (int i = 0; i < YIELD_STEPS; i++) {
    double step = (present_value(spot, curve, dividends, years, yield, &slope) - want) / slope;
    yield -= step;
    if (!(slope < 0) || !isfinite(yield)) return NAN;
    if (fabs(step) * years <= 0x1p-50) return yield;
  }
  return NAN;
}

/* ---- American quotes ---- */

/* At and about the value of exercise any vol will do. */
static int is_exercised(const keel_options *options, size_t i, double price) {
  return price <= options->phi[i] * (options->spot[i] - options->strike[i]) + NOTHING * options->strike[i];
}

void keel_forward_european(size_t count, const keel_options *options, keel_american_scheme scheme, const double *price,
                           double *european, double *vol) {
  for (size_t at = 0; at < count; at += CHUNK) {
    size_t size = count - at < CHUNK ? count - at : CHUNK;
    double vols[CHUNK];
    keel_options part = {options->phi + at,
                         options->spot + at,
                         options->strike + at,
                         options->rate + at,
                         options->yield + at,
                         options->years + at,
                         vols};
    keel_american_implied_vol(size, &part, scheme, price + at, vols);
    for (size_t i = 0; i < size; i++)
      if (!(vols[i] > 0) || is_exercised(&part, i, price[at + i])) vols[i] = NAN;
    keel_black_scholes_price(size, &part, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = european + at});
    for (size_t i = 0; i < size && vol; i++) vol[at + i] = vols[i];
  }
}

/* The pairs' quotes, calls first, as options. */
struct chain {
  size_t count;
  double phi[2 * AMERICAN_PAIRS], spot[2 * AMERICAN_PAIRS], strike[2 * AMERICAN_PAIRS], rate[2 * AMERICAN_PAIRS];
  double yield[2 * AMERICAN_PAIRS], years[2 * AMERICAN_PAIRS], price[2 * AMERICAN_PAIRS], european[2 * AMERICAN_PAIRS];
  struct keel_parity_pairs american, pairs;
  unsigned char dropped[AMERICAN_PAIRS]; /* of the American pairs: outliers for good */
};

static void chain_of(const keel_parity_quotes *quotes, const keel_parity_terms *terms, struct chain *chain) {
  size_t half = chain->american.count;
  chain->count = 2 * half;
  for (size_t i = 0; i < chain->count; i++) {
    const struct keel_parity_pair *pair = &chain->american.pair[i % half];
    size_t at = pair->quote;
    chain->phi[i] = i < half ? 1 : -1;
    chain->spot[i] = terms->spot, chain->strike[i] = pair->strike;
    chain->rate[i] = terms->rate, chain->years[i] = terms->years;
    chain->price[i] = i < half ? 0.5 * (quotes->call_bid[at] + quotes->call_ask[at])
                               : 0.5 * (quotes->put_bid[at] + quotes->put_ask[at]);
  }
}

static double discount_of(const keel_parity_terms *terms) {
  return isnan(terms->rate) ? NAN : keel_exp(-terms->rate * terms->years);
}

static double yield_of(const keel_parity_terms *terms, double forward) {
  return terms->rate - keel_log(forward / terms->spot) / terms->years;
}

/* The forward by parity of European prices, under that one. */
static void fit_under(struct chain *chain, const keel_parity_terms *terms, double forward, keel_implied_forward *out) {
  size_t half = chain->american.count;
  for (size_t i = 0; i < chain->count; i++) chain->yield[i] = yield_of(terms, forward);
  keel_options options = {chain->phi, chain->spot, chain->strike, chain->rate, chain->yield, chain->years, NULL};
  keel_forward_european(chain->count, &options, terms->scheme, chain->price, chain->european, NULL);
  chain->pairs.count = 0;
  for (size_t i = 0; i < half; i++) {
    struct keel_parity_pair pair = chain->american.pair[i];
    pair.difference = chain->european[i] - chain->european[half + i];
    pair.quote = i;
    if (!isnan(pair.difference) && !chain->dropped[i]) chain->pairs.pair[chain->pairs.count++] = pair;
  }
  keel_parity_fit(&chain->pairs, discount_of(terms), out);
}

/* Outliers for good, so that a pair that is one at one forward and none at the next does not go on for ever. */
static void drop_outliers(struct chain *chain) {
  for (size_t i = 0; i < chain->pairs.count; i++)
    if (chain->pairs.rejected[i]) chain->dropped[chain->pairs.pair[i].quote] = 1;
}

static size_t count_dropped(const struct chain *chain) {
  size_t count = 0;
  for (size_t i = 0; i < chain->american.count; i++) count += chain->dropped[i];
  return count;
}

static int is_settled(double step, const keel_implied_forward *out) {
  double exact = EXACT * out->forward, close = PART_OF_ERROR * out->forward_error;
  return fabs(step) <= (close > exact ? close : exact);
}

/* The forward that gives itself, by the secant method where that goes about as far as the plain iteration. */
static void imply_american(const keel_parity_quotes *quotes, const keel_parity_terms *terms,
                           keel_implied_forward *out) {
  struct chain chain = {.count = 0};
  keel_parity_gather(quotes, AMERICAN_PAIRS, &chain.american);
  keel_parity_fit(&chain.american, discount_of(terms), out);
  chain_of(quotes, terms, &chain);
  double before = NAN, step_before = NAN, forward = out->forward;
  for (int i = 0; i < AMERICAN_STEPS && !out->problem; i++) {
    fit_under(&chain, terms, forward, out);
    out->rejected += count_dropped(&chain);
    if (i >= FREE_STEPS) drop_outliers(&chain);
    double step = out->forward - forward, slope = (step - step_before) / (forward - before);
    if (out->problem || is_settled(step, out)) return;
    before = forward, step_before = step;
    forward = slope < -0.5 && slope > -1.5 ? forward - step / slope : out->forward;
  }
  if (!out->problem) out->problem = "the forward of the American quotes does not settle";
}

/* ---- implied ---- */

static const char *problem_of(const keel_parity_terms *terms) {
  if (!(terms->years > 0) || !isfinite(terms->years)) return "the expiry is not ahead";
  if (isinf(terms->rate)) return "the rate is not finite";
  if (!isnan(terms->spot) && !(terms->spot > 0 && terms->spot < INFINITY)) return "spot is not above 0";
  if (terms->american && isnan(terms->rate)) return "American quotes need the rate";
  if (terms->american && isnan(terms->spot)) return "American quotes need spot";
  return NULL;
}

void keel_forward_imply(const keel_parity_quotes *quotes, const keel_parity_terms *terms, keel_implied_forward *out) {
  struct keel_parity_pairs pairs;
  *out = (keel_implied_forward){.problem = problem_of(terms)};
  out->pairs = keel_parity_gather(quotes, KEEL_PARITY_PAIRS, &pairs);
  if (!out->problem && terms->american)
    imply_american(quotes, terms, out);
  else if (!out->problem)
    keel_parity_fit(&pairs, discount_of(terms), out);
  if (out->problem) {
    out->forward = out->forward_error = out->discount = out->discount_error = out->low = out->high = NAN;
  }
  out->yield =
      out->problem || isnan(terms->spot) ? NAN : -keel_log(out->discount * out->forward / terms->spot) / terms->years;
}
