/* The tables that define Sobol's sequence: primitive polynomials and starting values of Joe and Kuo, as Boost has them
 * (boost/random; Joe, Kuo, Constructing Sobol sequences with better two-dimensional projections, 2008). */
#ifndef KEEL_KERNEL_SOBOL_TABLE_H
#define KEEL_KERNEL_SOBOL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many dimensions there are. */
size_t keel_sobol_table_size(void);
/* Of a dimension from 1: its polynomial, bit k the coefficient of x^k; and the starting values, one per degree. */
uint32_t keel_sobol_table_polynomial(size_t dimension);
uint32_t keel_sobol_table_start(size_t dimension, size_t index);

#ifdef __cplusplus
}
#endif
#endif
