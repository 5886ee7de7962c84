/* Paths of geometric Brownian motion for the tests, in blocks marked by the model. */
#ifndef KEEL_TESTS_HEDGE_GBM_H
#define KEEL_TESTS_HEDGE_GBM_H

#include "hedge/bench_market.h"

enum { GBM_PATHS = 256, GBM_FINEST = 256 };

/* Brownian increments of the finest grid, [step][path]; coarser grids add them up. */
struct gbm {
  double drift, vol, years;
  double increments[GBM_FINEST][GBM_PATHS];
};

static inline void gbm_draw(struct gbm *gbm, uint64_t seed) {
  double root = sqrt(gbm->years / GBM_FINEST);
  for (size_t k = 0; k < GBM_FINEST; k++)
    for (size_t i = 0; i < GBM_PATHS; i++) gbm->increments[k][i] = root * bench_normal(&seed);
}

/* Moves the spots from step - 1 to `step` of `steps`, a divisor of the finest. */
static inline void gbm_move(const struct gbm *gbm, size_t steps, size_t step, double *spots) {
  size_t fine = GBM_FINEST / steps;
  for (size_t i = 0; i < GBM_PATHS; i++) {
    double w = 0;
    for (size_t k = (step - 1) * fine; k < step * fine; k++) w += gbm->increments[k][i];
    spots[i] *= exp((gbm->drift - gbm->vol * gbm->vol / 2) * gbm->years / (double)steps + gbm->vol * w);
  }
}

/* Shows spots and the market's vol to all rows of X, and steps. */
static inline void gbm_show(struct bench *bench, const double *spots, double vol, int64_t time_ns) {
  struct keel_market *market = &bench->block->market;
  size_t paths = bench->wiring.paths;
  for (size_t r = 0; r < bench->wiring.row_count; r++) {
    market->quote_ns[r] = time_ns;
    for (size_t i = 0; i < paths; i++) {
      market->vol[r * paths + i] = vol;
      if (bench->wiring.rows[r].contract.kind == KEEL_KIND_SPOT)
        market->bid[r * paths + i] = market->ask[r * paths + i] = spots[i];
    }
  }
  bench_step(bench, time_ns, 1);
}

#endif
