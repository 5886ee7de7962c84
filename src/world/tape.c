#include "world/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/fail.h"
#include "base/grow.h"
#include "world/contract_index.h"
#include "world/tape_record.h"

struct problem {
  const char *kind;
  uint64_t count;
};

/* Arrays that grow while the tape is verified. */
struct keel_tape {
  const unsigned char *bytes;
  size_t size;
  int mapped;
  struct keel_contract *contracts;
  uint64_t *seen; /* by contract: the last list of ids that had it, counted from 1 */
  size_t contract_count, contract_room, seen_room;
  size_t *instants; /* offsets of their records */
  size_t instant_count, instant_room;
  struct problem *problems;
  size_t problem_count, problem_room;
  struct keel_tape_split *splits;
  size_t split_count, split_room;
  struct keel_tape_model model; /* its text is NULL where there is none */
};

/* Where verification stands. */
struct scan {
  struct keel_tape *tape;
  struct keel_contract_index index;
  const char *name;
  size_t offset;
  uint64_t sequence, quotes, lists; /* lists: of ids, so far */
  uint32_t crc;
  enum keel_tape_type last;
  int64_t time_ns;
  int ended;
  keel_error *error;
};

static keel_status corrupt(const struct scan *scan, const char *what) {
  return keel_fail(scan->error, KEEL_STATUS_CORRUPT, scan->name, "byte %zu: %s; write the tape again from its source",
                   scan->offset, what);
}

static keel_status no_memory(const struct scan *scan) {
  return keel_fail(scan->error, KEEL_STATUS_MEMORY, scan->name, "no memory");
}

/* ---- what a tape refuses ---- */

static const char *name_problem(const char *name) {
  if (!name || !*name || strlen(name) > KEEL_TAPE_NAME_MAX) return "an underlying's name has 1 to 255 bytes";
  for (; *name; name++)
    if ((unsigned char)*name < ' ') return "a control character in an underlying's name";
  return NULL;
}

const char *keel_tape_contract_problem(const struct keel_contract *contract) {
  const char *problem = name_problem(contract->underlying);
  if (problem) return problem;
  if ((unsigned)contract->kind > KEEL_KIND_PUT) return "an unknown kind of contract";
  if (!isfinite(contract->multiplier) || contract->multiplier <= 0) return "a multiplier that is not above 0";
  if (contract->kind != KEEL_KIND_SPOT && contract->expiry_ns == KEEL_TIME_NONE) return "no expiry, and no spot";
  if (!keel_kind_is_option(contract->kind)) return NULL;
  if (!isfinite(contract->strike) || contract->strike <= 0) return "a strike that is not above 0";
  if ((unsigned)contract->exercise > KEEL_EXERCISE_AMERICAN) return "an unknown exercise";
  return NULL;
}

const char *keel_tape_split_problem(const char *underlying, double ratio) {
  if (!isfinite(ratio) || ratio <= 0 || ratio == 1) return "a split by a ratio that is not above 0, or 1";
  return name_problem(underlying);
}

const char *keel_tape_quotes_problem(size_t count, const double *bids, const double *asks) {
  size_t infinite = 0;
  for (size_t i = 0; i < count; i++) infinite += (size_t)(isinf(bids[i]) != 0) + (size_t)(isinf(asks[i]) != 0);
  return infinite ? "an infinite quote" : NULL;
}

const char *keel_tape_vols_problem(size_t count, const double *vols, const double *slopes) {
  size_t wrong = 0;
  for (size_t i = 0; i < count; i++)
    wrong += (size_t) !(vols[i] >= 0 && vols[i] < INFINITY) + (size_t)!isfinite(slopes[i]);
  return wrong ? "a vol below 0, or one that is not finite" : NULL;
}

const char *keel_tape_order_problem(enum keel_tape_type type, enum keel_tape_type before) {
  int fits = before == KEEL_TAPE_INSTANT || (type == KEEL_TAPE_VOLS && before == KEEL_TAPE_RATE);
  return fits ? NULL : "a rate or vols that stand not behind their instant";
}

/* ---- one reader per type of record; each sees a body whose bytes are those that were written ---- */

static keel_status read_head(struct scan *scan, const unsigned char *body, size_t size) {
  if (scan->sequence != 0 || size != 8 || memcmp(body, KEEL_TAPE_MAGIC, 8) != 0)
    return corrupt(scan, "a misplaced head");
  return KEEL_STATUS_OK;
}

