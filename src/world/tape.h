/* A tape: a recorded market in one file. Contracts once, quotes by id, one columnar record per instant.
 *
 * File: records, each [length u32][crc32c u32][sequence u64][previous crc u32][type u16][version u16][monotonic ns i64]
 * [wall ns i64][body][padding to 8]; little-endian; the length is that of head and body, the crc covers everything of
 * the record but itself, padding too. On a tape both times of a record are the event's; records between instants carry
 * the time of the instant before them (KEEL_TIME_NONE before the first). The bodies are in world/tape_record.h. First a
 * `head` record, then `contract`, `instant`, `problem` records in any order that defines a contract before its first
 * quote, and one `end` record that counts them. Directly behind an instant may stand a `rate` and then a `vols` record
 * of it; before the first instant a `model` record, which says that a model made this market. A `split` record says
 * that quotes from before a split stand in the terms of after it. The file is written beside its place and renamed when
 * complete; a tape without its `end`, with a byte after it, or with any bit changed is refused (KEEL_STATUS_CORRUPT,
 * with the offset); one with sound records of an unknown type or version is KEEL_STATUS_UNSUPPORTED. Same content, same
 * bytes: no build id, no clock. */
#ifndef KEEL_WORLD_TAPE_H
#define KEEL_WORLD_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "book/contract.h"

/* The quotes of one time. Shape: count each. */
struct keel_tape_instant {
  int64_t time_ns;
  size_t count;
  const uint32_t *ids;       /* each at most once */
  const double *bids, *asks; /* NaN: no quote on that side */
};

/* The market's vols at one time, where a model makes the market. Shape: count each. */
struct keel_tape_vols {
  size_t count;
  const uint32_t *ids;  /* each at most once */
  const double *vols;   /* 0 or above */
  const double *slopes; /* dvol / d ln spot at the contract's fixed strike; 0 where there is no skew */
};

/* Where a simulated market comes from: what would make the same one again. */
struct keel_tape_model {
  int64_t start_ns; /* when the simulation began: `years` of positions count from here */
  uint64_t seed, path;
  const char *text; /* the models in words, at least a byte */
};

/* A split that the quotes of an underlying do not show: those from before it are in the terms of after it. */
struct keel_tape_split {
  const char *underlying;
  int64_t ex_ns;
  double ratio; /* new shares for an old one */
};

/* ---- writing ----
 * A bad value is KEEL_STATUS_INPUT, a full disk KEEL_STATUS_IO; after the first failure later calls do nothing and
 * keel_tape_writer_close reports it again. */
struct keel_tape_writer;

keel_status keel_tape_writer_open(const char *path, struct keel_tape_writer **writer, keel_error *error);
/* Copies the contract; returns its id (0, 1, 2 ...). The caller sees to it that each is added once. Spot is a contract
 * too. */
uint32_t keel_tape_writer_contract(struct keel_tape_writer *writer, const struct keel_contract *contract);
/* One instant, later than the last one. A side that has no quote is NaN (never 0 for "none"; a true bid of zero is 0).
 */
keel_status keel_tape_writer_instant(struct keel_tape_writer *writer, const struct keel_tape_instant *instant,
                                     keel_error *error);
/* The rate of cash and of discounting, and the vols, of the instant just written: each at most once, the rate first. */
keel_status keel_tape_writer_rate(struct keel_tape_writer *writer, double rate, keel_error *error);
keel_status keel_tape_writer_vols(struct keel_tape_writer *writer, const struct keel_tape_vols *vols,
                                  keel_error *error);
/* Before the first instant, at most once. */
keel_status keel_tape_writer_model(struct keel_tape_writer *writer, const struct keel_tape_model *model,
                                   keel_error *error);
keel_status keel_tape_writer_split(struct keel_tape_writer *writer, const struct keel_tape_split *split,
                                   keel_error *error);
/* What the importer dropped or found, by kind: shown by replay. */
keel_status keel_tape_writer_problem(struct keel_tape_writer *writer, const char *kind, uint64_t count,
                                     keel_error *error);
/* Writes `end`, syncs, renames into place. Frees the writer in any case; on an error nothing is left behind. */
keel_status keel_tape_writer_close(struct keel_tape_writer *writer, keel_error *error);
/* Gives up: nothing is left behind. */
void keel_tape_writer_abort(struct keel_tape_writer *writer);

/* ---- reading ---- */
struct keel_tape;

/* Maps the file and verifies all of it. While it is open the file may be replaced (by rename, as a writer does) but not
 * written into or cut: the system ends a program whose mapped file shrinks. Contracts' texts live as long as the tape.
 * May be read from several threads. */
keel_status keel_tape_open(const char *path, struct keel_tape **tape, keel_error *error);
/* The same over bytes in memory, aligned to 8, which must outlive the tape. */
keel_status keel_tape_open_bytes(const char *name, const void *bytes, size_t size, struct keel_tape **tape,
                                 keel_error *error);
void keel_tape_close(struct keel_tape *tape);

size_t keel_tape_contracts(const struct keel_tape *tape);
const struct keel_contract *keel_tape_contract(const struct keel_tape *tape, uint32_t id);
/* NULL: a recorded market. */
const struct keel_tape_model *keel_tape_model(const struct keel_tape *tape);
size_t keel_tape_instants(const struct keel_tape *tape);
size_t keel_tape_problems(const struct keel_tape *tape);
void keel_tape_problem(const struct keel_tape *tape, size_t index, const char **kind, uint64_t *count);

/* The split `index` of those that the quotes do not show, or 0 behind the last. */
int keel_tape_split_at(const struct keel_tape *tape, size_t index, struct keel_tape_split *split);

/* A place on the tape; {0} is its start. Each cursor belongs to one thread. */
struct keel_tape_cursor {
  size_t next;
};

/* The next instant, or 0 at the end. */
int keel_tape_next(const struct keel_tape *tape, struct keel_tape_cursor *cursor, struct keel_tape_instant *instant);
/* What stands with the instant that this cursor gave last; 0 if nothing does. */
int keel_tape_rate(const struct keel_tape *tape, const struct keel_tape_cursor *cursor, double *rate);
int keel_tape_vols(const struct keel_tape *tape, const struct keel_tape_cursor *cursor, struct keel_tape_vols *vols);

#endif
