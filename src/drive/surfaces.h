/* The inside of the surfaces of a market. Rows are strikes of an expiry, by underlying, expiry, strike. */
#ifndef KEEL_DRIVE_SURFACES_H
#define KEEL_DRIVE_SURFACES_H

#include "base/arena.h"
#include "drive/strategy.h"
#include "keel/curve.h"
#include "keel/surfaces.h"
#include "world/tape.h"

struct keel_surfaces_slice {
  int64_t expiry_ns;
  double years, rate, forward, yield; /* of spot, to this forward */
  int american;
  keel_implied_forward parity;
  size_t underlying, first, count; /* its rows */
  size_t stale;
};

struct keel_surfaces_chain {
  const struct keel_underlying_terms *terms;
  double spot;
  size_t first_slice, slice_count, first, count; /* slices; rows */
  keel_surface *surface;
  const char *problem;
  keel_error error; /* of the fit */
};

/* Shape: [row]. NaN: no quote. */
struct keel_surfaces_rows {
  double *strike, *call_bid, *call_ask, *put_bid, *put_ask;
  double *log_moneyness, *bid, *ask, *bid_vol, *ask_vol, *vol, *error; /* of the side out of the money */
  unsigned char *is_call;
};

struct keel_surfaces {
  struct keel_arena arena;
  const struct keel_strategy *strategy;
  int64_t time_ns;
  double rate; /* of cash; to each expiry: of its slice */
  keel_curve curve;
  struct keel_surfaces_chain *chains; /* [underlying of the market] */
  size_t chain_count;
  struct keel_surfaces_slice *slices;
  size_t slice_count, row_count;
  struct keel_surfaces_rows rows;
};

#endif
