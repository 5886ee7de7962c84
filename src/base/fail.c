#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *keel_status_name(keel_status status) {
  static const char *const names[] = {"ok", "input", "corrupt", "unsupported", "io", "memory", "stopped"};
  return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
}

static void fill(keel_error *error, keel_status status, const char *format, va_list args) {
  error->status = status;
  vsnprintf(error->what, sizeof error->what, format, args);
}

keel_status keel_fail(keel_error *error, keel_status status, const char *where, const char *format, ...) {
  if (!error) return status;
  snprintf(error->where, sizeof error->where, "%s", where ? where : "");
  va_list args;
  va_start(args, format);
  fill(error, status, format, args);
  va_end(args);
  return status;
}

keel_status keel_fail_at(keel_error *error, const char *file, long line, const char *field, const char *format, ...) {
  if (!error) return KEEL_STATUS_INPUT;
  int used = line > 0 ? snprintf(error->where, sizeof error->where, "%s:%ld", file, line)
                      : snprintf(error->where, sizeof error->where, "%s", file);
  if (field && used >= 0 && (size_t)used < sizeof error->where)
    snprintf(error->where + used, sizeof error->where - (size_t)used, ": %s", field);
  va_list args;
  va_start(args, format);
  fill(error, KEEL_STATUS_INPUT, format, args);
  va_end(args);
  return KEEL_STATUS_INPUT;
}

_Noreturn void keel_assert_failed(const char *file, int line, const char *condition) {
  fprintf(stderr, "keel: bug: %s:%d: %s does not hold\n", file, line, condition);
  abort();
}
