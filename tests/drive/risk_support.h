/* A book on two stocks in a model, and what it is worth: options of three expiries, spot, a future, American ones. */
#ifndef KEEL_TESTS_DRIVE_RISK_SUPPORT_H
#define KEEL_TESTS_DRIVE_RISK_SUPPORT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/risk.h"
#include "support/support.h"

static const char risk_book[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2025-02-07, qty: -40}\n"
    "  - {underlying: X, kind: put, strike: 90, expiry: 2025-06-20, qty: 25}\n"
    "  - {underlying: X, kind: spot, qty: 1200}\n"
    "  - {underlying: X, kind: future, expiry: 2025-06-20, qty: -3, multiplier: 50}\n"
    "  - {underlying: Y, kind: put, exercise: american, strike: 70, expiry: 2025-03-07, qty: -10}\n"
    "  - {underlying: Y, kind: call, strike: 55, expiry: 2027-06-18, qty: 12}\n"
    "market:\n"
    "  rate: 0.04\n"
    "  underlyings: {X: {yield: 0.01}, Y: {dividends: [{ex: 2025-02-03, cash: 0.6}]}}\n"
    "models:\n"
    "  X: {kind: gbm, spot: 100, vol: 0.3}\n"
    "  Y: {kind: gbm, spot: 50, vol: 0.4, implied_vol: {rule: constant, vol: 0.36, skew: -0.1}}\n"
    "correlation: [[1, 0.4], [0.4, 1]]\n"
    "run: {start: 2025-01-02T16:00}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

/* With a `risk` section ("" for none). */
static inline struct keel_strategy *risk_strategy(const char *section) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  char text[4096];
  snprintf(text, sizeof text, "%s%s%s\n", risk_book, *section ? "risk: " : "", section);
  struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = strlen(text)};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static inline keel_risk *risk_of(const struct keel_strategy *strategy, const keel_risk_options *options) {
  keel_risk *risk;
  keel_error error = {0};
  if (keel_risk_run(strategy, options, &risk, &error)) fail_msg("%s: %s", error.where, error.what);
  return risk;
}

static inline size_t risk_measure(const char *name) {
  for (size_t m = 0; m < keel_risk_measures(); m++)
    if (strcmp(keel_risk_measure(m), name) == 0) return m;
  fail_msg("no measure %s", name);
  return 0;
}

/* Of all buckets. */
static inline double risk_number(const keel_risk *risk, size_t underlying, const char *measure) {
  return keel_risk_exposure(risk, underlying, KEEL_RISK_TOTAL, risk_measure(measure));
}

#endif
