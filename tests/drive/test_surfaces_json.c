/* JSON says what the accessors say. */
#include <jansson.h>
#include <stdlib.h>

#include "drive/surfaces_support.h"

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static void json_has_all_of_it(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1));
  keel_surfaces *surfaces = surfaces_of(strategy, NULL, 1);
  char *text = keel_surfaces_json(surfaces);
  json_t *document = json_loads(text, 0, NULL);
  assert_non_null(document);
  assert_string_equal(json_string_value(json_object_get(document, "time")), "2025-01-02T21:00:00Z");
  const json_t *underlying = json_object_get(json_object_get(document, "underlyings"), "X");
  assert_close(number(underlying, "spot"), 100, 0);
  assert_true(json_is_null(json_object_get(underlying, "problem")));
  const json_t *expiries = json_object_get(underlying, "expiries");
  assert_int_equal(json_array_size(expiries), 2);
  size_t at = 0;
  for (size_t e = 0; e < 2; e++) {
    keel_surfaces_expiry expiry;
    const json_t *object = json_array_get(expiries, e), *quotes = json_object_get(object, "quotes");
    keel_surfaces_expiry_at(surfaces, 0, e, &expiry);
    assert_same_bits(number(json_object_get(object, "forward"), "forward"), expiry.slice.forward);
    assert_same_bits(number(json_object_get(object, "svi"), "rho"), expiry.slice.svi.rho);
    assert_same_bits(number(json_object_get(object, "arbitrage"), "least_g"), expiry.slice.least_g);
    assert_true(json_is_true(json_object_get(json_object_get(object, "arbitrage"), "butterfly_free")));
    assert_int_equal(number(object, "inside"), expiry.slice.inside);
    for (size_t q = 0; q < json_array_size(quotes); q++, at++) {
      keel_surfaces_quote quote;
      keel_surfaces_quote_at(surfaces, 0, at, &quote);
      assert_same_bits(number(json_array_get(quotes, q), "vol"), quote.vol);
      assert_same_bits(number(json_array_get(quotes, q), "strike"), quote.strike);
    }
  }
  assert_int_equal(at, keel_surfaces_quotes(surfaces, 0));
  json_decref(document);
  free(text);
  keel_surfaces_free(surfaces);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_has_all_of_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
