/* The exercise boundary of American puts, a tile of contracts at a time.
 *
 * With theta = tau - u, the delta of Kim's representation at the boundary, B(tau) = x e^(-y(tau)), is -1 when
 *
 *   e^(-q tau) N(d+(tau, B)) + q int e^(-q theta) N(d+(theta, B / B(u))) dtheta
 *       = int e^(-r theta) n(d-(theta, B / B(u))) / (vol sqrt(theta)) (r - q B(u)) / B dtheta.
 *
 * where a negative q puts its integral on the right; where q tau < -1 it is written with N(-d+) = 1 - N(d+) instead, 1
 * and the integral on the left. Its logarithm, left over right, is the residual G at each node; the unknowns are H =
 * y^2 at the nodes, and Newton's matrix is exact. The nodes ascend, so that the matrix is nearly triangular and is
 * eliminated as it stands. Between nodes H is a polynomial, held above a floor where it may be negative. The
 * derivatives of H by vol, rate and yield solve the same system. Source: Andersen, Lake and Offengenden (2016), system
 * A; theirs is a fixed-point iteration. */
#include "kernel/american_level.h"
#include "kernel/lane_math.h"

enum { TILE = KEEL_AMERICAN_TILE, NODES = KEEL_AMERICAN_NODES, POINTS = KEEL_AMERICAN_POINTS };

#define INLINE inline __attribute__((always_inline))
#define APART __attribute__((noinline)) /* loops that gcc vectorises in small functions only */
#define STEP_MOST 2.25                  /* H changes by this factor at most in a step */
/* The first nodes, at times too short to matter, may never settle: after so many steps less is asked for. */
enum { STEPS_SURE = 8, STEPS_MOST = 24 };
#define FACTOR_MOST 4.0
#define TINY 0x1p-1000 /* added to what a logarithm is taken of */
#define EXPONENT_LEAST -700.0

/* What is known of a node's equation; [point] of it first. */
struct equation {
  keel_lanes h[POINTS], slope[POINTS];  /* H and dy / dH */
  keel_lanes pull[POINTS], pay[POINTS]; /* the derivatives of both integrals by y there */
  keel_lanes y, b, inv_b;               /* of the node */
  keel_lanes density, cdf, other;       /* integrals: right side; left side without q, and of N(-d+) */
  keel_lanes pull_sum, own_sum;         /* sum of pull; derivative of the right side by the node's own y */
  keel_lanes left_tangent[KEEL_AMERICAN_TANGENTS], right_tangent[KEEL_AMERICAN_TANGENTS]; /* left without q */
};

struct system {
  keel_lanes matrix[NODES][NODES], residual[NODES];
  keel_lanes drift, inv_vol;
  double done[TILE];
};

/* out[row] = sum over columns of weights[row][column] in[column]; columns are even. */
static APART void combine(int rows, int columns, const double *weights, keel_lanes *in, keel_lanes *out) {
  for (int row = 0; row < rows; row++) {
    const double *w = weights + row * columns;
    for (int lane = 0; lane < TILE; lane++) out[row][lane] = 0;
    for (int c = 0; c + 4 <= columns; c += 4)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++)
        out[row][lane] = fma(w[c], in[c][lane],
                             fma(w[c + 1], in[c + 1][lane],
                                 fma(w[c + 2], in[c + 2][lane], fma(w[c + 3], in[c + 3][lane], out[row][lane]))));
    if (columns % 4)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++)
        out[row][lane] =
            fma(w[columns - 2], in[columns - 2][lane], fma(w[columns - 1], in[columns - 1][lane], out[row][lane]));
  }
}

/* The same with the weights' rows and columns exchanged. */
static APART void combine_back(int rows, int columns, const double *weights, keel_lanes *in, keel_lanes *out) {
  for (int row = 0; row < rows; row++) {
    const double *w = weights + row;
    for (int lane = 0; lane < TILE; lane++) out[row][lane] = 0;
    for (int c = 0; c + 4 <= columns; c += 4)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++)
        out[row][lane] =
            fma(w[c * rows], in[c][lane],
                fma(w[(c + 1) * rows], in[c + 1][lane],
                    fma(w[(c + 2) * rows], in[c + 2][lane], fma(w[(c + 3) * rows], in[c + 3][lane], out[row][lane]))));
    if (columns % 4)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++)
        out[row][lane] = fma(w[(columns - 2) * rows], in[columns - 2][lane],
                             fma(w[(columns - 1) * rows], in[columns - 1][lane], out[row][lane]));
  }
}

