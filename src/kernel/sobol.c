/* See sobol.h. Source: Bratley, Fox, Algorithm 659 (1988), section 2. */
#include "kernel/sobol.h"

#include "kernel/sobol_table.h"

size_t keel_sobol_dimensions(void) { return keel_sobol_table_size(); }

static int degree_of(uint32_t polynomial) {
  int degree = 0;
  while (polynomial >> (degree + 1)) degree++;
  return degree;
}

/* m_j = m_{j-s} xor the sum over the polynomial's lower terms x^k of 2^{s-k} m_{j-s+k}, with s its degree. */
static uint32_t next_value(const uint32_t *m, int j, uint32_t polynomial, int degree) {
  uint32_t value = m[j - degree];
  for (int k = 0; k < degree; k++)
    if (polynomial >> k & 1) value ^= m[j - degree + k] << (degree - k);
  return value;
}

void keel_sobol_directions(size_t dimension, uint32_t *directions) {
  const uint32_t polynomial = dimension ? keel_sobol_table_polynomial(dimension) : 1;
  const int degree = degree_of(polynomial);
  uint32_t m[KEEL_SOBOL_BITS];
  for (int j = 0; j < KEEL_SOBOL_BITS; j++) {
    if (!dimension)
      m[j] = 1;
    else
      m[j] = j < degree ? keel_sobol_table_start(dimension, (size_t)j) : next_value(m, j, polynomial, degree);
    directions[j] = m[j] << (KEEL_SOBOL_BITS - 1 - j);
  }
}
