/* A slice of a surface from the quotes of one expiry: fits, and what takes their place where they do not hold. */
#include <math.h>
#include <string.h>

#include "model/surface.h"

/* ---- where a fit is kept free of arbitrage ---- */

enum { WIDE = 40, WING = 4, IN_KNOTS = 4, BOUNDS_MAX = WIDE + 2 * WING + IN_KNOTS * (KEEL_BUMP_KNOTS + 6) };
#define LEAST_G 3e-3 /* what fits keep g away from 0, so that between points too it is above */
#define HAIR 1e-5    /* below the later slice */

struct bounds {
  struct keel_smile_bounds fit;
  double k[BOUNDS_MAX], ceiling[BOUNDS_MAX];
};

static void add_bound(struct bounds *bounds, double k) { bounds->k[bounds->fit.points++] = k; }

/* Over the quoted strikes and half as far again, farther in the wings, and between the knots of a spline. */
static void lay_bounds(struct bounds *bounds, const struct keel_slice_quotes *quotes, const struct keel_bumps *bumps,
                       const struct keel_slice *later) {
  double sd = sqrt(quotes->at_forward), reach = 0.5 * (quotes->most_k - quotes->least_k) + 2 * sd;
  double low = quotes->least_k - reach, high = quotes->most_k + reach;
  bounds->fit = (struct keel_smile_bounds){.k = bounds->k, .ceiling = bounds->ceiling, .least_g = LEAST_G};
  for (int i = 0; i < WIDE; i++) add_bound(bounds, low + (high - low) * i / (WIDE - 1));
  for (int i = 0; i < WING; i++, reach *= 3) {
    add_bound(bounds, low - reach);
    add_bound(bounds, high + reach);
  }
  for (size_t i = 3; bumps->count && i < bumps->count + 6; i++)
    for (int j = 0; j < IN_KNOTS; j++)
      add_bound(bounds, bumps->knot[i] + (bumps->knot[i + 1] - bumps->knot[i]) * j / IN_KNOTS);
  for (size_t i = 0; i < bounds->fit.points; i++)
    bounds->ceiling[i] = later ? (1 - HAIR) * keel_slice_jet(later, bounds->k[i]).w : INFINITY;
}

/* ---- what a fit is worth ---- */

#define LOCKED 1e-4 /* the least spread, of vol */

static void measure(struct keel_slice *slice, const struct keel_slice_quotes *quotes) {
  keel_surface_slice *report = &slice->report;
  double vols = 0, spreads = 0, years = report->years;
  report->inside = 0;
  for (size_t i = 0; i < quotes->own; i++) {
    if (!keel_is_two_sided(&quotes->fit, i)) continue;
    double vol = sqrt(keel_slice_jet(slice, quotes->fit.k[i]).w / years);
    double bid = sqrt(quotes->fit.bid[i] / years), ask = sqrt(quotes->fit.ask[i] / years),
           off = vol - 0.5 * (bid + ask);
    double spread = ask - bid > LOCKED * ask ? ask - bid : LOCKED * ask;
    report->inside += vol >= bid && vol <= ask;
    vols += off * off;
    spreads += off / spread * (off / spread);
  }
  report->rms_vol = sqrt(vols / (double)report->two_sided);
  report->rms_spreads = sqrt(spreads / (double)report->two_sided);
}

/* The inverse of the information, and of a weak prior that keeps it regular; misfit beyond half spreads counts too. */
static void set_covariance(struct keel_slice *slice, const double *x, const struct keel_fit *fit,
                           const struct keel_slice_quotes *quotes) {
  enum { N = KEEL_SVI_PARAMETERS };
  double misfit = 0;
  struct keel_shape_row row;
  for (size_t i = 0; i < quotes->own; i++) {
    if (!keel_is_two_sided(&quotes->fit, i)) continue;
    struct keel_jet jet = keel_svi_shape(NULL, x, quotes->fit.k[i], i, &row);
    double r = (jet.w - 0.5 * (quotes->fit.bid[i] + quotes->fit.ask[i])) / quotes->fit.unit[i];
    misfit += r * r;
  }
  misfit /= (double)slice->report.two_sided;
  memcpy(slice->parameters, x, sizeof slice->parameters);
  for (size_t c = 0; c < N; c++) {
    double matrix[N * N], unit[N] = {0};
    memcpy(matrix, fit->normal, sizeof matrix);
    for (size_t i = 0; i < N; i++) matrix[i * N + i] *= 1 + 1e-9;
    unit[c] = 1;
    if (!keel_cholesky_solve(N, matrix, unit)) {
      slice->parameters[0] = NAN;
      return;
    }
    for (size_t r = 0; r < N; r++) slice->covariance[r * N + c] = unit[r] * (misfit > 1 ? misfit : 1);
  }
}

