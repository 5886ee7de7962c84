#include "world/import_lean_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

enum { PARTS_MAX = 16, EQUITY_OPTION_MULTIPLIER = 100, STRIKE_SCALE = 10000, PRICE_SCALE = 10000 };

/* The zone is that of the data, which need not be the exchange's: Lean keeps futures in UTC. */
static const struct {
  const char *folder, *market, *zone;
  double scale;
  enum keel_lean_asset asset;
} assets[] = {
    {"equity", "usa", "America/New_York", PRICE_SCALE, KEEL_LEAN_EQUITY},
    {"option", "usa", "America/New_York", PRICE_SCALE, KEEL_LEAN_OPTION},
    {"future", "cme", "UTC", 1, KEEL_LEAN_FUTURE},
    {"future", "cbot", "UTC", 1, KEEL_LEAN_FUTURE},
    {"futureoption", "cme", "UTC", 1, KEEL_LEAN_FUTURE_OPTION},
    {"futureoption", "cbot", "UTC", 1, KEEL_LEAN_FUTURE_OPTION},
};

/* Futures on stock indices: all end at the opening of the third Friday of their month, and so do the options that
 * expire with them; other options on them live to the close. Multipliers: the exchange's rulebook. */
static const struct keel_lean_root roots[] = {
    {"cme", "es", 50}, {"cme", "nq", 20}, {"cme", "rty", 50}, {"cbot", "ym", 5},
    {"cme", "mes", 5}, {"cme", "mnq", 2}, {"cme", "m2k", 5},  {"cbot", "mym", 0.5},
};

/* ---- pieces of names ---- */

struct part {
  const char *text;
  size_t length;
};

/* Splits at `separator`; returns how many parts there are, PARTS_MAX + 1 for too many. */
static size_t split(const char *text, size_t length, char separator, struct part *parts) {
  size_t count = 0;
  for (const char *end = text + length;; text++) {
    const char *next = memchr(text, separator, (size_t)(end - text));
    if (!next) next = end;
    if (count == PARTS_MAX) return PARTS_MAX + 1;
    parts[count++] = (struct part){text, (size_t)(next - text)};
    if (next == end) return count;
    text = next;
  }
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c; }

static int is(struct part part, const char *text) {
  size_t i = 0;
  while (i < part.length && text[i] && lower(part.text[i]) == lower(text[i])) i++;
  return i == part.length && !text[i];
}

/* A name of letters, digits and dots, in lower case. */
static int copy_symbol(struct part part, char *symbol) {
  if (part.length == 0 || part.length >= KEEL_LEAN_SYMBOL_MAX) return 0;
  for (size_t i = 0; i < part.length; i++) {
    char c = lower(part.text[i]);
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-') return 0;
    symbol[i] = c;
  }
  symbol[part.length] = '\0';
  return 1;
}

/* `digits` decimal digits, or up to 15 for 0; -1 if it is not that. */
static int64_t read_digits(struct part part, size_t digits) {
  int64_t number = 0;
  if (part.length == 0 || part.length > 15 || (digits && part.length != digits)) return -1;
  for (size_t i = 0; i < part.length; i++) {
    if (part.text[i] < '0' || part.text[i] > '9') return -1;
    number = number * 10 + (part.text[i] - '0');
  }
  return number;
}

/* 20140606 */
static int read_date(struct part part, int32_t *days) {
  struct keel_time_text time;
  if (part.length != 8 || !keel_time_parse(part.text, part.length, &time) || time.has_time) return 0;
  *days = time.days;
  return 1;
}

/* 202003; of 20200320, its month too. */
static int read_month(struct part part, int *year, int *month) {
  int64_t number = read_digits(part, 0);
  int32_t days;
  if (part.length == 8 && !read_date(part, &days)) return 0;
  if (part.length == 8) number /= 100;
  if ((part.length != 6 && part.length != 8) || number < 0) return 0;
  *year = (int)(number / 100);
  *month = (int)(number % 100);
  return *year >= 1970 && *year <= 2199 && *month >= 1 && *month <= 12;
}

