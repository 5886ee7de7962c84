/* Both families as shapes of a fit, and where their fits start. See the header. */
#include "model/svi_fit.h"

#include <math.h>
#include <string.h>

#define SLOPE_LEAST 1e-9

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }

/* ---- raw SVI by its wings ---- */

/* b sigma sqrt(1 - rho^2) is sigma sqrt(left right). */
keel_svi keel_svi_of(const double x[KEEL_SVI_PARAMETERS]) {
  double left = x[KEEL_SVI_LEFT], right = x[KEEL_SVI_RIGHT], b = 0.5 * (left + right);
  return (keel_svi){x[KEEL_SVI_LEAST] - x[KEEL_SVI_SIGMA] * sqrt(left * right), b, b > 0 ? 0.5 * (right - left) / b : 0,
                    x[KEEL_SVI_M], x[KEEL_SVI_SIGMA]};
}

void keel_svi_parameters(const keel_svi *svi, double x[KEEL_SVI_PARAMETERS]) {
  x[KEEL_SVI_LEFT] = keel_svi_left(svi);
  x[KEEL_SVI_RIGHT] = keel_svi_right(svi);
  x[KEEL_SVI_M] = svi->m;
  x[KEEL_SVI_SIGMA] = svi->sigma;
  x[KEEL_SVI_LEAST] = svi->a + svi->b * svi->sigma * sqrt(1 - svi->rho * svi->rho);
}

struct keel_jet keel_svi_shape(const void *context, const double *x, double k, size_t point,
                               struct keel_shape_row *row) {
  (void)context;
  (void)point;
  double left = x[KEEL_SVI_LEFT], right = x[KEEL_SVI_RIGHT], sigma = x[KEEL_SVI_SIGMA];
  double b = 0.5 * (left + right), tilt = 0.5 * (right - left), mean = sqrt(left * right);
  double y = k - x[KEEL_SVI_M], root = sqrt(fma(y, y, sigma * sigma)), u = y / root, s = sigma / root;
  double bend = s * s / root;
  struct keel_jet jet = {x[KEEL_SVI_LEAST] - sigma * mean + tilt * y + b * root, tilt + b * u, b * bend};
  *row = (struct keel_shape_row){
      .first = 0,
      .count = KEEL_SVI_PARAMETERS,
      .w = {0.5 * (root - y - sigma * right / mean), 0.5 * (root + y - sigma * left / mean), -jet.dw, b * s - mean, 1},
      .dw = {0.5 * (u - 1), 0.5 * (u + 1), -jet.d2w, -b * u * s / root, 0},
      .d2w = {0.5 * bend, 0.5 * bend, 3 * b * bend * u / root, b * s * (2 - 3 * s * s) / (root * root), 0}};
  return jet;
}

/* ---- where it starts ---- */

struct span {
  double low, high, at_forward, sd; /* of k; total variance next to the forward, and its root */
};

static struct span span_of(const struct keel_smile_quotes *quotes) {
  struct span span = {INFINITY, -INFINITY, NAN, NAN};
  double nearest = INFINITY;
  for (size_t i = 0; i < quotes->count; i++) {
    if (!keel_is_two_sided(quotes, i)) continue;
    span.low = smaller(span.low, quotes->k[i]);
    span.high = larger(span.high, quotes->k[i]);
    if (fabs(quotes->k[i]) >= nearest) continue;
    nearest = fabs(quotes->k[i]);
    span.at_forward = 0.5 * (quotes->bid[i] + quotes->ask[i]);
  }
  span.sd = sqrt(span.at_forward);
  return span;
}

/* The best a + d y + c sqrt(y^2 + 1) with y = (k - m) / sigma, as slopes of wings; 0 where there is none. */
static int linear_start(const struct keel_smile_quotes *quotes, double m, double sigma, double x[KEEL_SVI_PARAMETERS]) {
  double matrix[9] = {0}, rhs[3] = {0};
  for (size_t i = 0; i < quotes->count; i++) {
    if (!keel_is_two_sided(quotes, i)) continue;
    double y = (quotes->k[i] - m) / sigma, basis[3] = {1, y, sqrt(fma(y, y, 1))};
    double weight = 1 / (quotes->unit[i] * quotes->unit[i]), mid = 0.5 * (quotes->bid[i] + quotes->ask[i]);
    for (int r = 0; r < 3; r++) {
      rhs[r] += weight * basis[r] * mid;
      for (int c = 0; c <= r; c++) matrix[3 * r + c] += weight * basis[r] * basis[c];
    }
  }
  for (int r = 0; r < 3; r++) matrix[4 * r] *= 1 + 1e-10;
  if (!keel_cholesky_solve(3, matrix, rhs)) return 0;
  double left = (rhs[2] - rhs[1]) / sigma, right = (rhs[2] + rhs[1]) / sigma;
  x[KEEL_SVI_LEFT] = left;
  x[KEEL_SVI_RIGHT] = right;
  x[KEEL_SVI_M] = m;
  x[KEEL_SVI_SIGMA] = sigma;
  x[KEEL_SVI_LEAST] = rhs[0] + sigma * sqrt(larger(left, 0) * larger(right, 0));
  return 1;
}

