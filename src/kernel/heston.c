/* Heston's characteristic function without cancellation: with b = kappa - i rho xi u, z = u^2 + iu, d^2 = b^2 + xi^2 z
 * = kappa^2 + xi^2 (1 - rho^2) u^2 + i (xi^2 - 2 kappa rho xi) u, s = z / (b + d), q = (1 - e^{-dT}) / (2 d), W = -s q,
 * R = 1 + xi^2 W, L = log(R) / xi^2,
 *
 *   log phi = -kappa theta (s T + 2 L) - v z q / R,
 *
 * which is the form of Albrecher, Mayer, Schoutens and Tistaert (2007), whose logarithm never leaves its principal
 * branch, with every difference of nearly equal numbers worked out; it has a limit at xi = 0. Derivatives to the
 * parameters, as in Cui, del Bano Rollin and Germano (2017), of this form. Jumps: Bates (1996). */
#include "kernel/heston.h"

#include "kernel/heston_level.h"
#include "kernel/lane_complex.h"

#define INLINE inline __attribute__((always_inline))

static const double TURN_LEAST = 1e-10; /* |dT| below it: q is its limit */
static const double LOG_LEAST = 1e-18;  /* xi^2 |W| below it: L is W */

/* What all of a line share. */
struct setting {
  keel_bates model;
  struct keel_heston_line line;
  double years, growth; /* growth: what a jump is expected to bring */
};

static struct setting set(const keel_bates *model, double years, const struct keel_heston_line *line) {
  const keel_normal_jumps *jumps = &model->jumps;
  double growth = keel_expm1(fma(0.5 * jumps->std, jumps->std, jumps->mean));
  return (struct setting){*model, *line, years, growth};
}

struct node {
  struct keel_complex u, slope; /* slope: du/dy */
};

static INLINE struct node node_at(const struct keel_heston_line *line, size_t i) {
  double y = fma((double)i, line->step, line->first), up = keel_exp_normal(y), down = 1.0 / up;
  double cosh = 0.5 * (up + down), sinh = 0.5 * (up - down);
  double across = KEEL_HESTON_WIDTH * line->cosine, along = KEEL_HESTON_WIDTH * line->sine;
  return (struct node){{across * sinh, fma(along, cosh - 1.0, -0.5)}, {across * cosh, along * sinh}};
}

/* The letters of the formula. */
struct letters {
  struct keel_complex u, z, b, d, d_inverse, sum_inverse, left, s, q, w, r_inverse, l; /* left: 1 - e^{-dT} */
};

static INLINE struct keel_complex half_years(struct keel_complex d, struct keel_complex q, double years) {
  int is_limit = fma(d.re, d.re, d.im * d.im) * years * years < TURN_LEAST * TURN_LEAST;
  return (struct keel_complex){is_limit ? 0.5 * years : q.re, is_limit ? 0.0 : q.im};
}

static INLINE struct keel_complex log_ratio(struct keel_complex w, double square) {
  struct keel_complex turn = keel_cscale(w, square), log = keel_cscale(keel_clog1p(turn), 1.0 / square);
  int is_limit = !(fabs(turn.re) + fabs(turn.im) > LOG_LEAST);
  return (struct keel_complex){is_limit ? w.re : log.re, is_limit ? w.im : log.im};
}

static INLINE struct letters letters_at(const struct setting *at, struct keel_complex u) {
  const keel_heston *heston = &at->model.heston;
  struct letters a = {.u = u};
  double cross = heston->rho * heston->xi, square = heston->xi * heston->xi;
  double beside = square * (1 - heston->rho) * (1 + heston->rho), first = square - 2 * heston->kappa * cross;
  struct keel_complex turned = keel_cturn(u), squared = keel_cmul(u, u);
  struct keel_complex root = keel_cadd(keel_cscale(squared, beside), keel_cscale(turned, first));
  root.re = fma(heston->kappa, heston->kappa, root.re);
  a.z = keel_cadd(squared, turned);
  a.b = (struct keel_complex){fma(-cross, turned.re, heston->kappa), -cross * turned.im};
  a.d = keel_csqrt(root);
  a.d_inverse = keel_cinverse(a.d);
  a.sum_inverse = keel_cinverse(keel_cadd(a.b, a.d));
  a.s = keel_cmul(a.z, a.sum_inverse);
  a.left = keel_one_minus_cexp(keel_cscale(a.d, at->years));
  a.q = half_years(a.d, keel_cscale(keel_cmul(a.left, a.d_inverse), 0.5), at->years);
  a.w = keel_cscale(keel_cmul(a.s, a.q), -1.0);
  a.r_inverse = keel_cinverse((struct keel_complex){fma(square, a.w.re, 1.0), square * a.w.im});
  a.l = log_ratio(a.w, square);
  return a;
}

/* -(d log phi / dtheta) / kappa */
static INLINE struct keel_complex reversion(const struct setting *at, const struct letters *a) {
  return keel_cadd(keel_cscale(a->s, at->years), keel_cscale(a->l, 2.0));
}

