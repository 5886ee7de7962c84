/* The JSON document has what callers read, under the names of the interface. */
#include <jansson.h>

#include "drive/hedge_support.h"

static double number(const json_t *document, const char *name, const char *underlying, const char *exposure) {
  return json_number_value(json_object_get(json_object_get(json_object_get(document, name), underlying), exposure));
}

static void the_document_is_what_was_found(void **state) {
  (void)state;
  struct keel_strategy *strategy = hedge_strategy(hedge_book, HEDGE_SPOT);
  keel_hedge *hedge = hedge_of(strategy);
  char *text = keel_hedge_json(hedge);
  json_t *document = json_loads(text, 0, NULL);
  free(text);
  keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, 1, 0);
  assert_same_bits(number(document, "exposure_before", "Y", "delta"), exposure.before);
  assert_same_bits(number(document, "exposure_after", "Y", "delta"), exposure.after);
  assert_same_bits(number(document, "tolerance", "Y", "delta"), exposure.tolerance);
  assert_same_bits(json_number_value(json_object_get(document, "cost")), keel_hedge_cost(hedge));
  assert_string_equal(json_string_value(json_object_get(document, "reason")), keel_hedge_reason(hedge));
  assert_same_bits(json_number_value(json_object_get(document, "gap")), 0);
  assert_same_bits(json_number_value(json_object_get(json_object_get(document, "gaps"), "Y")),
                   keel_hedge_gap(hedge, 1));
  assert_same_bits(json_number_value(json_object_get(json_object_get(document, "objective"), "X")),
                   keel_hedge_objective(hedge, 0));
  const json_t *trades = json_object_get(document, "trades");
  assert_int_equal(json_array_size(trades), keel_hedge_trades(hedge, 0));
  for (size_t i = 0; i < json_array_size(trades); i++) {
    const json_t *trade = json_array_get(trades, i);
    keel_hedge_trade want = keel_hedge_trade_at(hedge, 0, i);
    assert_string_equal(json_string_value(json_object_get(trade, "instrument")), want.instrument);
    assert_same_bits(json_number_value(json_object_get(trade, "qty")), want.qty);
    assert_same_bits(json_number_value(json_object_get(trade, "price")), want.price);
    assert_same_bits(json_number_value(json_object_get(trade, "cost")), want.cost);
  }
  json_decref(document);
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_document_is_what_was_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
