/* The nodes of the American schemes, computed once by arithmetic that is the same everywhere.
 *
 * The boundary's H is a polynomial in x = tau^(1/3) through the extrema of Chebyshev's polynomial on [0, 1]. In x its
 * singularity at 0, of the kind tau log tau, is in a higher derivative than in tau^(1/2); in tau^(1/4) the first nodes
 * come so near to 0 that their equations tell nothing any more. */
#include <pthread.h>

#include "kernel/american.h"
#include "kernel/lane_math.h"

/* A first solution, cheap, from which the others start. */
static struct keel_american_nodes coarse = {.nodes = KEEL_AMERICAN_COARSE, .points = 4, .near = 0.5};

static struct keel_american_nodes schemes[] = {
    [KEEL_AMERICAN_FAST] = {.nodes = 6, .points = 8, .values = 16, .near = 0.05, .horizon = 14},
    [KEEL_AMERICAN_ACCURATE] = {.nodes = 12, .points = 16, .values = 40, .near = 0.01, .horizon = 20},
    [KEEL_AMERICAN_HIGH] = {.nodes = 24, .points = 48, .values = 64, .near = 1e-6, .horizon = 30},
};

/* cos(pi i / n) for 0 <= i <= n. */
static double cosine(int i, int n) {
  if (2 * i > n) return -cosine(n - i, n);
  double x = 2.0 * i / n;
  return x <= 0.5 ? keel_quarter_turn(x).cos : (1 - x) * keel_quarter_turn(1 - x).sin_ratio;
}

/* Gauss and Legendre's rule on [0, 1]: Newton's iteration on P_l from the zeros' asymptotic places. */
static void legendre(int count, double *place, double *weight) {
  for (int i = 0; i < count; i++) {
    double t = -cosine(4 * i + 3, 4 * count + 2), slope = 0;
    for (int step = 0; step < 8; step++) {
      double before = 1, now = t;
      for (int k = 2; k <= count; k++) {
        double next = ((2 * k - 1) * t * now - (k - 1) * before) / k;
        before = now;
        now = next;
      }
      slope = count * (before - t * now) / (1 - t * t);
      t -= now / slope;
    }
    place[i] = 0.5 * (1 + t);
    weight[i] = 1 / ((1 - t * t) * slope * slope);
  }
}

/* The weights of the nodes' values in the polynomial at x; one more node is at 0, of value 0. */
static void interpolate(const double *nodes, int count, double x, double *weights) {
  double sum = 0, exact = -1;
  for (int j = 0; j <= count; j++) { /* the node j from the top: signs alternate, halves at the ends */
    double at = j == count ? 0 : nodes[count - 1 - j], sign = j % 2 ? -1 : 1;
    double share = (j == 0 || j == count ? 0.5 : 1) * sign / (x - at);
    if (x == at) exact = j;
    if (j < count) weights[count - 1 - j] = share;
    sum += share;
  }
  for (int j = 0; j < count; j++) weights[j] = exact < 0 ? weights[j] / sum : count - 1 - j == (int)exact;
}

static void fill(struct keel_american_nodes *it) {
  const int n = it->nodes;
  double x[KEEL_AMERICAN_NODES], place[KEEL_AMERICAN_POINTS], weight[KEEL_AMERICAN_POINTS];
  for (int j = 0; j < n; j++) {
    x[j] = 0.5 * (1 - cosine(j + 1, n));
    it->tau[j] = x[j] * x[j] * x[j];
    it->root_tau[j] = x[j] * sqrt(x[j]);
  }
  legendre(it->points, place, weight);
  for (int k = 0; k < it->points; k++) { /* z = 1 - (1 - t)^2: points gather at both ends */
    double rest = 1 - place[k];
    it->z[k] = place[k] * (1 + rest);
    it->weight[k] = 2 * it->z[k] * 2 * rest * weight[k];
    it->left[k] = rest * rest * (1 + it->z[k]);
  }
  for (int i = 0; i < n; i++)
    for (int k = 0; k < it->points; k++)
      interpolate(x, n, x[i] * keel_exp(keel_log(it->left[k]) / 3), &it->interpolate[(i * it->points + k) * n]);
  for (int c = 0; c <= n; c++)
    for (int j = 0; j < n; j++) { /* node j is the extremum n - 1 - j from the top */
      int i = n - 1 - j, turn = c * i % (2 * n);
      double share = 2.0 / n * cosine(turn <= n ? turn : 2 * n - turn, n);
      it->chebyshev[c * n + j] = share * (i == 0 ? 0.5 : 1) * (c == 0 || c == n ? 0.5 : 1);
    }
  legendre(it->values, it->value_place, it->value_weight);
  if (it == &coarse) return;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < KEEL_AMERICAN_COARSE; j++) { /* Lagrange's */
      double share = 1, at = 0.5 * (1 - cosine(j + 1, KEEL_AMERICAN_COARSE));
      for (int k = 0; k < KEEL_AMERICAN_COARSE; k++) {
        double other = 0.5 * (1 - cosine(k + 1, KEEL_AMERICAN_COARSE));
        if (k != j) share *= (x[i] - other) / (at - other);
      }
      it->from_coarse[i * KEEL_AMERICAN_COARSE + j] = share;
    }
  it->coarse = &coarse;
}

static void fill_all(void) {
  fill(&coarse);
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) fill(&schemes[i]);
}

const struct keel_american_nodes *keel_american_nodes_of(keel_american_scheme scheme) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_all);
  return &schemes[scheme];
}
