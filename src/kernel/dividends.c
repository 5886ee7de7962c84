/* See dividends.h. Term 0 is spot, term i dividend i; loops run over the options of a tile. */
#include "kernel/dividends.h"

#include <math.h>

#include "kernel/dividends_level.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { TILE = 8, TERMS = KEEL_DIVIDENDS_KERNEL_MAX + 1, STEPS = 7 };
static const double REACH = 38; /* of z: beyond it nothing is left */

struct tile {
  size_t terms;
  double strike[TILE], years[TILE], vol[TILE];
  double amount[TERMS][TILE]; /* a_0, -a_i; 0 where the date is not before expiry */
  double left[TERMS][TILE];   /* years from the term's date to expiry */
  double mean[TERMS][TILE];   /* E[term | Z = z] */
  double slope[TERMS][TILE];  /* vol times the covariance of the term's logarithm (per vol) with Z */
  double z[TILE], sum[TILE], rise[TILE];
};

static void load(struct tile *t, const struct keel_dividends_calls *in, size_t from) {
  t->terms = in->dividends + 1;
  for (size_t i = 0; i < TILE; i++) {
    size_t at = from + i < in->count ? from + i : in->count - 1;
    double carry = in->rate[at] - in->yield[at];
    t->strike[i] = in->strike[at], t->years[i] = in->years[at], t->vol[i] = in->vol[at], t->z[i] = 0;
    t->left[0][i] = in->years[at];
    t->amount[0][i] = t->mean[0][i] = in->spot[at] * keel_exp(carry * in->years[at]);
    for (size_t k = 1; k < t->terms; k++) {
      double left = keel_at_least(in->years[at] - in->dates[k - 1], 0.0);
      t->left[k][i] = left;
      t->amount[k][i] = t->mean[k][i] = left > 0 ? -in->cash[k - 1] * keel_exp(carry * left) : 0;
    }
  }
}

/* Z moves as the terms do, each by its mean so far, dividends by no more than most of spot. A term's covariance with
 * another is the years left from the later date, so sums over the earlier and the later ones do. */
static void project(struct tile *t) {
  double paid[TILE] = {0}, later[TILE] = {0}, earlier[TILE], part[TILE], variance[TILE] = {0};
  for (size_t k = 1; k < t->terms; k++)
    for (size_t i = 0; i < TILE; i++) paid[i] -= t->mean[k][i];
  for (size_t i = 0; i < TILE; i++) {
    double most = 0.95 * t->mean[0][i];
    part[i] = paid[i] > most ? most / paid[i] : 1;
    earlier[i] = t->mean[0][i];
  }
  for (size_t k = 1; k < t->terms; k++)
    for (size_t i = 0; i < TILE; i++) later[i] += part[i] * t->mean[k][i] * t->left[k][i];
  for (size_t k = 0; k < t->terms; k++)
    for (size_t i = 0; i < TILE; i++) {
      double weight = k ? part[i] * t->mean[k][i] : t->mean[0][i];
      earlier[i] += k ? weight : 0;
      later[i] -= k ? weight * t->left[k][i] : 0;
      t->slope[k][i] = fma(t->left[k][i], earlier[i], later[i]);
      variance[i] = fma(weight, t->slope[k][i], variance[i]);
    }
  for (size_t k = 0; k < t->terms; k++)
    for (size_t i = 0; i < TILE; i++) t->slope[k][i] *= t->vol[i] / sqrt(variance[i]);
}

/* The means at z, what they come to beside the strike, and how fast that rises with z. */
static void evaluate(struct tile *t) {
  for (size_t i = 0; i < TILE; i++) t->sum[i] = t->rise[i] = 0;
  for (size_t k = 0; k < t->terms; k++)
#pragma omp simd
    for (size_t i = 0; i < TILE; i++) {
      double slope = t->slope[k][i], mean = t->amount[k][i] * keel_exp(slope * fma(-0.5, slope, t->z[i]));
      t->mean[k][i] = mean;
      t->sum[i] += k ? mean : -t->strike[i];
      t->rise[i] = fma(slope, k ? mean : 0, t->rise[i]);
    }
}

/* Newton's iteration for the logarithms of both sides of: spot's mean = strike + dividends' means, nearly lines in z.
 */
static void find_strike(struct tile *t) {
  for (int step = 0; step < STEPS; step++) {
    evaluate(t);
#pragma omp simd
    for (size_t i = 0; i < TILE; i++) {
      double owed = keel_at_least(-t->sum[i], 0x1p-900), spot = t->mean[0][i];
      double line = fma(t->rise[i], 1 / owed, t->slope[0][i]);
      double z = t->z[i] - keel_log(spot / owed) / keel_at_least(line, 1e-3 * t->slope[0][i]);
      t->z[i] = keel_at_least(keel_at_most(z, REACH), -REACH);
    }
  }
  evaluate(t);
}

/* e^x - 1 for the small x of covariances that Z leaves. */
static inline double expm1_small(double x) {
  return x * fma(x * 0.5, fma(x * (1.0 / 3), fma(x * 0.25, fma(x, 0.2, 1.0), 1.0), 1.0), 1.0);
}

/* The variance of S_T that Z leaves at z. */
static void add_left_over(const struct tile *t, double *variance) {
  for (size_t k = 0; k < t->terms; k++)
    for (size_t l = 0; l <= k; l++)
#pragma omp simd
      for (size_t i = 0; i < TILE; i++) {
        double v2 = t->vol[i] * t->vol[i], own = fma(v2, t->left[k][i], -t->slope[k][i] * t->slope[l][i]);
        double twice = l < k ? 2 : 1;
        variance[i] = fma(twice * t->mean[k][i] * t->mean[l][i], expm1_small(own), variance[i]);
      }
}

static void store(const struct tile *t, const struct keel_dividends_calls *in, size_t from) {
  double price[TILE], variance[TILE] = {0};
  for (size_t i = 0; i < TILE; i++) price[i] = -t->strike[i] * keel_normal_cdf(-t->z[i]);
  for (size_t k = 0; k < t->terms; k++)
#pragma omp simd
    for (size_t i = 0; i < TILE; i++)
      price[i] = fma(t->amount[k][i], keel_normal_cdf(t->slope[k][i] - t->z[i]), price[i]);
  add_left_over(t, variance);
  for (size_t i = 0; i < TILE && from + i < in->count; i++) {
    double rise = t->rise[i] + t->slope[0][i] * t->mean[0][i];
    double more = 0.5 * keel_normal_pdf(t->z[i]) * keel_at_least(variance[i], 0.0) / rise;
    double whole = price[i] + (fabs(t->z[i]) < REACH ? more : 0);
    in->price[from + i] = keel_at_least(whole, 0.0);
  }
}

void KEEL_AT(keel_dividends_calls)(const struct keel_dividends_calls *calls) {
  struct tile tile;
  for (size_t from = 0; from < calls->count; from += TILE) {
    load(&tile, calls, from);
    for (int pass = 0; pass < 2; pass++) {
      project(&tile);
      find_strike(&tile);
    }
    store(&tile, calls, from);
  }
}
