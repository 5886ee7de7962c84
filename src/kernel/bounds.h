/* What the option kernels take; beyond it a lane is NaN. */
#ifndef KEEL_KERNEL_BOUNDS_H
#define KEEL_KERNEL_BOUNDS_H

#define KEEL_RATE_YEARS_MOST 700.0 /* |rate years| + |yield years|: the discount factors stay normal numbers */
#define KEEL_AMOUNT_MOST                                                                      \
  0x1p500 /* spot + strike + vol (or price): their products and quotients stay normal numbers \
           */

#endif
