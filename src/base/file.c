#define _GNU_SOURCE /* O_TMPFILE */
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

/* Until it is complete, a file has no name where the file system can do that (Linux), so that not even a kill leaves
 * anything; elsewhere it has the name `path.PID.N.tmp`. */
struct keel_file {
  char *path, *beside; /* room for the name beside the place */
  int direct;          /* the place is written to itself */
  int named;           /* there is a file of the name `beside` */
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
  if (file->named) unlink(file->beside);
  free(file->path);
  free(file->beside);
  free(file);
}

static void next_name(struct keel_file *file, int attempt) {
  snprintf(file->beside, strlen(file->path) + SUFFIX, "%s.%ld.%d.tmp", file->path, (long)getpid(), attempt);
}

/* By this name a file without one can be given one. */
static void name_of_fd(int fd, char name[SUFFIX]) { snprintf(name, SUFFIX, "/proc/self/fd/%d", fd); }

static int open_unnamed(struct keel_file *file) {
#ifdef O_TMPFILE
  memcpy(file->beside, file->path, strlen(file->path) + 1);
  char name[SUFFIX], *slash = strrchr(file->beside, '/');
  if (slash) slash[slash == file->beside] = '\0';
  int fd = open(slash ? file->beside : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0) return -1;
  name_of_fd(fd, name);
  if (access(name, F_OK) == 0) return fd;
  close(fd);
#else
  (void)file;
#endif
  return -1;
}

static int open_named(struct keel_file *file) {
  for (int i = 0; i < TRIES; i++) {
    next_name(file, i);
    int fd = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    file->named = fd >= 0;
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static int open_place(struct keel_file *file) {
  struct stat info;
  file->direct = stat(file->path, &info) == 0 && !S_ISREG(info.st_mode);
  if (file->direct) return open(file->path, O_WRONLY | O_CLOEXEC);
  int fd = open_unnamed(file);
  return fd >= 0 ? fd : open_named(file);
}

static struct keel_file *file_new(const char *path) {
  struct keel_file *file = malloc(sizeof *file);
  char *real = realpath(path, NULL); /* a link stays a link: its target is replaced */
  char *place = real ? real : strdup(path), *beside = place ? malloc(strlen(place) + SUFFIX) : NULL;
  if (!file || !beside) {
    free(place);
    free(beside);
    free(file);
    return NULL;
  }
  file->path = place;
  file->beside = beside;
  file->fd = -1;
  file->direct = file->named = file->reason = 0;
  file->used = 0;
  return file;
}

keel_status keel_file_open(const char *path, struct keel_file **out, keel_error *error) {
  *out = NULL;
  struct keel_file *file = file_new(path);
  if (!file) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
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

/* Gives a file without a name the one beside its place. */
static int link_beside(struct keel_file *file) {
  char name[SUFFIX];
  name_of_fd(file->fd, name);
  for (int i = 0; i < TRIES && !file->named; i++) {
    next_name(file, i);
    file->named = linkat(AT_FDCWD, name, AT_FDCWD, file->beside, AT_SYMLINK_FOLLOW) == 0;
    if (!file->named && errno != EEXIST) break;
  }
  return file->named;
}

/* Syncs, closes and renames; pipes and devices are only closed. */
static void complete(struct keel_file *file) {
  if (!file->direct && (fsync(file->fd) != 0 || (!file->named && !link_beside(file)))) file->reason = errno;
  if (close(file->fd) != 0 && !file->reason) file->reason = errno;
  file->fd = -1;
  if (file->direct || file->reason) return;
  if (rename(file->beside, file->path) == 0)
    file->named = 0;
  else
    file->reason = errno;
}

keel_status keel_file_close(struct keel_file *file, keel_error *error) {
  if (!file) return KEEL_STATUS_OK;
  flush(file);
  if (!file->reason) complete(file);
  keel_status status = file->reason ? failed(file, error) : KEEL_STATUS_OK;
  file_free(file);
  return status;
}

keel_status keel_file_save(const char *path, char *text, size_t length, keel_error *error) {
  if (!text) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory for the table");
  struct keel_file *file;
  keel_status status = keel_file_open(path, &file, error);
  if (status == KEEL_STATUS_OK) {
    keel_file_write(file, text, length, error);
    status = keel_file_close(file, error);
  }
  free(text);
  return status;
}

void keel_file_abort(struct keel_file *file) { file_free(file); }
