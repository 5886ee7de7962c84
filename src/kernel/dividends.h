/* European calls on spot that pays cash, by the projection on one normal variable.
 *
 * With M the martingale of spot, S_T = a_0 M_T - sum a_i M_T / M_(t_i) as long as each dividend can be paid, and this
 * is negative at expiry if one could not: so a call on it is that of the liquidator policy. Z is the normal variable
 * that moves S_T most where it is at the strike; E[(E[S_T | Z] - K)+] is exact in normal distributions, and half the
 * density at the strike times the variance that Z leaves is added. Source: Rogers and Shi (1995), for what depends on a
 * whole path; Curran (1994). */
#ifndef KEEL_KERNEL_DIVIDENDS_H
#define KEEL_KERNEL_DIVIDENDS_H

#include <stddef.h>

enum { KEEL_DIVIDENDS_KERNEL_MAX = 64 };

/* Shape: count each. Dates rise; those at or beyond an option's years do not touch it. */
struct keel_dividends_calls {
  size_t count;
  const double *spot, *strike, *rate, *yield, *years, *vol; /* years above 0, vol times its root at least 1e-10 */
  size_t dividends;                                         /* KEEL_DIVIDENDS_KERNEL_MAX at most */
  const double *dates, *cash;
  double *price; /* of the call, not discounted */
};

typedef void keel_dividends_price_calls(const struct keel_dividends_calls *calls);

#endif
