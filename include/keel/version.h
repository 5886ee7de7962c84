/* Which version of the library this is. */
#ifndef KEEL_VERSION_H
#define KEEL_VERSION_H

#include "keel/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": constant. */
KEEL_API const char *keel_version(void);

#ifdef __cplusplus
}
#endif
#endif
