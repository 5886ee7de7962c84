/* What a replay found, for callers: totals, explanation, problems, ledger, JSON. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "drive/replay.h"
#include "drive/result_origin.h"

/* ---- totals ---- */

size_t keel_replay_variants(const keel_replay *replay) { return replay->strategy->variant_count; }
const char *keel_replay_variant(const keel_replay *replay, size_t variant) {
  return replay->strategy->variants[variant].name;
}

static keel_replay_totals totals_of(const struct keel_ledger_totals *from) {
  return (keel_replay_totals){.decisions = from->decisions,
                              .trades = from->trades,
                              .pnl = from->pnl,
                              .cost = from->cost,
                              .turnover = from->turnover,
                              .gross = from->flows + from->largest_book};
}

void keel_replay_total(const keel_replay *replay, size_t variant, keel_replay_totals *totals) {
  *totals = totals_of(&replay->totals[variant]);
}

size_t keel_replay_accounts(const keel_replay *replay) { return replay->strategy->account_count; }
const char *keel_replay_account(const keel_replay *replay, size_t account) {
  return keel_strategy_account_name(replay->strategy, account);
}

static const struct keel_ledger_totals *of_account(const struct keel_replay *replay, size_t variant, size_t account) {
  return &replay->account_totals[variant * keel_strategy_account_count(replay->strategy) + account];
}

void keel_replay_account_total(const keel_replay *replay, size_t variant, size_t account, keel_replay_totals *totals) {
  *totals = totals_of(of_account(replay, variant, account));
}
double keel_replay_account_explained(const keel_replay *replay, size_t variant, size_t account, size_t component) {
  return of_account(replay, variant, account)->explain[component];
}

size_t keel_explain_components(void) { return KEEL_COMPONENT_COUNT; }
const char *keel_explain_name(size_t component) { return keel_component_table[component].name; }
const char *keel_explain_help(size_t component) { return keel_component_table[component].help; }
double keel_replay_explained(const keel_replay *replay, size_t variant, size_t component) {
  return replay->totals[variant].explain[component];
}

uint64_t keel_replay_events(const keel_replay *replay) { return replay->parts[0].events; }
uint64_t keel_replay_instants(const keel_replay *replay) { return replay->parts[0].instants; }
size_t keel_replay_problems(const keel_replay *replay) { return replay->problem_count; }
const char *keel_replay_problem(const keel_replay *replay, size_t index, uint64_t *count) {
  *count = replay->problems[index].count;
  return replay->problems[index].kind;
}
size_t keel_replay_notes(const keel_replay *replay) { return replay->note_count; }
const char *keel_replay_note(const keel_replay *replay, size_t index) { return replay->notes[index]; }

/* ---- ledger ---- */

size_t keel_ledger_rows(const keel_replay *replay) { return replay->row_count; }
size_t keel_ledger_columns(const keel_replay *replay) {
  size_t further = 0;
  for (size_t i = 0; i < replay->row_count; i++)
    if (replay->rows[i].further_count > further) further = replay->rows[i].further_count;
  return keel_ledger_column_count(1 + further);
}
const char *keel_ledger_column(size_t column) { return keel_ledger_column_at(column).name; }
const char *keel_ledger_help(size_t column) { return keel_ledger_column_at(column).help; }
uint64_t keel_ledger_hash(const keel_replay *replay) { return keel_ledger_rows_hash(replay->rows, replay->row_count); }

static double number_at(const struct keel_ledger_row *row, struct keel_ledger_column_info column) {
  double number;
  if (column.kind != KEEL_LEDGER_NUMBER) return NAN;
  memcpy(&number, (const char *)row + column.offset, sizeof number);
  return number;
}

static const char *reason_at(const struct keel_ledger_row *row, struct keel_ledger_column_info column) {
  double reason;
  memcpy(&reason, (const char *)row + column.offset, sizeof reason);
  return isnan(reason) ? "" : keel_reason_names[(int)reason];
}

/* The name of a row's hedge instrument; empty where its variant has none there. */
static const char *instrument_at(const struct keel_replay *replay, const struct keel_ledger_row *row, size_t position,
                                 char name[128]) {
  const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
  const char *underlying = replay->strategy->market.underlyings[row->underlying].name;
  name[0] = '\0';
  if (keel_policy_instruments(keel_replay_policy(replay, row->account, row->variant), underlying, with) <= position)
    return name;
  struct keel_contract contract = with[position]->contract;
  contract.underlying = underlying;
  keel_contract_format(&contract, replay->strategy->market.calendar, name, 128);
  return name;
}

double keel_ledger_number(const keel_replay *replay, size_t row, size_t column) {
  return number_at(&replay->rows[row], keel_ledger_column_at(column));
}

size_t keel_ledger_cell(const struct keel_replay *replay, const struct keel_ledger_row *row, size_t column,
                        struct keel_text *text) {
  struct keel_ledger_column_info info = keel_ledger_column_at(column);
  size_t before = text->length;
  const char *name = NULL;
  char time[40], instrument[128];
  if (info.kind == KEEL_LEDGER_TIME) {
    keel_time_format(row->time_ns, time);
    name = time;
  }
  if (info.kind == KEEL_LEDGER_VARIANT) name = replay->strategy->variants[row->variant].name;
  if (info.kind == KEEL_LEDGER_UNDERLYING) name = replay->strategy->market.underlyings[row->underlying].name;
  if (info.kind == KEEL_LEDGER_ACCOUNT) name = keel_strategy_account_name(replay->strategy, row->account);
  if (info.kind == KEEL_LEDGER_REASON) name = reason_at(row, info);
  if (info.kind == KEEL_LEDGER_INSTRUMENT) name = instrument_at(replay, row, info.position, instrument);
  if (name)
    keel_text_csv(text, name, strlen(name));
  else
    keel_text_number(text, number_at(row, info), "");
  return text->length - before;
}