double keel_slice_error(const struct keel_slice *slice, double k) {
  enum { N = KEEL_SVI_PARAMETERS };
  struct keel_shape_row row;
  if (isnan(slice->parameters[0])) return NAN;
  keel_svi_shape(NULL, slice->parameters, k, 0, &row);
  double variance = 0;
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) variance += row.w[i] * slice->covariance[i * N + j] * row.w[j];
  return variance >= 0 ? sqrt(variance) : NAN;
}

/* ---- what holds ---- */

#define NEARLY_ALL 0.95 /* less of a spline than that is told */

/* As much of the spline as has no butterfly arbitrage over SVI; returns whether that is nearly all. */
static int shrink_bumps(struct keel_slice *slice) {
  static const double shares[] = {1, 0.98, 0.95, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1};
  const struct keel_bumps bumps = slice->bumps;
  for (size_t s = 0; bumps.count && s < sizeof shares / sizeof *shares; s++) {
    for (size_t j = 0; j < bumps.count; j++) slice->bumps.height[j] = shares[s] * bumps.height[j];
    if (keel_slice_butterfly(slice)) return shares[s] >= NEARLY_ALL;
  }
  slice->bumps.count = 0;
  keel_slice_butterfly(slice);
  return !bumps.count;
}

/* Scales a slice until it is below the later one. Returns by how much, or 0 where that is not proven. */
static double scale_under(struct keel_slice *slice, const struct keel_slice *later) {
  static const double cuts[] = {0, 1e-9, 1e-7, 1e-5, 1e-3, 0.1, 0.5};
  double total = 1;
  for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
    struct keel_calendar calendar = keel_slice_calendar(later, slice);
    if (calendar.is_free) return total;
    double factor = (calendar.least_ratio < 1 ? calendar.least_ratio : 1) * (1 - cuts[c]);
    if (!(factor > 0)) return 0;
    keel_slice_scale(slice, factor);
    total *= factor;
  }
  return keel_slice_calendar(later, slice).is_free ? total : 0;
}

/* The later slice, scaled to the mean level of the quotes; below itself at most. */
static void take_later_shape(struct keel_slice *slice, const struct keel_slice *later,
                             const struct keel_slice_quotes *quotes) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < quotes->own; i++) {
    if (!keel_is_two_sided(&quotes->fit, i)) continue;
    double mid = 0.5 * (quotes->fit.bid[i] + quotes->fit.ask[i]), w = keel_slice_jet(later, quotes->fit.k[i]).w;
    sum += mid / w * (mid / quotes->fit.unit[i]);
    weight += mid / quotes->fit.unit[i];
  }
  double factor = sum / weight, most = 1 - 1e-6;
  slice->svi = later->svi;
  slice->bumps = later->bumps;
  slice->parameters[0] = NAN;
  slice->report.model = "later";
  keel_slice_scale(slice, factor < most ? factor : most);
}

/* ---- the fit ---- */

enum { QUOTES_PER_KNOT = 4 };

/* SVI below the later slice: that of SSVI, scaled. */
static keel_svi safe_svi(const struct keel_slice *ssvi, const struct keel_slice *later) {
  struct keel_slice slice = *ssvi;
  if (later) {
    scale_under(&slice, later);
    keel_slice_scale(&slice, 0.99);
  }
  return slice.svi;
}

