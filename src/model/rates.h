/* A file of rates that is in memory. */
#ifndef KEEL_MODEL_RATES_H
#define KEEL_MODEL_RATES_H

#include "keel/curve.h"

/* As keel_rates_load; `name` is for messages. */
keel_status keel_rates_load_bytes(const char *name, const void *bytes, size_t size, keel_rates **rates,
                                  keel_error *error);

#endif
