/* Surfaces from smiles, in the order of expiries. See keel/surface.h. */
#include "model/surface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

static keel_status check_term(size_t i, double years, double before, double forward, keel_error *error) {
  char where[48];
  snprintf(where, sizeof where, "smile %zu", i + 1);
  if (!isfinite(years) || !(years > 0))
    return keel_fail(error, KEEL_STATUS_INPUT, where, "years: %g is not allowed, only a number above 0", years);
  if (years <= before)
    return keel_fail(error, KEEL_STATUS_INPUT, where, "years: %g is not after %g, those of the one before; they rise",
                     years, before);
  if (!isfinite(forward) || !(forward > 0))
    return keel_fail(error, KEEL_STATUS_INPUT, where, "forward: %g is not allowed, only a number above 0", forward);
  return KEEL_STATUS_OK;
}

static keel_status new_surface(size_t count, double spot, keel_surface **out, keel_error *error) {
  keel_surface *surface = calloc(1, sizeof *surface);
  if (surface) {
    surface->slice = calloc(count + 1, sizeof *surface->slice);
    surface->used = calloc(count + 1, sizeof *surface->used);
  }
  if (!surface || !surface->slice || !surface->used) {
    keel_surface_free(surface);
    return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a surface");
  }
  surface->spot = spot;
  surface->smiles = count;
  *out = surface;
  return KEEL_STATUS_OK;
}

void keel_surface_free(keel_surface *surface) {
  if (!surface) return;
  free(surface->slice);
  free(surface->used);
  free(surface);
}

/* The slice of the last surface whose expiry is nearest, scaled to these years; 0 where none is near. */
static int last_of(const keel_surface *last, double years, keel_svi *svi) {
  const struct keel_slice *best = NULL;
  double off = 0.25 * years;
  for (size_t i = 0; last && i < last->count; i++) {
    const struct keel_slice *slice = keel_surface_used(last, i);
    if (fabs(slice->report.years - years) >= off) continue;
    off = fabs(slice->report.years - years);
    best = slice;
  }
  if (!best) return 0;
  *svi = best->svi;
  svi->a *= years / best->report.years;
  svi->b *= years / best->report.years;
  return 1;
}

static keel_status read_smiles(keel_surface *surface, const keel_smile *smiles, struct keel_slice_quotes *quotes,
                               keel_error *error) {
  for (size_t i = 0; i < surface->smiles; i++) {
    struct keel_slice *slice = &surface->slice[i];
    keel_status status = check_term(i, smiles[i].years, i ? smiles[i - 1].years : 0, smiles[i].forward, error);
    if (status) return status;
    slice->report = (keel_surface_slice){.years = smiles[i].years,
                                         .forward = smiles[i].forward,
                                         .model = "none",
                                         .problem = "no two-sided quote",
                                         .rms_vol = NAN,
                                         .rms_spreads = NAN,
                                         .least_g = NAN,
                                         .least_g_at = NAN,
                                         .least_calendar = NAN,
                                         .least_calendar_at = NAN,
                                         .calendar_free = 1};
    if (!keel_slice_quotes_read(&quotes[i], &smiles[i], &slice->report))
      return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for quotes");
    if (quotes[i].two_sided) surface->used[surface->count++] = i;
  }
  if (!surface->count)
    return keel_fail(error, KEEL_STATUS_INPUT, NULL, "none of the %zu smiles has a two-sided quote", surface->smiles);
  return KEEL_STATUS_OK;
}

static void report_calendars(keel_surface *surface) {
  for (size_t i = 1; i < surface->count; i++) {
    struct keel_slice *slice = keel_surface_used(surface, i);
    struct keel_calendar calendar = keel_slice_calendar(slice, keel_surface_used(surface, i - 1));
    slice->report.calendar_free = calendar.is_free;
    slice->report.least_calendar = calendar.least;
    slice->report.least_calendar_at = calendar.at;
  }
}

/* From the last expiry to the first: what is scaled down to be below a later one stays without butterflies. */
static keel_status fit_slices(keel_surface *surface, const keel_surface_options *options,
                              struct keel_slice_quotes *quotes, keel_error *error) {
  const struct keel_slice *later = NULL;
  for (size_t i = surface->count; i-- > 0;) {
    size_t at = surface->used[i];
    struct keel_slice *slice = &surface->slice[at];
    keel_svi last;
    int has_last = last_of(options->last, slice->report.years, &last);
    keel_slice_quotes_hint(&quotes[at], at, quotes);
    if (!keel_slice_fit(slice, &quotes[at], options->model, later, has_last ? &last : NULL))
      return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a slice");
    later = slice;
  }
  report_calendars(surface);
  return KEEL_STATUS_OK;
}

keel_status keel_surface_fit(size_t count, const keel_smile *smiles, const keel_surface_options *options,
                             keel_surface **surface, keel_error *error) {
  static const keel_surface_options none = {0};
  if (!options) options = &none;
  *surface = NULL;
  keel_surface *made = NULL;
  keel_status status = new_surface(count, options->spot, &made, error);
  if (status) return status;
  struct keel_slice_quotes *quotes = calloc(count + 1, sizeof *quotes);
  if (!quotes) status = keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for quotes");
  if (!status) status = read_smiles(made, smiles, quotes, error);
  if (!status) status = fit_slices(made, options, quotes, error);
  for (size_t i = 0; quotes && i < count; i++) keel_slice_quotes_free(&quotes[i]);
  free(quotes);
  if (status)
    keel_surface_free(made);
  else
    *surface = made;
  return status;
}

static keel_status take_slices(keel_surface *surface, const keel_surface_expiry *expiries, keel_error *error) {
  for (size_t i = 0; i < surface->smiles; i++) {
    const keel_surface_expiry *given = &expiries[i];
    struct keel_slice *slice = &surface->slice[i];
    const char *problem = keel_svi_problem(&given->svi);
    keel_status status = check_term(i, given->years, i ? expiries[i - 1].years : 0, given->forward, error);
    if (status) return status;
    if (problem) return keel_fail(error, KEEL_STATUS_INPUT, "svi", "smile %zu: %s", i + 1, problem);
    slice->svi = given->svi;
    slice->parameters[0] = NAN;
    slice->report = (keel_surface_slice){.years = given->years,
                                         .forward = given->forward,
                                         .model = "svi",
                                         .svi = given->svi,
                                         .converged = 1,
                                         .rms_vol = NAN,
                                         .rms_spreads = NAN,
                                         .least_calendar = NAN,
                                         .least_calendar_at = NAN,
                                         .calendar_free = 1};
    keel_slice_butterfly(slice);
    surface->used[surface->count++] = i;
  }
  report_calendars(surface);
  return KEEL_STATUS_OK;
}

keel_status keel_surface_from_svi(size_t count, const keel_surface_expiry *expiries, double spot,
                                  keel_surface **surface, keel_error *error) {
  *surface = NULL;
  if (!count) return keel_fail(error, KEEL_STATUS_INPUT, NULL, "a surface has at least one slice");
  keel_surface *made = NULL;
  keel_status status = new_surface(count, spot, &made, error);
  if (status) return status;
  status = take_slices(made, expiries, error);
  if (status)
    keel_surface_free(made);
  else
    *surface = made;
  return status;
}

size_t keel_surface_slices(const keel_surface *surface) { return surface->smiles; }

void keel_surface_slice_at(const keel_surface *surface, size_t index, keel_surface_slice *out) {
  keel_assert(index < surface->smiles);
  *out = surface->slice[index].report;
}
