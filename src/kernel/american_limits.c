/* American options whose spot moves as is known, and what cannot be priced. */
#include "kernel/american.h"
#include "kernel/bounds.h"
#include "kernel/lane_math.h"

static double pays(const keel_option *option, double spot, double time) {
  return option->phi *
         (spot * keel_exp_normal(-option->yield * time) - option->strike * keel_exp_normal(-option->rate * time));
}

/* Whether spot in units of strike, and strike in units of spot, are amounts. */
static int is_near(const keel_option *option, double spot) {
  double ratio = spot / option->strike;
  return ratio >= 1.01 * KEEL_AMOUNT_LEAST && ratio * (1.01 * KEEL_AMOUNT_LEAST) <= 1;
}

/* The time in [0, years] at which exercise pays most. */
static double best_time(const keel_option *option, double spot) {
  double grows = option->yield * spot, costs = option->rate * option->strike, best = option->years;
  double turn = keel_log(costs / grows) / (option->rate - option->yield); /* where what it pays is level */
  if (turn > 0 && turn < best && pays(option, spot, turn) > pays(option, spot, best)) best = turn;
  return pays(option, spot, 0) >= pays(option, spot, best) ? 0 : best;
}

double keel_american_least(const keel_option *option, double spot) {
  double time = best_time(option, spot), price = pays(option, spot, time), zero = 0, vol = 0;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  if (price > 0 && time < option->years) return price;
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &zero});
  return zero;
}

void keel_american_limit(const keel_option *option, double spot, double vol, keel_greeks *out) {
  double phi = option->phi, rate = option->rate, yield = option->yield;
  keel_options one = {&phi, &spot, &option->strike, &rate, &yield, &option->years, &vol};
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_ALL, out);
  double time = best_time(option, spot), price = pays(option, spot, time);
  if (isnan(*out->price) || !(price > 0) || !(time < option->years)) return;
  double discount = keel_exp_normal(-yield * time),
         gamma = time > 0 ? phi * yield * discount / (spot * (rate - yield)) : 0;
  *out->price = price;
  *out->delta = phi * discount;
  *out->gamma = gamma;
  *out->speed = time > 0 ? gamma * (yield / (rate - yield) - 1) / spot : 0;
  *out->vega = *out->theta = *out->vanna = *out->volga = *out->charm = 0;
  *out->rho = phi * option->strike * time * keel_exp_normal(-rate * time);
  *out->psi = -phi * spot * time * discount;
}

int keel_american_kind_of(const keel_option *option, double spot, double vol) {
  double rate = option->phi > 0 ? option->yield : option->rate, yield = option->phi > 0 ? option->rate : option->yield;
  double variance = vol * vol * option->years;
  if (keel_option_problem(option, spot, vol)) return KEEL_AMERICAN_NONE;
  if (!(spot > 0 && option->strike > 0) || vol < KEEL_AMERICAN_VOL_LEAST || variance < KEEL_AMERICAN_VARIANCE_LEAST)
    return KEEL_AMERICAN_LIMIT;
  if (!is_near(option, spot)) return KEEL_AMERICAN_NONE;
  if (rate < 0 && yield < rate) return KEEL_AMERICAN_NONE;
  if (!(rate * option->years > 0x1p-53) && !(rate >= 0 && yield * option->years < -0x1p-53))
    return KEEL_AMERICAN_EUROPEAN;
  return variance < KEEL_AMERICAN_VARIANCE_MOST ? KEEL_AMERICAN_LIVE : KEEL_AMERICAN_NONE;
}

const char *keel_american_problem(const keel_option *option, double spot, double vol) {
  const char *problem = keel_option_problem(option, spot, vol);
  if (problem) return problem;
  if (keel_american_kind_of(option, spot, vol) != KEEL_AMERICAN_NONE) return NULL;
  if (vol * vol * option->years >= KEEL_AMERICAN_VARIANCE_MOST) return "vol^2 times years is beyond 10000";
  if (!is_near(option, spot)) return "spot and strike are more than 1e140 apart";
  return option->phi > 0
             ? "yield is negative and rate below it: a call has two exercise boundaries then, which are not solved"
             : "rate is negative and yield below it: a put has two exercise boundaries then, which are not solved";
}
