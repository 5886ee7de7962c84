/* Implied vol of American options: Newton's iteration by vega inside a bracket, with the fast scheme until it stands
 * still, then with the one that is asked for. See keel/american.h. */
#include <stdio.h>

#include "kernel/american.h"
#include "kernel/bounds.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"

enum { TILE = 64, STEPS = 80 };

/* The step that would come next, relative, when the last one is taken: of the fast scheme, and of the one asked for. */
#define FAR 1e-4
#define NEAR 0x1p-44
#define VOL_MOST 100.0 /* times sqrt(years): KEEL_AMERICAN_VARIANCE_MOST */

struct search {
  size_t open;       /* lanes not done come first */
  size_t lane[TILE]; /* where they are in the tile */
  double phi[TILE], spot[TILE], strike[TILE], rate[TILE], yield[TILE], years[TILE], vol[TILE];
  double price[TILE], low[TILE], high[TILE];
  double size[TILE]; /* of the last step, relative; 1 before there is one */
  double value[TILE], delta[TILE], gamma[TILE], vega[TILE];
};

static keel_option option_at(const keel_options *in, size_t i) {
  return (keel_option){in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
}

/* What the contract is at ordinary vols. */
static int kind_of(const keel_option *option, double spot) {
  return keel_american_kind_of(option, spot, option->years > 0 ? 1 / sqrt(option->years) : 0.2);
}

static double bound_of(const keel_option *option, double spot) { return option->phi > 0 ? spot : option->strike; }

static int is_inside(const keel_option *option, double spot, double price) {
  return price > keel_american_least(option, spot) && price < bound_of(option, spot);
}

/* Starts from `guess`, where it is one. */
static void join(struct search *s, size_t lane, const keel_option *option, double spot, double guess) {
  size_t i = s->open++;
  double most = VOL_MOST / sqrt(option->years);
  s->lane[i] = lane;
  s->phi[i] = option->phi, s->spot[i] = spot, s->strike[i] = option->strike;
  s->rate[i] = option->rate, s->yield[i] = option->yield, s->years[i] = option->years;
  s->vol[i] = guess > 2 * KEEL_AMERICAN_VOL_LEAST && guess < most ? guess : 0.01 * most;
  s->low[i] = 0, s->high[i] = most, s->size[i] = 1;
}

static void move_lane(struct search *s, size_t to, size_t from) {
  s->lane[to] = s->lane[from];
  s->phi[to] = s->phi[from], s->spot[to] = s->spot[from], s->strike[to] = s->strike[from];
  s->rate[to] = s->rate[from], s->yield[to] = s->yield[from], s->years[to] = s->years[from];
  s->vol[to] = s->vol[from], s->price[to] = s->price[from], s->low[to] = s->low[from], s->high[to] = s->high[from];
  s->size[to] = s->size[from];
}

/* One step of a lane; returns what the next one's size would be at most: steps of Newton's shrink at least as they did,
 * so that is size^2 over the one before; after a bisection there is no telling. */
static double step_lane(struct search *s, size_t i) {
  double vol = s->vol[i], miss = s->value[i] - s->price[i], before = s->size[i];
  if (miss > 0)
    s->high[i] = vol;
  else
    s->low[i] = vol;
  double next = vol - (miss == 0 ? 0 : miss / s->vega[i]), low = s->low[i], high = s->high[i];
  int newton = next == vol || (next > low && next < high);
  if (!newton) next = low > 0.01 * high ? 0.5 * (low + high) : 0.1 * high;
  double size = fabs(next - vol) / vol;
  s->vol[i] = next;
  s->size[i] = newton ? size : 1;
  return newton && size < before ? size * (size / before) : size;
}

/* Steps until none would move by more than `near`; those that do not arrive, or leave what can be solved, are NaN. */
static void search(struct search *s, keel_american_scheme scheme, double near, double *vol) {
  keel_options in = {s->phi, s->spot, s->strike, s->rate, s->yield, s->years, s->vol};
  keel_greeks out = {.price = s->value, .delta = s->delta, .gamma = s->gamma, .vega = s->vega};
  for (int step = 0; s->open && step < STEPS; step++) {
    size_t open = 0;
    keel_american_price(s->open, &in, scheme, KEEL_GREEK_SET_GAMMA, &out, NULL);
    for (size_t i = 0; i < s->open; i++) {
      double size = step_lane(s, i);
      if (size > near && s->vol[i] > KEEL_AMERICAN_VOL_LEAST)
        move_lane(s, open++, i);
      else
        vol[s->lane[i]] = s->vol[i] > KEEL_AMERICAN_VOL_LEAST && !isnan(s->value[i]) ? s->vol[i] : NAN;
    }
    s->open = open;
  }
  for (size_t i = 0; i < s->open; i++) vol[s->lane[i]] = NAN;
}

static void solve_tile(size_t count, const keel_options *in, keel_american_scheme scheme, const double *price,
                       double *vol) {
  struct search s;
  double european[TILE];
  s.open = 0;
  keel_implied_vol_solve(count, in, price, european);
  for (size_t i = 0; i < count; i++) {
    keel_option option = option_at(in, i);
    int kind = kind_of(&option, in->spot[i]);
    vol[i] = kind == KEEL_AMERICAN_EUROPEAN ? european[i] : NAN;
    if (kind < KEEL_AMERICAN_LIVE) continue;
    if (price[i] == keel_american_least(&option, in->spot[i])) vol[i] = 0;
    if (!is_inside(&option, in->spot[i], price[i])) continue;
    s.price[s.open] = price[i];
    join(&s, i, &option, in->spot[i], european[i]);
  }
  if (scheme == KEEL_AMERICAN_FAST) {
    search(&s, scheme, NEAR, vol);
    return;
  }
  search(&s, KEEL_AMERICAN_FAST, FAR, vol);
  for (size_t i = 0; i < count; i++) {
    keel_option option = option_at(in, i);
    if (!(vol[i] > 0) || kind_of(&option, in->spot[i]) < KEEL_AMERICAN_LIVE) continue;
    s.price[s.open] = price[i];
    join(&s, i, &option, in->spot[i], vol[i]);
  }
  search(&s, scheme, NEAR, vol);
}

void keel_american_implied_vol(size_t count, const keel_options *options, keel_american_scheme scheme,
                               const double *price, double *vol) {
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = keel_options_from(options, start);
    solve_tile(count - start < TILE ? count - start : TILE, &in, scheme, price + start, vol + start);
  }
}

const char *keel_american_implied_problem(const keel_option *option, double spot, double price, char *text) {
  const char *problem = keel_american_problem(option, spot, option->years > 0 ? 1 / sqrt(option->years) : 0.2);
  if (problem) return problem;
  if (kind_of(option, spot) == KEEL_AMERICAN_EUROPEAN) return keel_implied_problem(option, spot, price, text);
  if (isnan(price)) return "price is not a number";
  if (isinf(price)) return "price is infinite";
  if (price < 0) return "price is negative";
  double vol, least = keel_american_least(option, spot), bound = bound_of(option, spot);
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_american_implied_vol(1, &one, KEEL_AMERICAN_ACCURATE, &price, &vol);
  if (!isnan(vol)) return NULL;
  if (!(option->years > 0)) return "years is 0, so that price tells no vol";
  if (price < least || price >= bound)
    snprintf(text, KEEL_PROBLEM_SIZE,
             price < least ? "price is below its least, %.10g" : "price is not below its upper bound %.10g",
             price < least ? least : bound);
  else
    return "price is too close to a bound to tell its vol";
  return text;
}
