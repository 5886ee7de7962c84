/* A book on two stocks in a model, and what is traded to hedge it. */
#ifndef KEEL_TESTS_DRIVE_HEDGE_SUPPORT_H
#define KEEL_TESTS_DRIVE_HEDGE_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/hedge.h"
#include "support/support.h"

static const char hedge_market[] =
    "market: {rate: 0.04}\n"
    "models: {X: {kind: gbm, spot: 100, vol: 0.3}, Y: {kind: gbm, spot: 50, vol: 0.4}}\n"
    "correlation: [[1, 0.4], [0.4, 1]]\n"
    "run: {start: 2025-01-02T16:00}\n"
    "costs: {half_spread_bps: 20, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

static const char hedge_book[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2025-02-07, qty: -40}\n"
    "  - {underlying: X, kind: spot, qty: 1200}\n"
    "  - {underlying: Y, kind: put, strike: 50, expiry: 2025-03-07, qty: -10}\n";

static inline keel_status hedge_read_in(const char *market, const char *book, const char *hedge,
                                        struct keel_strategy **strategy, keel_error *error) {
  char text[16384];
  snprintf(text, sizeof text, "%shedge: {%s}\n%s", book, hedge, market);
  struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = strlen(text)};
  return keel_strategy_read(&source, NULL, 0, strategy, error);
}

static inline keel_status hedge_read(const char *book, const char *hedge, struct keel_strategy **strategy,
                                     keel_error *error) {
  return hedge_read_in(hedge_market, book, hedge, strategy, error);
}

static inline struct keel_strategy *hedge_strategy(const char *book, const char *hedge) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (hedge_read(book, hedge, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static inline keel_hedge *hedge_of(const struct keel_strategy *strategy) {
  keel_hedge *hedge;
  keel_error error = {0};
  if (keel_hedge_run(strategy, NULL, &hedge, &error)) fail_msg("%s: %s", error.where, error.what);
  return hedge;
}

#define HEDGE_SPOT "trigger: {every: 1d}, with: [{instrument: spot}]"

#endif