/* A place of a node's integrals. */
struct place {
  double theta, root, inv_root, weight, left;
};

static INLINE void add_point(const struct keel_american_boundary *it, const struct system *s, struct place at,
                             struct equation *e, int k, const int tangents) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double rate = it->rate[lane], yield = it->yield[lane], vol = it->vol[lane];
    double low = keel_american_floor(at.left * vol * vol, it->y_infinite[lane]);
    double given = e->h[k][lane], h = given > low ? given : low, inv_y = keel_inv_sqrt(h), y = h * inv_y;
    double step = s->inv_vol[lane] * at.inv_root; /* 1 / (vol sqrt(theta)) */
    double d2 = fma(s->drift[lane], at.theta, y - e->y[lane]) * step, d1 = fma(vol, at.root, d2);
    double ratio = keel_exp_normal(e->y[lane] - y); /* B(u) / B */
    double gauss = keel_exp_normal(keel_at_least(-fma(0.5 * d2, d2, rate * at.theta), EXPONENT_LEAST));
    struct keel_ratio mills = keel_mills(keel_at_most(fabs(d1), 80.0));
    double tail = gauss * ratio * (mills.p * keel_reciprocal(mills.q));
    double rest = keel_exp_normal(-yield * at.theta) - tail, cdf = at.weight * (d1 > 0 ? rest : tail);
    double other = at.weight * (d1 > 0 ? tail : rest);
    double term = KEEL_INV_SQRT_2PI * at.weight * gauss * step, pull = term * ratio;
    double density = term * fma(rate, e->inv_b[lane], -yield * ratio), lean = density * d2 * step;
    e->slope[k][lane] = given > low ? 0.5 * inv_y : 0.0;
    e->pull[k][lane] = pull;
    e->pay[k][lane] = fma(yield, pull, -lean);
    e->density[lane] += density;
    e->cdf[lane] += cdf;
    e->other[lane] += other;
    e->pull_sum[lane] += pull;
    e->own_sum[lane] += lean + density;
    if (tangents) {
      e->left_tangent[KEEL_AMERICAN_VOL][lane] -= pull * at.root * d2;
      e->right_tangent[KEEL_AMERICAN_VOL][lane] += density * fma(d2, d1, -1.0) * s->inv_vol[lane];
    }
    if (tangents > 1) {
      double turn = density * d2 * at.root * s->inv_vol[lane];
      e->left_tangent[KEEL_AMERICAN_RATE][lane] += pull * at.theta;
      e->left_tangent[KEEL_AMERICAN_YIELD][lane] -= at.theta * (cdf + pull);
      e->right_tangent[KEEL_AMERICAN_RATE][lane] += fma(term, e->inv_b[lane], -fma(density, at.theta, turn));
      e->right_tangent[KEEL_AMERICAN_YIELD][lane] += turn - pull;
    }
  }
}

static APART void add_plain(const struct keel_american_boundary *it, const struct system *s, struct place at,
                            struct equation *e, int k) {
  add_point(it, s, at, e, k, 0);
}

static APART void add_by_vol(const struct keel_american_boundary *it, const struct system *s, struct place at,
                             struct equation *e, int k) {
  add_point(it, s, at, e, k, 1);
}

static APART void add_tangents(const struct keel_american_boundary *it, const struct system *s, struct place at,
                               struct equation *e, int k) {
  add_point(it, s, at, e, k, KEEL_AMERICAN_TANGENTS);
}

/* A node. */
struct row {
  int i, points;
  double tau, root;
};

