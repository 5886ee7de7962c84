/* Arbitrage in a slice, and between two: on dense points as far as bounds do not prove the wings. See keel/surface.h.
 */
#include <math.h>

#include "model/surface.h"

struct keel_jet keel_slice_jet(const struct keel_slice *slice, double k) {
  struct keel_jet jet = keel_svi_jet(&slice->svi, k);
  if (!slice->bumps.count) return jet;
  struct keel_jet bump = keel_bumps_jet(&slice->bumps, k);
  return (struct keel_jet){jet.w + bump.w, jet.dw + bump.dw, jet.d2w + bump.d2w};
}

void keel_slice_scale(struct keel_slice *slice, double factor) {
  slice->svi.a *= factor;
  slice->svi.b *= factor;
  for (size_t j = 0; j < slice->bumps.count; j++) slice->bumps.height[j] *= factor;
}

/* Where the wing of a side begins at least: behind the spline, and not next to the forward. */
static double wing_from(const struct keel_slice *slice, int side) {
  double least = sqrt(slice->svi.sigma * slice->svi.sigma + 0.01), end = least;
  if (slice->bumps.count) end = side > 0 ? keel_bumps_high(&slice->bumps) : -keel_bumps_low(&slice->bumps);
  return end > least ? end : least;
}

/* ---- points ---- */

enum { IN_KNOTS = 8 };

typedef void look_at(void *context, double k);

/* Points that are dense where this slice bends. */
static void look_along(const struct keel_slice *slice, double left, double right, look_at *look, void *context) {
  double k[KEEL_SVI_DENSE];
  const struct keel_bumps *bumps = &slice->bumps;
  keel_svi_dense(&slice->svi, -left, right, k);
  for (size_t i = 0; i < KEEL_SVI_DENSE; i++) look(context, k[i]);
  for (size_t i = 3; bumps->count && i < bumps->count + 6; i++)
    for (int j = 0; j < IN_KNOTS; j++)
      look(context, bumps->knot[i] + (bumps->knot[i + 1] - bumps->knot[i]) * j / IN_KNOTS);
}

#define UNPROVEN 10 /* as far as is looked at where a wing is not proven */

static double reach_of(double proven) { return isfinite(proven) ? proven : UNPROVEN; }

/* ---- butterflies ---- */

static void look_at_g(void *context, double k) {
  struct keel_slice *slice = context;
  keel_surface_slice *report = &slice->report;
  struct keel_jet jet = keel_slice_jet(slice, k);
  double g = keel_jet_butterfly(k, &jet);
  if (isnan(report->least_g) || g >= report->least_g) return;
  report->least_g = g;
  report->least_g_at = k;
}

int keel_slice_butterfly(struct keel_slice *slice) {
  keel_surface_slice *report = &slice->report;
  keel_svi mirror = keel_svi_mirror(&slice->svi);
  double left = keel_svi_proven_from(&mirror, wing_from(slice, -1));
  double right = keel_svi_proven_from(&slice->svi, wing_from(slice, 1));
  report->least_g = INFINITY;
  report->least_g_at = NAN;
  look_along(slice, reach_of(left), reach_of(right), look_at_g, slice);
  report->butterfly_free = isfinite(left + right) && report->least_g >= 0;
  return report->butterfly_free;
}

/* ---- calendars ---- */

/* A k on the right from which on a later slice is proven to be above an earlier one: each is at least its asymptote a +
 * s (k - m), and at most b sigma^2 / (2 (k - m)) above it. INFINITY: none. */
static double ordered_from(const keel_svi *later, const keel_svi *earlier, double from) {
  double slope = keel_svi_right(later), other = keel_svi_right(earlier), k = from;
  if (slope < other) return INFINITY;
  for (int i = 0; i < 200; i++, k *= 1.5) {
    if (!(k > earlier->m)) continue;
    double excess = earlier->b * earlier->sigma * earlier->sigma / (2 * (k - earlier->m));
    if (later->a + slope * (k - later->m) >= earlier->a + other * (k - earlier->m) + excess) return k;
  }
  return INFINITY;
}

struct pair {
  const struct keel_slice *later, *earlier;
  struct keel_calendar *found;
};

static void look_at_pair(void *context, double k) {
  const struct pair *pair = context;
  struct keel_calendar *found = pair->found;
  double later = keel_slice_jet(pair->later, k).w, earlier = keel_slice_jet(pair->earlier, k).w;
  if (later / earlier < found->least_ratio) found->least_ratio = later / earlier;
  if (!(later - earlier < found->least)) return;
  found->least = later - earlier;
  found->at = k;
}

static double smaller(double a, double b) { return a < b ? a : b; }
static double larger(double a, double b) { return a > b ? a : b; }

struct keel_calendar keel_slice_calendar(const struct keel_slice *later, const struct keel_slice *earlier) {
  struct keel_calendar found = {.least = INFINITY, .at = NAN};
  const keel_svi *after = &later->svi, *before = &earlier->svi;
  const keel_svi after_mirror = keel_svi_mirror(after), before_mirror = keel_svi_mirror(before);
  found.least_ratio =
      smaller(keel_svi_left(after) / keel_svi_left(before), keel_svi_right(after) / keel_svi_right(before));
  double left = ordered_from(&after_mirror, &before_mirror, larger(wing_from(later, -1), wing_from(earlier, -1)));
  double right = ordered_from(after, before, larger(wing_from(later, 1), wing_from(earlier, 1)));
  struct pair pair = {later, earlier, &found};
  look_along(later, reach_of(left), reach_of(right), look_at_pair, &pair);
  look_along(earlier, reach_of(left), reach_of(right), look_at_pair, &pair);
  found.is_free = isfinite(left + right) && found.least >= 0;
  return found;
}