/* A terminated text that fills the rest of a body, or NULL. */
static const char *text_at(const unsigned char *text, size_t size) {
  return size >= 2 && memchr(text, 0, size) == text + size - 1 ? (const char *)text : NULL;
}

static keel_status add_contract(struct scan *scan, const struct keel_contract *contract) {
  struct keel_tape *tape = scan->tape;
  if (keel_contract_index_find(&scan->index, tape->contracts, contract) != KEEL_CONTRACT_NONE)
    return corrupt(scan, "a contract that is already there");
  void *contracts = keel_grown(tape->contracts, tape->contract_count, &tape->contract_room, sizeof *tape->contracts);
  if (!contracts) return no_memory(scan);
  tape->contracts = contracts;
  void *seen = keel_grown(tape->seen, tape->contract_count, &tape->seen_room, sizeof *tape->seen);
  if (!seen) return no_memory(scan);
  tape->seen = seen;
  tape->contracts[tape->contract_count] = *contract;
  tape->seen[tape->contract_count] = 0;
  if (!keel_contract_index_add(&scan->index, tape->contracts, (uint32_t)tape->contract_count)) return no_memory(scan);
  tape->contract_count++;
  return KEEL_STATUS_OK;
}

static keel_status read_contract(struct scan *scan, const unsigned char *bytes, size_t size) {
  struct keel_tape_contract_body body;
  if (size < sizeof body) return corrupt(scan, "a contract that is too short");
  memcpy(&body, bytes, sizeof body);
  struct keel_contract contract = {.underlying = text_at(bytes + sizeof body, size - sizeof body),
                                   .kind = (enum keel_kind)body.kind,
                                   .exercise = (enum keel_exercise)body.exercise,
                                   .strike = body.strike,
                                   .expiry_ns = body.expiry_ns,
                                   .multiplier = body.multiplier};
  if (!contract.underlying) return corrupt(scan, "a contract without its underlying's name");
  if (body.id != scan->tape->contract_count) return corrupt(scan, "a contract's number out of order");
  const char *problem = keel_tape_contract_problem(&contract);
  return problem ? corrupt(scan, problem) : add_contract(scan, &contract);
}

/* Where the columns of an instant's body are. */
static struct keel_tape_instant columns(const unsigned char *body, size_t count, int64_t time_ns) {
  const double *bids = (const double *)(const void *)(body + sizeof(uint64_t));
  return (struct keel_tape_instant){.time_ns = time_ns,
                                    .count = count,
                                    .bids = bids,
                                    .asks = bids + count,
                                    .ids = (const uint32_t *)(const void *)(bids + 2 * count)};
}

static const char *ids_problem(struct scan *scan, const struct keel_tape_instant *columns) {
  struct keel_tape *tape = scan->tape;
  uint64_t number = ++scan->lists;
  for (size_t i = 0; i < columns->count; i++) {
    uint32_t id = columns->ids[i];
    if (id >= tape->contract_count) return "a quote of an unknown contract";
    if (tape->seen[id] == number) return "two quotes of one contract in one instant";
    tape->seen[id] = number;
  }
  return NULL;
}

/* Two columns of numbers by contract. */
static keel_status read_columns(struct scan *scan, const unsigned char *body, size_t size,
                                struct keel_tape_instant *found) {
  const size_t each = 2 * sizeof(double) + sizeof(uint32_t);
  uint64_t count;
  if (size < sizeof count) return corrupt(scan, "an instant that is too short");
  memcpy(&count, body, sizeof count);
  if (count > size / each || size != sizeof count + count * each)
    return corrupt(scan, "an instant of another size than it says");
  *found = columns(body, (size_t)count, scan->time_ns);
  const char *problem = ids_problem(scan, found);
  return problem ? corrupt(scan, problem) : KEEL_STATUS_OK;
}

static keel_status read_instant(struct scan *scan, const unsigned char *body, size_t size) {
  struct keel_tape *tape = scan->tape;
  struct keel_tape_instant instant;
  keel_status status = read_columns(scan, body, size, &instant);
  if (status) return status;
  const char *problem = keel_tape_quotes_problem(instant.count, instant.bids, instant.asks);
  if (problem) return corrupt(scan, problem);
  void *instants = keel_grown(tape->instants, tape->instant_count, &tape->instant_room, sizeof *tape->instants);
  if (!instants) return no_memory(scan);
  tape->instants = instants;
  tape->instants[tape->instant_count++] = scan->offset;
  scan->quotes += instant.count;
  return KEEL_STATUS_OK;
}

