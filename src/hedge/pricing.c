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

static void price_american(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  const keel_option *one = &paths->option;
  keel_options in = {&one->phi, paths->spot, &one->strike, &one->rate, &one->yield, &one->years, paths->vol};
  keel_american_price_paths(paths->count, &in, KEEL_PRICING_SCHEME, set, out);
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
