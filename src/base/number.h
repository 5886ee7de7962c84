/* Decimal text to double, the same on every machine and in every locale. */
#ifndef KEEL_BASE_NUMBER_H
#define KEEL_BASE_NUMBER_H

#include <stddef.h>

/* [+-]digits[.digits][e[+-]digits], and nothing else: no blanks, hex, "nan" or "inf". Returns 0 if it is not that, or
 * overflows to infinity.
 * Accuracy: correctly rounded (subnormals and zero included).
 * Source: Clinger (1990), "How to read floating point numbers accurately": the fast path; else the C library. */
int keel_number_parse(const char *text, size_t length, double *number);

#endif
