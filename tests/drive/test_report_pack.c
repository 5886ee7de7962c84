/* Bytes in a page: what goes in comes out. */
#include "drive/report_support.h"

static void bytes_of_any_length_come_back(void **state) {
  (void)state;
  unsigned char bytes[600], back[600];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * i * 7 >> 3);
  for (size_t size = 0; size < sizeof bytes; size += 1 + size / 5) {
    struct keel_text page;
    struct keel_report_bytes packed;
    keel_text_init(&page);
    assert_true(keel_report_deflate(bytes, size, &packed));
    keel_report_put_base64(&page, &packed);
    keel_text_char(&page, '\0');
    assert_int_equal(unpacked(page.data, back, sizeof back), size);
    assert_memory_equal(back, bytes, size);
    free(packed.data);
    keel_text_fini(&page);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_of_any_length_come_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
