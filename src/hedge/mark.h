/* What the files of the first verb share. */
#ifndef KEEL_HEDGE_MARK_H
#define KEEL_HEDGE_MARK_H

#include "hedge/block.h"
#include "hedge/pricing.h"

/* Of one option under one rule for delta (delta.c): [path] each. */
struct keel_delta_scratch {
  double *vol, *moved_vol, *slope, *book_gamma;
  double *price, *flat, *gamma, *vega;
};

/* Rows gathered for one call of a kernel, when there is one path: contiguous whatever rows are left out. */
struct keel_mark_scratch {
  size_t count;
  uint32_t *row;
  unsigned char *american;
  double *phi, *spot, *strike, *rate, *yield, *years, *vol, *price;
  keel_greeks out;
  double *mid, *implied;                  /* [row]: of a usable quote; NaN otherwise */
  unsigned char *source;                  /* [row]: enum keel_mark_source */
  double *smile;                          /* [row]: of a strike, by its quotes now; NaN: none. Where needs.smile */
  double *path;                           /* [path]: spot without dividends to come */
  keel_dividends *to_come;                /* [underlying]: the cash that it pays from its last mark on */
  double *dividend_years, *dividend_cash; /* [dividend of any underlying]: what these point to */
  const keel_dividends **paid;            /* [row]: until its expiry; NULL: none */
  struct keel_pricing_room *room;         /* NULL: no option needs it */
  struct keel_delta_scratch delta;
};

/* Room for the options of a wiring, one account's rows at a time; NULL where none needs it. */
struct keel_pricing_room *keel_room_for(struct keel_arena *arena, const struct keel_wiring *wiring);

struct keel_mark_scratch *keel_mark_scratch_new(struct keel_arena *arena, const struct keel_wiring *wiring);

static inline double keel_years_between(int64_t from_ns, int64_t to_ns) {
  return (double)(to_ns - from_ns) / (double)KEEL_NS_PER_YEAR;
}

/* Two-sided: a bid above zero, an ask not below it. */
int keel_quote_is_usable(double bid, double ask);
/* The row's quote is older than `stale_ns`, or never came; never so where there is no limit. */
int keel_quote_is_stale(const struct keel_market *market, size_t row, int64_t stale_ns);
/* What a row's last quote is good for (one path): KEEL_MARK_QUOTE, or why it is not used. */
enum keel_mark_source keel_quote_source(const struct keel_block *block, uint32_t row);

/* Returns whether every living position of the underlying has a price. */
int keel_mark_from_quotes(struct keel_block *block, size_t underlying);
void keel_mark_from_model(struct keel_block *block, size_t underlying);

/* The cash dividends after now, per share of now; none where the forward comes from parity and so holds them already.
 * Room is [terms->dividend_count] each. */
keel_dividends keel_dividends_to_come(const struct keel_underlying_terms *terms, int64_t now_ns, double *years,
                                      double *cash);
/* What an option's spot pays until its expiry, as of the last mark: NULL, or a list that may go on beyond it. */
const keel_dividends *keel_paid_until_expiry(const struct keel_block *block, size_t underlying, uint32_t row);

/* What goes ex after `from_ns`, until `to_ns` and expiry, per share of `to_ns`. */
double keel_paid_between(const struct keel_underlying_terms *terms, int64_t from_ns, int64_t to_ns, int64_t expiry_ns);

/* Present value of those until expiry, which futures are without; 0 where there are none. */
double keel_escrow_until(const struct keel_underlying_terms *terms, int64_t now_ns, int64_t expiry_ns, double rate);

/* A model's mark of an American option is not below intrinsic at spot. */
static inline double keel_model_mark(const struct keel_row *row, double price, double spot) {
  double intrinsic = row->phi * (spot - row->contract.strike);
  return keel_is_american(&row->contract) && price < intrinsic ? intrinsic : price;
}

/* The terms of an option row now. */
keel_option keel_option_of(const struct keel_block *block, size_t underlying, uint32_t row);
/* Spot without the dividends to come, [path]: spot itself where there are none, else scratch->path. */
const double *keel_net_spot(struct keel_block *block, size_t underlying, uint32_t row);

/* Where the yield is the rate, what moves with the one moves with the other: rho is of both, and psi is 0. */
void keel_carry_with_rate(const struct keel_block *block, const keel_greeks *greeks, uint32_t row);

/* A future at this price: (S - PV(D)) e^{(r-q)T} with the yield q that the price implies. */
void keel_mark_future(struct keel_block *block, size_t underlying, uint32_t row, const double *price);

#endif
