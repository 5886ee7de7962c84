/* Implied vol of American options: Newton's iteration by vega inside a bracket, with the fast scheme until it stands
 * still, then with the one that is asked for. See keel/american.h. */
#include <stdio.h>

#include "kernel/american.h"
#include "kernel/bounds.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"

enum { TILE = 64, STEPS = 80 };

#define FAR 1e-4       /* the fast scheme's last step, relative */
#define NEAR 0x1p-44   /* the last step, relative */
#define VOL_MOST 100.0 /* times sqrt(years): KEEL_AMERICAN_VARIANCE_MOST */

struct search {
  size_t open;       /* lanes not done come first */
  size_t lane[TILE]; /* where they are in the tile */
  double phi[TILE], spot[TILE], strike[TILE], rate[TILE], yield[TILE], years[TILE], vol[TILE];
  double price[TILE], low[TILE], high[TILE];
  double value[TILE], delta[TILE], gamma[TILE], vega[TILE];
};

static keel_option option_at(const keel_options *in, size_t i) {
  return (keel_option){in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
}

static double price_without_vol(const keel_option *option, double spot) {
  double out[11];
  keel_greeks greeks = {&out[0], &out[1], &out[2], &out[3], &out[4], &out[5],
                        &out[6], &out[7], &out[8], &out[9], &out[10]};
  keel_american_limit(option, spot, 0, &greeks);
  return out[0];
}

static double vol_of_european(const keel_option *option, double spot, double price) {
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_implied_vol_solve(1, &one, &price, &vol);
  return vol;
}

/* What the contract is at ordinary vols. */
static int kind_of(const keel_option *option, double spot) {
  return keel_american_kind_of(option, spot, option->years > 0 ? 1 / sqrt(option->years) : 0.2);
}

static double bound_of(const keel_option *option, double spot) { return option->phi > 0 ? spot : option->strike; }

static int is_inside(const keel_option *option, double spot, double price) {
  return price > price_without_vol(option, spot) && price < bound_of(option, spot);
}

static void join(struct search *s, size_t lane, const keel_option *option, double spot, double price) {
  size_t i = s->open++;
  double vol = vol_of_european(option, spot, price), most = VOL_MOST / sqrt(option->years);
  s->lane[i] = lane;
  s->phi[i] = option->phi, s->spot[i] = spot, s->strike[i] = option->strike;
  s->rate[i] = option->rate, s->yield[i] = option->yield, s->years[i] = option->years;
  s->vol[i] = vol > 2 * KEEL_AMERICAN_VOL_LEAST && vol < most ? vol : 0.01 * most;
  s->price[i] = price, s->low[i] = 0, s->high[i] = most;
}

static void move_lane(struct search *s, size_t to, size_t from) {
  s->lane[to] = s->lane[from];
  s->phi[to] = s->phi[from], s->spot[to] = s->spot[from], s->strike[to] = s->strike[from];
  s->rate[to] = s->rate[from], s->yield[to] = s->yield[from], s->years[to] = s->years[from];
  s->vol[to] = s->vol[from], s->price[to] = s->price[from], s->low[to] = s->low[from], s->high[to] = s->high[from];
}

/* One step of a lane; returns its size, relative. */
static double step_lane(struct search *s, size_t i) {
  double vol = s->vol[i], miss = s->value[i] - s->price[i];
  if (miss > 0)
    s->high[i] = vol;
  else
    s->low[i] = vol;
  double next = vol - miss / s->vega[i], low = s->low[i], high = s->high[i];
  if (!(next > low && next < high)) next = low > 0.01 * high ? 0.5 * (low + high) : 0.1 * high;
  if (miss == 0) next = vol;
  s->vol[i] = next;
  return fabs(next - vol) / vol;
}

/* Steps until no lane moves by more than `near`; those that do not arrive, or leave what can be solved, are NaN. */
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
  s.open = 0;
  for (size_t i = 0; i < count; i++) {
    keel_option option = option_at(in, i);
    int kind = kind_of(&option, in->spot[i]);
    vol[i] = NAN;
    if (kind == KEEL_AMERICAN_EUROPEAN) vol[i] = vol_of_european(&option, in->spot[i], price[i]);
    if (kind < KEEL_AMERICAN_LIVE) continue;
    if (price[i] == price_without_vol(&option, in->spot[i])) vol[i] = 0;
    if (is_inside(&option, in->spot[i], price[i])) join(&s, i, &option, in->spot[i], price[i]);
  }
  if (scheme == KEEL_AMERICAN_FAST) {
    search(&s, scheme, NEAR, vol);
    return;
  }
  search(&s, KEEL_AMERICAN_FAST, FAR, vol);
  for (size_t i = 0; i < count; i++) {
    keel_option option = option_at(in, i);
    double near = vol[i];
    if (!(near > 0) || kind_of(&option, in->spot[i]) < KEEL_AMERICAN_LIVE) continue;
    join(&s, i, &option, in->spot[i], price[i]);
    s.vol[s.open - 1] = near;
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
  double vol, least = price_without_vol(option, spot), bound = bound_of(option, spot);
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
