#include "base/crc32c.h"

#include <string.h>

#include "support/support.h"

/* RFC 3720, appendix B.4, and the usual check value of "123456789". */
static void published_values(void **state) {
  (void)state;
  unsigned char bytes[32];
  assert_int_equal(keel_crc32c(0, "123456789", 9), 0xe3069283);
  assert_int_equal(keel_crc32c(0, memset(bytes, 0, 32), 32), 0x8a9136aa);
  assert_int_equal(keel_crc32c(0, memset(bytes, 0xff, 32), 32), 0x62a8ab43);
  for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
  assert_int_equal(keel_crc32c(0, bytes, 32), 0x46dd794e);
  for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)(31 - i);
  assert_int_equal(keel_crc32c(0, bytes, 32), 0x113fdb5c);
}

static void pieces_give_the_same_as_the_whole(void **state) {
  (void)state;
  unsigned char bytes[200];
  for (int i = 0; i < 200; i++) bytes[i] = (unsigned char)(i * 37);
  uint32_t whole = keel_crc32c(0, bytes, sizeof bytes);
  for (size_t cut = 0; cut <= sizeof bytes; cut++)
    assert_int_equal(keel_crc32c(keel_crc32c(0, bytes, cut), bytes + cut, sizeof bytes - cut), whole);
  assert_int_equal(keel_crc32c(whole, NULL, 0), whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_values),
      cmocka_unit_test(pieces_give_the_same_as_the_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