/* ---- the path ---- */

/* The asset, market and resolution; returns the place of the first part behind them, 0 if they are not there. */
static size_t read_folders(const struct part *parts, size_t count, struct keel_lean_file *file,
                           const char **resolution) {
  static const char *const resolutions[] = {"tick", "second", "minute", "hour", "daily"};
  for (size_t at = count; at-- > 0;) {
    if (at + 3 >= count) continue;
    *resolution = NULL;
    for (size_t i = 0; i < sizeof resolutions / sizeof *resolutions; i++)
      if (is(parts[at + 2], resolutions[i])) *resolution = resolutions[i];
    if (!*resolution || !copy_symbol(parts[at + 1], file->market)) continue;
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++) {
      if (!is(parts[at], assets[i].folder) || strcmp(file->market, assets[i].market) != 0) continue;
      file->asset = assets[i].asset;
      file->zone = assets[i].zone;
      file->scale = assets[i].scale;
      file->is_daily = strcmp(*resolution, "daily") == 0;
      return at + 3;
    }
  }
  return 0;
}

static int is_on_future(const struct keel_lean_file *file) { return file->asset >= KEEL_LEAN_FUTURE; }

static int is_option(const struct keel_lean_file *file) {
  return file->asset == KEEL_LEAN_OPTION || file->asset == KEEL_LEAN_FUTURE_OPTION;
}

static const char *read_kind(struct part part, struct keel_lean_file *file) {
  file->has_quotes = is(part, "quote");
  if (is(part, "openinterest")) return "holds open interest, which has no prices";
  return file->has_quotes || is(part, "trade") ? NULL : "its name says neither quote nor trade";
}

static const char *read_style(struct part part, struct keel_lean_file *file) {
  int exercise = keel_exercise_parse(part.text, part.length);
  if (exercise < 0) return "its name says neither american nor european";
  file->exercise = (enum keel_exercise)exercise;
  return NULL;
}

/* 20140606_quote[_american] */
static const char *read_minute_name(const struct part *words, size_t count, struct keel_lean_file *file) {
  if (count != (is_option(file) ? 3U : 2U) || !read_date(words[0], &file->days))
    return is_option(file) ? "is no DATE_quote_STYLE.zip" : "is no DATE_quote.zip";
  const char *problem = read_kind(words[1], file);
  return problem || !is_option(file) ? problem : read_style(words[2], file);
}

/* aapl, or aapl_2014_quote_american */
static const char *read_daily_name(const struct part *words, size_t count, struct keel_lean_file *file) {
  if (!copy_symbol(words[0], file->symbol)) return "has no symbol";
  if (!is_option(file)) return count == 1 ? NULL : "is no SYMBOL.zip";
  if (count != 4 || read_digits(words[1], 4) < 0) return "is no SYMBOL_YEAR_quote_STYLE.zip";
  const char *problem = read_kind(words[2], file);
  return problem ? problem : read_style(words[3], file);
}

static const char *find_root(struct keel_lean_file *file) {
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (strcmp(roots[i].symbol, file->symbol) == 0 && strcmp(roots[i].market, file->market) == 0)
      file->root = &roots[i];
  return file->root ? NULL
                    : "the multiplier of this future is not known; known are es, nq, rty, ym, mes, mnq, m2k, mym";
}

/* What stands behind the resolution. */
static const char *read_rest(const struct part *parts, size_t count, struct keel_lean_file *file) {
  struct part words[PARTS_MAX], name = parts[count - 1];
  if (name.length < 4 || !is((struct part){name.text + name.length - 4, 4}, ".zip")) return "is no .zip by its name";
  size_t word_count = split(name.text, name.length - 4, '_', words);
  if (file->is_daily && is_on_future(file)) return "daily bars of futures are not read: use the minutes";
  if (file->is_daily) return count == 1 ? read_daily_name(words, word_count, file) : "a folder too many";
  size_t folders = file->asset == KEEL_LEAN_FUTURE_OPTION ? 2 : 1;
  if (count != folders + 1 || !copy_symbol(parts[0], file->symbol)) return "is in no folder of its symbol";
  if (folders == 2 && !read_month(parts[1], &file->year, &file->month)) return "is in no folder of its future's month";
  const char *problem = is_on_future(file) ? find_root(file) : NULL;
  return problem ? problem : read_minute_name(words, word_count, file);
}

