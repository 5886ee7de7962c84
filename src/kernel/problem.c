/* Why a row cannot be priced or implied: the scalar words beside the kernels' NaN, by the same conditions. */
#include <float.h>
#include <stdio.h>

#include "keel/bachelier.h"
#include "kernel/bounds.h"
#include "kernel/forward.h"
#include "kernel/lane_math.h"

static const char *contract_problem(const keel_option *option) {
  if (fabs(option->phi) != 1) return "phi is neither 1 (call) nor -1 (put)";
  if (isnan(option->strike)) return "strike is not a number";
  if (isinf(option->strike)) return "strike is infinite";
  if (option->strike < 0) return "strike is negative";
  if (!keel_is_amount(option->strike)) return "strike is below 1e-140 and not 0";
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
  if (spot < 0) return "spot is negative";
  return keel_is_amount(spot) ? NULL : "spot is below 1e-140 and not 0";
}

const char *keel_option_problem(const keel_option *option, double spot, double vol) {
  const char *problem = spot_problem(spot);
  if (!problem) problem = contract_problem(option);
  if (problem) return problem;
  if (isnan(vol)) return "vol is not a number";
  if (isinf(vol)) return "vol is infinite";
  if (vol < 0) return "vol is negative";
  if (!(vol <= KEEL_AMOUNT_MOST)) return "vol is too large";
  if (!(spot + option->strike + vol <= KEEL_AMOUNT_MOST)) return "spot and strike are too large";
  double spot_value = spot * keel_exp_normal(-(option->yield * option->years));
  double strike_value = option->strike * keel_exp_normal(-(option->rate * option->years));
  return spot_value + strike_value <= DBL_MAX ? NULL : "spot or strike at such rates is too large for a number";
}

/* Bachelier's model takes amounts of either sign and any smallness; else it asks the same. */
static double size_of(double amount) { return fabs(amount) < KEEL_AMOUNT_LEAST ? 0 : fabs(amount); }

static keel_option positive(const keel_option *option) {
  keel_option copy = *option;
  copy.strike = size_of(copy.strike);
  return copy;
}

const char *keel_bachelier_problem(const keel_option *option, double spot, double vol) {
  keel_option contract = positive(option);
  const char *problem = keel_option_problem(&contract, size_of(spot), vol);
  if (problem) return problem;
  double root_years = sqrt(option->years), spread = vol * root_years;
  if (root_years > 0 && root_years < KEEL_SPREAD_LEAST) return "years is below 1e-260 and not 0";
  return spread > 0 && spread < KEEL_SPREAD_LEAST ? "vol sqrt(years) is below 1e-130 and not 0" : NULL;
}

static const char *price_problem(const keel_option *option, double spot, double price) {
  const char *problem = spot_problem(spot);
  if (!problem) problem = contract_problem(option);
  if (problem) return problem;
  if (isnan(price)) return "price is not a number";
  if (isinf(price)) return "price is infinite";
  if (price < 0) return "price is negative";
  return spot + option->strike + price <= KEEL_AMOUNT_MOST ? NULL : "spot and strike are too large";
}

static const char *beyond(char *text, const char *words, double limit) {
  snprintf(text, KEEL_PROBLEM_SIZE, "%s %.10g", words, limit);
  return text;
}

static const char *bounds_problem(const keel_option *option, double spot, double price, char *text) {
  double spot_value = spot * keel_exp_normal(-(option->yield * option->years));
  double strike_value = option->strike * keel_exp_normal(-(option->rate * option->years));
  double intrinsic = keel_at_least(option->phi * (spot_value - strike_value), 0.0);
  double bound = option->phi > 0 ? spot_value : strike_value;
  if (price > intrinsic && price >= bound) return beyond(text, "price is not below its upper bound", bound);
  return price < intrinsic ? beyond(text, "price is below intrinsic", intrinsic) : NULL;
}

static const char *no_vol(const keel_option *option, double vol) {
  if (!isnan(vol)) return NULL;
  if (option->years < DBL_MIN) return "years is 0, so that price tells no vol";
  return "price is too close to a bound to tell its vol";
}

const char *keel_implied_problem(const keel_option *option, double spot, double price, char *text) {
  const char *problem = price_problem(option, spot, price);
  if (!problem) problem = bounds_problem(option, spot, price, text);
  if (problem) return problem;
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_implied_vol_solve(1, &one, &price, &vol);
  return no_vol(option, vol);
}

const char *keel_bachelier_implied_problem(const keel_option *option, double spot, double price, char *text) {
  keel_option contract = positive(option);
  const char *problem = price_problem(&contract, size_of(spot), price);
  if (problem) return problem;
  double carry = (option->rate - option->yield) * option->years;
  double above = keel_forward_above(spot, option->strike, carry),
         discount = keel_exp_normal(-(option->rate * option->years));
  double intrinsic = discount * keel_at_least(option->phi * above, 0.0);
  if (price < intrinsic) return beyond(text, "price is below intrinsic", intrinsic);
  if (!(discount * fabs(above) <= KEEL_AMOUNT_MOST)) return "spot and strike are too large";
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_bachelier_implied_solve(1, &one, &price, &vol);
  return no_vol(option, vol);
}