static void clamp(const struct keel_shape *shape, double *x) {
  for (size_t i = 0; i < shape->parameters; i++) x[i] = smaller(larger(x[i], shape->lower[i]), shape->upper[i]);
}

enum { CENTRES = 7, WIDTHS = 6 };

/* The best of the grid, in place of x where that costs more; x may be NaN. */
static void search_start(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                         const struct span *span, double *x) {
  static const double widths[WIDTHS] = {0.1, 0.3, 0.7, 1.5, 3, 8}; /* of the standard deviation */
  double best = isfinite(x[0]) ? keel_smile_cost(shape, quotes, x) : INFINITY;
  for (int c = 0; c < CENTRES; c++) {
    double reach = larger(span->low, -2 * span->sd), m = reach + (span->high - reach) * c / (CENTRES - 1);
    for (int s = 0; s < WIDTHS; s++) {
      double to[KEEL_SVI_PARAMETERS];
      if (!linear_start(quotes, m, widths[s] * span->sd, to)) continue;
      clamp(shape, to);
      double cost = keel_smile_cost(shape, quotes, to);
      if (!(cost < best)) continue;
      best = cost;
      memcpy(x, to, sizeof to);
    }
  }
}

/* Draws x towards what is within all bounds, as little as is needed. */
static void draw_within(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                        const struct keel_smile_bounds *bounds, const double *safe, double *x) {
  enum { PARTS = 20 };
  double from[KEEL_SVI_PARAMETERS];
  memcpy(from, x, sizeof from);
  for (int part = 0; part <= PARTS; part++) {
    double share = (double)part / PARTS;
    for (int i = 0; i < KEEL_SVI_PARAMETERS; i++)
      x[i] = part == PARTS ? safe[i] : from[i] + share * (safe[i] - from[i]);
    if (keel_smile_is_within(shape, quotes, bounds, x)) return;
  }
}

keel_svi keel_svi_fit(const struct keel_smile_quotes *quotes, const struct keel_smile_bounds *bounds,
                      const struct keel_svi_starts *starts, double x[KEEL_SVI_PARAMETERS], struct keel_fit *fit) {
  const struct span span = span_of(quotes);
  const double reach = span.high - span.low + span.sd, most = larger(4 * span.at_forward, 2 * starts->safe.a);
  const keel_svi *later = starts->later;
  double lower[] = {SLOPE_LEAST, SLOPE_LEAST, span.low - reach, 0.05 * span.sd, 1e-3 * span.at_forward};
  double upper[] = {later ? keel_svi_left(later) : KEEL_WING_MOST, later ? keel_svi_right(later) : KEEL_WING_MOST,
                    span.high + reach, 20 * reach, most};
  double safe[KEEL_SVI_PARAMETERS], weight[KEEL_SVI_PARAMETERS], centre[KEEL_SVI_PARAMETERS];
  const struct keel_shape shape = {.parameters = KEEL_SVI_PARAMETERS,
                                   .jet = keel_svi_shape,
                                   .lower = lower,
                                   .upper = upper,
                                   .weight = weight,
                                   .centre = centre};
  keel_svi_parameters(&starts->safe, safe);
  for (int i = 0; i < KEEL_SVI_PARAMETERS; i++) {
    lower[i] = smaller(lower[i], safe[i]);
    upper[i] = larger(upper[i], safe[i]);
  }
  x[0] = NAN;
  if (starts->last) {
    keel_svi_parameters(starts->last, x);
    clamp(&shape, x);
  }
  search_start(&shape, quotes, &span, x);
  draw_within(&shape, quotes, bounds, safe, x);
  /* A weak pull to the start, so that what no quote determines stays where it is. */
  const double scale[] = {span.sd, span.sd, span.sd, span.sd, span.at_forward};
  for (int i = 0; i < KEEL_SVI_PARAMETERS; i++) weight[i] = 0.03 / scale[i];
  memcpy(centre, x, sizeof centre);
  keel_smile_fit(&shape, quotes, bounds, x, fit);
  return keel_svi_of(x);
}

/* ---- SSVI ---- */

enum { THETA, LEFT, RIGHT, SSVI_PARAMETERS };

keel_svi keel_ssvi_raw(const struct keel_ssvi *ssvi) {
  double psi = ssvi->left + ssvi->right;
  return keel_svi_from_ssvi(ssvi->theta, (ssvi->right - ssvi->left) / psi, psi);
}