static void fit_svi(struct keel_slice *slice, const struct keel_slice_quotes *quotes, const struct keel_slice *later,
                    const keel_svi *last) {
  keel_surface_slice *report = &slice->report;
  struct bounds bounds;
  struct keel_fit fit;
  double x[KEEL_SVI_PARAMETERS];
  const struct keel_svi_starts starts = {safe_svi(slice, later), later ? &later->svi : NULL, last};
  lay_bounds(&bounds, quotes, &slice->bumps, later);
  slice->svi = keel_svi_fit(&quotes->fit, &bounds.fit, &starts, x, &fit);
  report->model = "svi";
  if (!keel_svi_butterfly_free(&slice->svi, NULL, NULL)) {
    slice->svi = starts.safe;
    report->model = "ssvi";
    report->problem = "SVI had butterfly arbitrage and gave way to SSVI";
  }
  report->iterations = fit.iterations;
  report->converged = fit.converged;
  set_covariance(slice, x, &fit, quotes);
}

static int fit_bumps(struct keel_slice *slice, const struct keel_slice_quotes *quotes, const struct keel_slice *later) {
  struct bounds bounds;
  struct keel_fit fit;
  if (later && scale_under(slice, later) > 0) keel_slice_scale(slice, 1 - 2 * HAIR);
  keel_slice_butterfly(slice);
  keel_bumps_lay(&slice->bumps, &quotes->fit, QUOTES_PER_KNOT);
  if (!slice->bumps.count) return 1;
  lay_bounds(&bounds, quotes, &slice->bumps, later);
  if (slice->report.least_g < 2 * LEAST_G) bounds.fit.least_g = 0.5 * slice->report.least_g;
  if (!keel_bumps_fit(&slice->bumps, &slice->svi, &quotes->fit, &bounds.fit, &fit)) return 0;
  slice->report.iterations += fit.iterations;
  slice->report.converged &= fit.converged;
  slice->report.model = "svi+spline";
  return 1;
}

static void fit_ssvi(struct keel_slice *slice, const struct keel_slice_quotes *quotes, const struct keel_slice *later) {
  struct keel_fit fit;
  slice->ssvi = keel_ssvi_fit(&quotes->fit, later && later->ssvi.theta > 0 ? &later->ssvi : NULL, &fit);
  slice->svi = keel_ssvi_raw(&slice->ssvi);
  slice->parameters[0] = NAN;
  slice->report.model = "ssvi";
  slice->report.iterations = fit.iterations;
  slice->report.converged = fit.converged;
}

#define SCALED 0.999    /* less than that is told */
#define FAR_SPREADS 5.0 /* from the mids, rms; more is told */

/* Makes it hold, and says what is wrong, the worst last. */
static void judge(struct keel_slice *slice, const struct keel_slice_quotes *quotes, const struct keel_slice *later) {
  keel_surface_slice *report = &slice->report;
  if (!report->converged) report->problem = "the fit did not converge";
  if (!shrink_bumps(slice)) report->problem = "the spline had butterfly arbitrage and was flattened";
  double scale = later ? scale_under(slice, later) : 1;
  if (scale < SCALED) report->problem = "the fit had calendar arbitrage and was scaled below the later expiry";
  if (scale == 0) take_later_shape(slice, later, quotes);
  if (report->two_sided < KEEL_SURFACE_QUOTES) report->problem = "fewer than 5 two-sided quotes";
  if (!keel_slice_butterfly(slice)) report->problem = "butterfly arbitrage that no fit was without";
}

int keel_slice_fit(struct keel_slice *slice, const struct keel_slice_quotes *quotes, keel_surface_model model,
                   const struct keel_slice *later, const keel_svi *last) {
  int is_fitted = quotes->two_sided >= KEEL_SURFACE_QUOTES;
  slice->report.problem = NULL;
  fit_ssvi(slice, quotes, later);
  if (is_fitted && model != KEEL_SURFACE_SSVI) fit_svi(slice, quotes, later, last);
  if (is_fitted && model == KEEL_SURFACE_RICH && !fit_bumps(slice, quotes, later)) return 0;
  if (!is_fitted && later && model != KEEL_SURFACE_SSVI) take_later_shape(slice, later, quotes);
  judge(slice, quotes, later);
  measure(slice, quotes);
  if (!slice->report.problem && !(slice->report.rms_spreads <= FAR_SPREADS) && slice->report.two_sided)
    slice->report.problem = "the fit is far from its quotes: more than 5 spreads off their mids";
  slice->report.svi = slice->svi;
  return 1;
}
