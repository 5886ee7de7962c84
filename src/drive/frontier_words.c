#include "drive/frontier_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/shortest.h"
#include "base/time.h"

/* ---- time ---- */

struct unit {
  const char *name;
  double ns;
  double most; /* of a step: 36 hours are no way to say a day and a half */
};

enum { UNIT_DAY = 1, UNIT_HOUR = 3, UNIT_SECOND = 5 };
static const struct unit units[] = {{"week", 7 * (double)KEEL_NS_PER_DAY, 1000},
                                    {"day", (double)KEEL_NS_PER_DAY, 1000},
                                    {"trading day", (double)KEEL_NS_PER_DAY * 365 / 252, 1000},
                                    {"hour", 3600e9, 23},
                                    {"minute", 60e9, 59},
                                    {"second", 1e9, 59}};

/* A step is called by a unit of which it is a whole multiple, but for what rounding times may change. */
static long units_in_step(const struct unit *unit, double step_ns) {
  double count = floor(step_ns / unit->ns + 0.5);
  return count >= 1 && count <= unit->most && fabs(step_ns / unit->ns - count) < 1e-6 ? (long)count : 0;
}

void keel_words_every(struct keel_text *text, int64_t step_ns, long steps) {
  const char *name = "step";
  long count = steps;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    long in_step = units_in_step(&units[i], (double)step_ns);
    if (!in_step) continue;
    name = units[i].name;
    count = steps * in_step;
    break;
  }
  if (count == 1)
    keel_text_printf(text, "every %s", name);
  else
    keel_text_printf(text, "every %ld %ss", count, name);
}

/* ---- numbers ---- */

static void add_grouped(struct keel_text *text, double whole) {
  char digits[32];
  int length = snprintf(digits, sizeof digits, "%.0f", whole);
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0) keel_text_char(text, ',');
    keel_text_char(text, digits[i]);
  }
}

static void add_shortest(struct keel_text *text, double number) {
  char digits[KEEL_NUMBER_ROOM];
  keel_text_append(text, digits, keel_number_format(number, digits));
}

/* Of a number in [1e-4, 1e15): rounded to `decimals`, without zeros at the end. */
static void add_plain(struct keel_text *text, double number, int decimals) {
  double scale = 1;
  for (int i = 0; i < decimals; i++) scale *= 10;
  double scaled = floor(number * scale + 0.5), whole = floor(scaled / scale);
  char fraction[32];
  int length = snprintf(fraction, sizeof fraction, "%0*.0f", decimals, scaled - whole * scale);
  add_grouped(text, whole);
  while (length > 0 && fraction[length - 1] == '0') length--;
  if (!decimals || !length) return;
  keel_text_char(text, '.');
  keel_text_append(text, fraction, (size_t)length);
}

/* Rounded to `digits` digits, of a number in (0, 1e-4): the quotient of two whole ones, so no more digits are printed.
 */
static void add_small(struct keel_text *text, double number, int digits) {
  double power = 1, least = 1;
  for (int i = 1; i < digits; i++) least *= 10;
  while (floor(number * power + 0.5) < least && power < 1e22) power *= 10;
  add_shortest(text, power < 1e22 ? floor(number * power + 0.5) / power : number);
}

/* With `digits` digits, all those of a whole part beyond. */
static void add_number(struct keel_text *text, double number, int digits) {
  double size = fabs(number);
  if (!isfinite(number)) {
    keel_text_add(text, "unknown");
    return;
  }
  if (number < 0) keel_text_char(text, '-');
  int decimals = digits - 1;
  for (double power = 10; size >= power && decimals > 0; power *= 10) decimals--;
  for (double power = 1; size < power && size >= 1e-4; power /= 10) decimals++;
  if (size == 0 || (size >= 1e-4 && size < 1e15))
    add_plain(text, size, decimals);
  else if (size < 1)
    add_small(text, size, digits);
  else
    add_shortest(text, size);
}

void keel_words_amount(struct keel_text *text, double amount) { add_number(text, amount, 3); }

void keel_words_ratio(struct keel_text *text, double ratio) { add_number(text, ratio, 2); }

void keel_words_count(struct keel_text *text, double count) { add_grouped(text, count); }

/* ---- rules ---- */

