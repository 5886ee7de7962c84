#include "base/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/fail.h"

enum { NAME_MAX_BYTES = 255, TEXT_FIRST = 64 * 1024 };

struct keel_zip {
  char *path;
  zip_t *archive;
  size_t entries;
  uint64_t taken; /* bytes given out so far */
  char *text;     /* of the entry read last */
  size_t room;
};

int keel_zip_is(const char *path) {
  unsigned char head[4];
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return 0;
  ssize_t got = read(file, head, sizeof head);
  close(file);
  return got == sizeof head && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
}

/* ---- opening ---- */

static keel_status open_failed(const char *path, zip_error_t *reason, keel_error *error) {
  int code = zip_error_code_zip(reason);
  int is_system = zip_error_system_type(reason) == ZIP_ET_SYS || code == ZIP_ER_NOENT;
  keel_status status = is_system ? KEEL_STATUS_IO : KEEL_STATUS_INPUT;
  if (code == ZIP_ER_MEMORY) status = KEEL_STATUS_MEMORY;
  keel_fail(error, status, path, "cannot be read as a zip: %s", zip_error_strerror(reason));
  zip_error_fini(reason);
  return status;
}

/* Takes over the source. */
static keel_status open_source(const char *path, zip_source_t *source, struct keel_zip **out, keel_error *error) {
  zip_error_t reason;
  zip_error_init(&reason);
  struct keel_zip *zip = calloc(1, sizeof *zip);
  if (zip) zip->path = strdup(path);
  if (!zip || !zip->path) {
    zip_source_free(source);
    keel_zip_close(zip);
    return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  }
  zip->archive = zip_open_from_source(source, ZIP_RDONLY, &reason);
  if (!zip->archive) {
    zip_source_free(source);
    keel_zip_close(zip);
    return open_failed(path, &reason, error);
  }
  zip->entries = (size_t)zip_get_num_entries(zip->archive, 0);
  *out = zip;
  return KEEL_STATUS_OK;
}

keel_status keel_zip_open(const char *path, struct keel_zip **zip, keel_error *error) {
  zip_error_t reason;
  *zip = NULL;
  zip_error_init(&reason);
  zip_source_t *source = zip_source_file_create(path, 0, -1, &reason);
  return source ? open_source(path, source, zip, error) : open_failed(path, &reason, error);
}

keel_status keel_zip_open_bytes(const char *name, const void *bytes, size_t size, struct keel_zip **zip,
                                keel_error *error) {
  zip_error_t reason;
  *zip = NULL;
  zip_error_init(&reason);
  zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &reason);
  return source ? open_source(name, source, zip, error) : open_failed(name, &reason, error);
}

void keel_zip_close(struct keel_zip *zip) {
  if (!zip) return;
  if (zip->archive) zip_discard(zip->archive);
  free(zip->text);
  free(zip->path);
  free(zip);
}

/* ---- entries ---- */

size_t keel_zip_entries(const struct keel_zip *zip) { return zip->entries; }

const char *keel_zip_name(const struct keel_zip *zip, size_t entry) {
  const char *name = zip_get_name(zip->archive, entry, ZIP_FL_ENC_RAW);
  if (!name || !*name || strlen(name) > NAME_MAX_BYTES) return NULL;
  for (const char *c = name; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 0x7f) return NULL;
  return name;
}

static keel_status refuse(const struct keel_zip *zip, size_t entry, const char *what, keel_error *error) {
  const char *name = keel_zip_name(zip, entry);
  char where[1024];
  if (name)
    snprintf(where, sizeof where, "%s:%s", zip->path, name);
  else
    snprintf(where, sizeof where, "%s: entry %zu", zip->path, entry + 1);
  return keel_fail(error, KEEL_STATUS_INPUT, where, "%s", what);
}

static const char *entry_problem(const struct keel_zip *zip, size_t entry, zip_stat_t *stat) {
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD | ZIP_STAT_COMP_METHOD;
  const char *name = keel_zip_name(zip, entry);
  if (!name) return "has no name, one above 255 bytes, or one with control characters";
  if (name[strlen(name) - 1] == '/') return "is a folder; only files may be in it";
  if (zip_name_locate(zip->archive, name, ZIP_FL_ENC_RAW) != (zip_int64_t)entry)
    return "is there twice; names have to differ";
  if (zip_stat_index(zip->archive, entry, 0, stat) != 0 || (stat->valid & needed) != needed)
    return "has no size or method";
  if (stat->encryption_method != ZIP_EM_NONE) return "is encrypted; decrypt it first";
  if (stat->size > KEEL_ZIP_ENTRY_MAX) return "is too large; 256 MiB are allowed for an entry";
  if (stat->size > KEEL_ZIP_ARCHIVE_MAX - zip->taken) return "is too much; 4 GiB are allowed for an archive";
  return NULL;
}

/* Reads to the end, one byte further than the archive promises; libzip checks the sum there. */
static const char *read_text(struct keel_zip *zip, zip_file_t *file, size_t size) {
  size_t length = 0;
  for (;;) {
    if (length + 1 >= zip->room) {
      size_t room = zip->room ? zip->room * 2 : TEXT_FIRST;
      char *text = realloc(zip->text, room);
      if (!text) return "does not fit into memory";
      zip->text = text;
      zip->room = room;
    }
    zip_int64_t got = zip_fread(file, zip->text + length, zip->room - length - 1);
    if (got < 0) return zip_file_strerror(file);
    if (got == 0) break;
    length += (size_t)got;
    if (length > size) return "holds more than the archive says";
  }
  zip->text[length] = '\0';
  return length == size ? NULL : "holds less than the archive says";
}

keel_status keel_zip_read(struct keel_zip *zip, size_t entry, const char **text, size_t *length, keel_error *error) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  const char *problem = entry_problem(zip, entry, &stat);
  if (problem) return refuse(zip, entry, problem, error);
  zip_file_t *file = zip_fopen_index(zip->archive, entry, 0);
  if (!file) return refuse(zip, entry, zip_strerror(zip->archive), error);
  problem = read_text(zip, file, (size_t)stat.size);
  keel_status status = problem ? refuse(zip, entry, problem, error) : KEEL_STATUS_OK;
  zip_fclose(file);
  zip->taken += stat.size;
  *text = zip->text;
  *length = (size_t)stat.size;
  return status;
}
