#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/fail.h"
#include "base/file.h"
#include "world/tape.h"
#include "world/tape_record.h"

enum { PIECES_MAX = 5 };

struct keel_tape_writer {
  struct keel_file *file;
  keel_error first; /* status is KEEL_STATUS_OK until something fails */
  uint64_t sequence;
  uint32_t crc;
  int64_t time_ns;
  struct keel_tape_end_body totals;
  enum keel_tape_type last; /* written */
  int has_model;
  uint64_t lists; /* of ids written */
  uint64_t *seen; /* by contract: the last of them that had it, counted from 1 */
  size_t room;
};

struct piece {
  const void *bytes;
  size_t size;
};

static keel_status note(struct keel_tape_writer *writer, keel_error *error) {
  if (error) *error = writer->first;
  return writer->first.status;
}

static keel_status refuse(struct keel_tape_writer *writer, const char *what, keel_error *error) {
  keel_fail(&writer->first, KEEL_STATUS_INPUT, "tape", "%s", what);
  return note(writer, error);
}

/* Writes one record: its head, the pieces of its body, padding. */
static keel_status write_record(struct keel_tape_writer *writer, enum keel_tape_type type, const struct piece *body,
                                size_t count, keel_error *error) {
  static const char zeros[KEEL_TAPE_ALIGN];
  struct keel_tape_record head = {.sequence = writer->sequence,
                                  .previous = writer->crc,
                                  .type = (uint16_t)type,
                                  .version = KEEL_TAPE_VERSION,
                                  .monotonic_ns = writer->time_ns,
                                  .wall_ns = writer->time_ns};
  struct piece all[PIECES_MAX + 2] = {{&head, sizeof head}};
  size_t length = sizeof head;
  for (size_t i = 0; i < count; i++) length += (all[i + 1] = body[i]).size;
  all[count + 1] = (struct piece){zeros, keel_tape_padded(length) - length};
  if (length > UINT32_MAX) return refuse(writer, "too many quotes in one instant; at most 200 million fit", error);
  head.length = (uint32_t)length;
  uint32_t crc = keel_crc32c(0, &head, offsetof(struct keel_tape_record, crc));
  size_t after = offsetof(struct keel_tape_record, sequence);
  crc = keel_crc32c(crc, (const char *)&head + after, sizeof head - after);
  for (size_t i = 1; i < count + 2; i++) crc = keel_crc32c(crc, all[i].bytes, all[i].size);
  head.crc = writer->crc = crc;
  writer->last = type;
  writer->sequence++;
  for (size_t i = 0; i < count + 2 && !writer->first.status; i++)
    keel_file_write(writer->file, all[i].bytes, all[i].size, &writer->first);
  return note(writer, error);
}

keel_status keel_tape_writer_open(const char *path, struct keel_tape_writer **out, keel_error *error) {
  *out = NULL;
  struct keel_tape_writer *writer = calloc(1, sizeof *writer);
  if (!writer) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  writer->time_ns = KEEL_TIME_NONE;
  keel_status status = keel_file_open(path, &writer->file, error);
  if (!status) status = write_record(writer, KEEL_TAPE_HEAD, &(struct piece){KEEL_TAPE_MAGIC, 8}, 1, error);
  if (status) {
    keel_tape_writer_abort(writer);
    return status;
  }
  *out = writer;
  return KEEL_STATUS_OK;
}

static int make_room(struct keel_tape_writer *writer, size_t count) {
  if (count <= writer->room) return 1;
  size_t room = writer->room ? writer->room * 2 : 1024;
  uint64_t *seen = realloc(writer->seen, room * sizeof *seen);
  if (!seen) {
    keel_fail(&writer->first, KEEL_STATUS_MEMORY, "tape", "no memory");
    return 0;
  }
  memset(seen + writer->room, 0, (room - writer->room) * sizeof *seen);
  writer->seen = seen;
  writer->room = room;
  return 1;
}

uint32_t keel_tape_writer_contract(struct keel_tape_writer *writer, const struct keel_contract *contract) {
  uint32_t id = (uint32_t)writer->totals.contracts++;
  if (writer->first.status || !make_room(writer, writer->totals.contracts)) return id;
  const char *problem = keel_tape_contract_problem(contract);
  if (problem) {
    refuse(writer, problem, NULL);
    return id;
  }
  int is_option = keel_kind_is_option(contract->kind);
  struct keel_tape_contract_body body = {.strike = is_option ? contract->strike : 0,
                                         .expiry_ns = contract->expiry_ns,
                                         .multiplier = contract->multiplier,
                                         .id = id,
                                         .kind = (uint16_t)contract->kind,
                                         .exercise = is_option ? (uint16_t)contract->exercise : 0};
  struct piece pieces[] = {{&body, sizeof body}, {contract->underlying, strlen(contract->underlying) + 1}};
  write_record(writer, KEEL_TAPE_CONTRACT, pieces, 2, NULL);
  return id;
}

static const char *ids_problem(struct keel_tape_writer *writer, size_t count, const uint32_t *ids) {
  uint64_t number = ++writer->lists;
  for (size_t i = 0; i < count; i++) {
    if (ids[i] >= writer->totals.contracts) return "a quote of a contract that was not added";
    if (writer->seen[ids[i]] == number) return "two quotes of one contract in one instant";
    writer->seen[ids[i]] = number;
  }
  return NULL;
}

