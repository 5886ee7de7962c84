/* What a replay gives out: names, numbers and texts of the ledger agree, whole files or none. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/replay.h"
#include "support/support.h"

enum { ROWS = 3 };

/* A replay made by hand: two variants, three rows. */
static struct keel_replay *replay_by_hand(struct keel_strategy *strategy) {
  static struct keel_variant variants[] = {{.name = "base"}, {.name = "a, \"b\""}};
  static struct keel_underlying_terms underlyings[] = {{.name = "XYZ"}};
  static struct keel_ledger_row rows[ROWS];
  static struct keel_ledger_totals totals[2];
  static struct keel_replay_part part;
  static struct keel_replay_problem problems[] = {{"crossed", 2}};
  static char note[] = "a note";
  static char *notes[] = {note};
  static struct keel_policy policies[2]; /* without instruments */
  static const struct keel_policy *policy_list[] = {&policies[0], &policies[1]};
  static struct keel_wiring_account account = {.policies = policy_list};
  *strategy = (struct keel_strategy){.path = "by hand", .variants = variants, .variant_count = 2};
  strategy->market.underlyings = underlyings;
  strategy->market.underlying_count = 1;
  for (int i = 0; i < ROWS; i++)
    rows[i] = (struct keel_ledger_row){.time_ns = i * KEEL_NS_PER_DAY,
                                       .variant = (uint32_t)(i % 2),
                                       .spot = 100 + i / 3.0,
                                       .price = NAN,
                                       .reason = KEEL_REASON_BAND,
                                       .explain = {[KEEL_COMPONENT_GAMMA] = -i}};
  totals[0] = (struct keel_ledger_totals){.decisions = 2, .trades = 1, .pnl = -1.5, .flows = 10, .largest_book = 4};
  totals[0].explain[KEEL_COMPONENT_UNEXPLAINED] = -1.5;
  static struct keel_replay replay;
  replay = (struct keel_replay){.strategy = strategy,
                                .accounts = &account,
                                .parts = &part,
                                .part_count = 1,
                                .rows = rows,
                                .row_count = ROWS,
                                .totals = totals,
                                .problems = problems,
                                .problem_count = 1,
                                .notes = notes,
                                .note_count = 1};
  return &replay;
}

static size_t column_named(const char *name) {
  for (size_t c = 0; c < keel_ledger_column_count(1); c++)
    if (strcmp(keel_ledger_column(c), name) == 0) return c;
  fail_msg("no column %s", name);
  return 0;
}

static void cells_are_what_the_rows_say(void **state) {
  (void)state;
  struct keel_strategy strategy;
  const struct keel_replay *replay = replay_by_hand(&strategy);
  char text[64];
  assert_int_equal(keel_ledger_rows(replay), ROWS);
  assert_close(keel_ledger_number(replay, 1, column_named("spot")), 100 + 1 / 3.0, 0);
  assert_close(keel_ledger_number(replay, 2, column_named("pnl_gamma")), -2, 0);
  assert_true(isnan(keel_ledger_number(replay, 0, column_named("time"))));
  assert_int_equal(keel_ledger_text(replay, 1, column_named("variant"), text, sizeof text), 10);
  assert_string_equal(text, "\"a, \"\"b\"\"\"");
  keel_ledger_text(replay, 1, column_named("time"), text, sizeof text);
  assert_string_equal(text, "1970-01-02T00:00:00Z");
  keel_ledger_text(replay, 1, column_named("reason"), text, sizeof text);
  assert_string_equal(text, "band");
  assert_int_equal(keel_ledger_text(replay, 1, column_named("price"), text, sizeof text), 0);
  assert_int_equal(keel_ledger_text(replay, 1, column_named("spot"), text, 4), strlen("100.33333333333333"));
  assert_string_equal(text, "100");
}

static void columns_are_distinct_and_explained(void **state) {
  (void)state;
  struct keel_strategy strategy;
  assert_int_equal(keel_ledger_columns(replay_by_hand(&strategy)), keel_ledger_column_count(1));
  for (size_t a = 0; a < keel_ledger_column_count(KEEL_EXPOSURE_COUNT); a++) {
    assert_non_null(keel_ledger_help(a));
    for (size_t b = 0; b < a; b++) assert_string_not_equal(keel_ledger_column(a), keel_ledger_column(b));
  }
  for (size_t c = 0; c < keel_explain_components(); c++) {
    assert_true(*keel_explain_name(c) && *keel_explain_help(c));
    char column[64];
    snprintf(column, sizeof column, "pnl_%s", keel_explain_name(c));
    column_named(column);
  }
}

static void csv_reads_back_as_the_same_bits(void **state) {
  (void)state;
  struct keel_strategy strategy;
  const struct keel_replay *replay = replay_by_hand(&strategy);
  const char *path = keel_scratch("ledger.csv");
  keel_error error;
  assert_int_equal(keel_ledger_save(replay, path, &error), KEEL_STATUS_OK);
  size_t length;
  char *text = keel_ledger_csv(replay, &length), *line = strchr(text, '\n');
  assert_int_equal(strlen(text), length);
  assert_non_null(strstr(line, "band,100.33333333333333,"));
  free(text);
  assert_int_equal(keel_ledger_save(replay, "/nowhere/ledger.csv", &error), KEEL_STATUS_IO);
  assert_non_null(strstr(error.where, "/nowhere/ledger.csv"));
}

static void json_has_null_for_what_is_not_finite(void **state) {
  (void)state;
  struct keel_strategy strategy;
  struct keel_replay *replay = replay_by_hand(&strategy);
  replay->totals[0].cost = NAN;
  char *text = keel_replay_json(replay);
  json_t *document = json_loads(text, 0, NULL);
  assert_true(json_is_null(json_object_get(document, "cost")));
  assert_close(json_number_value(json_object_get(document, "pnl")), -1.5, 0);
  assert_close(json_number_value(json_object_get(document, "gross")), 14, 0);
  assert_int_equal(json_object_size(json_object_get(document, "variants")), 2);
  assert_int_equal(json_integer_value(json_object_get(json_object_get(document, "problems"), "crossed")), 2);
  assert_int_equal(json_array_size(json_object_get(document, "notes")), 1);
  json_decref(document);
  free(text);
}

static void every_bit_counts_in_the_hash(void **state) {
  (void)state;
  struct keel_strategy strategy;
  struct keel_replay *replay = replay_by_hand(&strategy);
  uint64_t hash = keel_ledger_hash(replay);
  replay->rows[2].price = -NAN; /* any NaN is the same */
  assert_true(keel_ledger_hash(replay) == hash);
  replay->rows[2].spot = nextafter(replay->rows[2].spot, 0);
  assert_true(keel_ledger_hash(replay) != hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_are_what_the_rows_say),     cmocka_unit_test(columns_are_distinct_and_explained),
      cmocka_unit_test(csv_reads_back_as_the_same_bits), cmocka_unit_test(json_has_null_for_what_is_not_finite),
      cmocka_unit_test(every_bit_counts_in_the_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
