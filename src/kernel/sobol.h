/* Direction numbers of Sobol's sequence. A point's coordinate is the xor of the directions at the bits of its Gray code
 * (Antonov, Saleev 1979), as the upper 32 bits of a word; kernel/random.h has the loop. */
#ifndef KEEL_KERNEL_SOBOL_H
#define KEEL_KERNEL_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { KEEL_SOBOL_BITS = 32 };

size_t keel_sobol_dimensions(void);
/* directions[KEEL_SOBOL_BITS] of a dimension below keel_sobol_dimensions(). */
void keel_sobol_directions(size_t dimension, uint32_t *directions);

#endif