/* The rest of the left side, and then the equation's row of the matrix and its residual; tangents' right sides. */
static APART void close_row(struct keel_american_boundary *it, struct system *s, struct row row, struct equation *e,
                            const int tangents) {
  const double tau = row.tau, root = row.root;
  const int i = row.i;
  keel_lanes by_pull, by_pay, own;
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double yield = it->yield[lane], vol = it->vol[lane], y = e->y[lane];
    double spread = vol * root, factor = keel_exp_normal(-yield * tau), inv = keel_reciprocal(spread);
    double d1 = fma(fma(vol, vol, s->drift[lane]), tau, it->log_x[lane] - y) * inv, d2 = d1 - spread;
    double expired = factor * keel_normal_cdf(d1), density = factor * keel_normal_pdf(d1) * inv;
    double alive = factor * keel_normal_cdf(-d1), pulls = e->pull_sum[lane], pays = e->density[lane];
    double cdf = e->cdf[lane], other = e->other[lane], own_sum = e->own_sum[lane];
    int turned = yield * tau < -1;
    double up = keel_at_least(yield, 0.0), down = keel_at_least(-yield, 0.0);
    double left = fma(up, cdf, expired) + TINY, right = fma(down, cdf, pays) + TINY;
    double turned_left = fma(-yield, other, 1.0), turned_right = pays + alive;
    double left_own = -fma(up, pulls, density), right_own = own_sum - down * pulls;
    double turned_left_own = -yield * pulls, turned_right_own = own_sum + density;
    left = turned ? turned_left : left, right = turned ? turned_right : right;
    left_own = turned ? turned_left_own : left_own, right_own = turned ? turned_right_own : right_own;
    up = turned ? yield : up, down = turned ? 0.0 : down;
    double inv_left = keel_reciprocal(left), inv_right = keel_reciprocal(right);
    by_pull[lane] = up * inv_left - down * inv_right;
    by_pay[lane] = -inv_right;
    own[lane] = (left_own * inv_left - right_own * inv_right) * 0.5 * keel_reciprocal(y);
    s->residual[i][lane] = -keel_log(left * inv_right);
    if (tangents) {
      double by_x = density + fma(yield, pulls, e->density[lane]);
      double vega = fma(yield, e->left_tangent[KEEL_AMERICAN_VOL][lane], -density * root * d2);
      double rho = fma(yield, e->left_tangent[KEEL_AMERICAN_RATE][lane], density * tau);
      double psi = fma(yield, e->left_tangent[KEEL_AMERICAN_YIELD][lane], e->cdf[lane] - tau * (expired + density));
      vega -= e->right_tangent[KEEL_AMERICAN_VOL][lane];
      rho += by_x * it->log_x_tangent[KEEL_AMERICAN_RATE][lane] - e->right_tangent[KEEL_AMERICAN_RATE][lane];
      psi += by_x * it->log_x_tangent[KEEL_AMERICAN_YIELD][lane] - e->right_tangent[KEEL_AMERICAN_YIELD][lane];
      it->tangent[KEEL_AMERICAN_VOL][i][lane] = -vega * inv_left;
      it->tangent[KEEL_AMERICAN_RATE][i][lane] = -rho * inv_left;
      it->tangent[KEEL_AMERICAN_YIELD][i][lane] = -psi * inv_left;
    }
  }
  for (int k = 0; k < row.points; k++)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++)
      e->pay[k][lane] = fma(by_pull[lane], e->pull[k][lane], by_pay[lane] * e->pay[k][lane]) * e->slope[k][lane];
  for (int lane = 0; lane < TILE; lane++) e->y[lane] = own[lane];
}

static APART void open_equation(const struct keel_american_boundary *it, int i, struct equation *e) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double h = it->h[i][lane], y = h * keel_inv_sqrt(h);
    e->y[lane] = y;
    e->inv_b[lane] = keel_exp_normal(y - it->log_x[lane]);
    e->density[lane] = e->cdf[lane] = e->other[lane] = e->pull_sum[lane] = e->own_sum[lane] = 0;
  }
  for (int t = 0; t < KEEL_AMERICAN_TANGENTS; t++)
    for (int lane = 0; lane < TILE; lane++) e->left_tangent[t][lane] = e->right_tangent[t][lane] = 0;
}

