/* The worlds, seen through the engine: what an unhedged book earns on average is the difference between the world's
 * price and the mark it entered at. tests/kernel has the moments of the worlds themselves. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/engine.h"

enum { PATHS = 65536, STEPS_PER_YEAR = 32, STEPS_LEAST = 16 };
static const double NO_BIAS = 0;
/* What Andersen's scheme costs at that many steps a year, relative to the price out of the money. */
static const double BIAS = 0.003;

/* T may be a fraction a/b. */
static double years_of(const struct keel_golden *golden, size_t row) {
  const char *text = keel_golden_text(golden, row, "T"), *slash = strchr(text, '/');
  return strtod(text, NULL) / (slash ? strtod(slash + 1, NULL) : 1);
}

struct option {
  const char *kind;
  double strike, years, spot, rate, yield, price;
};

/* The option out of the money, whose price has the smaller error; the table has calls, and puts by parity. */
static struct option option_of(const struct keel_golden *golden, size_t row, const char *call) {
  struct option option = {.strike = keel_golden_number(golden, row, "K"),
                          .years = years_of(golden, row),
                          .spot = keel_golden_number(golden, row, "S"),
                          .rate = keel_golden_number(golden, row, "r"),
                          .yield = keel_golden_number(golden, row, "q"),
                          .price = keel_golden_number(golden, row, call)};
  double held = option.spot * exp(-option.yield * option.years), due = option.strike * exp(-option.rate * option.years);
  option.kind = due > held ? "call" : "put";
  if (due <= held) option.price += due - held;
  return option;
}

/* So many paths see too little of a rare payoff to know the error of its mean; and steps over many years are for
 * `make verify`. */
static int is_judged(const struct option *option, size_t paths) {
  return option->price * (double)paths > 10 * option->spot && (option->years <= 2 || engine_is_full());
}

/* Returns 0 for a row that is not judged. */
static int assert_price(const struct option *option, const char *world, double bias) {
  size_t steps = (size_t)ceil(option->years * STEPS_PER_YEAR), paths;
  if (!bias) steps = 2;
  if (bias && steps < STEPS_LEAST) steps = STEPS_LEAST;
  paths = engine_paths(PATHS, steps);
  if (!is_judged(option, paths)) return 0;
  struct engine_run run = engine_run(
      "book: [{underlying: X, kind: %s, strike: %.17g, years: %.17g, qty: -1, multiplier: 1}]\n"
      "market: {rate: %.17g, yield: %.17g, implied_vol: 0.3, model: {%s, spot: %.17g}}\n"
      "hedge: {target: {none: true}}\n" ENGINE_LIMITS "run: {paths: %zu, steps: %zu, seed: " ENGINE_SEED
      ", explain: false}\n",
      option->kind, option->strike, option->years, option->rate, option->yield, world, option->spot, paths, steps);
  keel_figure price = keel_simulation_price(run.simulation, 0, 0), mean = engine_pnl(&run, 0, "mean");
  double growth = exp(option->rate * option->years), mark = run.simulation->premium;
  assert_string_equal(keel_simulation_statistic(run.simulation, 0), "mean");
  assert_figure(price, option->price, bias * option->price, world);
  assert_close(mean.value, growth * (mark - price.value), 1e-9 * growth * option->spot);
  engine_free(&run);
  return 1;
}

static void print_heston(char *world, size_t size, const char *kind, const struct keel_golden *golden, size_t row) {
  snprintf(world, size, "kind: %s, variance: %s, kappa: %s, theta: %s, xi: %s, rho: %s", kind,
           keel_golden_text(golden, row, "v0"), keel_golden_text(golden, row, "kappa"),
           keel_golden_text(golden, row, "theta"), keel_golden_text(golden, row, "xi"),
           keel_golden_text(golden, row, "rho"));
}

static void print_jumps(char *world, size_t size, const struct keel_golden *golden, size_t row) {
  size_t used = strlen(world);
  snprintf(world + used, size - used, ", intensity: %s, jump_mean: %s, jump_std: %s",
           keel_golden_text(golden, row, "lambda"), keel_golden_text(golden, row, "muJ"),
           keel_golden_text(golden, row, "sigJ"));
}

static void heston_prices(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("heston.csv");
  char world[400];
  int judged = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    struct option option = option_of(&golden, row, "call");
    print_heston(world, sizeof world, "heston", &golden, row);
    judged += assert_price(&option, world, BIAS);
  }
  print_message("%d of %zu prices\n", judged, golden.rows);
  assert_true(judged >= (engine_is_full() ? 40 : 1));
  keel_golden_free(&golden);
}

static void bates_prices(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("bates.csv");
  char world[400];
  int judged = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    struct option option = option_of(&golden, row, "call");
    print_heston(world, sizeof world, "bates", &golden, row);
    print_jumps(world, sizeof world, &golden, row);
    judged += assert_price(&option, world, BIAS);
  }
  print_message("%d of %zu prices\n", judged, golden.rows);
  assert_true(judged >= (engine_is_full() ? 29 : 1));
  keel_golden_free(&golden);
}

/* Exact in any step. */
static void merton_prices(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("merton_jump.csv");
  char world[400];
  int judged = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    if (keel_golden_text(&golden, row, "type")[0] != 'C') continue;
    struct option option = option_of(&golden, row, "price");
    snprintf(world, sizeof world, "kind: merton, vol: %s", keel_golden_text(&golden, row, "sigma"));
    print_jumps(world, sizeof world, &golden, row);
    judged += assert_price(&option, world, NO_BIAS);
  }
  print_message("%d of %zu prices\n", judged, golden.rows);
  assert_true(judged >= (engine_is_full() ? 132 : 1));
  keel_golden_free(&golden);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heston_prices),
      cmocka_unit_test(bates_prices),
      cmocka_unit_test(merton_prices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
