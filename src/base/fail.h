/* Filling a keel_error, and the assertion that stays in release builds. */
#ifndef KEEL_BASE_FAIL_H
#define KEEL_BASE_FAIL_H

#include "keel/error.h"

/* Fills `error` (may be NULL) and returns `status`, so that `return keel_fail(...)` reads well. `where` may be NULL. */
keel_status keel_fail(keel_error *error, keel_status status, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same, with where = `file:line: field`; line 0 and field NULL are left out. */
keel_status keel_fail_at(keel_error *error, const char *file, long line, const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A bug of ours: says where and aborts. Never inside a kernel loop. */
#define keel_assert(condition) ((condition) ? (void)0 : keel_assert_failed(__FILE__, __LINE__, #condition))
_Noreturn void keel_assert_failed(const char *file, int line, const char *condition);

#endif
