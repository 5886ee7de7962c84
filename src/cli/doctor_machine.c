/* keel doctor: the machine, its arithmetic, time zones and locale. */
#include <fenv.h>
#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/doctor.h"
#include "keel/black_scholes.h"
#include "keel/cpu.h"

static const char *const levels[] = {"base", "v3", "v4"};
enum { LEVELS = sizeof levels / sizeof *levels, OPTIONS = 64, GREEKS = 11 };

/* ---- the kernels ---- */

/* Calls and puts around the money, priced at the level in use. */
static void price(double results[GREEKS][OPTIONS]) {
  double phi[OPTIONS], spot[OPTIONS], strike[OPTIONS], rate[OPTIONS], yield[OPTIONS], years[OPTIONS], vol[OPTIONS];
  for (int i = 0; i < OPTIONS; i++) {
    phi[i] = i % 2 ? 1 : -1;
    spot[i] = 100;
    strike[i] = 60 + 1.3 * i;
    rate[i] = 0.04;
    yield[i] = 0.01;
    years[i] = 0.05 * (1 + i);
    vol[i] = 0.1 + 0.01 * i;
  }
  keel_options options = {phi, spot, strike, rate, yield, years, vol};
  keel_greeks greeks = {results[0], results[1], results[2], results[3], results[4], results[5],
                        results[6], results[7], results[8], results[9], results[10]};
  keel_black_scholes_price(OPTIONS, &options, KEEL_GREEK_SET_ALL, &greeks);
}

/* Prices at each level that this machine has, and leaves the one in use as it was. Returns whether all gave the same
 * bits. */
static int levels_agree(char names[32], const char **best) {
  const char *in_use = keel_cpu_level();
  double reference[GREEKS][OPTIONS], results[GREEKS][OPTIONS];
  size_t length = 0;
  int agree = 1;
  price(reference);
  for (int i = 0; i < LEVELS; i++) {
    if (keel_cpu_force(levels[i], NULL) != KEEL_STATUS_OK) continue;
    price(results);
    agree &= memcmp(results, reference, sizeof results) == 0;
    length += (size_t)snprintf(names + length, 32 - length, "%s%s", length ? ", " : "", levels[i]);
    *best = levels[i];
  }
  keel_cpu_force(in_use, NULL);
  return agree;
}

/* Whether KEEL_CPU asks for what this machine cannot do, and so for nothing. */
static int asks_in_vain(const char *in_use) {
  const char *asked = getenv("KEEL_CPU");
  int in_vain = asked && *asked && keel_cpu_force(asked, NULL) != KEEL_STATUS_OK;
  keel_cpu_force(in_use, NULL);
  return in_vain;
}

static void look_cpu(struct keel_finding *finding) {
  const char *in_use = keel_cpu_level(), *best = in_use;
  char names[32] = "";
  int agree = levels_agree(names, &best);
  snprintf(finding->found, sizeof finding->found, "%s in use; available: %s, with %s bits", in_use, names,
           agree ? "the same" : "DIFFERENT");
  finding->health = agree ? KEEL_HEALTH_LESS : KEEL_HEALTH_BAD;
  if (!agree)
    finding->costs = "figures depend on the machine; take a build whose tests pass";
  else if (asks_in_vain(in_use))
    finding->costs = "KEEL_CPU names no level of this machine, and is not followed; unset it";
  else if (strcmp(in_use, best) != 0)
    finding->costs = "slower kernels; --cpu auto, or KEEL_CPU unset, takes the best";
  else if (strcmp(best, levels[LEVELS - 1]) != 0)
    finding->costs = "slower kernels than on a machine with v4 (AVX-512)";
  else
    finding->health = KEEL_HEALTH_OK;
}

/* A library that some program loads may have changed how numbers are rounded. */
static void look_arithmetic(struct keel_finding *finding) {
  volatile double least = DBL_MIN, tenth = 0.1;
  int keeps_small = least / 2 > 0, rounds_nearest = fegetround() == FE_TONEAREST && tenth * 3 > 0.3;
  snprintf(finding->found, sizeof finding->found, "%s, subnormal numbers %s",
           rounds_nearest ? "to the nearest" : "NOT to the nearest", keeps_small ? "kept" : "LOST");
  if (keeps_small && rounds_nearest) return;
  finding->health = KEEL_HEALTH_BAD;
  finding->costs = "figures are not those of other machines; look for a preloaded library (LD_PRELOAD)";
}

static void look_threads(struct keel_finding *finding) {
  snprintf(finding->found, sizeof finding->found, "%d cores that this process may use", keel_cli_cores());
}

/* ---- what is around ---- */

/* `2024a` of the first line of the zones' source, `# version 2024a`. */
static int zones_version(char version[16]) {
  FILE *file = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
  int found = file && fscanf(file, "# version %15s", version) == 1;
  if (file) fclose(file);
  return found;
}

static void look_zones(struct keel_finding *finding) {
  static const char *const wanted[] = {"America/New_York", "America/Chicago", "Europe/London", "Asia/Tokyo"};
  const struct keel_zone *zone;
  char version[16];
  size_t length = 0, count = sizeof wanted / sizeof *wanted, missing = 0;
  for (size_t i = 0; i < count; i++) {
    if (keel_zone_find(wanted[i], &zone, NULL) == KEEL_STATUS_OK) continue;
    length += (size_t)snprintf(finding->found + length, sizeof finding->found - length, "%s%s", missing ? ", " : "no ",
                               wanted[i]);
    missing++;
  }
  if (!missing)
    snprintf(finding->found, sizeof finding->found, "found, tzdata %s", zones_version(version) ? version : "unnamed");
  if (!missing) return;
  finding->health = KEEL_HEALTH_BAD;
  finding->costs = "no dates of exchanges: no import, no replay, no book with dates; install tzdata";
}

static void look_locale(struct keel_finding *finding) {
  const char *variables[] = {"LC_ALL", "LC_NUMERIC", "LANG"}, *name = NULL;
  for (size_t i = 0; i < 3 && !(name && *name); i++) name = getenv(variables[i]);
  char number[16];
  snprintf(number, sizeof number, "%.1f", 1.5);
  int has_point = strcmp(number, "1.5") == 0 && strtod("1.5", NULL) == 1.5;
  snprintf(finding->found, sizeof finding->found, "%.100s; numbers have a decimal %s", name && *name ? name : "C",
           has_point ? "point in any" : "COMMA");
  if (has_point) return;
  finding->health = KEEL_HEALTH_BAD;
  finding->costs = "files cannot be read; something has changed the locale of this process";
}

const struct keel_doctor_check keel_doctor_machine[] = {
    {"cpu", look_cpu},     {"arithmetic", look_arithmetic}, {"threads", look_threads},
    {"zones", look_zones}, {"locale", look_locale},         {0},
};
