#include "hedge/policy.h"

#include "keel/black_scholes.h"

#define OF(greek) offsetof(keel_greeks, greek)
const struct keel_exposure_info keel_exposure_table[KEEL_EXPOSURE_ALL] = {
    [KEEL_EXPOSURE_DELTA] = {"delta", "shares", OF(delta), .spots = 1},
    [KEEL_EXPOSURE_GAMMA] = {"gamma", "shares per 1.00 of spot", OF(gamma), .spots = 2},
    [KEEL_EXPOSURE_VEGA] = {"vega", "money per 1.00 of vol", OF(vega), .vols = 1},
    [KEEL_EXPOSURE_THETA] = {"theta", "money per year", OF(theta), .days = 1},
    [KEEL_EXPOSURE_RHO] = {"rho", "money per 1.00 of the rate", OF(rho), .rates = 1},
    [KEEL_EXPOSURE_PSI] = {"psi", "money per 1.00 of the yield", OF(psi), .rates = 1},
    [KEEL_EXPOSURE_VANNA] = {"vanna", "shares per 1.00 of vol", OF(vanna), .spots = 1, .vols = 1},
    [KEEL_EXPOSURE_VOLGA] = {"volga", "vega per 1.00 of vol", OF(volga), .vols = 2},
    [KEEL_EXPOSURE_CHARM] = {"charm", "shares per year", OF(charm), .spots = 1, .days = 1},
    [KEEL_EXPOSURE_SPEED] = {"speed", "gamma per 1.00 of spot", OF(speed), .spots = 3},
};
#undef OF

double keel_exposure_weight(enum keel_exposure exposure, double spot) {
  const struct keel_exposure_info *info = &keel_exposure_table[exposure];
  double weight = 1;
  for (int i = 0; i < info->spots; i++) weight *= 0.01 * spot;
  for (int i = 0; i < info->vols; i++) weight *= 0.01;
  for (int i = 0; i < info->days; i++) weight *= 1 / 365.0;
  for (int i = 0; i < info->rates; i++) weight *= 0.001;
  return weight;
}

void keel_target_leave_stepped(struct keel_target *target) {
  while (target->exposure_count && target->exposures[target->exposure_count - 1] >= KEEL_EXPOSURE_COUNT)
    target->exposure_count--;
}
