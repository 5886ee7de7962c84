/* The peer to beat: one option after another, by libm. */
#ifndef KEEL_BENCH_PEER_BLACK_SCHOLES_H
#define KEEL_BENCH_PEER_BLACK_SCHOLES_H

#include <stddef.h>

#include "keel/black_scholes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Price and five Greeks of each. */
void naive_black_scholes(size_t count, const keel_options *options, const keel_greeks *out);

#ifdef __cplusplus
}
#endif
#endif
