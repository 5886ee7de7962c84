/* Loops over one row of the book and many paths: marks and totals.
 *
 * Shape: every pointer is [path]; no output overlaps an input, but where it is said. */
#ifndef KEEL_KERNEL_ROWS_H
#define KEEL_KERNEL_ROWS_H

#include <stddef.h>

/* Sums for the mean of the hedging vols of a book: each by |vega|, and by |units| for where there is no vega. */
struct keel_vol_sums {
  double *by_vega, *vega, *by_units;
};

struct keel_rows {
  /* The middle of a two-sided quote (bid above 0, ask not below it); `otherwise` (may be `mid`) where it is none.
   * Returns whether all came out above 0. */
  int (*mid)(size_t paths, const double *bid, const double *ask, const double *otherwise, double *mid);
  /* to = value; to = -from */
  void (*set)(size_t paths, double value, double *to);
  void (*negate)(size_t paths, const double *from, double *to);
  /* to += units from */
  void (*add)(size_t paths, double units, const double *from, double *to);
  /* The same, and gross += |units from| */
  void (*add_gross)(size_t paths, double units, const double *from, double *to, double *gross);
  /* Adds a row to the sums; units are positive. */
  void (*weigh_vol)(size_t paths, double units, const double *vega, const double *vol, const struct keel_vol_sums *to);
};

#endif
