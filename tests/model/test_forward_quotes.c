/* Forwards implied by recorded chains: an index's over the life of an expiry, and all expiries of four underlyings. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/time.h"
#include "model/chain.h"
#include "support/support.h"

struct quote {
  int32_t date, expiry;
  double spot, strike, bid, ask;
  int is_call;
};

struct columns {
  const char *date, *expiry, *spot, *strike, *bid, *ask, *kind;
};

static int by_chain(const void *a, const void *b) {
  const struct quote *x = a, *y = b;
  if (x->date != y->date) return x->date < y->date ? -1 : 1;
  if (x->expiry != y->expiry) return x->expiry < y->expiry ? -1 : 1;
  if (x->strike != y->strike) return x->strike < y->strike ? -1 : 1;
  return x->is_call - y->is_call;
}

static struct keel_csv_field cell(const struct keel_csv *csv, const struct keel_csv_field *fields, const char *name) {
  long column = keel_csv_find(csv, name);
  assert_true(column >= 0);
  return fields[column];
}

static double number(const struct keel_csv *csv, const struct keel_csv_field *fields, const char *name) {
  double value;
  return keel_csv_number(cell(csv, fields, name), &value) ? value : NAN;
}

/* The date of a date, or of a time. */
static int32_t date_of(struct keel_csv_field field) {
  struct keel_time_text parsed;
  assert_true(keel_time_parse(field.text, field.length, &parsed));
  return parsed.days;
}

/* All quotes of a file by date, expiry and strike. */
static size_t read_quotes(const char *path, const struct columns *names, struct quote **quotes) {
  enum { MOST = 10000 };
  struct keel_csv *csv;
  size_t count = 0;
  *quotes = malloc(MOST * sizeof **quotes);
  assert_int_equal(keel_csv_open(path, &csv, NULL), KEEL_STATUS_OK);
  for (;;) {
    const struct keel_csv_field *fields;
    assert_int_equal(keel_csv_next(csv, &fields, NULL), KEEL_STATUS_OK);
    if (!fields) break;
    assert_true(count < MOST);
    (*quotes)[count++] = (struct quote){.date = date_of(cell(csv, fields, names->date)),
                                        .expiry = date_of(cell(csv, fields, names->expiry)),
                                        .spot = number(csv, fields, names->spot),
                                        .strike = number(csv, fields, names->strike),
                                        .bid = number(csv, fields, names->bid),
                                        .ask = number(csv, fields, names->ask),
                                        .is_call = keel_csv_is(cell(csv, fields, names->kind), "call")};
  }
  keel_csv_close(csv);
  qsort(*quotes, count, sizeof **quotes, by_chain);
  return count;
}

/* The chain that begins there; returns where the next one does. */
static size_t read_chain(const struct quote *quotes, size_t count, size_t first, struct chain *chain) {
  size_t at = first;
  chain->count = 0;
  for (; at < count && quotes[at].date == quotes[first].date && quotes[at].expiry == quotes[first].expiry; at++) {
    if (at == first || quotes[at].strike != quotes[at - 1].strike) {
      size_t i = chain->count++;
      assert_true(i < CHAIN_MAX);
      chain->strike[i] = quotes[at].strike;
      chain->call_bid[i] = chain->call_ask[i] = chain->put_bid[i] = chain->put_ask[i] = NAN;
    }
    size_t i = chain->count - 1;
    *(quotes[at].is_call ? &chain->call_bid[i] : &chain->put_bid[i]) = quotes[at].bid;
    *(quotes[at].is_call ? &chain->call_ask[i] : &chain->put_ask[i]) = quotes[at].ask;
  }
  return at;
}

