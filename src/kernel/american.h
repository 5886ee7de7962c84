/* American exercise: the tile of contracts that the loops share, and the nodes of a scheme. See keel/american.h.
 *
 * Everything is about a put of strike 1, in units of time in which the boundary's horizon is 1: rate, yield and vol
 * stand for rate T, yield T and vol sqrt(T). A call is the put with spot and strike, rate and yield exchanged. */
#ifndef KEEL_KERNEL_AMERICAN_H
#define KEEL_KERNEL_AMERICAN_H

#include "keel/american.h"

enum {
  KEEL_AMERICAN_TILE = 16,
  KEEL_AMERICAN_COARSE = 4,
  KEEL_AMERICAN_NODES = 24,
  KEEL_AMERICAN_POINTS = 48,
  KEEL_AMERICAN_VALUES = 64
};

/* Where the boundary is collocated and its integrals are summed; the same for every contract. */
struct keel_american_nodes {
  int nodes, points, values; /* nodes and points are even */
  double near;               /* a step as small as this, relative, is the last but one */
  double horizon;            /* beyond this many relaxation times the boundary is flat */
  double tau[KEEL_AMERICAN_NODES], root_tau[KEEL_AMERICAN_NODES]; /* ascending; the last is 1 */
  /* theta = tau z^2 of the boundary's integrals: z, dtheta / tau, and what is left of tau, 1 - z^2 */
  double z[KEEL_AMERICAN_POINTS], weight[KEEL_AMERICAN_POINTS], left[KEEL_AMERICAN_POINTS];
  /* [node][point][node]: the boundary's polynomial at the points of each node */
  double interpolate[KEEL_AMERICAN_NODES * KEEL_AMERICAN_POINTS * KEEL_AMERICAN_NODES];
  /* [coefficient][node], nodes + 1 coefficients of Chebyshev's */
  double chebyshev[(KEEL_AMERICAN_NODES + 1) * KEEL_AMERICAN_NODES];
  const struct keel_american_nodes *coarse;                       /* where the iteration starts; NULL: here */
  double from_coarse[KEEL_AMERICAN_NODES * KEEL_AMERICAN_COARSE]; /* [node][coarse node] */
  double value_place[KEEL_AMERICAN_VALUES], value_weight[KEEL_AMERICAN_VALUES]; /* of the value's integral, on [0, 1] */
};

/* What there is to do for a contract. */
enum keel_american_kind {
  KEEL_AMERICAN_NONE,     /* no result: keel_american_problem says why */
  KEEL_AMERICAN_LIMIT,    /* spot moves as is known: keel_american_limit */
  KEEL_AMERICAN_EUROPEAN, /* never exercised early */
  KEEL_AMERICAN_LIVE
};
#define KEEL_AMERICAN_VOL_LEAST 1e-6       /* below it vol counts as 0 */
#define KEEL_AMERICAN_VARIANCE_LEAST 1e-18 /* and where vol^2 years is below this */
#define KEEL_AMERICAN_VARIANCE_MOST 1e4
int keel_american_kind_of(const keel_option *option, double spot, double vol);

/* The best time to exercise is known: price and Greeks of exercise then. All outputs are written. */
void keel_american_limit(const keel_option *option, double spot, double vol, keel_greeks *out);

/* Its price alone, at vol 0; spot, strike and the rest are those of an option that has one. */
double keel_american_least(const keel_option *option, double spot);

const struct keel_american_nodes *keel_american_nodes_of(keel_american_scheme scheme);

typedef double keel_lanes[KEEL_AMERICAN_TILE];

/* Derivatives; where `tangents` are asked for it is their number: none, that by vol, all. */
enum { KEEL_AMERICAN_VOL, KEEL_AMERICAN_RATE, KEEL_AMERICAN_YIELD, KEEL_AMERICAN_TANGENTS };

/* H = log(B / x)^2 at the nodes, x = min(1, rate / yield) where there is a yield, and its derivatives. */

struct keel_american_boundary {
  keel_lanes rate, yield, vol;   /* of the horizon */
  keel_lanes root_unit, stretch; /* root of the horizon in years; time to expiry by the horizon, at least 1 */
  keel_lanes log_x, y_infinite;  /* log x; log(x / B) of the perpetual put */
  keel_lanes log_x_tangent[KEEL_AMERICAN_TANGENTS];
  keel_lanes h[KEEL_AMERICAN_NODES];
  keel_lanes tangent[KEEL_AMERICAN_TANGENTS][KEEL_AMERICAN_NODES]; /* of h, as x moves along */
};

/* The premium of early exercise at a spot above the boundary, and its derivatives. */
struct keel_american_premium {
  keel_lanes spot;     /* in */
  keel_lanes distance; /* in; log(spot / boundary now) / (vol sqrt(time to expiry)), above 0 */
  keel_lanes price, delta, gamma;
  keel_lanes tangent[KEEL_AMERICAN_TANGENTS], vanna, speed; /* vanna and speed if all tangents are wanted */
};

/* H is above this part of vol^2 tau and of its perpetual value, where its polynomial may be below it, even below 0. */
static inline double keel_american_floor(double variance, double y_infinite) {
  double most = y_infinite * y_infinite;
  return 0.09 * (variance < most ? variance : most);
}

#endif
