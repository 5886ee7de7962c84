/* Which instruction set the kernels use. Every level gives the same bits; this is about speed and tests. */
#ifndef KEEL_CPU_H
#define KEEL_CPU_H

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The level in use: "base", "v3" (AVX2, FMA) or "v4" (AVX-512). At start it is the best one that the machine has, or
 * the one that the environment variable KEEL_CPU names, if the machine has it. */
KEEL_API const char *keel_cpu_level(void);

/* Forces a level by name ("auto" for the one at start). Not while other threads compute.
 * Errors: KEEL_STATUS_INPUT for an unknown name, KEEL_STATUS_UNSUPPORTED for one that this machine or build lacks. */
KEEL_API keel_status keel_cpu_force(const char *level, keel_error *error);

#ifdef __cplusplus
}
#endif
#endif
