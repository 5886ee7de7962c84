/* Delta hedging a short call along simulated paths in one fused loop, with this library's kernels and nothing around
 * them: what any engine for the job can at best come near to. */
#ifndef KEEL_BENCH_PEER_DISCRETE_HEDGE_H
#define KEEL_BENCH_PEER_DISCRETE_HEDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct discrete_hedge {
  double spot, strike, rate, vol, years;
  double cost; /* of the value traded */
  size_t steps, paths;
  uint64_t seed;
};

struct discrete_hedge_moments {
  double mean, std;
};

/* The P&L at expiry of a call sold at its Black-Scholes price and hedged at steps equal times from the start on. */
struct discrete_hedge_moments bare_discrete_hedge(const struct discrete_hedge *job);

#ifdef __cplusplus
}
#endif
#endif
