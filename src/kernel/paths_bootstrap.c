/* Real returns by the stationary block bootstrap: a path reads rows one after the other, and at each step jumps to a
 * row drawn from all with probability 1 / mean_block. Source: Politis, Romano, The stationary bootstrap (1994).
 *
 * State: spot, and the row that the last step took. */
#include "kernel/paths_level.h"
#include "kernel/random_level.h"

static const char *returns_problem(const struct keel_bootstrap *in, char *text) {
  for (size_t row = 0; row < in->count; row++) {
    if (in->returns[row] > -1 && isfinite(in->returns[row])) continue;
    snprintf(text, KEEL_WORLD_TEXT_SIZE, "returns: row %zu of %zu is %g, a finite number above -1 it has to be",
             row + 1, in->count, in->returns[row]);
    return text;
  }
  return NULL;
}

static const char *problem(const struct keel_world *world, char *text) {
  const struct keel_bootstrap *in = &world->bootstrap;
  const struct keel_world_bound bounds[] = {
      {"returns", (double)in->count, in->count > 0 && in->count <= UINT32_MAX, "1 row at least, 2^32 at most"},
      {"mean_block", in->mean_block, in->mean_block >= 1 && isfinite(in->mean_block), "1 or above"},
      {"forced_row", (double)in->forced_row, !in->forced || in->forced_row < in->count, "a row of the returns"}};
  const char *text_of = keel_world_bounds(bounds, 3, text);
  return text_of ? text_of : returns_problem(in, text);
}

static struct keel_expected_variance variance(const struct keel_world *world, double years) {
  (void)world, (void)years;
  return (struct keel_expected_variance){NAN, NAN};
}

/* The mean return. */
static void wire(const struct keel_world *world, size_t steps, const double *years, double *out) {
  double sum = 0;
  (void)steps, (void)years;
  for (size_t row = 0; row < world->bootstrap.count; row++) sum += world->bootstrap.returns[row];
  out[0] = sum / (double)world->bootstrap.count;
}

/* A word's upper half decides whether a new block begins, its lower half where. */
static void choose(const struct keel_path_step *step, const struct keel_bootstrap *in, double *row) {
  const size_t skipped = step->first & 1;
  const uint64_t count = in->count, first = step->step == 0;
  const double chance = 0x1p32 / in->mean_block;
  uint64_t words[KEEL_LEAF + 1 + KEEL_WORDS_EXTRA];
  struct keel_draw draw = {step->seed, step->step, keel_stream_factor(KEEL_STREAM_RESAMPLE, 0)};
  KEEL_AT(keel_random_words)(&draw, step->first - skipped, step->paths + skipped, words);
  for (size_t i = 0; i < step->paths; i++) {
    uint64_t word = words[skipped + i], drawn = (word & 0xffffffff) * count >> 32;
    int fresh = first || (double)(word >> 32) < chance;
    double next = row[i] + 1.0 < (double)count ? row[i] + 1.0 : 0.0;
    row[i] = fresh ? (double)drawn : next;
  }
}

static void step_bootstrap(const struct keel_path_step *step) {
  const struct keel_bootstrap *in = &step->world->bootstrap;
  const double wanted = keel_exp(step->world->drift * step->years);
  const double scale = in->own_drift ? 1.0 : wanted / (1.0 + step->wired[0]);
  double *spot = step->state, *row = step->state + KEEL_LEAF;
  choose(step, in, row);
  if (in->forced && step->step == in->forced_step)
    for (size_t i = 0; i < step->paths; i++) row[i] = (double)in->forced_row;
  for (size_t i = 0; i < step->paths; i++) spot[i] *= (1.0 + in->returns[(size_t)row[i]]) * scale;
}

const struct keel_world_type KEEL_AT(keel_world_bootstrap) = {.name = "bootstrap",
                                                              .factors = 0,
                                                              .rows = 2,
                                                              .problem = problem,
                                                              .variance = variance,
                                                              .wired = 1,
                                                              .wire = wire,
                                                              .step = step_bootstrap};