/* Two columns of numbers by contract. */
static keel_status write_columns(struct keel_tape_writer *writer, enum keel_tape_type type,
                                 const struct keel_tape_instant *columns, keel_error *error) {
  uint64_t count = columns->count;
  struct piece pieces[] = {{&count, sizeof count},
                           {columns->bids, count * sizeof *columns->bids},
                           {columns->asks, count * sizeof *columns->asks},
                           {columns->ids, count * sizeof *columns->ids}};
  return write_record(writer, type, pieces, 4, error);
}

keel_status keel_tape_writer_instant(struct keel_tape_writer *writer, const struct keel_tape_instant *instant,
                                     keel_error *error) {
  if (writer->first.status) return note(writer, error);
  const char *problem = instant->time_ns <= writer->time_ns ? "an instant that is not later than the one before" : NULL;
  if (!problem) problem = ids_problem(writer, instant->count, instant->ids);
  if (!problem) problem = keel_tape_quotes_problem(instant->count, instant->bids, instant->asks);
  if (problem) return refuse(writer, problem, error);
  writer->time_ns = instant->time_ns;
  writer->totals.instants++;
  writer->totals.quotes += instant->count;
  return write_columns(writer, KEEL_TAPE_INSTANT, instant, error);
}

keel_status keel_tape_writer_rate(struct keel_tape_writer *writer, double rate, keel_error *error) {
  if (writer->first.status) return note(writer, error);
  const char *problem = keel_tape_order_problem(KEEL_TAPE_RATE, writer->last);
  if (!problem && !isfinite(rate)) problem = "a rate that is not finite";
  if (problem) return refuse(writer, problem, error);
  return write_record(writer, KEEL_TAPE_RATE, &(struct piece){&rate, sizeof rate}, 1, error);
}

keel_status keel_tape_writer_vols(struct keel_tape_writer *writer, const struct keel_tape_vols *vols,
                                  keel_error *error) {
  if (writer->first.status) return note(writer, error);
  const char *problem = keel_tape_order_problem(KEEL_TAPE_VOLS, writer->last);
  if (!problem) problem = ids_problem(writer, vols->count, vols->ids);
  if (!problem) problem = keel_tape_vols_problem(vols->count, vols->vols, vols->slopes);
  if (problem) return refuse(writer, problem, error);
  const struct keel_tape_instant columns = {0, vols->count, vols->ids, vols->vols, vols->slopes};
  return write_columns(writer, KEEL_TAPE_VOLS, &columns, error);
}

keel_status keel_tape_writer_model(struct keel_tape_writer *writer, const struct keel_tape_model *model,
                                   keel_error *error) {
  if (writer->first.status) return note(writer, error);
  if (writer->has_model || writer->totals.instants) return refuse(writer, "a misplaced model", error);
  if (!*model->text) return refuse(writer, "a model without words", error);
  writer->has_model = 1;
  const struct keel_tape_model_body body = {model->start_ns, model->seed, model->path};
  struct piece pieces[] = {{&body, sizeof body}, {model->text, strlen(model->text) + 1}};
  return write_record(writer, KEEL_TAPE_MODEL, pieces, 2, error);
}

keel_status keel_tape_writer_split(struct keel_tape_writer *writer, const struct keel_tape_split *split,
                                   keel_error *error) {
  if (writer->first.status) return note(writer, error);
  const char *problem = keel_tape_split_problem(split->underlying, split->ratio);
  if (problem) return refuse(writer, problem, error);
  const struct keel_tape_split_body body = {split->ex_ns, split->ratio};
  struct piece pieces[] = {{&body, sizeof body}, {split->underlying, strlen(split->underlying) + 1}};
  return write_record(writer, KEEL_TAPE_SPLIT, pieces, 2, error);
}

keel_status keel_tape_writer_problem(struct keel_tape_writer *writer, const char *kind, uint64_t count,
                                     keel_error *error) {
  if (writer->first.status) return note(writer, error);
  if (!*kind || strlen(kind) > KEEL_TAPE_NAME_MAX) return refuse(writer, "a problem's kind has 1 to 255 bytes", error);
  writer->totals.problems++;
  struct piece pieces[] = {{&count, sizeof count}, {kind, strlen(kind) + 1}};
  return write_record(writer, KEEL_TAPE_PROBLEM, pieces, 2, error);
}

keel_status keel_tape_writer_close(struct keel_tape_writer *writer, keel_error *error) {
  if (!writer->first.status)
    write_record(writer, KEEL_TAPE_END, &(struct piece){&writer->totals, sizeof writer->totals}, 1, NULL);
  keel_status status = note(writer, error);
  if (!status) {
    status = keel_file_close(writer->file, error);
    writer->file = NULL;
  }
  keel_tape_writer_abort(writer);
  return status;
}

void keel_tape_writer_abort(struct keel_tape_writer *writer) {
  if (!writer) return;
  keel_file_abort(writer->file);
  free(writer->seen);
  free(writer);
}
