/* The page without its results, as the build embedded it: web/build.mjs makes it, or web/no_page.c.in says why there is
 * none. Results go between `head` and `app`, ledgers between `app` and `end`. */
#ifndef KEEL_DRIVE_REPORT_PAGE_H
#define KEEL_DRIVE_REPORT_PAGE_H

#include <stddef.h>

struct keel_report_piece {
  const unsigned char *bytes;
  size_t size;
};

struct keel_report_page {
  struct keel_report_piece head, app, end;
  const char *missing; /* NULL: the pieces are there */
};

extern const struct keel_report_page keel_report_page;

#endif
