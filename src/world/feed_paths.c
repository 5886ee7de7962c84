#include "world/feed_paths.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "hedge/mark.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"

int64_t keel_feed_paths_time(const struct keel_feed_paths_plan *plan, size_t step) {
  int64_t steps = (int64_t)plan->steps, i = (int64_t)step, span = plan->end_ns - plan->start_ns;
  return plan->start_ns + i * (span / steps) + (i * (span % steps) + steps / 2) / steps;
}

/* ---- wiring ---- */

struct keel_feed_paths_wiring {
  const struct keel_wiring *wiring;
  const struct keel_simulated_market *market;
  const struct keel_paths_wiring *paths;
  size_t steps, batch;
  int64_t *time_ns;      /* [step + 1] */
  unsigned char *quoted; /* [row]: beside its vol it has a quote, spot and futures among them */
};

static keel_status lay_out_times(struct keel_feed_paths_wiring *made, const struct keel_feed_paths_plan *plan,
                                 double *years, keel_error *error) {
  if (plan->end_ns - plan->start_ns < (int64_t)plan->steps)
    return keel_fail(error, KEEL_STATUS_INPUT, "steps", "%zu in less than as many nanoseconds", plan->steps);
  for (size_t i = 0; i <= plan->steps; i++) made->time_ns[i] = keel_feed_paths_time(plan, i);
  for (size_t i = 0; i < plan->steps; i++) years[i] = keel_years_between(made->time_ns[i], made->time_ns[i + 1]);
  return KEEL_STATUS_OK;
}

static keel_status check_rules(const struct keel_feed_paths_plan *plan, keel_error *error) {
  for (size_t u = 0; u < plan->wiring->terms->underlying_count; u++) {
    const struct keel_model *model = &plan->market->models[u];
    if (model->implied.kind == KEEL_IMPLIED_EXPECTED && isnan(keel_world_variance(&model->world, 1).constant))
      return keel_fail(error, KEEL_STATUS_INPUT, "implied_vol",
                       "a %s has no expected variance; allowed: a constant vol, or realised",
                       keel_world_name(model->world.kind));
  }
  return KEEL_STATUS_OK;
}

/* Of a rule by the expected variance, where that is the same over any time. */
static int has_steady_vol(const struct keel_model *model) {
  if (model->implied.skew != 0) return 0;
  if (model->implied.kind == KEEL_IMPLIED_CONSTANT) return 1;
  if (model->implied.kind != KEEL_IMPLIED_EXPECTED) return 0;
  struct keel_expected_variance soon = keel_world_variance(&model->world, 1.0 / 365);
  struct keel_expected_variance late = keel_world_variance(&model->world, 10);
  return soon.slope == 0 && late.slope == 0 && soon.constant == late.constant;
}

int keel_feed_paths_is_steady(const struct keel_simulated_market *market, size_t underlyings) {
  int steady = 1;
  for (size_t u = 0; u < underlyings; u++) steady &= has_steady_vol(&market->models[u]);
  return steady;
}

/* An option that some order may wait for needs a quote of its own: nothing else says what it trades at by then. */
static void choose_quotes(const struct keel_wiring *wiring, unsigned char *quoted) {
  for (size_t r = 0; r < wiring->row_count; r++) quoted[r] = !keel_kind_is_option(wiring->rows[r].contract.kind);
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    for (size_t v = 0; v < wiring->variant_count; v++) {
      const struct keel_policy *policy = keel_policy_of(wiring, u, v);
      for (size_t w = 0; w < policy->with_count && policy->execution.fill == KEEL_FILL_NEXT; w++) {
        struct keel_contract contract = policy->with[w].contract;
        contract.underlying = wiring->underlyings[u].terms->name;
        uint32_t row = keel_wiring_find_in(wiring, u, &contract);
        if (row != KEEL_NO_ROW) quoted[row] = 1;
      }
    }
  }
}

