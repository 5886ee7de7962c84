/* A surface read at points: between its slices, and as local vol. See keel/surface.h. */
#include <math.h>

#include "kernel/lane_math.h"
#include "model/surface.h"

/* Total variance at a time as a sum of two slices: lower + share (upper - lower), or upper alone times a scale. */
struct place {
  const struct keel_slice *lower, *upper; /* lower NULL: none */
  double share, per_year;                 /* of upper; d share / d years */
};

static struct place find_place(const keel_surface *surface, double years) {
  size_t above = 0;
  while (above < surface->count && keel_surface_used(surface, above)->report.years < years) above++;
  const struct keel_slice *upper = keel_surface_used(surface, above < surface->count ? above : surface->count - 1);
  if (above == 0 || above == surface->count)
    return (struct place){NULL, upper, years / upper->report.years, 1 / upper->report.years};
  const struct keel_slice *lower = keel_surface_used(surface, above - 1);
  double length = upper->report.years - lower->report.years;
  return (struct place){lower, upper, (years - lower->report.years) / length, 1 / length};
}

struct point {
  struct keel_jet jet;
  double dt, error;
};

static struct point point_at(const struct place *place, double k, int wants_error) {
  struct keel_jet upper = keel_slice_jet(place->upper, k), lower = {0};
  double upper_error = wants_error ? keel_slice_error(place->upper, k) : NAN, lower_error = 0;
  if (place->lower) {
    lower = keel_slice_jet(place->lower, k);
    lower_error = wants_error ? keel_slice_error(place->lower, k) : NAN;
  }
  double up = place->share, down = place->lower ? 1 - up : 0;
  return (struct point){
      {fma(up, upper.w, down * lower.w), fma(up, upper.dw, down * lower.dw), fma(up, upper.d2w, down * lower.d2w)},
      place->per_year * (upper.w - lower.w),
      up * upper_error + (place->lower ? down * lower_error : 0)};
}

static double root(double x) { return x >= 0 ? sqrt(x) : NAN; }

void keel_surface_evaluate(const keel_surface *surface, double years, size_t count, const double *log_moneyness,
                           const keel_surface_values *out) {
  struct place place = {0};
  int is_time = years > 0 && isfinite(years);
  if (is_time) place = find_place(surface, years);
  for (size_t i = 0; i < count; i++) {
    struct point point = {{NAN, NAN, NAN}, NAN, NAN};
    if (is_time) point = point_at(&place, log_moneyness[i], out->error != NULL);
    double g = keel_jet_butterfly(log_moneyness[i], &point.jet), vol = root(point.jet.w / years);
    if (out->vol) out->vol[i] = vol;
    if (out->w) out->w[i] = point.jet.w;
    if (out->dw) out->dw[i] = point.jet.dw;
    if (out->d2w) out->d2w[i] = point.jet.d2w;
    if (out->dt) out->dt[i] = point.dt;
    if (out->g) out->g[i] = g;
    if (out->local_vol) out->local_vol[i] = g > 0 ? root(point.dt / g) : NAN;
    if (out->error) out->error[i] = point.error / (2 * vol * years);
  }
}

/* Forwards grow at a constant rate between expiries; beyond the last at that of the last stretch. */
double keel_surface_forward(const keel_surface *surface, double years) {
  const keel_surface_slice *first = &keel_surface_used(surface, 0)->report;
  double from = 0, low = surface->spot > 0 ? surface->spot : first->forward, to = first->years, high = first->forward;
  if (isnan(years)) return NAN;
  for (size_t i = 1; i < surface->count && years > to; i++) {
    const keel_surface_slice *next = &keel_surface_used(surface, i)->report;
    from = to;
    low = high;
    to = next->years;
    high = next->forward;
  }
  return low * keel_exp(keel_log(high / low) * (years - from) / (to - from));
}

#define TIMES_IMPLIED 10

void keel_surface_local_vol(void *context, double years, size_t count, const double *spot, double *vol) {
  const keel_surface *surface = context;
  double time = years > 1e-10 ? years : 1e-10, forward = keel_surface_forward(surface, time);
  struct place place = find_place(surface, time);
  for (size_t i = 0; i < count; i++) {
    double k = spot[i] > 0 ? keel_log(spot[i] / forward) : -50;
    k = keel_at_most(keel_at_least(k, -50), 50);
    struct point point = point_at(&place, k, 0);
    double g = keel_jet_butterfly(k, &point.jet), implied = sqrt(point.jet.w / time), local = sqrt(point.dt / g);
    vol[i] = g > 0 && point.dt >= 0 ? (local < TIMES_IMPLIED * implied ? local : TIMES_IMPLIED * implied) : implied;
  }
}
