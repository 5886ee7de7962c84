#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/time.h"
#include "base/zone_file.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"

enum { SECONDS_PER_DAY = 86400, FILE_MAX = 1 << 20 };

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct keel_zone *cache;

/* ---- loading ---- */

/* Letters, digits and `_ + - /` only, so that a name cannot leave the folder of zones. */
static int name_is_plain(const char *name) {
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  size_t length = strlen(name);
  return length > 0 && length < 64 && name[0] != '/' && strspn(name, allowed) == length;
}

static keel_status file_load(const char *name, unsigned char *bytes, size_t *length, keel_error *error) {
  char path[128];
  snprintf(path, sizeof path, ZONE_FOLDER "%.63s", name);
  FILE *file = fopen(path, "rb");
  if (!file && errno != ENOENT && errno != ENOTDIR)
    return keel_fail(error, KEEL_STATUS_IO, path, "cannot be read: %s", strerror(errno));
  if (file) *length = fread(bytes, 1, FILE_MAX, file);
  int bad = !file || ferror(file);
  if (file) fclose(file);
  if (!bad) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_INPUT, name,
                   "no such time zone in " ZONE_FOLDER "; names are like America/New_York or UTC");
}

static keel_status table_load(struct keel_zone *zone, keel_error *error) {
  if (strcmp(zone->name, "UTC") == 0) {
    zone->offset = calloc(1, sizeof *zone->offset);
    return zone->offset ? KEEL_STATUS_OK : keel_fail(error, KEEL_STATUS_MEMORY, "UTC", "no memory for the zone");
  }
  unsigned char *bytes = malloc(FILE_MAX);
  if (!bytes) return keel_fail(error, KEEL_STATUS_MEMORY, zone->name, "no memory for the zone file");
  size_t length = 0;
  keel_status status = file_load(zone->name, bytes, &length, error);
  if (status == KEEL_STATUS_OK) status = keel_zone_file_parse(bytes, length, zone, error);
  free(bytes);
  return status;
}

static keel_status zone_load(const char *name, struct keel_zone **zone, keel_error *error) {
  struct keel_zone *fresh = calloc(1, sizeof *fresh);
  char *copy = strdup(name);
  keel_status status = KEEL_STATUS_MEMORY;
  if (fresh && copy) {
    fresh->name = copy;
    status = table_load(fresh, error);
  } else {
    keel_fail(error, status, name, "no memory for the zone");
  }
  if (status != KEEL_STATUS_OK) {
    free(copy);
    free(fresh);
    return status;
  }
  *zone = fresh;
  return status;
}

keel_status keel_zone_find(const char *name, const struct keel_zone **zone, keel_error *error) {
  if (!name_is_plain(name))
    return keel_fail(error, KEEL_STATUS_INPUT, name, "not a time zone; names are like America/New_York or UTC");
  keel_status status = KEEL_STATUS_OK;
  pthread_mutex_lock(&cache_lock);
  struct keel_zone *found = cache;
  while (found && strcmp(found->name, name) != 0) found = found->next;
  if (!found && (status = zone_load(name, &found, error)) == KEEL_STATUS_OK) {
    found->next = cache;
    cache = found;
  }
  pthread_mutex_unlock(&cache_lock);
  if (status == KEEL_STATUS_OK) *zone = found;
  return status;
}

/* ---- looking up ---- */

/* How many entries of an ordered list are <= value. */
static size_t count_up_to(const int64_t *list, size_t count, int64_t value) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] <= value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int64_t floor_divide(int64_t value, int64_t by) { return value / by - (value % by < 0); }

int32_t keel_zone_offset(const struct keel_zone *zone, int64_t time_ns) {
  return zone->offset[count_up_to(zone->at, zone->count, floor_divide(time_ns, KEEL_NS_PER_SECOND))];
}

int64_t keel_zone_to_utc(const struct keel_zone *zone, int32_t days, int64_t ns_of_day) {
  int64_t second = days * INT64_C(86400) + floor_divide(ns_of_day, KEEL_NS_PER_SECOND);
  int64_t fraction = ns_of_day % KEEL_NS_PER_SECOND;
  if (fraction < 0) fraction += KEEL_NS_PER_SECOND;
  second -= zone->offset[count_up_to(zone->local, zone->count, second)];
  int64_t time_ns;
  if (__builtin_mul_overflow(second, KEEL_NS_PER_SECOND, &time_ns)) return KEEL_TIME_NONE;
  return __builtin_add_overflow(time_ns, fraction, &time_ns) ? KEEL_TIME_NONE : time_ns;
}

int32_t keel_zone_date(const struct keel_zone *zone, int64_t time_ns) {
  int64_t second = floor_divide(time_ns, KEEL_NS_PER_SECOND) + keel_zone_offset(zone, time_ns);
  return (int32_t)floor_divide(second, SECONDS_PER_DAY);
}
