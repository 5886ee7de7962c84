#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/fail.h"

enum { RAW_BLOCK = 64 * 1024, GZ_WINDOW = 15 + 16 /* gz heads and trailers, no bare zlib */ };

struct keel_input {
  char *path;
  int fd;                     /* -1 for bytes in memory */
  const unsigned char *bytes; /* what is not yet taken of memory */
  size_t bytes_left;
  size_t done, total;
  int gz, in_member; /* in_member: a gz member has begun and not ended */
  z_stream stream;
  unsigned char raw[RAW_BLOCK]; /* read, and not yet handed out or inflated */
  size_t raw_start, raw_end;
};

static keel_status take(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error) {
  if (input->fd < 0) {
    *got = input->bytes_left < room ? input->bytes_left : room;
    if (*got) memcpy(into, input->bytes, *got);
    input->bytes += *got;
    input->bytes_left -= *got;
  } else {
    ssize_t count = read(input->fd, into, room);
    if (count < 0 && errno == EINTR) return keel_fail(error, KEEL_STATUS_STOPPED, input->path, "interrupted");
    if (count < 0) return keel_fail(error, KEEL_STATUS_IO, input->path, "cannot read: %s", strerror(errno));
    *got = (size_t)count;
  }
  input->done += *got;
  return KEEL_STATUS_OK;
}

/* Makes sure that at least `need` raw bytes are at hand, unless the file ends first. */
static keel_status refill(struct keel_input *input, size_t need, keel_error *error) {
  while (input->raw_end - input->raw_start < need) {
    memmove(input->raw, input->raw + input->raw_start, input->raw_end - input->raw_start);
    input->raw_end -= input->raw_start;
    input->raw_start = 0;
    size_t got = 0;
    keel_status status = take(input, input->raw + input->raw_end, RAW_BLOCK - input->raw_end, &got, error);
    if (status) return status;
    if (got == 0) break;
    input->raw_end += got;
  }
  return KEEL_STATUS_OK;
}

static int at_gz_head(const struct keel_input *input) {
  const unsigned char *raw = input->raw + input->raw_start;
  return input->raw_end - input->raw_start >= 2 && raw[0] == 0x1f && raw[1] == 0x8b;
}

static keel_status recognise(struct keel_input *input, keel_error *error) {
  keel_status status = refill(input, 2, error);
  if (status || !at_gz_head(input)) return status;
  if (inflateInit2(&input->stream, GZ_WINDOW) != Z_OK)
    return keel_fail(error, KEEL_STATUS_MEMORY, input->path, "no memory to inflate");
  input->gz = input->in_member = 1;
  return KEEL_STATUS_OK;
}

static keel_status opened(struct keel_input *input, struct keel_input **out, keel_error *error) {
  keel_status status = recognise(input, error);
  if (status) {
    keel_input_close(input);
    input = NULL;
  }
  *out = input;
  return status;
}

static struct keel_input *input_new(const char *path) {
  struct keel_input *input = calloc(1, sizeof *input);
  if (!input || !(input->path = strdup(path))) {
    free(input);
    return NULL;
  }
  input->fd = -1;
  return input;
}

keel_status keel_input_open(const char *path, struct keel_input **out, keel_error *error) {
  *out = NULL;
  int is_stdin = strcmp(path, "-") == 0;
  struct keel_input *input = input_new(is_stdin ? "stdin" : path);
  if (!input) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  input->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
  if (input->fd < 0) {
    keel_input_close(input);
    return keel_fail(error, KEEL_STATUS_IO, path, "cannot open: %s", strerror(errno));
  }
  struct stat info;
  if (fstat(input->fd, &info) == 0 && S_ISREG(info.st_mode)) input->total = (size_t)info.st_size;
  return opened(input, out, error);
}

keel_status keel_input_open_bytes(const char *name, const void *bytes, size_t size, struct keel_input **out,
                                  keel_error *error) {
  *out = NULL;
  struct keel_input *input = input_new(name);
  if (!input) return keel_fail(error, KEEL_STATUS_MEMORY, name, "no memory");
  input->bytes = bytes;
  input->bytes_left = input->total = size;
  return opened(input, out, error);
}

void keel_input_close(struct keel_input *input) {
  if (!input) return;
  int reason = errno;
  if (input->gz) inflateEnd(&input->stream);
  if (input->fd >= 0) close(input->fd);
  free(input->path);
  free(input);
  errno = reason;
}

static keel_status read_plain(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error) {
  size_t left = input->raw_end - input->raw_start;
  if (left == 0) return take(input, into, room, got, error);
  *got = left < room ? left : room;
  memcpy(into, input->raw + input->raw_start, *got);
  input->raw_start += *got;
  return KEEL_STATUS_OK;
}

static keel_status damaged(const struct keel_input *input, const char *what, keel_error *error) {
  return keel_fail(error, KEEL_STATUS_INPUT, input->path, "%s", what);
}

/* After a member: another may follow, or padding with zeros, or the end. */
static keel_status next_member(struct keel_input *input, int *more, keel_error *error) {
  *more = 0;
  keel_status status = refill(input, 2, error);
  if (status) return status;
  if (at_gz_head(input)) {
    *more = input->in_member = 1;
    inflateReset(&input->stream);
    return KEEL_STATUS_OK;
  }
  while (input->raw_start < input->raw_end) {
    if (input->raw[input->raw_start++] != 0)
      return damaged(input, "the gz data is damaged: bytes after its end", error);
    status = refill(input, 1, error);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

static keel_status inflate_some(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error) {
  keel_status status = refill(input, 1, error);
  if (status) return status;
  if (input->raw_start == input->raw_end) return damaged(input, "the gz data ends early: the file is cut", error);
  z_stream *stream = &input->stream;
  unsigned have = (unsigned)(input->raw_end - input->raw_start);
  unsigned want = room < RAW_BLOCK * 16 ? (unsigned)room : RAW_BLOCK * 16;
  stream->next_in = input->raw + input->raw_start;
  stream->avail_in = have;
  stream->next_out = into;
  stream->avail_out = want;
  int result = inflate(stream, Z_NO_FLUSH);
  input->raw_start += have - stream->avail_in;
  *got = want - stream->avail_out;
  if (result == Z_STREAM_END) input->in_member = 0;
  if (result == Z_MEM_ERROR) return keel_fail(error, KEEL_STATUS_MEMORY, input->path, "no memory to inflate");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return damaged(input, "the gz data is damaged", error);
  return KEEL_STATUS_OK;
}

static keel_status read_gz(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error) {
  for (*got = 0; *got == 0;) {
    keel_status status;
    int more = 1;
    if (!input->in_member) {
      status = next_member(input, &more, error);
      if (status || !more) return status;
    }
    status = inflate_some(input, into, room, got, error);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

keel_status keel_input_read(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error) {
  *got = 0;
  return input->gz ? read_gz(input, into, room, got, error) : read_plain(input, into, room, got, error);
}

const char *keel_input_path(const struct keel_input *input) { return input->path; }

void keel_input_progress(const struct keel_input *input, size_t *done, size_t *total) {
  *done = input->done;
  *total = input->total;
}