/* Jumps: log phi is years x intensity x this; `lifted` is e^{iu mean - u^2 std^2 / 2}. */
static INLINE struct keel_complex jump_factor(const struct setting *at, struct keel_complex u,
                                              struct keel_complex *lifted) {
  const keel_normal_jumps *jumps = &at->model.jumps;
  struct keel_complex turned = keel_cturn(u), square = keel_cmul(u, u);
  double half = -0.5 * jumps->std * jumps->std;
  *lifted = keel_cexp(keel_cadd(keel_cscale(turned, jumps->mean), keel_cscale(square, half)));
  struct keel_complex factor = keel_csub(*lifted, keel_cscale(turned, at->growth));
  factor.re -= 1.0;
  return factor;
}

static INLINE struct keel_complex log_phi(const struct setting *at, const struct letters *a,
                                          struct keel_complex variance, int has_jumps) {
  const keel_heston *heston = &at->model.heston;
  struct keel_complex lifted, sum = keel_cscale(reversion(at, a), -heston->kappa * heston->theta);
  sum = keel_csub(sum, keel_cscale(variance, heston->variance));
  if (!has_jumps) return sum;
  double count = at->model.jumps.intensity * at->years;
  return keel_cadd(sum, keel_cscale(jump_factor(at, a->u, &lifted), count));
}

static INLINE void store(struct keel_heston_nodes *nodes, size_t k, size_t i, struct keel_complex term) {
  nodes->term_re[k][i] = term.re;
  nodes->term_im[k][i] = term.im;
}

/* phi du/dy, and u and its size. */
static INLINE struct keel_complex begin(const struct keel_complex *log, const struct node *node, size_t i,
                                        struct keel_heston_nodes *nodes) {
  struct keel_complex weight = keel_cmul(keel_cexp(*log), node->slope);
  nodes->re[i] = node->u.re;
  nodes->im[i] = node->u.im;
  nodes->size[i] = fabs(weight.re) + fabs(weight.im);
  return weight;
}

/* ---- values and Greeks ---- */

static INLINE void greeks_at(const struct setting *at, size_t i, int has_jumps, struct keel_heston_nodes *nodes) {
  struct node node = node_at(&at->line, i);
  struct letters a = letters_at(at, node.u);
  struct keel_complex ratio = keel_cmul(a.q, a.r_inverse), log = log_phi(at, &a, keel_cmul(a.z, ratio), has_jumps);
  struct keel_complex weight = begin(&log, &node, i, nodes), value = keel_cmul(weight, keel_cinverse(a.z));
  store(nodes, KEEL_HESTON_VALUE, i, value);
  store(nodes, KEEL_HESTON_SLOPE, i, keel_cmul(value, keel_cturn(node.u)));
  store(nodes, KEEL_HESTON_DENSITY, i, weight);
  store(nodes, KEEL_HESTON_VARIANCE, i, keel_cmul(weight, ratio));
}

void KEEL_AT(keel_heston_greeks)(const keel_bates *model, double years, const struct keel_heston_line *line,
                                 struct keel_heston_nodes *nodes) {
  struct setting at = set(model, years, line);
  if (model->jumps.intensity > 0) {
#pragma omp simd
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) greeks_at(&at, i, 1, nodes);
  } else {
#pragma omp simd
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) greeks_at(&at, i, 0, nodes);
  }
}

/* ---- derivatives to the parameters ---- */

/* d log phi / dp, of what p does to b and d; `square` is what it does to xi^2, 0 but for xi. */
struct change {
  struct keel_complex b, d;
  double square;
};

static INLINE struct keel_complex slope_by(const struct setting *at, const struct letters *a,
                                           const struct change *change) {
  const keel_heston *heston = &at->model.heston;
  double years = at->years, xi2 = heston->xi * heston->xi;
  struct keel_complex s =
      keel_cmul(keel_cscale(a->s, -1.0), keel_cmul(keel_cadd(change->b, change->d), a->sum_inverse));
  struct keel_complex still = {1.0 - a->left.re, -a->left.im}; /* e^{-dT} */
  struct keel_complex q = keel_csub(keel_cscale(still, 0.5 * years), a->q);
  q = keel_cmul(keel_cmul(q, change->d), a->d_inverse);
  struct keel_complex w = keel_cadd(keel_cmul(s, a->q), keel_cmul(a->s, q));
  w = keel_cscale(w, -1.0);
  struct keel_complex inner = keel_cmul(a->w, a->r_inverse);
  struct keel_complex l = keel_cmul(w, a->r_inverse), r = keel_cscale(w, xi2);
  double relative = change->square > 0 ? change->square / xi2 : 0.0;
  l = keel_cadd(l, keel_cscale(keel_csub(inner, a->l), relative));
  r = keel_cadd(r, keel_cscale(a->w, change->square));
  struct keel_complex ratio = keel_csub(q, keel_cmul(keel_cmul(a->q, a->r_inverse), r));
  ratio = keel_cmul(keel_cmul(ratio, a->r_inverse), a->z);
  struct keel_complex sum = keel_cadd(keel_cscale(s, years), keel_cscale(l, 2.0));
  sum = keel_cscale(sum, -heston->kappa * heston->theta);
  return keel_csub(sum, keel_cscale(ratio, heston->variance));
}