static keel_status read_rate(struct scan *scan, const unsigned char *body, size_t size) {
  double rate;
  const char *problem = keel_tape_order_problem(KEEL_TAPE_RATE, scan->last);
  if (problem) return corrupt(scan, problem);
  if (size != sizeof rate) return corrupt(scan, "a rate of a wrong size");
  memcpy(&rate, body, sizeof rate);
  return isfinite(rate) ? KEEL_STATUS_OK : corrupt(scan, "a rate that is not finite");
}

static keel_status read_vols(struct scan *scan, const unsigned char *body, size_t size) {
  struct keel_tape_instant vols;
  const char *problem = keel_tape_order_problem(KEEL_TAPE_VOLS, scan->last);
  if (problem) return corrupt(scan, problem);
  keel_status status = read_columns(scan, body, size, &vols);
  if (status) return status;
  problem = keel_tape_vols_problem(vols.count, vols.bids, vols.asks);
  return problem ? corrupt(scan, problem) : KEEL_STATUS_OK;
}

static keel_status read_model(struct scan *scan, const unsigned char *bytes, size_t size) {
  struct keel_tape *tape = scan->tape;
  struct keel_tape_model_body body;
  if (tape->model.text || tape->instant_count) return corrupt(scan, "a misplaced model");
  if (size < sizeof body) return corrupt(scan, "a model that is too short");
  memcpy(&body, bytes, sizeof body);
  const char *text = text_at(bytes + sizeof body, size - sizeof body);
  if (!text) return corrupt(scan, "a model without words");
  tape->model = (struct keel_tape_model){body.start_ns, body.seed, body.path, text};
  return KEEL_STATUS_OK;
}

static keel_status read_split(struct scan *scan, const unsigned char *bytes, size_t size) {
  struct keel_tape *tape = scan->tape;
  struct keel_tape_split_body body;
  if (size < sizeof body) return corrupt(scan, "a split that is too short");
  memcpy(&body, bytes, sizeof body);
  const char *underlying = text_at(bytes + sizeof body, size - sizeof body);
  const char *problem = keel_tape_split_problem(underlying, body.ratio);
  if (problem) return corrupt(scan, problem);
  void *splits = keel_grown(tape->splits, tape->split_count, &tape->split_room, sizeof *tape->splits);
  if (!splits) return no_memory(scan);
  tape->splits = splits;
  tape->splits[tape->split_count++] = (struct keel_tape_split){underlying, body.ex_ns, body.ratio};
  return KEEL_STATUS_OK;
}

static keel_status read_problem(struct scan *scan, const unsigned char *body, size_t size) {
  struct keel_tape *tape = scan->tape;
  struct problem problem;
  if (size < sizeof problem.count) return corrupt(scan, "a problem that is too short");
  memcpy(&problem.count, body, sizeof problem.count);
  problem.kind = text_at(body + sizeof problem.count, size - sizeof problem.count);
  if (!problem.kind) return corrupt(scan, "a problem without its kind");
  void *problems = keel_grown(tape->problems, tape->problem_count, &tape->problem_room, sizeof *tape->problems);
  if (!problems) return no_memory(scan);
  tape->problems = problems;
  tape->problems[tape->problem_count++] = problem;
  return KEEL_STATUS_OK;
}

static keel_status read_end(struct scan *scan, const unsigned char *bytes, size_t size) {
  const struct keel_tape *tape = scan->tape;
  struct keel_tape_end_body body;
  if (size != sizeof body) return corrupt(scan, "an end of a wrong size");
  memcpy(&body, bytes, sizeof body);
  if (body.contracts != tape->contract_count || body.instants != tape->instant_count || body.quotes != scan->quotes ||
      body.problems != tape->problem_count)
    return corrupt(scan, "an end that counts other records than there are");
  scan->ended = 1;
  return KEEL_STATUS_OK;
}

/* ---- the file, record by record ---- */

static uint32_t crc_of(const unsigned char *record, size_t padded) {
  const size_t crc_at = offsetof(struct keel_tape_record, crc), after = offsetof(struct keel_tape_record, sequence);
  return keel_crc32c(keel_crc32c(0, record, crc_at), record + after, padded - after);
}

