#include "base/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_MAX = 40, BAR_MIN = 5 };

static size_t printed(int length, size_t room) {
  if (length < 0 || room == 0) return 0;
  return (size_t)length < room ? (size_t)length : room - 1;
}

size_t keel_progress_time(double seconds, char *buffer, size_t room) {
  long long s = seconds > 0 && seconds < 1e12 ? (long long)ceil(seconds) : 0;
  if (s < 60) return printed(snprintf(buffer, room, "%llds", s), room);
  if (s < 3600) return printed(snprintf(buffer, room, "%lldm %02llds", s / 60, s % 60), room);
  if (s < 86400) return printed(snprintf(buffer, room, "%lldh %02lldm", s / 3600, s / 60 % 60), room);
  return printed(snprintf(buffer, room, "%lldd %02lldh", s / 86400, s / 3600 % 24), room);
}

static size_t format_unknown(double elapsed_seconds, char *buffer, size_t room) {
  char spent[32];
  keel_progress_time(elapsed_seconds, spent, sizeof spent);
  return printed(snprintf(buffer, room, "%s spent", spent), room);
}

/* ` 40%  1m 12s left` */
static size_t format_figures(double share, double elapsed_seconds, char *buffer, size_t room) {
  char left[32];
  int percent = (int)(100 * share);
  if (share < 0.01 || share >= 1 || elapsed_seconds < 1) return printed(snprintf(buffer, room, "%3d%%", percent), room);
  keel_progress_time(elapsed_seconds * (1 - share) / share, left, sizeof left);
  return printed(snprintf(buffer, room, "%3d%%  %s left", percent, left), room);
}

size_t keel_progress_format(uint64_t done, uint64_t total, double elapsed_seconds, size_t width, char *buffer,
                            size_t room) {
  if (width + 1 < room) room = width + 1;
  if (total == 0) return format_unknown(elapsed_seconds, buffer, room);
  double share = done < total ? (double)done / (double)total : 1;
  char figures[64], bar[BAR_MAX + 1] = "";
  size_t taken = format_figures(share, elapsed_seconds, figures, sizeof figures);
  size_t cells = width > taken + 3 ? width - taken - 3 : 0;
  if (cells < BAR_MIN) return printed(snprintf(buffer, room, "%s", figures), room);
  if (cells > BAR_MAX) cells = BAR_MAX;
  size_t full = (size_t)(share * (double)cells);
  memset(bar, '#', full);
  memset(bar + full, '.', cells - full);
  return printed(snprintf(buffer, room, "[%s] %s", bar, figures), room);
}
