/* The random numbers of this level, for table.c. */
#ifndef KEEL_KERNEL_RANDOM_LEVEL_H
#define KEEL_KERNEL_RANDOM_LEVEL_H

#include "kernel/level.h"
#include "kernel/random.h"

void KEEL_AT(keel_random_words)(const struct keel_draw *draw, uint64_t first, size_t count, uint64_t *words);
void KEEL_AT(keel_random_sobol)(const struct keel_sobol_row *row, uint32_t first, size_t count, uint64_t *words);
void KEEL_AT(keel_random_uniforms)(size_t count, const uint64_t *words, double *uniforms);
void KEEL_AT(keel_random_normals)(size_t count, const uint64_t *words, double *normals);
void KEEL_AT(keel_random_normal_pairs)(const struct keel_draw *draw, uint64_t first, size_t count, double *normals);
void KEEL_AT(keel_random_mirror)(size_t count, const double *in, double *out);
void KEEL_AT(keel_random_match)(double *normals);
void KEEL_AT(keel_random_bridge)(size_t count, const struct keel_bridge_row *row);
void KEEL_AT(keel_random_correlate)(size_t count, size_t row_count, const double *lower, double *const *rows);

#endif
