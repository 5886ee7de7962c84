/* American implied vols and all eleven Greeks of one session's option chains, on two threads: seconds of the clock,
 * seconds of the processor by core, and how many times each goes into the half second that is allowed; then what could
 * not be priced, by reason, on stderr. Arguments choose subjects; without the data there is none. */
#include <math.h>

#include "../tests/kernel/alpaca_support.h"
#include "base/pool.h"
#include "bench.h"

enum { THREADS = 2, PART = 256, ROUNDS = 21 };

#define LIMIT_SECONDS 0.5

static struct alpaca chains;
static keel_american_scheme scheme;

static void price_part(void *context, size_t index, size_t worker) {
  (void)context, (void)worker;
  size_t start = index * PART, count = chains.count - start < PART ? chains.count - start : PART;
  keel_options options = alpaca_options(&chains, start);
  keel_greeks greeks = alpaca_greeks(&chains, start);
  keel_american_implied_vol(count, &options, scheme, chains.mid + start, chains.vol + start);
  keel_american_price(count, &options, scheme, KEEL_GREEK_SET_ALL, &greeks, NULL);
}

static double clock_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void time_session(const char *name, struct keel_pool *pool) {
  double wall[ROUNDS], processor[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    double start = clock_seconds(), used = bench_seconds();
    keel_pool_run(pool, (chains.count + PART - 1) / PART, price_part, NULL);
    wall[round] = clock_seconds() - start;
    processor[round] = (bench_seconds() - used) / THREADS;
  }
  qsort(wall, ROUNDS, sizeof(double), bench_order);
  qsort(processor, ROUNDS, sizeof(double), bench_order);
  printf("%s\t%.3g\ts\tlimit=%.2g\n", name, wall[ROUNDS / 2], LIMIT_SECONDS / wall[ROUNDS / 2]);
  printf("%s_cpu\t%.3g\ts/core\tlimit=%.2g\n", name, processor[ROUNDS / 2], LIMIT_SECONDS / processor[ROUNDS / 2]);
}

static void show_refusals(const char *name) {
  struct alpaca_refusal refusals[ALPACA_REFUSALS] = {{"", 0}};
  size_t priced = 0;
  for (size_t i = 0; i < chains.count; i++) {
    keel_option option = {chains.phi[i], chains.strike[i], chains.rate[i], chains.yield[i], chains.years[i]};
    char text[KEEL_PROBLEM_SIZE];
    if (isfinite(chains.out[0][i]))
      priced++;
    else
      alpaca_count(refusals, keel_american_implied_problem(&option, chains.spot[i], chains.mid[i], text));
  }
  fprintf(stderr, "%s: %zu rows, %zu without a bid, %zu expired; %zu quotes, %zu priced\n", name, chains.rows,
          chains.zero_bid, chains.expired, chains.count, priced);
  for (int i = 0; i < ALPACA_REFUSALS && refusals[i].count; i++)
    fprintf(stderr, "%s: %zu refused: %s\n", name, refusals[i].count, refusals[i].why);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"alpaca_fast", "alpaca"};
  struct keel_pool *pool;
  if (!alpaca_load(&chains, 0)) return 0;
  if (keel_pool_new(THREADS, &pool, NULL)) return 1;
  for (int i = 0; i < 2; i++) {
    int chosen = argc < 2;
    for (int a = 1; a < argc; a++) chosen |= !strcmp(argv[a], names[i]) || !strcmp(argv[a], "alpaca");
    if (!chosen) continue;
    scheme = i ? KEEL_AMERICAN_ACCURATE : KEEL_AMERICAN_FAST;
    time_session(names[i], pool);
    show_refusals(names[i]);
  }
  keel_pool_free(pool);
}
