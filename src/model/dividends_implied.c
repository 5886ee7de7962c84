/* The vols that prices imply under cash dividends, by the fast approximation. See keel/dividends.h. */
#include <math.h>

#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"

/* Standard deviations of log spot at expiry between which the vol is looked for. */
static const double DEVIATION_LEAST = 2e-6, DEVIATION_MOST = 1.49;
enum { STEPS = 100 };

struct inversion {
  keel_options option; /* one */
  const keel_dividends *dividends;
  double price, root_years;
};

static double price_at(const struct inversion *in, double vol) {
  double price;
  keel_options option = in->option;
  option.vol = &vol;
  keel_dividends_price(1, &option, in->dividends, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price}, NULL);
  return price;
}

/* The log of the price at e^x over the price that is given: it rises with x, and is nearly a line. */
static double excess_at(const struct inversion *in, double x) {
  double price = price_at(in, keel_exp(x));
  return price > 0 ? keel_log(price / in->price) : -1e3;
}

/* The vol of the formula for spot less the present value of its dividends, or one that reaches the strike. */
static double guess(const struct inversion *in, double low, double high) {
  const keel_options *option = &in->option;
  double net = option->spot[0], years = option->years[0], vol;
  for (size_t i = 0; i < keel_dividends_before(in->dividends, years); i++)
    net -= in->dividends->cash[i] * keel_exp(-option->rate[0] * in->dividends->years[i]);
  keel_options escrowed = *option;
  escrowed.spot = &net;
  keel_kernel_now->implied_vol(1, &escrowed, &in->price, &vol);
  if (vol > low && vol < high) return vol;
  double away = fabs(keel_log(option->spot[0] / keel_at_least(option->strike[0], 1e-100)));
  return keel_at_least(keel_at_most((0.2 + sqrt(2 * away)) / in->root_years, 0.9 * high), 1.1 * low);
}

/* The secant's steps inside a bracket that shrinks; a step that leaves it goes to its middle. */
static double invert(const struct inversion *in, double low, double high) {
  double x = keel_log(guess(in, low, high)), y = excess_at(in, x);
  low = keel_log(low), high = keel_log(high);
  double last_x = x, last_y = y, slope = 1;
  for (int step = 0; step < STEPS && y != 0; step++) {
    if (y < 0)
      low = x;
    else
      high = x;
    if (x != last_x && y != last_y) slope = (y - last_y) / (x - last_x);
    double next = x - y / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (fabs(next - x) < 1e-15 || next == low || next == high) return keel_exp(next);
    last_x = x, last_y = y;
    x = next, y = excess_at(in, x);
  }
  return keel_exp(x);
}

static double implied(const keel_options *options, size_t i, const keel_dividends *dividends, double price) {
  const struct inversion in = {keel_options_from(options, i), dividends, price, sqrt(options->years[i])};
  const keel_option option = {options->phi[i], options->strike[i], options->rate[i], options->yield[i],
                              options->years[i]};
  double low = DEVIATION_LEAST / in.root_years, high = DEVIATION_MOST / in.root_years;
  if (!(price >= 0) || keel_dividends_problem(&option, options->spot[i], low, dividends)) return NAN;
  double least = price_at(&in, low), noise = 1e-15 * (options->spot[i] + option.strike);
  if (!(price >= least - noise) || !(price < price_at(&in, high))) return NAN;
  return price <= least + noise ? 0 : invert(&in, low, high);
}

keel_status keel_dividends_implied_vol(size_t count, const keel_options *options, const keel_dividends *dividends,
                                       const double *price, double *vol, keel_error *error) {
  keel_status status = keel_dividends_takes(count, options, dividends, error);
  if (status != KEEL_STATUS_OK) return status;
  for (size_t i = 0; i < count; i++) {
    const keel_options one = keel_options_from(options, i);
    if (keel_dividends_before(dividends, options->years[i]) == 0)
      keel_kernel_now->implied_vol(1, &one, price + i, vol + i);
    else
      vol[i] = implied(options, i, dividends, price[i]);
  }
  return KEEL_STATUS_OK;
}