int keel_ledger_text(const keel_replay *replay, size_t row, size_t column, char *buffer, size_t size) {
  struct keel_text text;
  keel_text_init(&text);
  size_t length = keel_ledger_cell(replay, &replay->rows[row], column, &text);
  if (size > 0) {
    size_t copied = length < size ? length : size - 1;
    if (copied) memcpy(buffer, text.data, copied);
    buffer[copied] = '\0';
  }
  keel_text_fini(&text);
  return (int)length;
}

static void write_csv(const struct keel_replay *replay, struct keel_text *text) {
  size_t columns = keel_ledger_columns(replay);
  for (size_t c = 0; c < columns; c++) {
    if (c) keel_text_char(text, ',');
    keel_text_add(text, keel_ledger_column_at(c).name);
  }
  keel_text_char(text, '\n');
  for (size_t r = 0; r < replay->row_count; r++) {
    for (size_t c = 0; c < columns; c++) {
      if (c) keel_text_char(text, ',');
      keel_ledger_cell(replay, &replay->rows[r], c, text);
    }
    keel_text_char(text, '\n');
  }
}

char *keel_ledger_csv(const keel_replay *replay, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  write_csv(replay, &text);
  return keel_text_take(&text, length);
}

keel_status keel_ledger_save(const keel_replay *replay, const char *path, keel_error *error) {
  size_t length = 0;
  char *text = keel_ledger_csv(replay, &length);
  return keel_file_save(path, text, length, error);
}

/* ---- JSON ---- */

static json_t *real(double number) { return isfinite(number) ? json_real(number) : json_null(); }

static void totals_json(const struct keel_ledger_totals *of, json_t *object) {
  keel_replay_totals totals = totals_of(of);
  json_t *explain = json_object();
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    json_object_set_new(explain, keel_component_table[c].name, real(of->explain[c]));
  json_object_set_new(object, "decisions", json_integer((json_int_t)totals.decisions));
  json_object_set_new(object, "trades", json_integer((json_int_t)totals.trades));
  json_object_set_new(object, "pnl", real(totals.pnl));
  json_object_set_new(object, "cost", real(totals.cost));
  json_object_set_new(object, "turnover", real(totals.turnover));
  json_object_set_new(object, "gross", real(totals.gross));
  json_object_set_new(object, "explain", explain);
}

/* Of each exposure that has a band of a known width: how wide, in what. */
static json_t *bands_json(const struct keel_policy *policy) {
  static const char *const units[] = {
      [KEEL_BAND_SHARES] = "shares", [KEEL_BAND_FRACTION] = "fraction", [KEEL_BAND_CURRENCY] = "currency"};
  json_t *object = json_object();
  for (size_t e = 0; e < KEEL_EXPOSURE_COUNT; e++) {
    const struct keel_trigger *trigger = &policy->triggers[e];
    if (trigger->band < KEEL_BAND_SHARES || trigger->band > KEEL_BAND_CURRENCY) continue;
    json_t *band = json_object();
    json_object_set_new(band, units[trigger->band], real(trigger->band_size));
    json_object_set_new(object, keel_exposure_table[e].name, band);
  }
  return object;
}

/* The figures of one variant, into `object`: of all, and of each account where there are some. */
static void variant_json(const struct keel_replay *replay, size_t variant, json_t *object) {
  json_t *accounts = json_object();
  totals_json(&replay->totals[variant], object);
  if (!keel_replay_accounts(replay))
    json_object_set_new(object, "bands", bands_json(keel_replay_policy(replay, 0, variant)));
  for (size_t a = 0; a < keel_replay_accounts(replay); a++) {
    json_t *account = json_object();
    totals_json(of_account(replay, variant, a), account);
    json_object_set_new(accounts, keel_replay_account(replay, a), account);
  }
  if (keel_replay_accounts(replay)) json_object_set(object, "accounts", accounts);
  json_decref(accounts);
}

static json_t *variants_json(const struct keel_replay *replay) {
  json_t *variants = json_object();
  for (size_t v = 0; v < replay->strategy->variant_count; v++) {
    json_t *variant = json_object();
    variant_json(replay, v, variant);
    json_object_set_new(variants, replay->strategy->variants[v].name, variant);
  }
  return variants;
}

char *keel_replay_json(const keel_replay *replay) {
  json_t *document = json_object(), *problems = json_object(), *notes = json_array();
  json_object_set_new(document, "events", json_integer((json_int_t)keel_replay_events(replay)));
  json_object_set_new(document, "instants", json_integer((json_int_t)keel_replay_instants(replay)));
  variant_json(replay, 0, document);
  if (replay->strategy->variant_count > 1) json_object_set_new(document, "variants", variants_json(replay));
  for (size_t i = 0; i < replay->problem_count; i++)
    json_object_set_new(problems, replay->problems[i].kind, json_integer((json_int_t)replay->problems[i].count));
  json_object_set_new(document, "problems", problems);
  for (size_t i = 0; i < replay->note_count; i++) json_array_append_new(notes, json_string(replay->notes[i]));
  json_object_set_new(document, "notes", notes);
  char hash[20];
  snprintf(hash, sizeof hash, "%016llx", (unsigned long long)keel_ledger_hash(replay));
  json_object_set_new(document, "ledger_hash", json_string(hash));
  keel_result_origin(document, "replay", replay->strategy);
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}
