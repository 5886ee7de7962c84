#include "hedge/theory.h"

#include <math.h>

#include "kernel/kernel.h"
#include "kernel/lane_math.h"

#define PI 0x1.921fb54442d18p+1
#define SQRT_8_OVER_PI 0x1.9884533d43651p+0

double keel_derman_kamal_std(double steps, double vol, double vega) {
  return sqrt(PI / (4 * steps)) * vol * fabs(vega);
}

struct keel_one_step keel_boyle_emanuel(double gamma, double spot, double vol, double step_years) {
  double size = 0.5 * gamma * spot * spot * vol * vol * step_years;
  double sign = size == 0 ? NAN : copysign(1, size);
  return (struct keel_one_step){
      .mean = 0, .std = sqrt(2.0) * fabs(size), .skew = sign * sqrt(8.0), .kurtosis = 12 * fabs(sign)};
}

void keel_variance_optimal_delta(size_t paths, const keel_option *option, double step_years, const double *spot,
                                 const double *vol, double *delta) {
  keel_kernel_now->deltas.variance_optimal(paths, option, step_years, spot, vol, delta);
}

double keel_leland_number(double cost, double vol, double step_years) {
  return SQRT_8_OVER_PI * cost / (vol * sqrt(step_years));
}

static double leland_vol(double cost, double vol, double step_years, double gamma) {
  struct keel_band_inputs in = {.spot = NULL, .gamma = &gamma, .vol = &vol};
  double out;
  keel_kernel_now->bands.leland_vol(1, cost, step_years, &in, &out);
  return out;
}

double keel_leland_vol_short(double cost, double vol, double step_years) {
  return leland_vol(cost, vol, step_years, -1);
}

double keel_leland_vol_long(double cost, double vol, double step_years) { return leland_vol(cost, vol, step_years, 1); }

static double price_at(const keel_option *option, double spot, double vol) {
  double price;
  keel_kernel_now->black_scholes_paths(1, option, &spot, &vol, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  return price;
}

double keel_leland_ask(const keel_option *option, double spot, double vol, double cost, double step_years) {
  return price_at(option, spot, keel_leland_vol_short(cost, vol, step_years));
}

double keel_leland_bid(const keel_option *option, double spot, double vol, double cost, double step_years) {
  return price_at(option, spot, keel_leland_vol_long(cost, vol, step_years));
}

double keel_whalley_wilmott_band(const struct keel_band_terms *terms, double spot, double gamma) {
  struct keel_band_inputs in = {.spot = &spot, .gamma = &gamma, .vol = NULL};
  double half_width;
  keel_kernel_now->bands.whalley_wilmott(1, terms, &in, &half_width);
  return half_width;
}

struct keel_zakamouline_band keel_zakamouline_band(const struct keel_band_terms *terms, double spot, double gamma,
                                                   double vol) {
  struct keel_zakamouline_band out;
  struct keel_band_inputs in = {.spot = &spot, .gamma = &gamma, .vol = &vol};
  keel_kernel_now->bands.zakamouline(1, terms, &in, &(struct keel_zakamouline){&out.h0, &out.h1, &out.vol});
  return out;
}