static keel_status parse_path(const char *path, const char *shown, struct keel_lean_file *file, keel_error *error) {
  struct part parts[PARTS_MAX];
  const char *resolution = NULL, *tail = path + strlen(path);
  for (int slashes = 0; tail > path; tail--)
    if (tail[-1] == '/' && ++slashes == PARTS_MAX - 1) break;
  *file = (struct keel_lean_file){0};
  size_t count = split(tail, strlen(tail), '/', parts), rest = read_folders(parts, count, file, &resolution);
  if (!rest)
    return keel_fail(error, KEEL_STATUS_INPUT, shown,
                     "is a zip, and no Lean data by its folders; allowed: equity/usa, option/usa, future/cme, "
                     "futureoption/cme (or cbot), then minute or daily, then the symbol");
  if (strcmp(resolution, "minute") != 0 && !file->is_daily)
    return keel_fail(error, KEEL_STATUS_INPUT, shown, "Lean's %s data is not read; allowed: minute, daily", resolution);
  const char *problem = read_rest(parts + rest, count - rest, file);
  return problem ? keel_fail(error, KEEL_STATUS_INPUT, shown, "%s", problem) : KEEL_STATUS_OK;
}

/* By the path as it is given; if that leaves out folders, by the whole one. */
keel_status keel_lean_file_parse(const char *path, struct keel_lean_file *file, keel_error *error) {
  struct part parts[PARTS_MAX];
  const char *resolution;
  size_t length = strlen(path), count = split(path, length, '/', parts);
  int known = count <= PARTS_MAX && read_folders(parts, count, file, &resolution) > 0;
  char *whole = known ? NULL : realpath(path, NULL);
  keel_status status = parse_path(whole ? whole : path, path, file, error);
  free(whole);
  return status;
}

int keel_lean_file_same(const struct keel_lean_file *a, const struct keel_lean_file *b) {
  return a->asset == b->asset && a->exercise == b->exercise && strcmp(a->market, b->market) == 0 &&
         strcmp(a->symbol, b->symbol) == 0 && a->year == b->year && a->month == b->month;
}

/* ---- entries ---- */

/* ESH20 */
static void name_future(const struct keel_lean_file *file, int year, int month, char *name) {
  size_t i = 0;
  for (; file->symbol[i]; i++) name[i] = upper(file->symbol[i]);
  name[i++] = "FGHJKMNQUVXZ"[month - 1];
  name[i++] = (char)('0' + year / 10 % 10);
  name[i++] = (char)('0' + year % 10);
  name[i] = '\0';
}

/* The third Friday, or the day of trading before it. */
static int32_t third_friday(const struct keel_calendar *calendar, int year, int month) {
  int32_t first = keel_days_from_civil(year, month, 1);
  int weekday = ((first + 4) % 7 + 7) % 7; /* Sunday is 0 */
  int32_t days = first + (5 - weekday + 7) % 7 + 14;
  while (!keel_calendar_is_open(calendar, days)) days--;
  return days;
}

/* The parts that are the same for all entries of a file. Returns the place of what follows, 0 if they are not so. */
static size_t skip_common(const struct keel_lean_file *file, const struct part *words, size_t count) {
  size_t at = 0;
  int32_t days;
  if (count < (file->is_daily ? 2U : 4U)) return 0;
  if (!file->is_daily && (!read_date(words[at++], &days) || days != file->days)) return 0;
  if (!is(words[at++], file->symbol)) return 0;
  if (!file->is_daily && !is(words[at++], "minute")) return 0;
  return is(words[at], file->has_quotes ? "quote" : "trade") ? at + 1 : 0;
}