keel_status keel_feed_paths_wire(struct keel_arena *arena, const struct keel_feed_paths_plan *plan,
                                 const struct keel_feed_paths_wiring **wiring, keel_error *error) {
  *wiring = NULL;
  if (!plan->steps) return keel_fail(error, KEEL_STATUS_INPUT, "steps", "0, 1 at least");
  const struct keel_simulated_market *market = plan->market;
  struct keel_feed_paths_wiring *made = KEEL_ARENA_NEW(arena, struct keel_feed_paths_wiring, 1);
  *made = (struct keel_feed_paths_wiring){.wiring = plan->wiring, .market = market, .steps = plan->steps};
  made->time_ns = KEEL_ARENA_NEW(arena, int64_t, plan->steps + 1);
  double *years = KEEL_ARENA_NEW(arena, double, plan->steps);
  keel_status status = lay_out_times(made, plan, years, error);
  if (!status) status = check_rules(plan, error);
  if (status) return status;
  size_t count = plan->wiring->terms->underlying_count;
  struct keel_world *worlds = KEEL_ARENA_NEW(arena, struct keel_world, count);
  for (size_t u = 0; u < count; u++) worlds[u] = market->models[u].world;
  struct keel_paths_plan paths = {.count = count,
                                  .worlds = worlds,
                                  .correlation = market->correlation,
                                  .draws = {.seed = plan->seed,
                                            .steps = plan->steps,
                                            .years = years,
                                            .antithetic = market->antithetic,
                                            .matched = market->matched,
                                            .sobol_points = market->sobol_points}};
  status = keel_paths_wire(arena, &paths, &made->paths, error);
  if (status) return status;
  made->batch = keel_draws_batch(&paths.draws);
  made->quoted = KEEL_ARENA_NEW(arena, unsigned char, plan->wiring->row_count);
  choose_quotes(plan->wiring, made->quoted);
  *wiring = made;
  return KEEL_STATUS_OK;
}

size_t keel_feed_paths_batch(const struct keel_feed_paths_wiring *wiring) { return wiring->batch; }

/* ---- a block ---- */

struct keel_feed_paths {
  const struct keel_feed_paths_wiring *wiring;
  struct keel_paths *paths;
  size_t step;                            /* the next one */
  double *flat;                           /* [row]: the vol that all paths of the row have; NaN: they differ */
  double *level;                          /* [path]: of one slice, before the skew */
  double *dividend_years, *dividend_cash; /* of an underlying's dividends to come */
  struct keel_pricing_room *room;         /* NULL: no option with a quote needs it */
  double *last, *realised;                /* [model][path]: spot of the last step and variance, of who marks by it */
  double *vol_slope;                      /* [row][path]: for the market; NULL: no rule asks for it */
};

/* The model that moves an underlying: the same for all its accounts. */
static size_t model_of(const struct keel_wiring *wiring, size_t underlying) {
  return wiring->underlyings[underlying].number;
}

/* vol = level + skew ln(strike / spot): at a fixed strike it moves with spot. */
static double *slopes(struct keel_arena *arena, const struct keel_feed_paths_wiring *wiring) {
  const struct keel_wiring *rows = wiring->wiring;
  if (!rows->needs.smile) return NULL;
  double *slope = KEEL_ARENA_NEW(arena, double, rows->row_count * rows->paths);
  for (size_t at = 0; at < rows->row_count * rows->paths; at++)
    slope[at] = -wiring->market->models[model_of(rows, rows->rows[at / rows->paths].underlying)].implied.skew;
  return slope;
}

static size_t most_dividends(const struct keel_wiring *wiring) {
  size_t most = 0;
  for (size_t u = 0; u < wiring->terms->underlying_count; u++)
    if (wiring->terms->underlyings[u].dividend_count > most) most = wiring->terms->underlyings[u].dividend_count;
  return most;
}

struct keel_feed_paths *keel_feed_paths_new(struct keel_arena *arena, const struct keel_feed_paths_wiring *wiring) {
  size_t paths = wiring->wiring->paths, count = wiring->wiring->terms->underlying_count;
  size_t dividends = most_dividends(wiring->wiring);
  keel_assert(paths <= KEEL_LEAF);
  struct keel_feed_paths *feed = KEEL_ARENA_NEW(arena, struct keel_feed_paths, 1);
  feed->wiring = wiring;
  feed->paths = keel_paths_new(arena, wiring->paths);
  feed->flat = KEEL_ARENA_NEW(arena, double, wiring->wiring->row_count);
  feed->level = KEEL_ARENA_NEW(arena, double, paths);
  feed->dividend_years = KEEL_ARENA_NEW(arena, double, dividends);
  feed->dividend_cash = KEEL_ARENA_NEW(arena, double, dividends);
  feed->room = keel_room_for(arena, wiring->wiring);
  feed->last = KEEL_ARENA_NEW(arena, double, paths *count);
  feed->realised = KEEL_ARENA_NEW(arena, double, paths *count);
  feed->vol_slope = slopes(arena, wiring);
  return feed;
}

