/* Bands and vols under proportional costs: see kernel/bands.h. Powers are exponentials of sums of logarithms, of which
 * those that all paths share are taken out of the loop. */
#include "kernel/bands.h"

#include <math.h>

#include "kernel/bands_level.h"
#include "kernel/lane_math.h"

#define SQRT_8_OVER_PI 0x1.9884533d43651p+0

void KEEL_AT(keel_whalley_wilmott)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                                   double *half_width) {
  double shared = keel_log(1.5 * terms->cost) - keel_log(terms->risk_aversion) - terms->rate * terms->years;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double log_cube = shared + keel_log(in->spot[i]) + 2 * keel_log(fabs(in->gamma[i]));
    half_width[i] = keel_exp(log_cube * (1.0 / 3.0));
  }
}

/* H0 = cost / (a S vol^2 T)
 * H1 = 1.12 cost^0.31 T^0.05 (e^{-rT} / vol)^0.25 (|gamma| / a)^0.5
 * K  = 5.76 cost^0.78 T^-0.02 (e^{-rT} / vol)^0.25 (a S^2 |gamma|)^0.15,   vol_m^2 = vol^2 (1 +- K) */
void KEEL_AT(keel_zakamouline)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                               const struct keel_zakamouline *out) {
  double years = terms->years, log_cost = keel_log(terms->cost), log_years = keel_log(years);
  double log_aversion = keel_log(terms->risk_aversion), log_discount = -terms->rate * years;
  double shared1 = 0.31 * log_cost + 0.05 * log_years + 0.25 * log_discount - 0.5 * log_aversion;
  double shared2 = 0.78 * log_cost - 0.02 * log_years + 0.25 * log_discount + 0.15 * log_aversion;
  double scale0 = terms->cost / (terms->risk_aversion * years);
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double spot = in->spot[i], vol = in->vol[i], gamma = in->gamma[i];
    double log_vol = -0.25 * keel_log(vol), log_gamma = keel_log(fabs(gamma));
    double k = 5.76 * keel_exp(shared2 + log_vol + 0.15 * (2 * keel_log(spot) + log_gamma));
    out->h0[i] = scale0 / (spot * vol * vol);
    out->h1[i] = 1.12 * keel_exp(shared1 + log_vol + 0.5 * log_gamma);
    out->vol[i] = vol * sqrt(gamma > 0 ? 1 - k : 1 + k);
  }
}

void KEEL_AT(keel_leland_vol)(size_t paths, double cost, double step_years, const struct keel_band_inputs *in,
                              double *vol) {
  double scale = SQRT_8_OVER_PI * cost / sqrt(step_years);
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double number = scale / in->vol[i], gamma = in->gamma[i];
    double signed_number = gamma > 0 ? -number : number;
    vol[i] = in->vol[i] * sqrt(1 + (gamma == 0 ? 0.0 : signed_number));
  }
}