/* Of January 2018: the rate is that of Treasury's curve of the day before. */
static void an_index_is_carried_sanely(void **state) {
  (void)state;
  static const struct columns names = {"quotedate", "expiration", "underlying_last", "strike", "bid", "ask", "type"};
  const char *path = keel_shared_data("spxw-2018-01/SPX_2018-01.csv.gz");
  if (!path) skip();
  struct quote *quotes;
  size_t count = read_quotes(path, &names, &quotes), days = 0;
  keel_rates *rates;
  path = keel_shared_data("rates/ust_par_yields_1990_2022.csv.gz");
  assert_int_equal(keel_rates_load(path, &rates, NULL), KEEL_STATUS_OK);
  for (size_t at = 0; at < count;) {
    struct chain chain;
    const struct quote *first = &quotes[at];
    at = read_chain(quotes, count, at, &chain);
    double years = (first->expiry - first->date) / 365.0;
    if (years == 0) continue;
    size_t row;
    keel_curve curve;
    assert_int_equal(keel_rates_find(rates, (first->date * INT64_C(24) + 21) * 3600 * KEEL_NS_PER_SECOND, &row, NULL),
                     KEEL_STATUS_OK);
    assert_true(keel_rates_date(rates, row) < first->date);
    assert_int_equal(keel_rates_curve(rates, row, &curve, NULL), KEEL_STATUS_OK);
    double rate = keel_curve_zero(&curve, years);
    assert_in_range((int)(1e4 * rate), 115, 150);
    keel_parity_quotes parity = chain_quotes(&chain);
    keel_implied_forward out;
    keel_forward_imply(&parity, &(keel_parity_terms){.years = years, .rate = rate, .spot = first->spot}, &out);
    assert_null(out.problem);
    /* spot is of 16:00, quotes are of 16:15 */
    assert_close(out.forward * out.discount / first->spot, 1, 0.004);
    assert_true(out.forward_error < 0.05 && out.used >= 60 && out.rejected < out.used / 4);
    keel_implied_forward fitted;
    keel_forward_imply(&parity, &(keel_parity_terms){.years = years, .rate = NAN, .spot = first->spot}, &fitted);
    assert_null(fitted.problem);
    assert_close(fitted.forward, out.forward, 0.5);
    assert_close(fitted.discount, out.discount, 0.0015);
    days++;
  }
  assert_int_equal(days, 20);
  keel_rates_free(rates);
  free(quotes);
}

/* 4 chains of 2026-04-15 at the close, their expiries by date. No file of rates reaches there: 3.7 %. */
static void american_forwards_rise_with_expiry(void **state) {
  (void)state;
  static const struct columns names = {"capture_ts", "expiration", "und_close", "strike", "bid", "ask", "type"};
  static const char *const files[] = {"AAPL_dte_ladder_20260415_203716", "NVDA_dte_ladder_20260415_203711",
                                      "QQQ_dte_ladder_20260415_203745", "SPY_dte_ladder_20260415_203756"};
  size_t chains = 0;
  for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
    char name[80];
    snprintf(name, sizeof name, "alpaca-2026-04/%s.csv.gz", files[f]);
    const char *path = keel_shared_data(name);
    if (!path) skip();
    struct quote *quotes;
    size_t count = read_quotes(path, &names, &quotes);
    keel_implied_forward before = {.forward = 0};
    for (size_t at = 0; at < count;) {
      struct chain chain;
      const struct quote *first = &quotes[at];
      at = read_chain(quotes, count, at, &chain);
      double years = (first->expiry - first->date) / 365.0;
      keel_parity_quotes parity = chain_quotes(&chain);
      keel_parity_terms terms = {
          .years = years, .rate = 0.037, .spot = first->spot, .american = 1, .scheme = KEEL_AMERICAN_FAST};
      keel_implied_forward out;
      keel_forward_imply(&parity, &terms, &out);
      if (years == 0) {
        assert_string_equal(out.problem, "the expiry is not ahead");
        continue;
      }
      if (out.problem) fail_msg("%s: %s", name, out.problem);
      assert_true(out.used >= 12 && out.rejected <= 8);
      assert_close(out.forward_error / first->spot, 0, 3e-4);
      assert_close(out.forward * out.discount / first->spot, 1, 1.5e-3 + 0.02 * years);
      /* nor does it fall by more than the two errors */
      assert_true(out.forward > before.forward - 3 * (out.forward_error + before.forward_error));
      before = out;
      chains++;
    }
    free(quotes);
  }
  assert_int_equal(chains, 10 + 10 + 15 + 15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_index_is_carried_sanely),
      cmocka_unit_test(american_forwards_rise_with_expiry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
