/* See parity.h. Sources: Wesolowsky (1981), "A new descent algorithm for the least absolute value regression problem";
 * Rousseeuw and Leroy (1987), "Robust regression and outlier detection". */
#include "model/parity.h"

#include <math.h>
#include <stdlib.h>

#define OUTLIER 4.0       /* robust standard deviations */
#define MAD_TO_STD 1.4826 /* of a normal distribution */
#define ROUNDING 1e-12    /* of the forward: what exact quotes may be off by */

enum { NARROW = 10 }; /* that part of the spreads */

/* ---- pairs ---- */

static int is_quoted(double bid, double ask) { return bid > 0 && ask >= bid && ask < INFINITY; }

static double distance(const struct keel_parity_pair *pair) { return fabs(pair->difference); }

static void insert(struct keel_parity_pairs *pairs, size_t most, const struct keel_parity_pair *pair) {
  if (pairs->count == most && distance(pair) >= distance(&pairs->pair[most - 1])) return;
  size_t at = pairs->count < most ? pairs->count++ : most - 1;
  for (; at > 0 && distance(&pairs->pair[at - 1]) > distance(pair); at--) pairs->pair[at] = pairs->pair[at - 1];
  pairs->pair[at] = *pair;
}

size_t keel_parity_gather(const keel_parity_quotes *quotes, size_t most, struct keel_parity_pairs *pairs) {
  size_t found = 0;
  pairs->count = 0;
  for (size_t i = 0; i < quotes->count; i++) {
    double call_bid = quotes->call_bid[i], call_ask = quotes->call_ask[i];
    double put_bid = quotes->put_bid[i], put_ask = quotes->put_ask[i], strike = quotes->strike[i];
    if (!is_quoted(call_bid, call_ask) || !is_quoted(put_bid, put_ask) || !(strike > 0 && strike < INFINITY)) continue;
    struct keel_parity_pair pair = {.strike = strike,
                                    .difference = 0.5 * (call_bid + call_ask) - 0.5 * (put_bid + put_ask),
                                    .scale = 0.5 * (call_ask - call_bid) + 0.5 * (put_ask - put_bid),
                                    .quote = i};
    found++;
    insert(pairs, most, &pair);
  }
  return found;
}

/* ---- medians ---- */

struct weighted {
  double value, weight;
  size_t index;
};

static int by_value(const void *a, const void *b) {
  const struct weighted *x = a, *y = b;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

/* The item behind which half of the weight lies. Sorts them. */
static const struct weighted *weighted_median(struct weighted *items, size_t count) {
  double half = 0, sum = 0;
  qsort(items, count, sizeof *items, by_value);
  for (size_t i = 0; i < count; i++) half += 0.5 * items[i].weight;
  size_t at = 0;
  while (at + 1 < count && (sum += items[at].weight) < half) at++;
  return &items[at];
}

static double median(struct weighted *items, size_t count) {
  qsort(items, count, sizeof *items, by_value);
  return 0.5 * (items[(count - 1) / 2].value + items[count / 2].value);
}

/* ---- the fit ---- */

/* difference = worth - discount strike. Strikes and differences are taken from a reference, so that nothing cancels. */
struct line {
  double forward, discount;
};

struct fit {
  struct keel_parity_pairs *pairs;
  struct line line;
  struct weighted items[KEEL_PARITY_PAIRS];
  double scale[KEEL_PARITY_PAIRS];
};

static double residual(const struct fit *fit, size_t i) {
  const struct keel_parity_pair *pair = &fit->pairs->pair[i];
  return pair->difference - fit->line.discount * (fit->line.forward - pair->strike);
}

/* The narrowest tenth of the spreads counts as one width: a quote that is locked, or wrong, does not outweigh all. */
static void set_scales(struct fit *fit) {
  size_t count = fit->pairs->count, at = (count - 1) / NARROW;
  for (size_t i = 0; i < count; i++) fit->items[i] = (struct weighted){fit->pairs->pair[i].scale, 1, i};
  qsort(fit->items, count, sizeof *fit->items, by_value);
  while (at + 1 < count && fit->items[at].value == 0) at++;
  double least = fit->items[at].value > 0 ? fit->items[at].value : 1;
  for (size_t i = 0; i < count; i++) {
    double scale = fit->pairs->pair[i].scale;
    fit->scale[i] = scale > least ? scale : least;
  }
}

static void start_forward(struct fit *fit) {
  size_t count = fit->pairs->count;
  for (size_t i = 0; i < count; i++) {
    const struct keel_parity_pair *pair = &fit->pairs->pair[i];
    fit->items[i] = (struct weighted){pair->strike + pair->difference / fit->line.discount, 1 / fit->scale[i], i};
  }
  fit->line.forward = weighted_median(fit->items, count)->value;
}

/* The best line through one pair goes through another one, which is returned. */
static size_t turn_about(struct fit *fit, size_t pivot) {
  const struct keel_parity_pair *pair = fit->pairs->pair, *at = &pair[pivot];
  size_t count = 0;
  for (size_t i = 0; i < fit->pairs->count; i++) {
    double run = pair[i].strike - at->strike;
    if (run == 0) continue;
    fit->items[count++] = (struct weighted){(at->difference - pair[i].difference) / run, fabs(run) / fit->scale[i], i};
  }
  if (count == 0) return pivot;
  const struct weighted *middle = weighted_median(fit->items, count);
  fit->line.discount = middle->value;
  fit->line.forward = at->strike + at->difference / middle->value;
  return middle->index;
}

static double sum_of_deviations(const struct fit *fit) {
  double sum = 0;
  for (size_t i = 0; i < fit->pairs->count; i++) sum += fabs(residual(fit, i)) / fit->scale[i];
  return sum;
}

/* Least absolute deviations: each turn about the pair just found fits no worse. From three pairs, as one may be an
 * outlier. */
static void start_line(struct fit *fit) {
  size_t count = fit->pairs->count, starts[] = {0, count / 2, count - 1};
  struct line best = {NAN, NAN};
  double least = INFINITY;
  for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
    size_t pivot = starts[k];
    double before = INFINITY;
    for (size_t i = 0; i < count; i++) {
      pivot = turn_about(fit, pivot);
      double sum = sum_of_deviations(fit);
      if (!(sum < before)) break;
      before = sum;
      if (sum < least) least = sum, best = fit->line;
    }
  }
  fit->line = best;
}

