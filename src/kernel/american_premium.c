/* The early-exercise premium of American puts over a known boundary, a tile of contracts at a time:
 *
 *   int (r e^(-r theta) N(-d2) - q S e^(-q theta) N(-d1)) dtheta,   d2 = d-(theta, S / B(T - theta)),
 *
 * and its derivatives under the integral, where S e^(-q theta) n(d1) = B e^(-r theta) n(d2). With theta = T z^2 the
 * integrand bends where z is near a = log(S / B) / (vol sqrt(T)), or, when spot drifts down to the boundary by much
 * more than it diffuses, in a narrow step when it arrives; z = centre + scale sinh(...) puts as many points on each
 * distance from there. Source: Kim (1990), eq. 12. */
#include "kernel/american_level.h"
#include "kernel/lane_math.h"

enum { TILE = KEEL_AMERICAN_TILE, COEFFICIENTS = KEEL_AMERICAN_NODES + 1, CURVES = 1 + KEEL_AMERICAN_TANGENTS };

#define INLINE inline __attribute__((always_inline))
#define APART __attribute__((noinline)) /* loops that gcc vectorises in small functions only */
#define LEFT_LEAST 0x1p-200
#define DRIFT_LEAST 0x1p-300
#define Z_LEAST 0x1p-100
#define DRIFTING 2.0 /* a over the time of arrival, in z, from which on the drift decides */
#define EXPONENT_LEAST -700.0

/* H and its derivatives as polynomials of Chebyshev's; [coefficient]. */
struct curves {
  keel_lanes c[CURVES][COEFFICIENTS];
};

/* What the points share. */
struct frame {
  keel_lanes centre, scale, start, reach; /* z = centre + scale sinh(start + reach w), w within [0, 1] */
  keel_lanes log_spot;                    /* log(S / x) */
  keel_lanes drift, inv_vol, inv_spot;
};

/* A point of the sum. */
struct point {
  keel_lanes z, weight, at, left; /* of dtheta; 2 x - 1, of the boundary's polynomial; u */
  keel_lanes h[CURVES];
};

static void expand(const struct keel_american_nodes *nodes, const keel_lanes *values, keel_lanes *c) {
  const int n = nodes->nodes;
  for (int k = 0; k <= n; k++) {
    for (int lane = 0; lane < TILE; lane++) c[k][lane] = 0;
    for (int j = 0; j < n; j++)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++)
        c[k][lane] = fma(nodes->chebyshev[k * n + j], values[j][lane], c[k][lane]);
  }
}

static APART void put_point(const keel_lanes stretches, const struct frame *f, double place, double weight,
                            struct point *it) {
  const double rest = 1 - place, w = place * (1 + rest);
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double half = 0.5 * f->scale[lane], up = keel_exp_normal(fma(f->reach[lane], w, f->start[lane]));
    double stretch = stretches[lane], down = keel_reciprocal(up), sought = fma(half, up - down, f->centre[lane]);
    double z = keel_at_most(keel_at_least(sought, Z_LEAST), 1.0),
           speed = half * (up + down) * f->reach[lane] * 2 * rest;
    double left = keel_at_most(keel_at_least(stretch * (1 - z) * (1 + z), LEFT_LEAST), 1.0);
    it->z[lane] = z;
    it->left[lane] = left;
    it->weight[lane] = 2 * stretch * z * speed * weight;
    it->at[lane] = 2 * keel_exp_normal(keel_log(left) * (1.0 / 3)) - 1;
  }
}

static APART void evaluate(int n, keel_lanes *c, struct point *it, int curve) {
  keel_lanes near, far;
  for (int lane = 0; lane < TILE; lane++) near[lane] = far[lane] = 0;
  for (int k = n; k > 0; k--)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) {
      double next = fma(2 * it->at[lane], near[lane], c[k][lane] - far[lane]);
      far[lane] = near[lane];
      near[lane] = next;
    }
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) it->h[curve][lane] = fma(it->at[lane], near[lane], c[0][lane] - far[lane]);
}