static keel_status read_body(struct scan *scan, const struct keel_tape_record *head, const unsigned char *body) {
  static keel_status (*const readers[])(struct scan *, const unsigned char *, size_t) = {
      [KEEL_TAPE_HEAD] = read_head,       [KEEL_TAPE_CONTRACT] = read_contract, [KEEL_TAPE_INSTANT] = read_instant,
      [KEEL_TAPE_PROBLEM] = read_problem, [KEEL_TAPE_END] = read_end,           [KEEL_TAPE_MODEL] = read_model,
      [KEEL_TAPE_RATE] = read_rate,       [KEEL_TAPE_VOLS] = read_vols,         [KEEL_TAPE_SPLIT] = read_split};
  if (head->version != KEEL_TAPE_VERSION || head->type >= sizeof readers / sizeof *readers || !readers[head->type])
    return keel_fail(scan->error, KEEL_STATUS_UNSUPPORTED, scan->name,
                     "byte %zu: a record of type %u version %u, written by another version of keel", scan->offset,
                     head->type, head->version);
  if (scan->sequence == 0 && head->type != KEEL_TAPE_HEAD) return corrupt(scan, "not a tape: no head");
  int is_instant = head->type == KEEL_TAPE_INSTANT;
  if (head->monotonic_ns != head->wall_ns || (is_instant && head->wall_ns <= scan->time_ns) ||
      (!is_instant && head->wall_ns != scan->time_ns))
    return corrupt(scan, "a time out of order");
  scan->time_ns = head->wall_ns;
  return readers[head->type](scan, body, head->length - sizeof *head);
}

static keel_status read_record(struct scan *scan) {
  const unsigned char *record = scan->tape->bytes + scan->offset;
  size_t left = scan->tape->size - scan->offset;
  struct keel_tape_record head;
  if (left < sizeof head) return corrupt(scan, "a record is cut");
  memcpy(&head, record, sizeof head);
  size_t padded = keel_tape_padded(head.length);
  if (head.length < sizeof head || padded > left) return corrupt(scan, "not a tape, or a record is cut");
  if (head.crc != crc_of(record, padded)) return corrupt(scan, "the check sum is wrong: the record is damaged");
  if (head.sequence != scan->sequence || head.previous != scan->crc)
    return corrupt(scan, "a record is missing or out of place");
  keel_status status = read_body(scan, &head, record + sizeof head);
  scan->offset += padded;
  scan->sequence++;
  scan->crc = head.crc;
  scan->last = (enum keel_tape_type)head.type;
  return status;
}

static keel_status read_all(struct scan *scan) {
  while (scan->offset < scan->tape->size) {
    if (scan->ended) return corrupt(scan, "bytes after the end");
    keel_status status = read_record(scan);
    if (status) return status;
  }
  return scan->ended ? KEEL_STATUS_OK : corrupt(scan, "the tape is cut: it has no end");
}

/* Takes over the mapping, if there is one. */
static keel_status verified(struct keel_tape *tape, const char *name, struct keel_tape **out, keel_error *error) {
  struct scan scan = {.tape = tape, .name = name, .time_ns = KEEL_TIME_NONE, .error = error};
  keel_status status = read_all(&scan);
  keel_contract_index_fini(&scan.index);
  free(tape->seen);
  tape->seen = NULL;
  if (status) {
    keel_tape_close(tape);
    return status;
  }
  *out = tape;
  return KEEL_STATUS_OK;
}

keel_status keel_tape_open_bytes(const char *name, const void *bytes, size_t size, struct keel_tape **out,
                                 keel_error *error) {
  *out = NULL;
  keel_assert((uintptr_t)bytes % KEEL_TAPE_ALIGN == 0);
  struct keel_tape *tape = calloc(1, sizeof *tape);
  if (!tape) return keel_fail(error, KEEL_STATUS_MEMORY, name, "no memory");
  tape->bytes = bytes;
  tape->size = size;
  return verified(tape, name, out, error);
}

/* Maps the file; an empty one has no bytes. */
static keel_status map_file(const char *path, struct keel_tape *tape, keel_error *error) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return keel_fail(error, KEEL_STATUS_IO, path, "cannot open: %s", strerror(errno));
  struct stat info;
  void *bytes = NULL;
  keel_status status = KEEL_STATUS_OK;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    status = keel_fail(error, KEEL_STATUS_IO, path, "is not a regular file; a tape is read in place");
  } else if (info.st_size > 0) {
    bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) status = keel_fail(error, KEEL_STATUS_IO, path, "cannot map: %s", strerror(errno));
  }
  close(fd);
  if (status || !bytes) return status;
  tape->bytes = bytes;
  tape->size = (size_t)info.st_size;
  tape->mapped = 1;
  return KEEL_STATUS_OK;
}

