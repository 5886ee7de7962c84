/* The records of a tape as they stand in the file (tape.h says how they follow each other). Little-endian, no gaps. */
#ifndef KEEL_WORLD_TAPE_RECORD_H
#define KEEL_WORLD_TAPE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "book/contract.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tapes are read in place, which needs a little-endian machine"
#endif

#define KEEL_TAPE_MAGIC "KEELTAPE"
enum { KEEL_TAPE_VERSION = 1, KEEL_TAPE_ALIGN = 8, KEEL_TAPE_NAME_MAX = 255 };

enum keel_tape_type {
  KEEL_TAPE_HEAD = 1,     /* the magic */
  KEEL_TAPE_CONTRACT = 2, /* keel_tape_contract_body, the underlying's name, NUL */
  KEEL_TAPE_INSTANT = 3,  /* u64 count, f64 bids[count], f64 asks[count], u32 ids[count] */
  KEEL_TAPE_PROBLEM = 4,  /* u64 count, the kind's name, NUL */
  KEEL_TAPE_END = 5,      /* keel_tape_end_body */
  KEEL_TAPE_MODEL = 6,    /* keel_tape_model_body, the models in words, NUL */
  KEEL_TAPE_RATE = 7,     /* f64 rate */
  KEEL_TAPE_VOLS = 8,     /* u64 count, f64 vols[count], f64 slopes[count], u32 ids[count] */
  KEEL_TAPE_SPLIT = 9     /* keel_tape_split_body, the underlying's name, NUL */
};

struct keel_tape_record {
  uint32_t length; /* of this head and the body, without padding */
  uint32_t crc;
  uint64_t sequence; /* 0, 1, 2 ... */
  uint32_t previous; /* crc of the record before, 0 for the first */
  uint16_t type, version;
  int64_t monotonic_ns, wall_ns;
};

struct keel_tape_contract_body {
  double strike;     /* 0 where there is none */
  int64_t expiry_ns; /* KEEL_TIME_NONE of spot; of one that is the price of a future, when that ends */
  double multiplier;
  uint32_t id;
  uint16_t kind, exercise;
};

struct keel_tape_model_body {
  int64_t start_ns;
  uint64_t seed, path;
};

struct keel_tape_split_body {
  int64_t ex_ns;
  double ratio;
};

struct keel_tape_end_body {
  uint64_t contracts, instants, quotes, problems;
};

_Static_assert(sizeof(struct keel_tape_record) == 40, "no gaps");
_Static_assert(sizeof(struct keel_tape_contract_body) == 32, "no gaps");
_Static_assert(sizeof(struct keel_tape_model_body) == 24, "no gaps");
_Static_assert(sizeof(struct keel_tape_split_body) == 16, "no gaps");
_Static_assert(sizeof(struct keel_tape_end_body) == 32, "no gaps");

/* A record's place in the file with its padding. */
static inline size_t keel_tape_padded(size_t length) {
  return (length + KEEL_TAPE_ALIGN - 1) / KEEL_TAPE_ALIGN * KEEL_TAPE_ALIGN;
}

/* What a tape refuses, said in words; NULL for what is right. */
const char *keel_tape_contract_problem(const struct keel_contract *contract);
const char *keel_tape_split_problem(const char *underlying, double ratio);
const char *keel_tape_quotes_problem(size_t count, const double *bids, const double *asks);
const char *keel_tape_vols_problem(size_t count, const double *vols, const double *slopes);
/* A rate or vols record directly behind this one. */
const char *keel_tape_order_problem(enum keel_tape_type type, enum keel_tape_type before);

#endif