static void add_band(struct keel_text *text, const struct keel_trigger *trigger, const char *exposure) {
  static const char *const laws[] = {
      [KEEL_BAND_WHALLEY_WILMOTT] = "Whalley-Wilmott", [KEEL_BAND_ZAKAMOULINE] = "Zakamouline"};
  if (trigger->band == KEEL_BAND_WHALLEY_WILMOTT || trigger->band == KEEL_BAND_ZAKAMOULINE) {
    keel_text_printf(text, "when %s leaves the %s band of risk aversion ", exposure, laws[trigger->band]);
    keel_words_ratio(text, trigger->risk_aversion);
    return;
  }
  keel_text_printf(text, "when %s is off by more than ", exposure);
  if (trigger->band == KEEL_BAND_FRACTION) {
    keel_words_ratio(text, 100 * trigger->band_size);
    keel_text_add(text, " % of gross");
  } else {
    keel_words_amount(text, trigger->band_size);
    if (trigger->band == KEEL_BAND_CURRENCY) keel_text_add(text, " of money");
    if (trigger->band == KEEL_BAND_SHARES && strcmp(exposure, "delta") == 0) keel_text_add(text, " shares");
  }
}

/* Of a timer that is no whole number of steps: 1.5 days, 36 minutes. */
static void add_duration(struct keel_text *text, int64_t ns) {
  const struct unit *unit = &units[UNIT_DAY];
  if ((double)ns < unit->ns) unit = &units[UNIT_HOUR];
  while (unit->ns > (double)ns && unit < &units[UNIT_SECOND]) unit++;
  keel_text_add(text, "every ");
  if (ns != (int64_t)unit->ns) keel_words_amount(text, (double)ns / unit->ns);
  keel_text_printf(text, ns == (int64_t)unit->ns ? "%s" : " %ss", unit->name);
}

static void add_timer(struct keel_text *text, const struct keel_trigger *trigger, int64_t step_ns) {
  double steps = floor((double)trigger->every_ns / (double)step_ns + 0.5);
  if (trigger->every == KEEL_EVERY_STEP)
    keel_words_every(text, step_ns, 1);
  else if (trigger->every == KEEL_EVERY_DAYS)
    keel_words_every(text, KEEL_NS_PER_DAY, trigger->every_days);
  else if (steps >= 1 && fabs(steps * (double)step_ns - (double)trigger->every_ns) <= 2 + steps)
    keel_words_every(text, step_ns, (long)steps);
  else
    add_duration(text, trigger->every_ns);
}

static int has_timer(const struct keel_trigger *trigger) { return trigger->every != KEEL_EVERY_NONE; }
static int has_band(const struct keel_trigger *trigger) { return trigger->band != KEEL_BAND_NONE; }

static int trigger_parts(const struct keel_trigger *trigger) {
  return has_timer(trigger) + has_band(trigger) + (trigger->price_move > 0) + (trigger->vol_move > 0) +
         (trigger->session_count > 0);
}

static void add_trigger(struct keel_text *text, const struct keel_trigger *trigger, const char *exposure,
                        int64_t step_ns) {
  if (has_timer(trigger)) {
    add_timer(text, trigger, step_ns);
  } else if (has_band(trigger)) {
    add_band(text, trigger, exposure);
  } else if (trigger->price_move > 0) {
    keel_text_add(text, "when spot has moved by ");
    keel_words_ratio(text, 100 * trigger->price_move);
    keel_text_add(text, " %");
  } else {
    keel_text_add(text, "once, at the start");
  }
}

static void add_move(struct keel_text *text, const struct keel_policy *policy) {
  if (policy->move.to == KEEL_MOVE_EDGE) keel_text_add(text, ", only back to the edge of the band");
  if (policy->move.to == KEEL_MOVE_INNER) {
    keel_text_add(text, ", back to within ");
    keel_words_ratio(text, 100 * policy->move.inner);
    keel_text_add(text, " % of the band");
  }
  if (policy->move.to == KEEL_MOVE_FRACTION) {
    keel_text_add(text, ", by ");
    keel_words_ratio(text, 100 * policy->move.fraction);
    keel_text_add(text, " % of the way");
  }
}

static int is_plain(const struct keel_trigger *trigger) {
  return trigger_parts(trigger) <= 1 && trigger->vol_move <= 0 && trigger->session_count == 0;
}

void keel_words_policy(struct keel_text *text, const struct keel_policy *policy, const char *name, int64_t step_ns) {
  const struct keel_target *target = &policy->target;
  int is_one = target->kind == KEEL_TARGET_NEUTRAL && target->exposure_count <= 1;
  const struct keel_trigger *trigger = &policy->triggers[KEEL_EXPOSURE_DELTA];
  if (target->kind == KEEL_TARGET_NONE) {
    keel_text_add(text, "Do not hedge");
  } else if (is_one && is_plain(trigger)) {
    keel_text_add(text, "Hedge ");
    add_trigger(text, trigger, keel_exposure_table[KEEL_EXPOSURE_DELTA].name, step_ns);
    add_move(text, policy);
  } else {
    keel_text_printf(text, "Hedge by `%s`", name);
  }
}
