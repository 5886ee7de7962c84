/* Why a row cannot be priced or implied: the scalar words beside the kernels' NaN, by the same conditions. */
#include <float.h>
#include <stdio.h>

#include "keel/implied_vol.h"
#include "kernel/bounds.h"
#include "kernel/lane_math.h"

static const char *contract_problem(const keel_option *option) {
  if (fabs(option->phi) != 1) return "phi is neither 1 (call) nor -1 (put)";
  if (isnan(option->strike)) return "strike is not a number";
  if (isinf(option->strike)) return "strike is infinite";
  if (option->strike < 0) return "strike is negative";
  if (isnan(option->years)) return "years is not a number";
  if (isinf(option->years)) return "years is infinite";
  if (option->years < 0) return "years is negative";
  if (!isfinite(option->rate)) return "rate is not a finite number";
  if (!isfinite(option->yield)) return "yield is not a finite number";
  if (!(fabs(option->rate * option->years) + fabs(option->yield * option->years) <= KEEL_RATE_YEARS_MOST))
    return "rate or yield times years is beyond 700";
  return NULL;
}

static const char *spot_problem(double spot) {
  if (isnan(spot)) return "spot is not a number";
  if (isinf(spot)) return "spot is infinite";
  return spot < 0 ? "spot is negative" : NULL;
}

const char *keel_option_problem(const keel_option *option, double spot, double vol) {
  const char *problem = spot_problem(spot);
  if (!problem) problem = contract_problem(option);
  if (problem) return problem;
  if (isnan(vol)) return "vol is not a number";
  if (isinf(vol)) return "vol is infinite";
  if (vol < 0) return "vol is negative";
  if (!(vol <= KEEL_AMOUNT_MOST)) return "vol is too large";
  return spot + option->strike + vol <= KEEL_AMOUNT_MOST ? NULL : "spot and strike are too large";
}

static const char *bounds_problem(const keel_option *option, double spot, double price, char *text) {
  double spot_value = spot * keel_exp_normal(-(option->yield * option->years));
  double strike_value = option->strike * keel_exp_normal(-(option->rate * option->years));
  double intrinsic = keel_at_least(option->phi * (spot_value - strike_value), 0.0);
  double bound = option->phi > 0 ? spot_value : strike_value;
  const char *words = NULL;
  double limit = 0.0;
  if (price < intrinsic) words = "price is below intrinsic", limit = intrinsic;
  if (price > intrinsic && price >= bound) words = "price is not below its upper bound", limit = bound;
  if (!words) return NULL;
  snprintf(text, KEEL_PROBLEM_SIZE, "%s %.10g", words, limit);
  return text;
}

const char *keel_implied_problem(const keel_option *option, double spot, double price, char *text) {
  const char *problem = spot_problem(spot);
  if (!problem) problem = contract_problem(option);
  if (problem) return problem;
  if (isnan(price)) return "price is not a number";
  if (isinf(price)) return "price is infinite";
  if (price < 0) return "price is negative";
  if (!(spot + option->strike + price <= KEEL_AMOUNT_MOST)) return "spot and strike are too large";
  problem = bounds_problem(option, spot, price, text);
  if (problem) return problem;
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_implied_vol_solve(1, &one, &price, &vol);
  if (!isnan(vol)) return NULL;
  return option->years >= DBL_MIN ? "price is too close to a bound to tell its vol"
                                  : "years is 0, so that price tells no vol";
}