void keel_feed_paths_begin(struct keel_feed_paths *feed, uint64_t first, size_t count, struct keel_market *market) {
  const struct keel_wiring *wiring = feed->wiring->wiring;
  keel_assert(count <= wiring->paths);
  keel_paths_begin(feed->paths, first, count);
  feed->step = 0;
  for (size_t r = 0; r < wiring->row_count; r++) feed->flat[r] = NAN;
  for (size_t m = 0; m < wiring->terms->underlying_count; m++) {
    const struct keel_model *model = &feed->wiring->market->models[m];
    for (size_t i = 0; i < wiring->paths; i++) {
      feed->last[m * wiring->paths + i] = model->world.spot;
      feed->realised[m * wiring->paths + i] = model->implied.vol * model->implied.vol;
    }
  }
  for (size_t u = 0; u < wiring->underlying_count; u++) market->changed[u] = (uint32_t)u;
  market->changed_count = wiring->underlying_count;
  market->vol_slope = feed->vol_slope;
}

/* ---- vols ---- */

/* The vol of a slice before the skew: one for all paths (then it is returned), or feed->level (NaN). */
static double level_of(struct keel_feed_paths *feed, size_t m, double years) {
  const struct keel_model *model = &feed->wiring->market->models[m];
  const struct keel_implied_rule *rule = &model->implied;
  size_t paths = feed->wiring->wiring->paths;
  double line[2] = {0, 1};
  const double *variance = feed->realised + m * paths;
  if (rule->kind == KEEL_IMPLIED_CONSTANT) return keel_at_least(rule->premium * rule->vol, KEEL_MARKET_VOL_MIN);
  if (rule->kind == KEEL_IMPLIED_EXPECTED) {
    struct keel_expected_variance expected = keel_world_variance(&model->world, years);
    if (expected.slope == 0) return keel_at_least(rule->premium * sqrt(expected.constant), KEEL_MARKET_VOL_MIN);
    line[0] = expected.constant;
    line[1] = expected.slope;
    variance = keel_paths_variance(feed->paths, m);
  }
  keel_kernel_now->market_vol.root(paths, rule->premium, line, variance, feed->level);
  return NAN;
}

static void show_vol(struct keel_feed_paths *feed, const struct keel_row *row, double flat, double *vol) {
  const struct keel_wiring *wiring = feed->wiring->wiring;
  size_t model = model_of(wiring, row->underlying);
  double skew = feed->wiring->market->models[model].implied.skew;
  double *shown = &feed->flat[row - wiring->rows];
  if (skew == 0 && flat == *shown) return;
  *shown = skew == 0 ? flat : NAN;
  for (size_t i = 0; i < wiring->paths && !isnan(flat); i++) feed->level[i] = flat;
  const double *spot = keel_paths_spot(feed->paths, model);
  if (skew != 0)
    keel_kernel_now->market_vol.skew(wiring->paths, skew, row->contract.strike, spot, feed->level, vol);
  else
    memcpy(vol, feed->level, wiring->paths * sizeof *vol);
}

/* ---- quotes ---- */

/* The fair price of a future or an option. */
static void price_row(struct keel_feed_paths *feed, const struct keel_row *row, const struct keel_market *market,
                      double *price) {
  const struct keel_underlying *underlying = &feed->wiring->wiring->underlyings[row->underlying];
  double yield = keel_yield_of(underlying, market->rate);
  size_t paths = market->paths, r = (size_t)(row - feed->wiring->wiring->rows);
  const double *spot = keel_paths_spot(feed->paths, model_of(feed->wiring->wiring, row->underlying));
  double years = keel_years_between(market->time_ns, row->contract.expiry_ns);
  if (!keel_kind_is_option(row->contract.kind)) {
    double escrow = keel_escrow_until(underlying->terms, market->time_ns, row->contract.expiry_ns, market->rate);
    double carry = keel_exp((market->rate - yield) * years);
    for (size_t i = 0; i < paths; i++) price[i] = (spot[i] - escrow) * carry;
    return;
  }
  const keel_dividends paid =
      keel_dividends_to_come(underlying->terms, market->time_ns, feed->dividend_years, feed->dividend_cash);
  const struct keel_option_paths option = {.count = paths,
                                           .american = keel_is_american(&row->contract),
                                           .option = {row->phi, row->contract.strike, market->rate, yield, years},
                                           .spot = spot,
                                           .vol = market->vol + r * paths,
                                           .paid = &paid,
                                           .room = feed->room};
  keel_price_paths(&option, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = price});
  for (size_t i = 0; i < paths; i++) price[i] = keel_model_mark(row, price[i], spot[i]);
}

