#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

enum { BUFFER = 256 * 1024, TRIES = 1000, SUFFIX = 48 };

struct keel_file {
  char *path, *beside; /* beside is NULL where the place is written directly */
  int fd, reason;      /* reason: errno of the first failure */
  size_t used;
  unsigned char buffer[BUFFER];
};

static keel_status failed(const struct keel_file *file, keel_error *error) {
  return keel_fail(error, KEEL_STATUS_IO, file->path, "cannot write: %s", strerror(file->reason));
}

static void file_free(struct keel_file *file) {
  if (!file) return;
  if (file->fd >= 0) close(file->fd);
  if (file->fd >= 0 && file->beside) unlink(file->beside);
  free(file->path);
  free(file->beside);
  free(file);
}

/* A new file beside the place, with the name `path.PID.N.tmp`. */
static int open_beside(struct keel_file *file) {
  size_t room = strlen(file->path) + SUFFIX;
  file->beside = malloc(room);
  if (!file->beside) return -1;
  for (int i = 0; i < TRIES; i++) {
    snprintf(file->beside, room, "%s.%ld.%d.tmp", file->path, (long)getpid(), i);
    int fd = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static int open_place(struct keel_file *file) {
  struct stat info;
  if (stat(file->path, &info) != 0 || S_ISREG(info.st_mode)) return open_beside(file);
  return open(file->path, O_WRONLY | O_CLOEXEC);
}

keel_status keel_file_open(const char *path, struct keel_file **out, keel_error *error) {
  *out = NULL;
  struct keel_file *file = malloc(sizeof *file);
  char *real = realpath(path, NULL); /* a link stays a link: its target is replaced */
  if (file) {
    file->path = real ? real : strdup(path);
    file->beside = NULL;
    file->fd = -1;
    file->used = 0;
    file->reason = 0;
  }
  if (!file || !file->path) {
    free(file);
    return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  }
  file->fd = open_place(file);
  if (file->fd < 0) {
    keel_fail(error, KEEL_STATUS_IO, path, "cannot write: %s", strerror(errno));
    file_free(file);
    return KEEL_STATUS_IO;
  }
  *out = file;
  return KEEL_STATUS_OK;
}

static void write_all(struct keel_file *file, const unsigned char *bytes, size_t size) {
  while (size && !file->reason) {
    ssize_t count = write(file->fd, bytes, size);
    if (count < 0 && errno != EINTR) file->reason = errno;
    if (count > 0) bytes += count, size -= (size_t)count;
  }
}

static void flush(struct keel_file *file) {
  write_all(file, file->buffer, file->used);
  file->used = 0;
}

keel_status keel_file_write(struct keel_file *file, const void *bytes, size_t size, keel_error *error) {
  if (size > BUFFER - file->used) flush(file);
  if (size > BUFFER / 2) {
    flush(file);
    write_all(file, bytes, size);
  } else if (size) {
    memcpy(file->buffer + file->used, bytes, size);
    file->used += size;
  }
  return file->reason ? failed(file, error) : KEEL_STATUS_OK;
}

/* Syncs, closes and renames; pipes and devices cannot be synced. */
static void complete(struct keel_file *file) {
  if (file->beside && fsync(file->fd) != 0) file->reason = errno;
  if (close(file->fd) != 0 && !file->reason) file->reason = errno;
  file->fd = -1;
  if (!file->beside) return;
  if (!file->reason && rename(file->beside, file->path) != 0) file->reason = errno;
  if (file->reason) unlink(file->beside);
}

keel_status keel_file_close(struct keel_file *file, keel_error *error) {
  if (!file) return KEEL_STATUS_OK;
  flush(file);
  if (!file->reason) complete(file);
  keel_status status = file->reason ? failed(file, error) : KEEL_STATUS_OK;
  file_free(file);
  return status;
}

void keel_file_abort(struct keel_file *file) { file_free(file); }
