/* What the option kernels take; beyond it a lane is NaN. */
#ifndef KEEL_KERNEL_BOUNDS_H
#define KEEL_KERNEL_BOUNDS_H

#define KEEL_RATE_YEARS_MOST 700.0 /* |rate years| + |yield years|: the discount factors stay normal numbers */
#define KEEL_AMOUNT_MOST                                                                                             \
  0x1p500                        /* spot + strike + vol (or price): their products and quotients stay normal numbers \
                                  */
#define KEEL_AMOUNT_LEAST 1e-140 /* spot and strike, where they are not 0: no discount factor lifts what is lost */
#define KEEL_AMOUNT_ADDED \
  0x1p-520                       /* to both where 0 has a limit: a quotient with it is a number, and nothing changes */
#define KEEL_SPREAD_LEAST 1e-130 /* Bachelier's vol sqrt(years) and sqrt(years), where they are not 0 */

/* Whether an amount is one of those. */
static inline int keel_is_amount(double amount) { return (amount == 0) | (amount >= KEEL_AMOUNT_LEAST); }

#endif
