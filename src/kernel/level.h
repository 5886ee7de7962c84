/* The one macro of the kernels: the name of an instruction-set level.
 *
 * The kernels are compiled once per level with KEEL_LEVEL set to base, v3 or v4; KEEL_AT(f) is then f_base, f_v3 or
 * f_v4. table.c lists the functions of its level; cpu.c chooses one table at start. */
#ifndef KEEL_KERNEL_LEVEL_H
#define KEEL_KERNEL_LEVEL_H

#ifndef KEEL_LEVEL
#error "the build sets KEEL_LEVEL"
#endif

#include "kernel/kernel.h"

#define KEEL_LEVEL_JOIN_(f, level) f##_##level
#define KEEL_LEVEL_JOIN(f, level) KEEL_LEVEL_JOIN_(f, level)
#define KEEL_AT(f) KEEL_LEVEL_JOIN(f, KEEL_LEVEL)
#define KEEL_LEVEL_TEXT_(level) #level
#define KEEL_LEVEL_TEXT(level) KEEL_LEVEL_TEXT_(level)

/* The kernels at this level; what they do is said in their public headers. */
void KEEL_AT(keel_black_scholes)(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out);
void KEEL_AT(keel_black_scholes_paths)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       keel_greek_set set, const keel_greeks *out);
void KEEL_AT(keel_black_scholes_delta)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       double *delta);
void KEEL_AT(keel_implied_vol)(size_t count, const keel_options *options, const double *price, double *vol);
void KEEL_AT(keel_bachelier)(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out);
void KEEL_AT(keel_bachelier_implied)(size_t count, const keel_options *options, const double *price, double *vol);
extern const struct keel_kernel KEEL_AT(keel_kernel);

#endif
