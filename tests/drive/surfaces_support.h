/* A small market of options on a tape, whose vols are known, and its surfaces. */
#ifndef KEEL_TESTS_DRIVE_SURFACES_SUPPORT_H
#define KEEL_TESTS_DRIVE_SURFACES_SUPPORT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/strategy.h"
#include "keel/black_scholes.h"
#include "keel/import.h"
#include "keel/surfaces.h"
#include "support/support.h"

enum { SMALL_STRIKES = 41 };
#define SMALL_RATE 0.03
#define SMALL_YIELD 0.01

/* The vol of X at a strike. */
static inline double small_vol(double strike, double years) {
  double k = log(strike / 100);
  return 0.2 - 0.1 * k + 0.3 * k * k / (1 + 4 * k * k) + 0.02 * years;
}

static inline double small_price(double phi, double strike, double years) {
  const double spot = 100, rate = SMALL_RATE, yield = SMALL_YIELD, vol = small_vol(strike, years);
  double price;
  const keel_options option = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
  const keel_greeks out = {.price = &price};
  keel_black_scholes_price(1, &option, KEEL_GREEK_SET_PRICE, &out);
  return price;
}

/* Writes a day's European options of X with two expiries; `shift` moves all quotes by that part of their price. */
static inline size_t small_day(char *text, size_t room, const char *date, int day, double shift) {
  static const struct {
    const char *date;
    int day;
  } expiries[] = {{"2025-02-07", 36}, {"2025-06-20", 169}};
  size_t length = 0;
  for (int e = 0; e < 2; e++)
    for (int i = 0; i < SMALL_STRIKES; i++)
      for (int put = 0; put < 2; put++) {
        double strike = 70 + 1.5 * i, price = small_price(put ? -1 : 1, strike, (expiries[e].day - day) / 365.0);
        double half = 0.01 + 0.005 * price, bid = (price - half) * (1 + shift), ask = (price + half) * (1 + shift);
        length += (size_t)snprintf(text + length, room - length, "X,100,%s,%s,%s,%.2f,%.6f,%.6f\n",
                                   put ? "put" : "call", expiries[e].date, date, strike, bid > 0 ? bid : 0, ask);
      }
  return length;
}

static const char small_map[] =
    "columns: {underlying: underlying, kind: type, time: quotedate, expiry: expiration, strike: strike, bid: bid, ask: "
    "ask, spot: last}\nconstants: {exercise: european, multiplier: 100}\n";

/* Of the first day, or of two, the second with other quotes. */
static inline const char *small_tape(const char *name, int days) {
  static char text[1 << 16];
  size_t length = (size_t)snprintf(text, sizeof text, "underlying,last,type,expiration,quotedate,strike,bid,ask\n");
  length += small_day(text + length, sizeof text - length, "2025-01-02", 0, 0);
  if (days > 1) length += small_day(text + length, sizeof text - length, "2025-01-03", 1, 0.2);
  const char *files[] = {keel_scratch_write("small.csv", text, length)};
  keel_error error = {0};
  keel_import_result result;
  const keel_import_options options = {.map_path = keel_scratch_write("small.map", small_map, sizeof small_map - 1)};
  const char *tape = keel_scratch(name);
  if (keel_import(files, 1, tape, &options, &result, &error)) fail_msg("%s: %s", error.where, error.what);
  return tape;
}

/* A strategy that holds the spot of these underlyings (`[X]`), on a tape. */
static inline struct keel_strategy *surfaces_strategy(const char *const *names, size_t count, const char *tape,
                                                      double rate) {
  char text[4096];
  size_t length = (size_t)snprintf(text, sizeof text, "book:\n");
  for (size_t i = 0; i < count; i++)
    length +=
        (size_t)snprintf(text + length, sizeof text - length, "  - {underlying: %s, kind: spot, qty: 1}\n", names[i]);
  length += (size_t)snprintf(text + length, sizeof text - length, "market: {%s%s%srate: %.4f}\n", tape ? "tape: " : "",
                             tape ? tape : "", tape ? ", " : "", rate);
  length += (size_t)snprintf(text + length, sizeof text - length,
                             "hedge: {target: {none: true}, with: [{instrument: spot, lot: 1}]}\n"
                             "limits: {order_qty_max: 1, position_qty_max: 1}\n");
  struct keel_strategy *strategy;
  keel_error error = {0};
  const struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = length};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static inline struct keel_strategy *small_strategy(const char *tape) {
  static const char *const names[] = {"X"};
  return surfaces_strategy(names, 1, tape, SMALL_RATE);
}

static inline keel_surfaces *surfaces_of(const struct keel_strategy *strategy, const char *at, int threads) {
  keel_surfaces *surfaces;
  keel_error error = {0};
  const keel_surfaces_options options = {.at = at, .threads = threads};
  if (keel_surfaces_run(strategy, &options, &surfaces, &error)) fail_msg("%s: %s", error.where, error.what);
  return surfaces;
}

#endif