static INLINE void assemble(const struct keel_american_nodes *nodes, struct keel_american_boundary *it,
                            struct system *s, const int tangents) {
  struct equation e;
  const int n = nodes->nodes, points = nodes->points;
  for (int i = 0; i < n; i++) {
    const double *weights = nodes->interpolate + i * points * n;
    const struct row row = {i, points, nodes->tau[i], nodes->root_tau[i]};
    open_equation(it, i, &e);
    combine(points, n, weights, it->h, e.h);
    for (int k = 0; k < points; k++) {
      const double z = nodes->z[k], root = row.root * z;
      struct place at = {root * root, root, 1 / root, row.tau * nodes->weight[k], row.tau * nodes->left[k]};
      if (tangents > 1)
        add_tangents(it, s, at, &e, k);
      else if (tangents)
        add_by_vol(it, s, at, &e, k);
      else
        add_plain(it, s, at, &e, k);
    }
    if (tangents)
      close_row(it, s, row, &e, 1);
    else
      close_row(it, s, row, &e, 0);
    combine_back(n, points, weights, e.pay, s->matrix[i]);
    for (int lane = 0; lane < TILE; lane++) s->matrix[i][i][lane] += e.y[lane];
  }
}

/* The matrix becomes its triangular factors; the upper one has the reciprocals of its diagonal. */
static APART void eliminate(int n, struct system *s) {
  for (int p = 0; p < n; p++) {
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) s->matrix[p][p][lane] = 1 / s->matrix[p][p][lane];
    for (int i = p + 1; i < n; i++) {
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++) s->matrix[i][p][lane] *= s->matrix[p][p][lane];
      for (int j = p + 1; j < n; j++)
#pragma omp simd
        for (int lane = 0; lane < TILE; lane++)
          s->matrix[i][j][lane] = fma(-s->matrix[i][p][lane], s->matrix[p][j][lane], s->matrix[i][j][lane]);
    }
  }
}

static APART void substitute(int n, const struct system *s, keel_lanes *x) {
  for (int i = 1; i < n; i++)
    for (int j = 0; j < i; j++)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++) x[i][lane] = fma(-s->matrix[i][j][lane], x[j][lane], x[i][lane]);
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++)
#pragma omp simd
      for (int lane = 0; lane < TILE; lane++) x[i][lane] = fma(-s->matrix[i][j][lane], x[j][lane], x[i][lane]);
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) x[i][lane] *= s->matrix[i][i][lane];
  }
}

/* Between the short-time law and the perpetual boundary. */
static APART void guess(const struct keel_american_nodes *nodes, struct keel_american_boundary *it) {
  for (int i = 0; i < nodes->nodes; i++)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) {
      double rate = it->rate[lane], yield = it->yield[lane], vol = it->vol[lane], tau = nodes->tau[i];
      double gap = keel_at_least(rate - yield, 0.3 * fabs(rate) + 1e-100);
      double law = keel_log(vol * vol * keel_reciprocal(25.0 * tau * gap * gap)), most = it->y_infinite[lane];
      double slow = sqrt(keel_at_least(law, 0.8)), early = yield > rate ? 0.64 : slow;
      double u = keel_at_most(early * vol * nodes->root_tau[i] / most, 700.0);
      double y = most * keel_expm1_positive(u) * keel_exp_normal(-u);
      it->h[i][lane] = y * y;
    }
}

static INLINE double stepped(double h, double step) {
  return keel_at_most(keel_at_least(h + step, h * (1 / STEP_MOST)), h * STEP_MOST);
}

/* Moves what is not done by the step in `residual`; returns how many lanes go on. A lane is done when no H moved by
 * more than `near` of the last one. */
static APART int move(int n, double near, struct keel_american_boundary *it, struct system *s) {
  keel_lanes change;
  int open = 0;
  for (int lane = 0; lane < TILE; lane++) change[lane] = 0;
  for (int i = 0; i < n; i++)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) {
      double h = it->h[i][lane], next = stepped(h, s->residual[i][lane]);
      it->h[i][lane] = s->done[lane] > 0 ? h : next;
      double size = fabs(next - h);
      change[lane] = change[lane] > size ? change[lane] : size;
    }
  for (int lane = 0; lane < TILE; lane++) {
    if (!(change[lane] > near * it->h[n - 1][lane])) s->done[lane] = 1;
    open += !(s->done[lane] > 0);
  }
  return open;
}

