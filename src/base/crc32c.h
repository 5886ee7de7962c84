/* CRC-32C (Castagnoli): the check sum of tapes and journals.
 *
 * Source: RFC 3720, section 12.1 (reflected polynomial 0x82f63b78); sixteen bytes at a time by tables as in Kounavis
 * and Berry (2005), "A systematic approach to building high performance software-based CRC generators". */
#ifndef KEEL_BASE_CRC32C_H
#define KEEL_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The check sum of what `crc` covers (0: nothing yet), followed by these bytes. */
uint32_t keel_crc32c(uint32_t crc, const void *bytes, size_t size);

#endif
