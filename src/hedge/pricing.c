#include "hedge/pricing.h"

#include "kernel/greeks.h"
#include "kernel/kernel.h"

/* Where the rows that are exercised as this one is end. */
static size_t end_of_run(size_t count, const unsigned char *american, size_t start) {
  size_t end = start + 1;
  while (end < count && american[end] == american[start]) end++;
  return end;
}

void keel_price_rows(size_t count, const unsigned char *american, const keel_options *options, keel_greek_set set,
                     const keel_greeks *out) {
  for (size_t start = 0, end; start < count; start = end) {
    end = end_of_run(count, american, start);
    keel_options in = keel_options_from(options, start);
    keel_greeks to = keel_greeks_from(out, start);
    if (american[start])
      keel_american_price(end - start, &in, KEEL_PRICING_SCHEME, set, &to, NULL);
    else
      keel_kernel_now->black_scholes(end - start, &in, set, &to);
  }
}

void keel_imply_rows(size_t count, const unsigned char *american, const keel_options *options, const double *price,
                     double *vol) {
  for (size_t start = 0, end; start < count; start = end) {
    end = end_of_run(count, american, start);
    keel_options in = keel_options_from(options, start);
    if (american[start])
      keel_american_implied_vol(end - start, &in, KEEL_PRICING_SCHEME, price + start, vol + start);
    else
      keel_kernel_now->implied_vol(end - start, &in, price + start, vol + start);
  }
}

/* The kernel of American options takes rows: the contract's terms are laid out once, for all parts of the paths. */
static void price_american(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  enum { PART = 64 };
  const keel_option *option = &paths->option;
  double phi[PART], strike[PART], rate[PART], yield[PART], years[PART];
  for (size_t i = 0; i < PART && i < paths->count; i++) {
    phi[i] = option->phi, strike[i] = option->strike, rate[i] = option->rate;
    yield[i] = option->yield, years[i] = option->years;
  }
  for (size_t start = 0; start < paths->count; start += PART) {
    size_t count = paths->count - start < PART ? paths->count - start : PART;
    keel_options in = {phi, paths->spot + start, strike, rate, yield, years, paths->vol + start};
    keel_greeks to = keel_greeks_from(out, start);
    keel_american_price(count, &in, KEEL_PRICING_SCHEME, set, &to, NULL);
  }
}

void keel_price_paths(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  if (paths->american)
    price_american(paths, set, out);
  else
    keel_kernel_now->black_scholes_paths(paths->count, &paths->option, paths->spot, paths->vol, set, out);
}

void keel_delta_paths(const struct keel_option_paths *paths, double *price, double *delta) {
  if (paths->american)
    price_american(paths, KEEL_GREEK_SET_DELTA, &(keel_greeks){.price = price, .delta = delta});
  else
    keel_kernel_now->black_scholes_delta(paths->count, &paths->option, paths->spot, paths->vol, delta);
}
