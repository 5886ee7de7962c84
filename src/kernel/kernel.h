/* The table of kernels, one per instruction-set level, chosen once at start (cpu.c). */
#ifndef KEEL_KERNEL_KERNEL_H
#define KEEL_KERNEL_KERNEL_H

#include <stddef.h>

#include "keel/american.h"
#include "keel/bachelier.h"
#include "kernel/bands.h"
#include "kernel/deltas.h"
#include "kernel/diffusion.h"
#include "kernel/dividends.h"
#include "kernel/heston.h"
#include "kernel/lanes.h"
#include "kernel/leaf.h"
#include "kernel/market_vol.h"
#include "kernel/neutral.h"
#include "kernel/paths.h"
#include "kernel/rows.h"

struct keel_american_nodes;

struct keel_kernel {
  const char *level;
  void (*black_scholes)(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out);
  void (*black_scholes_paths)(size_t count, const keel_option *option, const double *spot, const double *vol,
                              keel_greek_set set, const keel_greeks *out);
  /* Delta alone, the same bits at less work. */
  void (*black_scholes_delta)(size_t count, const keel_option *option, const double *spot, const double *vol,
                              double *delta);
  /* The scheme as its nodes. */
  void (*american)(size_t count, const keel_options *options, const struct keel_american_nodes *nodes,
                   keel_greek_set set, const keel_greeks *out, double *boundary);
  void (*american_paths)(size_t count, const keel_options *paths, const struct keel_american_nodes *nodes,
                         keel_greek_set set, const keel_greeks *out);
  void (*implied_vol)(size_t count, const keel_options *options, const double *price, double *vol);
  void (*bachelier)(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out);
  void (*bachelier_implied)(size_t count, const keel_options *options, const double *price, double *vol);
  struct keel_lanes lanes;
  struct keel_neutral neutral;
  struct keel_leaf leaf;
  struct keel_bands bands;
  struct keel_deltas deltas;
  keel_dividends_price_calls *dividends_calls;
  keel_diffusion_lay *diffusion_lay;
  keel_diffusion_advance *diffusion_advance;
  struct keel_heston_kernel heston;
  struct keel_rows rows;
  struct keel_market_vol market_vol;
  struct keel_random random;
  const struct keel_world_type *worlds[KEEL_WORLD_COUNT];
};

/* The table in use. Set before main runs; changed only by keel_cpu_force. */
extern const struct keel_kernel *keel_kernel_now;

#endif
