/* Double to decimal text, the same on every machine and in every locale.
 *
 * The shortest digits that read back as the same double, and of those the closest to it; at most 17. Plain from 1e-5 to
 * below 1e17, else with an exponent (1.5e-07): what %.17g does, with fewer digits. Also nan, inf, -inf and -0.
 * Source: Giulietti (2020), "The Schubfach way to render doubles". */
#ifndef KEEL_BASE_SHORTEST_H
#define KEEL_BASE_SHORTEST_H

#include <stddef.h>

enum { KEEL_NUMBER_ROOM = 32 };

/* Writes it terminated; returns its length. May be called from any thread. */
size_t keel_number_format(double number, char buffer[KEEL_NUMBER_ROOM]);

#endif
