/* The option chains of one session in ../shared/data/alpaca-2026-04: SPY, QQQ, NVDA and AAPL, two-sided quotes as rows
 * of American options on the session's close, at a flat rate and each underlying's yield. */
#ifndef KEEL_TESTS_KERNEL_ALPACA_SUPPORT_H
#define KEEL_TESTS_KERNEL_ALPACA_SUPPORT_H

#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/time.h"
#include "keel/american.h"

enum { ALPACA_MOST = 16384, ALPACA_REFUSALS = 16 };

#define ALPACA_FOLDER "../shared/data/alpaca-2026-04/"
#define ALPACA_RATE 0.0365

struct alpaca {
  size_t rows, count;               /* rows read; those of them with a quote to price */
  size_t zero_bid, unread, expired; /* the rest */
  double phi[ALPACA_MOST], spot[ALPACA_MOST], strike[ALPACA_MOST], rate[ALPACA_MOST], yield[ALPACA_MOST];
  double years[ALPACA_MOST], mid[ALPACA_MOST], vol[ALPACA_MOST], out[11][ALPACA_MOST];
};

/* The part from `start` on. */
static inline keel_options alpaca_options(const struct alpaca *it, size_t start) {
  return (keel_options){it->phi + start,   it->spot + start,  it->strike + start, it->rate + start,
                        it->yield + start, it->years + start, it->vol + start};
}

static inline keel_greeks alpaca_greeks(struct alpaca *it, size_t i) {
  return (keel_greeks){it->out[0] + i, it->out[1] + i, it->out[2] + i, it->out[3] + i, it->out[4] + i, it->out[5] + i,
                       it->out[6] + i, it->out[7] + i, it->out[8] + i, it->out[9] + i, it->out[10] + i};
}

static inline int alpaca_time(struct keel_csv_field text, int64_t ns_of_day, const char *zone_name, int64_t *time_ns) {
  const struct keel_zone *zone;
  struct keel_time_text at;
  if (!keel_time_parse(text.text, text.length, &at) || keel_zone_find(zone_name, &zone, NULL)) return 0;
  *time_ns = keel_zone_to_utc(zone, at.days, at.has_time ? at.ns_of_day : ns_of_day);
  return 1;
}

enum {
  ALPACA_CAPTURED,
  ALPACA_EXPIRATION,
  ALPACA_TYPE,
  ALPACA_STRIKE,
  ALPACA_BID,
  ALPACA_ASK,
  ALPACA_CLOSE,
  ALPACA_COLUMNS
};

static inline void alpaca_take(struct alpaca *it, const struct keel_csv_field *fields, const long *at, double yield) {
  double strike, bid, ask, close;
  int64_t now, expiry, close_ns = 16 * 3600 * KEEL_NS_PER_SECOND;
  size_t i = it->count;
  it->rows++;
  if (!keel_csv_number(fields[at[ALPACA_STRIKE]], &strike) || !keel_csv_number(fields[at[ALPACA_BID]], &bid) ||
      !keel_csv_number(fields[at[ALPACA_ASK]], &ask) || !keel_csv_number(fields[at[ALPACA_CLOSE]], &close) ||
      !alpaca_time(fields[at[ALPACA_CAPTURED]], 0, "UTC", &now) ||
      !alpaca_time(fields[at[ALPACA_EXPIRATION]], close_ns, "America/New_York", &expiry) || i == ALPACA_MOST)
    it->unread++;
  else if (expiry <= now)
    it->expired++;
  else if (!(bid > 0))
    it->zero_bid++;
  else {
    it->phi[i] = keel_csv_is(fields[at[ALPACA_TYPE]], "call") ? 1 : -1;
    it->spot[i] = close, it->strike[i] = strike, it->rate[i] = ALPACA_RATE, it->yield[i] = yield;
    it->years[i] = (double)(expiry - now) / (double)KEEL_NS_PER_YEAR, it->mid[i] = 0.5 * (bid + ask);
    it->count++;
  }
}

static inline int alpaca_read(struct alpaca *it, const char *path, double yield) {
  static const char *const names[ALPACA_COLUMNS] = {"capture_ts", "expiration", "type",     "strike",
                                                    "bid",        "ask",        "und_close"};
  struct keel_csv *csv;
  const struct keel_csv_field *fields;
  long at[ALPACA_COLUMNS], least = 0;
  if (keel_csv_open(path, &csv, NULL)) return 0;
  for (int c = 0; c < ALPACA_COLUMNS; c++) {
    at[c] = keel_csv_find(csv, names[c]);
    least = at[c] < least ? at[c] : least;
  }
  keel_status status = least < 0 ? KEEL_STATUS_INPUT : KEEL_STATUS_OK;
  while (!status && !(status = keel_csv_next(csv, &fields, NULL)) && fields) alpaca_take(it, fields, at, yield);
  keel_csv_close(csv);
  return !status;
}

/* The session of 13 April (0) or of 15 April (1). 0: the files are not there. */
static inline int alpaca_load(struct alpaca *it, int session) {
  static const struct {
    const char *names[2];
    double yield;
  } chains[] = {
      {{"SPY_dte_ladder_20260414_002501", "SPY_dte_ladder_20260415_203756"}, 0.011},
      {{"QQQ_dte_ladder_20260414_002718", "QQQ_dte_ladder_20260415_203745"}, 0.005},
      {{"NVDA_dte_ladder_20260414_001900", "NVDA_dte_ladder_20260415_203711"}, 0.0002},
      {{"AAPL_dte_ladder_20260414_001909", "AAPL_dte_ladder_20260415_203716"}, 0.004},
  };
  it->rows = it->count = it->zero_bid = it->unread = it->expired = 0;
  for (size_t i = 0; i < 4; i++) {
    char path[200];
    snprintf(path, sizeof path, ALPACA_FOLDER "%s.csv.gz", chains[i].names[session]);
    if (!alpaca_read(it, path, chains[i].yield)) return 0;
  }
  return 1;
}

/* Quotes by what became of them: "" is priced, other texts are reasons, to where their numbers begin. */
struct alpaca_refusal {
  char why[KEEL_PROBLEM_SIZE];
  size_t count;
};

static inline void alpaca_count(struct alpaca_refusal *refusals, const char *why) {
  size_t length = strcspn(why, "0123456789"), i = 0;
  while (length && strchr(" ,", why[length - 1])) length--;
  while (i < ALPACA_REFUSALS - 1 && refusals[i].count &&
         (strlen(refusals[i].why) != length || strncmp(refusals[i].why, why, length)))
    i++;
  snprintf(refusals[i].why, KEEL_PROBLEM_SIZE, "%.*s", (int)length, why);
  refusals[i].count++;
}

#endif
