/* What a table of surfaces says, cell by cell. */
#include <stdlib.h>

#include "drive/surfaces_support.h"

static size_t lines_of(const char *text) {
  size_t lines = 0;
  for (; *text; text++) lines += *text == '\n';
  return lines;
}

static void quotes_are_a_row_each(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1));
  keel_surfaces *surfaces = surfaces_of(strategy, NULL, 1);
  size_t length;
  char *text = keel_surfaces_csv(surfaces, KEEL_SURFACES_TABLE_QUOTES, &length);
  assert_int_equal(strlen(text), length);
  assert_int_equal(lines_of(text), 1 + 2 * SMALL_STRIKES);
  assert_int_equal(keel_surfaces_quotes(surfaces, 0), 2 * SMALL_STRIKES);
  assert_non_null(strstr(text, "\nX,2025-06-20T20:00:00Z,put,70,"));
  for (size_t q = 0; q < keel_surfaces_quotes(surfaces, 0); q++) {
    keel_surfaces_quote quote;
    keel_surfaces_quote_at(surfaces, 0, q, &quote);
    if (!quote.is_two_sided) continue;
    assert_close(quote.residual_vol, quote.vol - 0.5 * (quote.bid_vol + quote.ask_vol), 0);
    assert_close(quote.residual_spreads, quote.residual_vol / (quote.ask_vol - quote.bid_vol), 0);
    assert_int_equal(quote.is_inside, fabs(quote.residual_spreads) <= 0.5);
    assert_true(quote.error > 0);
  }
  free(text);
  keel_surfaces_free(surfaces);
  keel_strategy_free(strategy);
}

/* A cell of CSV without quotes, by row (0: the first behind the header) and column. */
static const char *cell(const char *text, size_t row, const char *column, char buffer[128]) {
  size_t place = 0;
  const char *name = strstr(text, column);
  for (const char *at = text; at < name; at++) place += *at == ',';
  for (size_t line = 0; line <= row; line++) text = strchr(text, '\n') + 1;
  for (; place; place--) text = strchr(text, ',') + 1;
  snprintf(buffer, 128, "%.*s", (int)strcspn(text, ",\n"), text);
  return buffer;
}

static void expiries_are_a_row_each(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1));
  keel_surfaces *surfaces = surfaces_of(strategy, NULL, 1);
  char buffer[128];
  char *text = keel_surfaces_csv(surfaces, KEEL_SURFACES_TABLE_EXPIRIES, NULL);
  assert_int_equal(lines_of(text), 3);
  for (size_t e = 0; e < 2; e++) {
    keel_surfaces_expiry expiry;
    keel_surfaces_expiry_at(surfaces, 0, e, &expiry);
    assert_same_bits(strtod(cell(text, e, "forward,", buffer), NULL), expiry.slice.forward);
    assert_same_bits(strtod(cell(text, e, "sigma,", buffer), NULL), expiry.slice.svi.sigma);
    assert_same_bits(strtod(cell(text, e, "rms_vol,", buffer), NULL), expiry.slice.rms_vol);
    assert_string_equal(cell(text, e, "model,", buffer), expiry.slice.model);
    assert_string_equal(cell(text, e, "calendar_free,", buffer), "1");
    assert_string_equal(cell(text, e, "problem\n", buffer), "");
  }
  free(text);
  assert_int_equal(keel_surfaces_save(surfaces, KEEL_SURFACES_TABLE_EXPIRIES, keel_scratch("expiries.csv"), NULL),
                   KEEL_STATUS_OK);
  keel_surfaces_free(surfaces);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quotes_are_a_row_each),
      cmocka_unit_test(expiries_are_a_row_each),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
