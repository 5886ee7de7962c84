#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/paths_support.h"

enum { ROWS = 500 };

/* Row k's return names it: 1 + r has its number in it, so that a path can be read back. */
static double returns[ROWS], mean_return;

static int set_returns(void **state) {
  (void)state;
  for (int row = 0; row < ROWS; row++) {
    returns[row] = 1e-4 * ((row * 67) % ROWS - ROWS / 2.2);
    mean_return += returns[row] / ROWS;
  }
  return 0;
}

static struct keel_world world_of(double mean_block, int own_drift) {
  return (struct keel_world){
      .kind = KEEL_WORLD_BOOTSTRAP,
      .spot = 100,
      .drift = 0.06,
      .bootstrap = {.returns = returns, .count = ROWS, .mean_block = mean_block, .own_drift = own_drift}};
}

static struct keel_test_run run_of(const struct keel_world *world, size_t steps, size_t paths) {
  return (struct keel_test_run){.plan = {.count = 1, .worlds = world, .draws = {.seed = 37, .steps = steps}},
                                .years = (double)steps / 252,
                                .paths = paths};
}

static int row_of(double growth) {
  for (int row = 0; row < ROWS; row++)
    if (fabs(growth - 1 - returns[row]) < 1e-9) return row;
  fail_msg("no row grows by %.17g", growth);
  return -1;
}

/* The rows that paths took, [step][path]. */
static int *rows_of(const struct keel_test_run *run) {
  double *spot = keel_test_all_spots(run, 0);
  int *rows = calloc(run->plan.draws.steps * run->paths, sizeof *rows);
  for (size_t step = 0; step < run->plan.draws.steps; step++)
    for (size_t i = 0; i < run->paths; i++)
      rows[step * run->paths + i] =
          row_of(spot[step * run->paths + i] / (step ? spot[(step - 1) * run->paths + i] : 100));
  free(spot);
  return rows;
}

/* A block ends at each step with probability 1/5: the lengths of those that end are geometric; rows are uniform. */
static void blocks_are_geometric_and_rows_uniform(void **state) {
  (void)state;
  struct keel_world world = world_of(5, 1);
  const size_t steps = 200, paths = 2 * KEEL_LEAF;
  struct keel_test_run run = run_of(&world, steps, paths);
  int *rows = rows_of(&run), *seen = calloc(ROWS, sizeof *seen);
  double lengths[40] = {0}, blocks = 0, total = 0, chi2 = 0, n = (double)(steps * paths);
  for (size_t i = 0; i < paths; i++)
    for (size_t step = 0, length = 1; step < steps; step++) {
      int row = rows[step * paths + i], next = step + 1 < steps ? rows[(step + 1) * paths + i] : -1;
      seen[row]++;
      if (next == (row + 1) % ROWS)
        length++;
      else if (next >= 0)
        lengths[length < 40 ? length : 39]++, blocks++, total += (double)length, length = 1;
    }
  /* a new block goes on with the next row by chance, one time in ROWS */
  double end = 0.2 * (1 - 1.0 / ROWS);
  assert_close(blocks / (n - (double)paths), end, 4 * sqrt(end * (1 - end) / n));
  for (int length = 1; length < 12; length++) {
    double chance = end * pow(1 - end, length - 1);
    assert_close(lengths[length] / blocks, chance, 4 * sqrt(chance / blocks) + 0.002);
  }
  for (int row = 0; row < ROWS; row++) chi2 += (seen[row] - n / ROWS) * (seen[row] - n / ROWS) / (n / ROWS);
  assert_true(chi2 / ROWS <
              12); /* rows of a block are not independent: about 2 x 5 - 1 times as much as of single rows */
  free(rows), free(seen);
}

static void growth_is_asked_for_or_its_own(void **state) {
  (void)state;
  const size_t steps = 21;
  for (int own = 0; own < 2; own++) {
    struct keel_world world = world_of(1, own); /* single rows: the mean of the product is exact */
    struct keel_test_run run = run_of(&world, steps, keel_test_paths(1 << 17));
    double *spot = keel_test_spots(&run, 0);
    double want = own ? 100 * pow(1 + mean_return, (double)steps) : 100 * exp(0.06 * (double)steps / 252);
    assert_mean(keel_test_mean_of(spot, run.paths, 1), want, 0);
    free(spot);
  }
}

