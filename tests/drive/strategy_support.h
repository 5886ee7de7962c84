/* A small strategy, one line for each section, and what is said when one line of it is wrong. */
#ifndef KEEL_TESTS_DRIVE_STRATEGY_SUPPORT_H
#define KEEL_TESTS_DRIVE_STRATEGY_SUPPORT_H

#include <stdio.h>
#include <string.h>

#include "drive/strategy.h"
#include "support/support.h"

enum strategy_line { BOOK, MARKET, HEDGE, LIMITS, EXTRA, STRATEGY_LINES };

static const char *const strategy_lines[STRATEGY_LINES] = {
    "book: [{underlying: X, kind: call, strike: 100, expiry: 2024-03-15, qty: -10}]",
    "market: {tape: x.tape, rate: 0.05}",
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot}]}",
    "limits: {order_qty_max: 5000, position_qty_max: 20000}",
    "",
};

/* Reads the strategy with `text` in place of one line, as `s.yaml` from memory. */
static inline keel_status strategy_with(enum strategy_line line, const char *text, struct keel_strategy **strategy,
                                        keel_error *error) {
  char all[8192] = "";
  for (int i = 0; i < STRATEGY_LINES; i++) {
    const char *one = i == (int)line ? text : strategy_lines[i];
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s\n", one);
  }
  struct keel_strategy_source source = {.path = "s.yaml", .text = all, .length = strlen(all)};
  return keel_strategy_read(&source, NULL, 0, strategy, error);
}

struct strategy_case {
  enum strategy_line line;
  const char *text, *where, *what; /* `what` is how the message starts */
};

static inline void assert_refused(const struct strategy_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct keel_strategy *strategy;
    keel_error error = {0};
    keel_status status = strategy_with(cases[i].line, cases[i].text, &strategy, &error);
    if (!status && keel_strategy_steps(strategy, &error)) { /* what only `keel hedge` takes */
      status = error.status;
      keel_strategy_free(strategy);
      strategy = NULL;
    }
    if (!status) fail_msg("accepted: %s", cases[i].text);
    assert_null(strategy);
    if (strcmp(error.where, cases[i].where) != 0 || strncmp(error.what, cases[i].what, strlen(cases[i].what)) != 0)
      fail_msg("%s\n  says  %s: %s\n  want  %s: %s", cases[i].text, error.where, error.what, cases[i].where,
               cases[i].what);
    assert_int_equal(status, error.status);
    assert_int_equal(status, strstr(error.what, "not available yet") ? KEEL_STATUS_UNSUPPORTED : KEEL_STATUS_INPUT);
  }
}

static inline struct keel_strategy *strategy_accepted(enum strategy_line line, const char *text) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (strategy_with(line, text, &strategy, &error)) fail_msg("%s\n  %s: %s", text, error.where, error.what);
  return strategy;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
