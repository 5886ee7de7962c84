#include <string.h>

#include "base/config.h"
#include "support/support.h"

static const char TEXT[] = "book: [{qty: 1}, {qty: 2}]\nhedge: {trigger: {every: 1d}}\n\"BRK.B\": {yield: 0}\n";

static struct keel_config_node *tree(struct keel_arena *arena) {
  struct keel_config_node *root;
  keel_arena_init(arena);
  assert_int_equal(keel_config_parse(arena, "s.yaml", TEXT, sizeof TEXT - 1, &root, NULL), KEEL_STATUS_OK);
  return root;
}

static void set(struct keel_arena *arena, struct keel_config_node *root, const char *text) {
  keel_error error = {0};
  if (keel_config_set(arena, root, text, &error)) fail_msg("%s: %s: %s", text, error.where, error.what);
}

static void values_are_replaced_and_added(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_config_node *root = tree(&arena);
  set(&arena, root, "book.1.qty=-5");
  assert_string_equal(keel_config_child(keel_config_child(root, "book")->last, "qty")->text, "-5");
  assert_string_equal(keel_config_child(keel_config_child(root, "book")->first, "qty")->text, "1");
  set(&arena, root, "hedge.trigger.every=2w");
  assert_string_equal(keel_config_find(root, "hedge.trigger.every")->text, "2w");
  set(&arena, root, "a.b.c=x=y");
  assert_string_equal(keel_config_find(root, "a.b.c")->text, "x=y");
  set(&arena, root, "hedge={with: [{lot: 1}], move: {to: edge}}");
  assert_null(keel_config_find(root, "hedge.trigger"));
  assert_string_equal(keel_config_find(root, "hedge.move.to")->text, "edge");
  set(&arena, root, "book=[]");
  assert_int_equal(keel_config_child(root, "book")->count, 0);
  assert_int_equal(keel_config_child(root, "book")->kind, KEEL_CONFIG_LIST);
  set(&arena, root, "\"BRK.B\".yield=0.5");
  assert_string_equal(keel_config_child(keel_config_child(root, "BRK.B"), "yield")->text, "0.5");
  set(&arena, root, "name='a: b'");
  assert_string_equal(keel_config_child(root, "name")->text, "a: b");
  set(&arena, root, "name=");
  assert_int_equal(keel_config_child(root, "name")->kind, KEEL_CONFIG_SCALAR);
  assert_string_equal(keel_config_child(root, "name")->text, "");
  set(&arena, root, "name={}");
  assert_int_equal(keel_config_child(root, "name")->kind, KEEL_CONFIG_MAP);
  keel_arena_fini(&arena);
}

static void places_say_which_option_it_was(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_config_node *root = tree(&arena);
  char where[200];
  set(&arena, root, "hedge.trigger.every=0");
  keel_config_where(root, "hedge.trigger.every", where, sizeof where);
  assert_string_equal(where, "--set hedge.trigger.every");
  set(&arena, root, "limits={order_qty_max: 0}");
  keel_config_where(root, "limits.order_qty_max", where, sizeof where);
  assert_string_equal(where, "--set limits: limits.order_qty_max");
  keel_config_where(root, "limits.position_qty_max", where, sizeof where);
  assert_string_equal(where, "--set limits: limits.position_qty_max");
  set(&arena, root, "\"BRK.B\".yield=x");
  keel_config_where(keel_config_child(keel_config_child(root, "BRK.B"), "yield"), NULL, where, sizeof where);
  assert_string_equal(where, "--set \"BRK.B\".yield");
  keel_arena_fini(&arena);
}

static void wrong_settings_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } cases[] = {
      {"book.0.qty", "--set", "`book.0.qty` has no value; write path=value"},
      {"=5", "--set ", "is no path"},
      {"a..b=5", "--set a..b", "is no path"},
      {".a=5", "--set .a", "is no path"},
      {"a.=5", "--set a.", "is no path"},
      {"\"a=5", "--set", "`\"a=5` has no value"},
      {"\"a\"b=5", "--set \"a\"b", "is no path"},
      {"book.2.qty=5", "--set book.2.qty", "there is no item 2; the list has 2 (from 0)"},
      {"book.x=5", "--set book.x", "`x` is no index; the list has items 0 to 1"},
      {"book.-1=5", "--set book.-1", "`-1` is no index"},
      {"book.99999999999999999999=5", "--set book.99999999999999999999", "there is no item"},
      {"hedge.trigger.every.x=5", "--set hedge.trigger.every.x", "there is no `x` below a single value (`1d`)"},
      {"hedge={a: [}", "--set hedge", "`{a: [}`: no valid YAML"},
      {"hedge=*x", "--set hedge", "`*x`: an alias"},
      {"hedge={a: 1, a: 2}", "--set hedge", "`{a: 1, a: 2}`: is given twice"},
      {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1", "--set a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "has more than 16 parts"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_arena arena;
    struct keel_config_node *root = tree(&arena);
    keel_error error = {0};
    assert_int_equal(keel_config_set(&arena, root, cases[i].text, &error), KEEL_STATUS_INPUT);
    if (strcmp(error.where, cases[i].where) != 0 || strncmp(error.what, cases[i].what, strlen(cases[i].what)) != 0)
      fail_msg("%s\n  says  %s: %s\n  want  %s: %s", cases[i].text, error.where, error.what, cases[i].where,
               cases[i].what);
    keel_arena_fini(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_replaced_and_added),
      cmocka_unit_test(places_say_which_option_it_was),
      cmocka_unit_test(wrong_settings_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