static void a_row_can_be_forced(void **state) {
  (void)state;
  struct keel_world world = world_of(10, 1);
  world.bootstrap.forced = 1, world.bootstrap.forced_step = 3, world.bootstrap.forced_row = ROWS - 1;
  struct keel_test_run run = run_of(&world, 6, KEEL_LEAF);
  int *rows = rows_of(&run), going_on = 0, others = 0;
  for (size_t i = 0; i < KEEL_LEAF; i++) {
    assert_int_equal(rows[3 * KEEL_LEAF + i], ROWS - 1);
    going_on += rows[4 * KEEL_LEAF + i] == 0; /* it wraps around */
    others += rows[2 * KEEL_LEAF + i] != ROWS - 2;
  }
  assert_true(going_on > KEEL_LEAF * 0.8 && others > KEEL_LEAF * 0.9);
  free(rows);
}

/* Two underlyings whose rows belong together take the same days. */
static void underlyings_share_their_days(void **state) {
  (void)state;
  static double doubled[ROWS];
  for (int row = 0; row < ROWS; row++) doubled[row] = 2 * returns[row];
  struct keel_world worlds[2] = {world_of(5, 1), world_of(5, 1)};
  worlds[1].bootstrap.returns = doubled;
  struct keel_test_run run = run_of(worlds, 20, KEEL_LEAF);
  run.plan.count = 2;
  double *a = keel_test_all_spots(&run, 0), *b = keel_test_all_spots(&run, 1);
  for (size_t i = KEEL_LEAF; i < 20 * KEEL_LEAF; i++)
    assert_close(b[i] / b[i - KEEL_LEAF] - 1, 2 * (a[i] / a[i - KEEL_LEAF] - 1), 1e-12);
  free(a), free(b);
}

static void same_bits(void **state) {
  (void)state;
  struct keel_world world = world_of(5, 0);
  struct keel_test_run run = run_of(&world, 30, 2 * KEEL_LEAF + 90);
  keel_assert_same_paths(&run);
}

static void problems(void **state) {
  (void)state;
  char text[KEEL_WORLD_TEXT_SIZE];
  double gaps[] = {0.01, NAN, 0.02}, ruin[] = {0.01, -1};
  struct keel_world world = world_of(5, 0);
  assert_null(keel_world_problem(&world, text));
  assert_true(isnan(keel_world_variance(&world, 1).constant));
  world.bootstrap.returns = gaps, world.bootstrap.count = 3;
  assert_string_equal(keel_world_problem(&world, text),
                      "returns: row 2 of 3 is nan, a finite number above -1 it has to be");
  world.bootstrap.returns = ruin, world.bootstrap.count = 2;
  assert_string_equal(keel_world_problem(&world, text),
                      "returns: row 2 of 2 is -1, a finite number above -1 it has to be");
  world.bootstrap.count = 1, world.bootstrap.forced = 1, world.bootstrap.forced_row = 1;
  assert_string_equal(keel_world_problem(&world, text), "forced_row: 1 is not a row of the returns");
  world.bootstrap.mean_block = 0.5;
  assert_string_equal(keel_world_problem(&world, text), "mean_block: 0.5 is not 1 or above");
  world.bootstrap.count = 0;
  assert_string_equal(keel_world_problem(&world, text), "returns: 0 is not 1 row at least, 2^32 at most");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_are_geometric_and_rows_uniform),
      cmocka_unit_test(growth_is_asked_for_or_its_own),
      cmocka_unit_test(a_row_can_be_forced),
      cmocka_unit_test(underlyings_share_their_days),
      cmocka_unit_test(same_bits),
      cmocka_unit_test(problems),
  };
  return cmocka_run_group_tests(tests, set_returns, NULL);
}
