#include "hedge/risk.h"

#include "kernel/lane_math.h"

#define LN2 0x1.62e42fefa39efp-1

struct keel_estimate keel_entropic_risk(const struct keel_moment_tree *weights, double risk_aversion, int independent) {
  struct keel_statistics weight = keel_statistics_of(weights, independent);
  double mean = weight.mean.value;
  struct keel_estimate out = keel_estimate_affine(1 / (risk_aversion * mean), &weight.mean, 0);
  out.value = (keel_log(mean) + (double)weight.exponent * LN2) / risk_aversion;
  return out;
}

struct keel_estimate keel_price_of_hedging(const struct keel_estimate *risk, double premium, double growth) {
  return keel_estimate_affine(1 / growth, risk, premium);
}
