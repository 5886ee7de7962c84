/* Calibration of Heston's and Bates' models. See keel/heston_fit.h. */
#include "keel/heston_fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "keel/implied_vol.h"
#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/heston_sums.h"
#include "model/least_squares.h"

enum { STEPS_MOST = 100, PARAMETERS = KEEL_HESTON_PARAMETERS };
static const double TOLERANCE = 1e-7, VEGA_LEAST = 0.01;

/* In the order of the sums: what is solved for is the logarithm where is_log. */
static const struct parameter {
  const char *name;
  int is_log;
  double low, high;
} parameters[PARAMETERS] = {{"variance", 1, 1e-6, 4}, {"kappa", 1, 1e-3, 100},   {"theta", 1, 1e-6, 4},
                            {"xi", 1, 1e-3, 10},      {"rho", 0, -0.999, 0.999}, {"intensity", 1, 1e-3, 50},
                            {"mean", 0, -1, 1},       {"std", 1, 1e-3, 1}};

/* Quotes in the order of expiries. A model's price is base - strike E min(S_T, K) / K, strike and base discounted, base
 * that of the spot for a call and of the strike for a put. */
struct fit {
  size_t count, parameters;
  double *years, *x, *base, *strike, *price, *weight;
  double *sums; /* [KEEL_HESTON_SUMS][count] */
  double *vol, *vega, *work, *memory;
};

/* ---- the model at a point of the search ---- */

static void read_model(const struct fit *fit, const double *at, keel_bates *model) {
  double value[PARAMETERS] = {0};
  for (size_t k = 0; k < fit->parameters; k++) value[k] = parameters[k].is_log ? keel_exp(at[k]) : at[k];
  *model = (keel_bates){{value[0], value[1], value[2], value[3], value[4]}, {value[5], value[6], value[7]}};
}

static void write_model(const struct fit *fit, const keel_bates *model, double *at) {
  const keel_heston *h = &model->heston;
  const keel_normal_jumps *j = &model->jumps;
  const double value[PARAMETERS] = {h->variance, h->kappa, h->theta, h->xi, h->rho, j->intensity, j->mean, j->std};
  for (size_t k = 0; k < fit->parameters; k++) at[k] = parameters[k].is_log ? keel_log(value[k]) : value[k];
}

static void put_quote(const struct fit *fit, size_t i, const double *chain, double *residual, double *slope) {
  const double *sum = fit->sums + i;
  double scale = fit->weight[i] * fit->strike[i];
  residual[i] = fit->weight[i] * (fit->base[i] - fit->price[i]) - scale * sum[0];
  for (size_t k = 0; k < fit->parameters; k++)
    slope[i * fit->parameters + k] = scale * chain[k] * sum[(k + 1) * fit->count];
}

static size_t end_of_expiry(const struct fit *fit, size_t from) {
  size_t to = from + 1;
  while (to < fit->count && fit->years[to] == fit->years[from]) to++;
  return to;
}

static int evaluate(void *context, const double *at, double *residual, double *slope) {
  const struct fit *fit = context;
  double chain[PARAMETERS], *to[KEEL_HESTON_SUMS];
  keel_bates model;
  read_model(fit, at, &model);
  for (size_t k = 0; k < fit->parameters; k++) chain[k] = parameters[k].is_log ? keel_exp(at[k]) : 1.0;
  for (size_t from = 0, end; from < fit->count; from = end) {
    const struct keel_heston_sums job = {&model, fit->years[from], 1, TOLERANCE};
    end = end_of_expiry(fit, from);
    for (size_t k = 0; k < KEEL_HESTON_SUMS; k++) to[k] = fit->sums + k * fit->count + from;
    keel_heston_sums(&job, end - from, fit->x + from, to);
  }
  for (size_t i = 0; i < fit->count; i++) put_quote(fit, i, chain, residual, slope);
  return 1;
}

/* ---- quotes ---- */

