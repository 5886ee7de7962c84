/* Where a result comes from. */
#include <string.h>

#include "drive/result_origin.h"
#include "keel/version.h"
#include "support/support.h"

static const char text[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.1, qty: -1}] # <held>\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 16, steps: 4}\n";

static void a_result_says_command_strategy_and_version(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  struct keel_strategy_source source = {"x.yaml", text, sizeof text - 1};
  keel_error error = {0};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  json_t *document = json_object(), *from;
  keel_result_origin(document, "simulate", strategy);
  assert_true(json_is_null(json_object_get(document, "repeat")));
  keel_strategy_set_command(strategy, "keel simulate x.yaml");
  keel_result_origin(document, "simulate", strategy);
  assert_string_equal(json_string_value(json_object_get(document, "repeat")), "keel simulate x.yaml");
  assert_string_equal(json_string_value(json_object_get(document, "command")), "simulate");
  assert_string_equal(json_string_value(json_object_get(document, "version")), keel_version());
  from = json_object_get(document, "strategy");
  assert_string_equal(json_string_value(json_object_get(from, "file")), "x.yaml");
  assert_string_equal(json_string_value(json_object_get(from, "text")), text);
  json_decref(document);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_result_says_command_strategy_and_version)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
