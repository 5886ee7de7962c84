#include "peer_discrete_hedge.h"

#include "kernel/kernel.h"
#include "kernel/lane_math.h"

struct lanes {
  double log_spot[KEEL_LEAF], spot[KEEL_LEAF], held[KEEL_LEAF], cash[KEEL_LEAF], normal[KEEL_LEAF];
};

/* What a step needs beside the lanes: spot moves by mean + deviation z, d1 = (ln S - offset) / spread. */
struct stage {
  double mean, deviation, offset, inv_spread, growth, cost;
};

/* Buys the delta of the call at this spot. */
static inline void trade(struct lanes *lanes, const struct stage *stage, size_t i) {
  double d1 = (lanes->log_spot[i] - stage->offset) * stage->inv_spread;
  double wanted = keel_normal_cdf(d1), bought = wanted - lanes->held[i];
  lanes->cash[i] -= bought * lanes->spot[i] + fabs(bought) * lanes->spot[i] * stage->cost;
  lanes->held[i] = wanted;
}

static void start(struct lanes *lanes, const struct stage *stage, double spot, double premium) {
  const double log_spot = keel_log(spot);
#pragma omp simd
  for (size_t i = 0; i < KEEL_LEAF; i++) {
    lanes->log_spot[i] = log_spot, lanes->spot[i] = spot, lanes->held[i] = 0, lanes->cash[i] = premium;
    trade(lanes, stage, i);
  }
}

static inline void move(struct lanes *lanes, const struct stage *stage, size_t i) {
  lanes->log_spot[i] += fma(stage->deviation, lanes->normal[i], stage->mean);
  lanes->spot[i] = keel_exp_normal(lanes->log_spot[i]);
  lanes->cash[i] *= stage->growth;
}

static void step(struct lanes *lanes, const struct stage *stage) {
#pragma omp simd
  for (size_t i = 0; i < KEEL_LEAF; i++) {
    move(lanes, stage, i);
    trade(lanes, stage, i);
  }
}

static void finish(struct lanes *lanes, const struct stage *stage, double strike, double *pnl) {
#pragma omp simd
  for (size_t i = 0; i < KEEL_LEAF; i++) {
    move(lanes, stage, i);
    double payoff = keel_at_least(lanes->spot[i] - strike, 0.0), sold = lanes->held[i] * lanes->spot[i];
    pnl[i] = lanes->cash[i] + sold - sold * stage->cost - payoff;
  }
}

static struct stage stage_at(const struct discrete_hedge *job, size_t step) {
  const double length = job->years / (double)job->steps, left = job->years - length * (double)step;
  const double variance = job->vol * job->vol;
  return (struct stage){.mean = (job->rate - 0.5 * variance) * length,
                        .deviation = job->vol * sqrt(length),
                        .offset = keel_log(job->strike) - (job->rate + 0.5 * variance) * left,
                        .inv_spread = 1 / (job->vol * sqrt(left)),
                        .growth = keel_exp(job->rate * length),
                        .cost = job->cost};
}

static double premium_of(const struct discrete_hedge *job) {
  const struct stage first = stage_at(job, 0);
  const double spread = job->vol * sqrt(job->years), d1 = (keel_log(job->spot) - first.offset) / spread;
  return job->spot * keel_normal_cdf(d1) -
         job->strike * keel_exp(-job->rate * job->years) * keel_normal_cdf(d1 - spread);
}

static void draw(struct lanes *lanes, uint64_t seed, uint64_t first, size_t at) {
  const struct keel_draw draw = {seed, (uint32_t)at, 0};
  keel_kernel_now->random.normal_pairs(&draw, first, KEEL_LEAF, lanes->normal);
}

struct discrete_hedge_moments bare_discrete_hedge(const struct discrete_hedge *job) {
  static struct lanes lanes;
  double pnl[KEEL_LEAF], sum = 0, squares = 0;
  const double premium = premium_of(job);
  for (uint64_t first = 0; first < job->paths; first += KEEL_LEAF) {
    struct stage stage = stage_at(job, 0);
    start(&lanes, &stage, job->spot, premium);
    for (size_t at = 1; at < job->steps; at++) {
      stage = stage_at(job, at);
      draw(&lanes, job->seed, first, at - 1);
      step(&lanes, &stage);
    }
    draw(&lanes, job->seed, first, job->steps - 1);
    finish(&lanes, &stage, job->strike, pnl);
    for (size_t i = 0; i < KEEL_LEAF && first + i < job->paths; i++) sum += pnl[i], squares += pnl[i] * pnl[i];
  }
  const double count = (double)job->paths, mean = sum / count;
  return (struct discrete_hedge_moments){mean, sqrt(squares / count - mean * mean)};
}