static const char *read_option(const struct keel_lean_file *file, const struct part *words, size_t count,
                               struct keel_contract *contract, int32_t *expiry) {
  if (count != 4) return "is no ..._STYLE_RIGHT_STRIKE_EXPIRY.csv";
  if (!is(words[0], keel_exercise_name(file->exercise))) return "has another exercise than its zip";
  if (!is(words[1], "call") && !is(words[1], "put")) return "is neither call nor put";
  int64_t strike = read_digits(words[2], 0);
  if (strike <= 0) return "has no strike, ten thousand times what it is, above 0";
  if (!read_date(words[3], expiry)) return "has no expiry, as YYYYMMDD";
  contract->kind = is(words[1], "call") ? KEEL_KIND_CALL : KEEL_KIND_PUT;
  contract->exercise = file->exercise;
  contract->strike = (double)strike / STRIKE_SCALE;
  return NULL;
}

static const char *read_future(const struct part *words, size_t count, int *year, int *month, int32_t *expiry) {
  if (count != 1 && count != 2) return "is no ..._MONTH.csv";
  if (words[0].length != 6 || !read_month(words[0], year, month)) return "has no month, as YYYYMM";
  if (count == 2 && !read_date(words[1], expiry)) return "has no expiry, as YYYYMMDD";
  return NULL;
}

static const char *read_derivative(const struct keel_lean_file *file, const struct keel_calendar *calendar,
                                   const struct part *words, size_t count, struct keel_lean_entry *entry) {
  size_t at = skip_common(file, words, count);
  if (!at) return "is not named as its zip is: another date, symbol, resolution or kind";
  struct keel_contract *contract = &entry->contract;
  int year = file->year, month = file->month;
  int32_t expiry = 0;
  contract->multiplier = file->root ? file->root->multiplier : EQUITY_OPTION_MULTIPLIER;
  const char *problem;
  if (is_option(file)) {
    problem = read_option(file, words + at, count - at, contract, &expiry);
  } else {
    contract->kind = KEEL_KIND_FUTURE;
    problem = read_future(words + at, count - at, &year, &month, &expiry);
    if (!problem && count - at == 1) expiry = third_friday(calendar, year, month);
  }
  if (problem) return problem;
  if (is_on_future(file)) name_future(file, year, month, entry->underlying);
  int at_open =
      contract->kind == KEEL_KIND_FUTURE || (is_on_future(file) && expiry == third_friday(calendar, year, month));
  contract->expiry_ns = at_open ? keel_calendar_opening(calendar, expiry) : keel_calendar_close(calendar, expiry);
  return contract->expiry_ns == KEEL_TIME_NONE ? "has an expiry that no time can hold" : NULL;
}

const char *keel_lean_entry_parse(const struct keel_lean_file *file, const struct keel_calendar *calendar,
                                  const char *name, struct keel_lean_entry *entry) {
  struct part words[PARTS_MAX];
  size_t length = strlen(name);
  *entry = (struct keel_lean_entry){0};
  if (length < 4 || !is((struct part){name + length - 4, 4}, ".csv")) return "is no .csv by its name";
  size_t count = split(name, length - 4, '_', words);
  if (count > PARTS_MAX) return "has too many words in its name";
  for (size_t i = 0; file->symbol[i]; i++) entry->underlying[i] = upper(file->symbol[i]);
  entry->contract = (struct keel_contract){.underlying = entry->underlying, .kind = KEEL_KIND_SPOT, .multiplier = 1};
  entry->contract.expiry_ns = KEEL_TIME_NONE;
  if (file->asset != KEEL_LEAN_EQUITY) return read_derivative(file, calendar, words, count, entry);
  if (file->is_daily) return count == 1 && is(words[0], file->symbol) ? NULL : "is not named by its zip's symbol";
  return skip_common(file, words, count) == count ? NULL : "is not named as its zip is";
}
