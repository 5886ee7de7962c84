#include "base/crc32c.h"

#include <pthread.h>

enum { SLICES = 16 };

static uint32_t tables[SLICES][256];

static void fill_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (UINT32_C(0x82f63b78) & (0u - (crc & 1)));
    tables[0][i] = crc;
  }
  for (int slice = 1; slice < SLICES; slice++)
    for (int i = 0; i < 256; i++) tables[slice][i] = tables[slice - 1][i] >> 8 ^ tables[0][tables[slice - 1][i] & 0xff];
}

/* Four bytes of a little-endian word through the tables `first` + 3 down to `first`. */
static uint32_t slice_word(uint32_t word, int first) {
  return tables[first + 3][word & 0xff] ^ tables[first + 2][word >> 8 & 0xff] ^ tables[first + 1][word >> 16 & 0xff] ^
         tables[first][word >> 24];
}

static uint32_t word_at(const unsigned char *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint32_t keel_crc32c(uint32_t crc, const void *data, size_t size) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_tables);
  const unsigned char *bytes = data;
  crc = ~crc;
  for (; size >= SLICES; bytes += SLICES, size -= SLICES)
    crc = slice_word(word_at(bytes) ^ crc, 12) ^ slice_word(word_at(bytes + 4), 8) ^ slice_word(word_at(bytes + 8), 4) ^
          slice_word(word_at(bytes + 12), 0);
  for (; size; bytes++, size--) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}