static INLINE void add(const struct keel_american_boundary *b, const struct frame *f, const struct point *it,
                       struct keel_american_premium *p, const int tangents) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double rate = b->rate[lane], yield = b->yield[lane], vol = b->vol[lane], z = it->z[lane];
    double low = keel_american_floor(it->left[lane] * vol * vol, b->y_infinite[lane]), given = it->h[0][lane];
    double h = given > low ? given : low, inv_y = keel_inv_sqrt(h), y = h * inv_y;
    double root_stretch = keel_root(b->stretch[lane]), root = root_stretch * z, theta = root * root;
    double spread = vol * root, step = keel_reciprocal(spread);
    double d2 = fma(f->drift[lane], theta, f->log_spot[lane] + y) * step, d1 = d2 + spread;
    double boundary = keel_exp_normal(b->log_x[lane] - y), discount = keel_exp_normal(-rate * theta);
    double gauss = keel_exp_normal(keel_at_least(-fma(0.5 * d2, d2, rate * theta), EXPONENT_LEAST));
    struct keel_ratio m1 = keel_mills(keel_at_most(fabs(d1), 80.0)), m2 = keel_mills(keel_at_most(fabs(d2), 80.0));
    double tail1 = gauss * boundary * (m1.p * keel_reciprocal(m1.q)), tail2 = gauss * (m2.p * keel_reciprocal(m2.q));
    double rest1 = fma(p->spot[lane], keel_exp_normal(-yield * theta), -tail1), rest2 = discount - tail2;
    double asset = d1 > 0 ? tail1 : rest1, cash = d2 > 0 ? tail2 : rest2;
    double weight = it->weight[lane], g = KEEL_INV_SQRT_2PI * gauss, own = yield * boundary, gain = rate - own;
    double bend = g * step * weight, inv_spot = f->inv_spot[lane], slope = gain * d2 * step;
    p->price[lane] += weight * (rate * cash - yield * asset);
    p->delta[lane] -= (bend * gain + weight * yield * asset) * inv_spot;
    p->gamma[lane] += bend * (slope + rate) * inv_spot * inv_spot;
    if (tangents) {
      double half = given > low ? 0.5 * inv_y : 0.0, by_vol = -half * it->h[1 + KEEL_AMERICAN_VOL][lane]; /* of log B */
      double inv_vol = f->inv_vol[lane], pull = -bend * gain;                                             /* by y */
      p->tangent[KEEL_AMERICAN_VOL][lane] += weight * g * inv_vol * (rate * d1 - own * d2) - pull * by_vol;
      if (tangents == KEEL_AMERICAN_TANGENTS) {
        double turn = g * root * inv_vol * gain, twist = bend * d2 * step * gain * inv_spot; /* of delta, by y */
        double by_rate = b->log_x_tangent[KEEL_AMERICAN_RATE][lane] - half * it->h[1 + KEEL_AMERICAN_RATE][lane];
        double by_yield = b->log_x_tangent[KEEL_AMERICAN_YIELD][lane] - half * it->h[1 + KEEL_AMERICAN_YIELD][lane];
        p->tangent[KEEL_AMERICAN_RATE][lane] += weight * (cash * (1 - rate * theta) - turn) - pull * by_rate;
        p->tangent[KEEL_AMERICAN_YIELD][lane] += weight * (turn - asset * (1 - yield * theta)) - pull * by_yield;
        p->vanna[lane] -= bend * inv_vol * inv_spot * (gain * fma(d2, d1, -1.0) + own * d2 * spread) + twist * by_vol;
        p->speed[lane] +=
            bend * (gain * step * step - fma(d2, step, 2.0) * (slope + rate)) * inv_spot * inv_spot * inv_spot;
      }
    }
  }
}

static APART void add_plain(const struct keel_american_boundary *b, const struct frame *f, const struct point *it,
                            struct keel_american_premium *p) {
  add(b, f, it, p, 0);
}

static APART void add_by_vol(const struct keel_american_boundary *b, const struct frame *f, const struct point *it,
                             struct keel_american_premium *p) {
  add(b, f, it, p, 1);
}

static APART void add_tangents(const struct keel_american_boundary *b, const struct frame *f, const struct point *it,
                               struct keel_american_premium *p) {
  add(b, f, it, p, KEEL_AMERICAN_TANGENTS);
}

static INLINE double arsinh(double x) { return keel_log(x + sqrt(fma(x, x, 1.0))); }

static void open(const struct keel_american_boundary *b, struct keel_american_premium *p, struct frame *f) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double vol = b->vol[lane], a = p->distance[lane], stretch = b->stretch[lane];
    double drift = b->rate[lane] - b->yield[lane] - 0.5 * vol * vol;
    double arrival = keel_root(a * vol * keel_reciprocal(keel_at_least(-drift, DRIFT_LEAST) * keel_root(stretch)));
    int drifts = a > DRIFTING * arrival;
    double centre = drifts ? keel_at_most(arrival, 1.0) : 0.0, step = 0.5 * arrival * arrival * keel_reciprocal(a);
    double scale = drifts ? step : keel_at_most(a, 1.0), inv = keel_reciprocal(scale);
    double start = -arsinh(centre * inv);
    f->centre[lane] = centre;
    f->scale[lane] = scale;
    f->start[lane] = start;
    f->reach[lane] = arsinh((1 - centre) * inv) - start;
    f->log_spot[lane] = keel_log(p->spot[lane]) - b->log_x[lane];
    f->drift[lane] = drift;
    f->inv_vol[lane] = keel_reciprocal(vol);
    f->inv_spot[lane] = keel_reciprocal(p->spot[lane]);
    p->price[lane] = p->delta[lane] = p->gamma[lane] = p->speed[lane] = p->vanna[lane] = 0;
  }
  for (int t = 0; t < KEEL_AMERICAN_TANGENTS; t++)
    for (int lane = 0; lane < TILE; lane++) p->tangent[t][lane] = 0;
}

void KEEL_AT(keel_american_premium)(const struct keel_american_nodes *nodes, const struct keel_american_boundary *b,
                                    int tangents, struct keel_american_premium *p) {
  struct frame f;
  struct curves curves;
  struct point it;
  const int n = nodes->nodes;
  open(b, p, &f);
  expand(nodes, b->h, curves.c[0]);
  for (int t = 0; t < tangents; t++) expand(nodes, b->tangent[t], curves.c[1 + t]);
  for (int k = 0; k < nodes->values; k++) {
    put_point(b->stretch, &f, nodes->value_place[k], nodes->value_weight[k], &it);
    for (int t = 0; t <= tangents; t++) evaluate(n, curves.c[t], &it, t);
    if (tangents > 1)
      add_tangents(b, &f, &it, p);
    else if (tangents)
      add_by_vol(b, &f, &it, p);
    else
      add_plain(b, &f, &it, p);
  }
}
