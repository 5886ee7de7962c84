#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_read.h"
#include "support/support.h"

static const struct keel_config_choice choices[] = {{"red", 3, 0}, {"green", 0, 1}, {0}};

static const struct keel_config_field inner[] = {
    {.name = "size",
     .type = &keel_type_number,
     .max = INFINITY,
     .unit = "metres",
     .absent = "all of it",
     .help = "how large"},
    {.name = "colour", .type = &keel_type_choice, .choices = choices, .preset = "red", .help = "which colour"},
    {.name = "old", .type = &keel_type_later, .help = "there is `size`"},
    {0}};

static const struct keel_config_field fields[] = {
    {.name = "boats",
     .type = &keel_type_list,
     .flags = KEEL_CONFIG_REQUIRED,
     .fields = inner,
     .item = "N",
     .help = "the fleet"},
    {.name = "water", .type = &keel_type_map, .fields = inner, .help = "the sea"},
    {.name = "wind", .type = &keel_type_later, .help = "there is `water`"},
    {0}};

static void a_table_says_what_each_field_is(void **state) {
  (void)state;
  char *text = NULL;
  size_t length = 0;
  FILE *memory = open_memstream(&text, &length);
  keel_config_document(memory, fields);
  fclose(memory);
  assert_string_equal(text,
                      "## boats\n\nThe fleet. Required.\n\n"
                      "| field | type | default | allowed | meaning |\n|---|---|---|---|---|\n"
                      "| `boats.N.size` | number, metres | all of it | 0 or more | how large |\n"
                      "| `boats.N.colour` | name | `red` | red | which colour |\n\n"
                      "## water\n\nThe sea.\n\n"
                      "| field | type | default | allowed | meaning |\n|---|---|---|---|---|\n"
                      "| `water.size` | number, metres | all of it | 0 or more | how large |\n"
                      "| `water.colour` | name | `red` | red | which colour |\n\n"
                      "## Understood, and not available yet\n\n"
                      "- `boats.N.colour: green`\n- `boats.N.old`: there is `size`\n"
                      "- `water.colour: green`\n- `water.old`: there is `size`\n- `wind`: there is `water`\n");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_table_says_what_each_field_is)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