/* Newton's iteration until it hardly moves. */
static void iterate(const struct keel_american_nodes *nodes, struct keel_american_boundary *it, struct system *s) {
  double near = nodes->near;
  int open = TILE;
  for (int lane = 0; lane < TILE; lane++) s->done[lane] = 0;
  for (int step = 0; open && step < STEPS_MOST; step++) {
    assemble(nodes, it, s, 0);
    eliminate(nodes->nodes, s);
    substitute(nodes->nodes, s, s->residual);
    open = move(nodes->nodes, near, it, s);
    near *= step < STEPS_SURE ? 1 : 4;
  }
}

/* The first guess, better by what the coarse nodes say of it. */
static void start(const struct keel_american_nodes *nodes, struct keel_american_boundary *it, struct system *s) {
  const struct keel_american_nodes *coarse = nodes->coarse;
  keel_lanes ratio[KEEL_AMERICAN_COARSE], factor[NODES];
  guess(coarse, it);
  for (int j = 0; j < coarse->nodes; j++)
    for (int lane = 0; lane < TILE; lane++) ratio[j][lane] = it->h[j][lane];
  iterate(coarse, it, s);
  for (int j = 0; j < coarse->nodes; j++)
    for (int lane = 0; lane < TILE; lane++) ratio[j][lane] = it->h[j][lane] / ratio[j][lane];
  combine(nodes->nodes, KEEL_AMERICAN_COARSE, nodes->from_coarse, ratio, factor);
  guess(nodes, it);
  for (int i = 0; i < nodes->nodes; i++)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++) {
      double trusted = keel_at_most(keel_at_least(factor[i][lane], 1 / FACTOR_MOST), FACTOR_MOST);
      it->h[i][lane] *= trusted;
    }
}

/* The last step, and the tangents where it starts. */
static void finish(const struct keel_american_nodes *nodes, int tangents, struct keel_american_boundary *it,
                   struct system *s) {
  const int n = nodes->nodes;
  assemble(nodes, it, s, tangents);
  eliminate(n, s);
  substitute(n, s, s->residual);
  for (int t = 0; t < tangents; t++) substitute(n, s, it->tangent[t]);
  for (int i = 0; i < n; i++)
    for (int lane = 0; lane < TILE; lane++)
      it->h[i][lane] = s->done[lane] > 0 ? stepped(it->h[i][lane], s->residual[i][lane]) : NAN;
}

static void open_system(const struct keel_american_boundary *it, struct system *s) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double vol = it->vol[lane];
    s->drift[lane] = it->rate[lane] - it->yield[lane] - 0.5 * vol * vol;
    s->inv_vol[lane] = 1 / vol;
    s->done[lane] = 1;
  }
}

void KEEL_AT(keel_american_boundary)(const struct keel_american_nodes *nodes, int tangents,
                                     struct keel_american_boundary *it) {
  struct system s;
  open_system(it, &s);
  start(nodes, it, &s);
  iterate(nodes, it, &s);
  finish(nodes, tangents, it, &s);
}

void KEEL_AT(keel_american_boundary_beside)(const struct keel_american_nodes *nodes, const keel_lanes step,
                                            const struct keel_american_boundary *known,
                                            struct keel_american_boundary *it) {
  struct system s;
  *it = *known;
  for (int lane = 0; lane < TILE; lane++) it->vol[lane] += step[lane];
  for (int i = 0; i < nodes->nodes; i++)
#pragma omp simd
    for (int lane = 0; lane < TILE; lane++)
      it->h[i][lane] = stepped(known->h[i][lane], step[lane] * known->tangent[KEEL_AMERICAN_VOL][i][lane]);
  open_system(it, &s);
  finish(nodes, 1, it, &s);
}