static INLINE void diffusion_slopes(const struct setting *at, const struct letters *a, struct keel_complex value,
                                    size_t i, struct keel_heston_nodes *nodes) {
  const keel_heston *heston = &at->model.heston;
  struct keel_complex back = keel_cscale(value, -1.0), turned = keel_cturn(a->u), steady = reversion(at, a);
  struct keel_complex ratio = keel_cmul(a->b, a->d_inverse);
  struct change kappa = {{1.0, 0.0}, ratio, 0.0}, rho = {keel_cscale(turned, -heston->xi), {0.0, 0.0}, 0.0};
  rho.d = keel_cmul(rho.b, ratio);
  struct change xi = {keel_cscale(turned, -heston->rho), {0.0, 0.0}, 2 * heston->xi};
  xi.d = keel_cadd(keel_cmul(xi.b, ratio), keel_cmul(keel_cscale(a->z, heston->xi), a->d_inverse));
  struct keel_complex to_kappa = keel_csub(slope_by(at, a, &kappa), keel_cscale(steady, heston->theta));
  store(nodes, 1, i, keel_cmul(value, keel_cmul(a->z, keel_cmul(a->q, a->r_inverse))));
  store(nodes, 2, i, keel_cmul(back, to_kappa));
  store(nodes, 3, i, keel_cmul(value, keel_cscale(steady, heston->kappa)));
  store(nodes, 4, i, keel_cmul(back, slope_by(at, a, &xi)));
  store(nodes, 5, i, keel_cmul(back, slope_by(at, a, &rho)));
}

static INLINE void jump_slopes(const struct setting *at, struct keel_complex u, struct keel_complex value, size_t i,
                               struct keel_heston_nodes *nodes) {
  const keel_normal_jumps *jumps = &at->model.jumps;
  struct keel_complex lifted, factor = jump_factor(at, u, &lifted), turned = keel_cturn(u);
  struct keel_complex grown = keel_cscale(turned, 1.0 + at->growth), back = keel_cscale(value, -at->years);
  struct keel_complex to_mean = keel_csub(keel_cmul(turned, lifted), grown);
  struct keel_complex to_std = keel_cadd(keel_cmul(keel_cmul(u, u), lifted), grown);
  store(nodes, 6, i, keel_cmul(back, factor));
  store(nodes, 7, i, keel_cmul(keel_cscale(back, jumps->intensity), to_mean));
  store(nodes, 8, i, keel_cmul(keel_cscale(back, -jumps->intensity * jumps->std), to_std));
}

static INLINE void slopes_at(const struct setting *at, size_t i, int has_jumps, struct keel_heston_nodes *nodes) {
  struct node node = node_at(&at->line, i);
  struct letters a = letters_at(at, node.u);
  struct keel_complex variance = keel_cmul(a.z, keel_cmul(a.q, a.r_inverse));
  struct keel_complex log = log_phi(at, &a, variance, has_jumps), weight = begin(&log, &node, i, nodes);
  struct keel_complex value = keel_cmul(weight, keel_cinverse(a.z));
  store(nodes, 0, i, value);
  diffusion_slopes(at, &a, value, i, nodes);
  if (has_jumps) jump_slopes(at, node.u, value, i, nodes);
}

void KEEL_AT(keel_heston_slopes)(const keel_bates *model, double years, const struct keel_heston_line *line,
                                 struct keel_heston_nodes *nodes) {
  struct setting at = set(model, years, line);
  if (model->jumps.intensity > 0) {
#pragma omp simd
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) slopes_at(&at, i, 1, nodes);
  } else {
#pragma omp simd
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) slopes_at(&at, i, 0, nodes);
  }
}

/* ---- strikes ---- */

enum { LANES = KEEL_HESTON_LANES };

static INLINE void turns(double re, double im, const double *x, double *cos, double *sin) {
#pragma omp simd
  for (size_t j = 0; j < LANES; j++) {
    struct keel_complex turn = keel_cexp((struct keel_complex){-im * x[j], re * x[j]});
    cos[j] = turn.re;
    sin[j] = turn.im;
  }
}

static INLINE void add_term(double re, double im, const double *cos, const double *sin, double *sum) {
#pragma omp simd
  for (size_t j = 0; j < LANES; j++) sum[j] = fma(re, cos[j], fma(-im, sin[j], sum[j]));
}

void KEEL_AT(keel_heston_add)(const struct keel_heston_nodes *nodes, size_t sums, size_t strikes, const double *x,
                              double *const *to) {
  double cos[LANES], sin[LANES];
  for (size_t first = 0; first < strikes; first += LANES)
    for (size_t i = 0; i < nodes->count; i++) {
      turns(nodes->re[i], nodes->im[i], x + first, cos, sin);
      for (size_t k = 0; k < sums; k++) add_term(nodes->term_re[k][i], nodes->term_im[k][i], cos, sin, to[k] + first);
    }
}