static const char *quote_problem(const keel_heston_quotes *quotes, size_t i, char text[KEEL_PROBLEM_SIZE]) {
  const keel_options *in = &quotes->options;
  const keel_option option = {in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
  const char *problem = keel_implied_problem(&option, in->spot[i], quotes->price[i], text);
  if (problem) return problem;
  if (!(in->spot[i] > 0 && in->strike[i] > 0)) return "spot or strike is 0";
  if (quotes->weight && !(quotes->weight[i] >= 0 && quotes->weight[i] < INFINITY))
    return "weight is not a number from 0 on";
  double vol;
  keel_options one = keel_options_from(in, i);
  keel_implied_vol_solve(1, &one, quotes->price + i, &vol);
  return vol > 0 ? NULL : "price is intrinsic: it tells no vol";
}

static keel_status check_quotes(const keel_heston_quotes *quotes, const struct fit *fit, keel_error *error) {
  char text[KEEL_PROBLEM_SIZE];
  if (quotes->count < fit->parameters)
    return keel_fail(error, KEEL_STATUS_INPUT, "quotes", "%zu quotes do not tell %zu parameters", quotes->count,
                     fit->parameters);
  for (size_t i = 0; i < quotes->count; i++) {
    const char *problem = quote_problem(quotes, i, text);
    if (problem) return keel_fail(error, KEEL_STATUS_INPUT, "quotes", "quote %zu: %s", i + 1, problem);
  }
  return KEEL_STATUS_OK;
}

struct place {
  double years;
  size_t at;
};

static int by_years(const void *left, const void *right) {
  const struct place *a = left, *b = right;
  if (a->years != b->years) return a->years < b->years ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

static void take_quote(struct fit *fit, size_t i, const keel_heston_quotes *quotes, size_t from) {
  const keel_options *in = &quotes->options;
  double years = in->years[from], spot = in->spot[from], strike = in->strike[from];
  double growth = (in->rate[from] - in->yield[from]) * years;
  fit->years[i] = years;
  fit->x[i] = keel_log(spot) - keel_log(strike) + growth;
  fit->strike[i] = strike * keel_exp_normal(-(in->rate[from] * years));
  fit->base[i] = in->phi[from] > 0 ? spot * keel_exp_normal(-(in->yield[from] * years)) : fit->strike[i];
  fit->price[i] = quotes->price[from];
  keel_options one = keel_options_from(in, from);
  keel_kernel_now->implied_vol(1, &one, quotes->price + from, &fit->vol[i]);
  double price, delta, gamma;
  one.vol = &fit->vol[i];
  keel_kernel_now->black_scholes(
      1, &one, KEEL_GREEK_SET_GAMMA,
      &(keel_greeks){.price = &price, .delta = &delta, .gamma = &gamma, .vega = &fit->vega[i]});
}

/* 1 / vega, which is not let below a part of the largest of its expiry. */
static void weigh_by_vega(struct fit *fit) {
  for (size_t from = 0, end; from < fit->count; from = end) {
    double most = 0;
    end = end_of_expiry(fit, from);
    for (size_t i = from; i < end; i++) most = fit->vega[i] > most ? fit->vega[i] : most;
    for (size_t i = from; i < end; i++)
      fit->weight[i] = 1 / (fit->vega[i] > VEGA_LEAST * most ? fit->vega[i] : VEGA_LEAST * most);
  }
}

static keel_status take_quotes(struct fit *fit, const keel_heston_quotes *quotes, keel_error *error) {
  struct place *places = malloc(quotes->count * sizeof *places);
  if (!places) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu quotes", quotes->count);
  for (size_t i = 0; i < quotes->count; i++) places[i] = (struct place){quotes->options.years[i], i};
  qsort(places, quotes->count, sizeof *places, by_years);
  for (size_t i = 0; i < quotes->count; i++) take_quote(fit, i, quotes, places[i].at);
  weigh_by_vega(fit);
  for (size_t i = 0; i < quotes->count && quotes->weight; i++) fit->weight[i] = quotes->weight[places[i].at];
  free(places);
  return KEEL_STATUS_OK;
}

static keel_status allocate(struct fit *fit, size_t count, keel_error *error) {
  enum { COLUMNS = 8 };
  size_t sums = KEEL_HESTON_SUMS, work = 2 * (fit->parameters + 1);
  fit->memory = calloc(count, (COLUMNS + sums + work) * sizeof *fit->memory);
  if (!fit->memory) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu quotes", count);
  double **columns[COLUMNS] = {&fit->years, &fit->x,      &fit->base, &fit->strike,
                               &fit->price, &fit->weight, &fit->vol,  &fit->vega};
  for (size_t k = 0; k < COLUMNS; k++) *columns[k] = fit->memory + k * count;
  fit->sums = fit->memory + COLUMNS * count;
  fit->work = fit->sums + sums * count;
  fit->count = count;
  return KEEL_STATUS_OK;
}

/* ---- the search ---- */

/* The variance nearest to the forward at the first and the last expiry, and what is usual for the rest. */
static keel_bates usual_start(const struct fit *fit) {
  double variance[2] = {0.04, 0.04};
  for (size_t from = 0, end; from < fit->count; from = end) {
    size_t near = from;
    end = end_of_expiry(fit, from);
    for (size_t i = from; i < end; i++)
      if (fabs(fit->x[i]) < fabs(fit->x[near])) near = i;
    for (int last = from > 0; last < 2; last++) variance[last] = fit->vol[near] * fit->vol[near];
  }
  return (keel_bates){{variance[0], 2.0, variance[1], 0.5, -0.5}, {0.2, -0.1, 0.1}};
}

static void conclude(struct fit *fit, const double *at, const struct keel_least_squares_end *end,
                     keel_heston_fit *out) {
  double most = 0;
  read_model(fit, at, &out->model);
  out->steps = end->steps;
  out->converged = end->converged;
  out->residual = sqrt(end->cost / (double)fit->count);
  evaluate(fit, at, fit->work, fit->work + fit->count);
  for (size_t i = 0; i < fit->count; i++) most = fabs(fit->work[i]) > most ? fabs(fit->work[i]) : most;
  out->residual_most = most;
  for (size_t k = 0; k < fit->parameters; k++)
    if (end->held >> k & 1) out->at_bound = parameters[k].name;
}

static keel_status search(struct fit *fit, const keel_heston_fit_plan *plan, keel_heston_fit *out, keel_error *error) {
  double at[PARAMETERS], low[PARAMETERS], high[PARAMETERS];
  keel_bates start = plan->start ? *plan->start : usual_start(fit);
  const char *problem = plan->with_jumps ? keel_bates_problem(&start) : keel_heston_problem(&start.heston);
  if (problem) return keel_fail(error, KEEL_STATUS_INPUT, "start", "%s", problem);
  for (size_t k = 0; k < fit->parameters; k++) {
    low[k] = parameters[k].is_log ? keel_log(parameters[k].low) : parameters[k].low;
    high[k] = parameters[k].is_log ? keel_log(parameters[k].high) : parameters[k].high;
  }
  write_model(fit, &start, at);
  const struct keel_least_squares problem_of = {
      fit->parameters, fit->count, low,      high, plan->steps_most ? plan->steps_most : STEPS_MOST,
      evaluate,        fit,        fit->work};
  struct keel_least_squares_end end = keel_least_squares_solve(&problem_of, at);
  if (isnan(end.cost)) return keel_fail(error, KEEL_STATUS_INPUT, "start", "it gives no prices for these quotes");
  conclude(fit, at, &end, out);
  if (end.converged) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_INPUT, "fit", "did not converge in %zu steps: the best has a residual of %.6g",
                   end.evaluations, out->residual);
}

keel_status keel_heston_fit_solve(const keel_heston_quotes *quotes, const keel_heston_fit_plan *plan,
                                  keel_heston_fit *fit, keel_error *error) {
  struct fit state = {.parameters = plan->with_jumps ? PARAMETERS : KEEL_HESTON_PARAMETERS_ALONE};
  *fit =
      (keel_heston_fit){.model = {{NAN, NAN, NAN, NAN, NAN}, {NAN, NAN, NAN}}, .residual = NAN, .residual_most = NAN};
  keel_status status = check_quotes(quotes, &state, error);
  if (status == KEEL_STATUS_OK) status = allocate(&state, quotes->count, error);
  if (status == KEEL_STATUS_OK) status = take_quotes(&state, quotes, error);
  if (status == KEEL_STATUS_OK) status = search(&state, plan, fit, error);
  free(state.memory);
  return status;
}
