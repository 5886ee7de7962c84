/* Instants: int64 nanoseconds since 1970-01-01T00:00Z, leap seconds left out. */
#ifndef KEEL_TIME_H
#define KEEL_TIME_H

#include <stdint.h>

#include "keel/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `2018-01-31T21:00:00Z`, with as many digits of fraction as needed. buffer takes 40 bytes. */
KEEL_API void keel_time_format(int64_t time_ns, char *buffer);

#ifdef __cplusplus
}
#endif
#endif