static void reject(struct fit *fit, keel_implied_forward *out) {
  size_t count = fit->pairs->count;
  double rounding = ROUNDING * fabs(fit->line.forward * fit->line.discount);
  for (size_t i = 0; i < count; i++) fit->items[i] = (struct weighted){fabs(residual(fit, i)) / fit->scale[i], 1, i};
  double most = OUTLIER * MAD_TO_STD * median(fit->items, count);
  out->used = out->rejected = 0;
  for (size_t i = 0; i < count; i++) {
    fit->pairs->rejected[i] = !(fabs(residual(fit, i)) <= most * fit->scale[i] + rounding);
    *(fit->pairs->rejected[i] ? &out->rejected : &out->used) += 1;
  }
}

/* Sums over the pairs that are left, of deviations from the line in hand: so nothing cancels. */
struct sums {
  double weight, strike, miss, strikes, cross, misses;
};

static struct sums sums_of(const struct fit *fit) {
  struct sums sums = {0};
  for (size_t i = 0; i < fit->pairs->count; i++) {
    if (fit->pairs->rejected[i]) continue;
    double weight = 1 / (fit->scale[i] * fit->scale[i]), miss = residual(fit, i);
    double strike = fit->pairs->pair[i].strike - fit->line.forward;
    sums.weight += weight, sums.strike += weight * strike, sums.miss += weight * miss;
    sums.strikes += weight * strike * strike, sums.cross += weight * strike * miss;
    sums.misses += weight * miss * miss;
  }
  return sums;
}

static void refine_forward(struct fit *fit, keel_implied_forward *out) {
  double discount = fit->line.discount;
  struct sums sums = sums_of(fit);
  fit->line.forward += sums.miss / sums.weight / discount;
  sums = sums_of(fit);
  out->forward_error = sqrt(sums.misses / ((double)out->used - 1) / sums.weight) / discount;
  out->discount_error = 0;
}

static void refine_line(struct fit *fit, keel_implied_forward *out) {
  struct sums sums = sums_of(fit);
  double middle = sums.strike / sums.weight, spread = sums.strikes - middle * sums.strike;
  double slope = (sums.cross - middle * sums.miss) / spread, level = sums.miss / sums.weight - slope * middle;
  fit->line.discount -= slope;
  fit->line.forward += level / fit->line.discount;
  sums = sums_of(fit);
  middle = sums.strike / sums.weight, spread = sums.strikes - middle * sums.strike;
  double variance = sums.misses / ((double)out->used - 2);
  out->discount_error = sqrt(variance / spread);
  out->forward_error = sqrt(variance * (1 / sums.weight + middle * middle / spread)) / fit->line.discount;
}

static void set_bounds(const struct fit *fit, keel_implied_forward *out) {
  out->low = -INFINITY, out->high = INFINITY;
  for (size_t i = 0; i < fit->pairs->count; i++) {
    const struct keel_parity_pair *pair = &fit->pairs->pair[i];
    if (fit->pairs->rejected[i]) continue;
    double low = pair->strike + (pair->difference - pair->scale) / fit->line.discount;
    double high = pair->strike + (pair->difference + pair->scale) / fit->line.discount;
    out->low = low > out->low ? low : out->low;
    out->high = high < out->high ? high : out->high;
  }
}

static const char *fit_pairs(struct fit *fit, int fitted, keel_implied_forward *out) {
  size_t least = fitted ? 3 : 2;
  if (fit->pairs->count < 2) return "fewer than 2 strikes are quoted on both sides";
  if (fit->pairs->count < least) return "fewer than 3 strikes are quoted on both sides, to fit the discount";
  set_scales(fit);
  if (fitted)
    start_line(fit);
  else
    start_forward(fit);
  reject(fit, out);
  if (out->used < least) return "too few strikes agree on a forward";
  if (fitted)
    refine_line(fit, out);
  else
    refine_forward(fit, out);
  if (!(fit->line.discount > 0 && fit->line.discount < INFINITY)) return "the discount that fits is not above 0";
  if (!(fit->line.forward > 0 && fit->line.forward < INFINITY)) return "the forward that fits is not above 0";
  return NULL;
}

void keel_parity_fit(struct keel_parity_pairs *pairs, double discount, keel_implied_forward *out) {
  struct fit fit = {.pairs = pairs, .line = {NAN, discount}};
  out->used = out->rejected = 0;
  out->problem = fit_pairs(&fit, isnan(discount), out);
  if (out->problem) return;
  out->forward = fit.line.forward, out->discount = fit.line.discount;
  set_bounds(&fit, out);
}