static void show_quote(struct keel_feed_paths *feed, const struct keel_row *row, struct keel_market *market) {
  size_t paths = market->paths, r = (size_t)(row - feed->wiring->wiring->rows), bytes = paths * sizeof(double);
  double *bid = market->bid + r * paths, *ask = market->ask + r * paths;
  if (row->contract.kind == KEEL_KIND_SPOT)
    memcpy(bid, keel_paths_spot(feed->paths, model_of(feed->wiring->wiring, row->underlying)), bytes);
  else
    price_row(feed, row, market, bid);
  if (ask != bid) memcpy(ask, bid, bytes);
  market->quote_ns[r] = market->time_ns;
}

/* ---- steps ---- */

static void show_slice(struct keel_feed_paths *feed, const struct keel_slice *slice, struct keel_market *market) {
  const struct keel_wiring *wiring = feed->wiring->wiring;
  if (slice->expiry_ns <= market->time_ns) return;
  double flat =
      level_of(feed, model_of(wiring, slice->underlying), keel_years_between(market->time_ns, slice->expiry_ns));
  for (uint32_t r = slice->first; r < slice->first + slice->count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    if (keel_kind_is_option(row->contract.kind)) show_vol(feed, row, flat, market->vol + r * wiring->paths);
    if (feed->wiring->quoted[r]) show_quote(feed, row, market);
  }
}

static void realise(struct keel_feed_paths *feed, size_t m, double years) {
  const struct keel_implied_rule *rule = &feed->wiring->market->models[m].implied;
  size_t paths = feed->wiring->wiring->paths;
  const double *spot = keel_paths_spot(feed->paths, m);
  if (rule->kind != KEEL_IMPLIED_REALISED) return;
  double keep = keel_exp(-0x1.62e42fefa39efp-1 * years / rule->half_life_years); /* 2^-years/half life */
  keel_kernel_now->market_vol.realise(paths, keep, years, feed->last + m * paths, spot, feed->realised + m * paths);
  memcpy(feed->last + m * paths, spot, paths * sizeof *spot);
}

/* Spot falls at the step on or after the ex-date; its realised variance knows nothing of it. */
static void pay_dividends(struct keel_feed_paths *feed, size_t m, int64_t from_ns, int64_t to_ns) {
  const struct keel_underlying_terms *terms = &feed->wiring->wiring->terms->underlyings[m];
  size_t paths = feed->wiring->wiring->paths;
  for (size_t d = 0; d < terms->dividend_count; d++)
    if (terms->dividends[d].ex_ns > from_ns && terms->dividends[d].ex_ns <= to_ns)
      keel_paths_pay(feed->paths, m, terms->dividends[d].cash);
  memcpy(feed->last + m * paths, keel_paths_spot(feed->paths, m), paths * sizeof *feed->last);
}

static void move(struct keel_feed_paths *feed) {
  const int64_t *time_ns = feed->wiring->time_ns + feed->step;
  keel_paths_step(feed->paths);
  for (size_t m = 0; m < feed->wiring->wiring->terms->underlying_count; m++) {
    realise(feed, m, keel_years_between(time_ns[-1], time_ns[0]));
    pay_dividends(feed, m, time_ns[-1], time_ns[0]);
  }
}

int keel_feed_paths_next(struct keel_feed_paths *feed, struct keel_market *market) {
  const struct keel_wiring *wiring = feed->wiring->wiring;
  if (feed->step > feed->wiring->steps) return 0;
  if (feed->step > 0) move(feed);
  market->time_ns = feed->wiring->time_ns[feed->step];
  market->is_last = feed->step == feed->wiring->steps;
  market->next_ns = market->is_last ? KEEL_TIME_NONE : feed->wiring->time_ns[feed->step + 1];
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const struct keel_underlying *underlying = &wiring->underlyings[u];
    show_quote(feed, &wiring->rows[underlying->spot], market);
    for (uint32_t s = 0; s < underlying->slice_count; s++)
      show_slice(feed, &wiring->slices[underlying->first_slice + s], market);
  }
  feed->step++;
  return 1;
}