keel_status keel_tape_open(const char *path, struct keel_tape **out, keel_error *error) {
  *out = NULL;
  struct keel_tape *tape = calloc(1, sizeof *tape);
  if (!tape) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  keel_status status = map_file(path, tape, error);
  if (status) {
    keel_tape_close(tape);
    return status;
  }
  return verified(tape, path, out, error);
}

static void unmap(const unsigned char *bytes, size_t size) { munmap((void *)(uintptr_t)bytes, size); }

void keel_tape_close(struct keel_tape *tape) {
  if (!tape) return;
  if (tape->mapped) unmap(tape->bytes, tape->size);
  free(tape->contracts);
  free(tape->seen);
  free(tape->instants);
  free(tape->problems);
  free(tape->splits);
  free(tape);
}

/* ---- what is on it ---- */

size_t keel_tape_contracts(const struct keel_tape *tape) { return tape->contract_count; }
size_t keel_tape_instants(const struct keel_tape *tape) { return tape->instant_count; }
size_t keel_tape_problems(const struct keel_tape *tape) { return tape->problem_count; }

const struct keel_tape_model *keel_tape_model(const struct keel_tape *tape) {
  return tape->model.text ? &tape->model : NULL;
}

const struct keel_contract *keel_tape_contract(const struct keel_tape *tape, uint32_t id) {
  keel_assert(id < tape->contract_count);
  return &tape->contracts[id];
}

void keel_tape_problem(const struct keel_tape *tape, size_t index, const char **kind, uint64_t *count) {
  keel_assert(index < tape->problem_count);
  *kind = tape->problems[index].kind;
  *count = tape->problems[index].count;
}

int keel_tape_split_at(const struct keel_tape *tape, size_t index, struct keel_tape_split *split) {
  if (index >= tape->split_count) return 0;
  *split = tape->splits[index];
  return 1;
}

/* A record of a verified tape: its head, and where its body is. */
static const unsigned char *record_at(const struct keel_tape *tape, size_t offset, struct keel_tape_record *head) {
  memcpy(head, tape->bytes + offset, sizeof *head);
  return tape->bytes + offset + sizeof *head;
}

static struct keel_tape_instant columns_of(const struct keel_tape_record *head, const unsigned char *body) {
  uint64_t count;
  memcpy(&count, body, sizeof count);
  return columns(body, (size_t)count, head->wall_ns);
}

int keel_tape_next(const struct keel_tape *tape, struct keel_tape_cursor *cursor, struct keel_tape_instant *instant) {
  if (cursor->next >= tape->instant_count) return 0;
  struct keel_tape_record head;
  const unsigned char *body = record_at(tape, tape->instants[cursor->next++], &head);
  *instant = columns_of(&head, body);
  return 1;
}

/* The record of this type among the two behind the cursor's last instant, where rates and vols stand; there is always
 * an end behind. */
static const unsigned char *find_behind(const struct keel_tape *tape, const struct keel_tape_cursor *cursor,
                                        enum keel_tape_type type, struct keel_tape_record *head) {
  if (cursor->next == 0) return NULL;
  size_t offset = tape->instants[cursor->next - 1];
  record_at(tape, offset, head);
  do {
    offset += keel_tape_padded(head->length);
    const unsigned char *body = record_at(tape, offset, head);
    if (head->type == type) return body;
  } while (head->type == KEEL_TAPE_RATE);
  return NULL;
}

int keel_tape_rate(const struct keel_tape *tape, const struct keel_tape_cursor *cursor, double *rate) {
  struct keel_tape_record head;
  const unsigned char *body = find_behind(tape, cursor, KEEL_TAPE_RATE, &head);
  if (body) memcpy(rate, body, sizeof *rate);
  return body != NULL;
}

int keel_tape_vols(const struct keel_tape *tape, const struct keel_tape_cursor *cursor, struct keel_tape_vols *vols) {
  struct keel_tape_record head;
  const unsigned char *body = find_behind(tape, cursor, KEEL_TAPE_VOLS, &head);
  if (!body) return 0;
  struct keel_tape_instant found = columns_of(&head, body);
  *vols = (struct keel_tape_vols){found.count, found.ids, found.bids, found.asks};
  return 1;
}