/* 2 w = theta + (right - left) k + sqrt(((left + right) k)^2 + 2 (right - left) theta k + theta^2) */
static struct keel_jet ssvi_shape(const void *context, const double *x, double k, size_t point,
                                  struct keel_shape_row *row) {
  (void)context;
  (void)point;
  double psi = x[LEFT] + x[RIGHT], tilt = x[RIGHT] - x[LEFT], theta = x[THETA];
  double root = sqrt(psi * k * psi * k + 2 * tilt * theta * k + theta * theta);
  *row = (struct keel_shape_row){
      .first = 0,
      .count = SSVI_PARAMETERS,
      .w = {0.5 * (1 + (tilt * k + theta) / root), 0.5 * (-k + (psi * k * k - theta * k) / root),
            0.5 * (k + (psi * k * k + theta * k) / root)}};
  return (struct keel_jet){.w = 0.5 * (theta + tilt * k + root)};
}

struct ssvi_bounds {
  struct keel_ssvi later; /* theta INFINITY: none */
  double phi;             /* the least */
};

static int is_allowed(const struct ssvi_bounds *bounds, double theta, double left, double right) {
  double psi = left + right;
  return psi >= bounds->phi * theta && psi * larger(left, right) <= 1.999 * theta;
}

/* Towards the later slice in proportion to theta, which is allowed, or towards a flat one. */
static void project_ssvi(const void *context, double *x) {
  const struct ssvi_bounds *bounds = context;
  double share = bounds->later.theta < INFINITY ? x[THETA] / bounds->later.theta : 1, low = 0, high = 1;
  double left = share * bounds->later.left, right = share * bounds->later.right;
  double out[2] = {x[LEFT] - left, x[RIGHT] - right};
  if (is_allowed(bounds, x[THETA], x[LEFT], x[RIGHT])) return;
  for (int i = 0; i < 50; i++) {
    double middle = 0.5 * (low + high);
    if (is_allowed(bounds, x[THETA], left + middle * out[0], right + middle * out[1]))
      low = middle;
    else
      high = middle;
  }
  x[LEFT] = left + low * out[0];
  x[RIGHT] = right + low * out[1];
}

#define HAIR 1e-6

/* A hair within the later slice, so that rounding cannot undo it. */
static struct ssvi_bounds bounds_under(const struct keel_ssvi *later, double flat) {
  if (!later) return (struct ssvi_bounds){{INFINITY, flat, flat}, 0};
  double theta = later->theta * (1 - 10 * HAIR), left = later->left * (1 - HAIR), right = later->right * (1 - HAIR);
  return (struct ssvi_bounds){{theta, left, right}, (later->left + later->right) / later->theta * (1 + HAIR)};
}

struct keel_ssvi keel_ssvi_fit(const struct keel_smile_quotes *quotes, const struct keel_ssvi *later,
                               struct keel_fit *fit) {
  const struct span span = span_of(quotes);
  size_t two_sided = 0;
  for (size_t i = 0; i < quotes->count; i++) two_sided += (size_t)keel_is_two_sided(quotes, i);
  double flat = 1e-6 * span.sd;
  const struct ssvi_bounds bounds = bounds_under(later, flat);
  const double lower[] = {1e-6 * span.at_forward, SLOPE_LEAST * span.sd, SLOPE_LEAST * span.sd};
  const double upper[] = {bounds.later.theta, later ? bounds.later.left : KEEL_WING_MOST,
                          later ? bounds.later.right : KEEL_WING_MOST};
  double x[SSVI_PARAMETERS] = {smaller(span.at_forward, upper[THETA]), flat, flat};
  if (later) {
    x[LEFT] = upper[LEFT] * sqrt(x[THETA] / upper[THETA]);
    x[RIGHT] = upper[RIGHT] * sqrt(x[THETA] / upper[THETA]);
  } else if (two_sided > 2) {
    x[LEFT] = 0.5 * span.sd;
    x[RIGHT] = 0.3 * span.sd;
  }
  project_ssvi(&bounds, x);
  double centre[SSVI_PARAMETERS], pull = two_sided > 2 ? 0.03 : 1e3;
  const double weight[] = {0, pull / span.sd, pull / span.sd};
  memcpy(centre, x, sizeof centre);
  const struct keel_shape shape = {.parameters = SSVI_PARAMETERS,
                                   .context = &bounds,
                                   .jet = ssvi_shape,
                                   .lower = lower,
                                   .upper = upper,
                                   .project = project_ssvi,
                                   .weight = weight,
                                   .centre = centre};
  keel_smile_fit(&shape, quotes, NULL, x, fit);
  return (struct keel_ssvi){x[THETA], x[LEFT], x[RIGHT]};
}
