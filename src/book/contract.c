#include "book/contract.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "book/calendar.h"

static const struct {
  const char *name, *letter;
  int is_option;
} kinds[] = {
    [KEEL_KIND_SPOT] = {"spot", "spot", 0},
    [KEEL_KIND_FUTURE] = {"future", "future", 0},
    [KEEL_KIND_CALL] = {"call", "c", 1},
    [KEEL_KIND_PUT] = {"put", "p", 1},
};
static const char *const exercises[] = {[KEEL_EXERCISE_EUROPEAN] = "european", [KEEL_EXERCISE_AMERICAN] = "american"};

static int is(const char *text, size_t length, const char *name) {
  return strlen(name) == length && strncasecmp(text, name, length) == 0;
}

int keel_kind_parse(const char *text, size_t length) {
  for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
    if (is(text, length, kinds[i].name) || is(text, length, kinds[i].letter)) return i;
  return -1;
}

int keel_exercise_parse(const char *text, size_t length) {
  for (int i = 0; i < (int)(sizeof exercises / sizeof *exercises); i++)
    if (is(text, length, exercises[i])) return i;
  return -1;
}

const char *keel_kind_name(enum keel_kind kind) { return kinds[kind].name; }
const char *keel_exercise_name(enum keel_exercise exercise) { return exercises[exercise]; }
int keel_kind_is_option(enum keel_kind kind) { return kinds[kind].is_option; }

int keel_contract_same(const struct keel_contract *a, const struct keel_contract *b) {
  if (a->kind != b->kind || strcmp(a->underlying, b->underlying) != 0) return 0;
  if (a->kind == KEEL_KIND_SPOT) return 1;
  if (a->expiry_ns != b->expiry_ns) return 0;
  return !kinds[a->kind].is_option || a->strike == b->strike;
}

/* The shortest text that reads back as the same number; whole numbers without an exponent. */
static void number_format(double number, char *buffer, size_t size) {
  if (fabs(number) < 1e15 && number == floor(number)) {
    snprintf(buffer, size, "%.0f", number);
    return;
  }
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(buffer, size, "%.*g", digits, number);
    if (strtod(buffer, NULL) == number) return;
  }
}

/* `2026-03-20` where the expiry is the usual close of that date (a close at 24:00 is on the next one), else
 * `2026-03-20T08:00Z`. */
static void expiry_format(int64_t expiry_ns, const struct keel_calendar *calendar, char *buffer) {
  int32_t date = keel_zone_date(keel_calendar_zone(calendar), expiry_ns);
  for (int32_t days = date; days >= date - 1; days--) {
    if (keel_calendar_close(calendar, days) != expiry_ns) continue;
    keel_date_format(days, buffer);
    return;
  }
  keel_time_format(expiry_ns, buffer);
  char *seconds = buffer + strlen("2026-03-20T08:00");
  if (strcmp(seconds, ":00Z") == 0) memcpy(seconds, "Z", 2);
}

struct keel_contract keel_contract_split(const struct keel_contract *contract, double ratio) {
  struct keel_contract split = *contract;
  double cents = floor(contract->strike / ratio * 100 + 0.5);
  if (keel_kind_is_option(contract->kind)) split.strike = cents >= 1 ? cents / 100 : contract->strike / ratio;
  if (contract->kind != KEEL_KIND_SPOT && ratio != floor(ratio)) split.multiplier *= ratio;
  return split;
}

int keel_contract_format(const struct keel_contract *contract, const struct keel_calendar *calendar, char *buffer,
                         size_t size) {
  char strike[40] = "", expiry[40] = "";
  if (kinds[contract->kind].is_option) number_format(contract->strike, strike, sizeof strike);
  if (contract->expiry_ns != KEEL_TIME_NONE && contract->kind != KEEL_KIND_SPOT)
    expiry_format(contract->expiry_ns, calendar, expiry);
  return snprintf(buffer, size, "%s %s%s%s%s%s", contract->underlying, kinds[contract->kind].name, *strike ? " " : "",
                  strike, *expiry ? " " : "", expiry);
}
