/* What a simulation found, written out: JSON and CSV, both from the table of statistics. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/text.h"
#include "drive/result_origin.h"
#include "drive/simulate.h"

/* ---- JSON ---- */

static json_t *real(double number) { return isfinite(number) ? json_real(number) : json_null(); }

/* Where a statistic belongs: plain ones in the object itself, the others in one of their kind. */
static json_t *group_of(json_t *object, enum keel_statistic_kind kind) {
  static const char *const groups[] = {
      [KEEL_STATISTIC_QUANTILE] = "quantiles", [KEEL_STATISTIC_CVAR] = "cvar", [KEEL_STATISTIC_ENTROPIC] = "entropic"};
  if (kind < KEEL_STATISTIC_QUANTILE) return object;
  json_t *group = json_object_get(object, groups[kind]);
  if (group) return group;
  json_object_set_new(object, groups[kind], json_object());
  return json_object_get(object, groups[kind]);
}

/* Min and max have no standard error. */
static int has_error(enum keel_statistic_kind kind) { return kind != KEEL_STATISTIC_MIN && kind != KEEL_STATISTIC_MAX; }

static int is_said_of(enum keel_statistic_kind kind, size_t quantity) {
  if (quantity >= KEEL_QUANTITY_EXERCISED) return kind == KEEL_STATISTIC_MEAN || kind == KEEL_STATISTIC_STD;
  return kind != KEEL_STATISTIC_ENTROPIC || quantity == KEEL_QUANTITY_PNL;
}

/* Whose figures they are: those of an account, or of the whole book. */
#define WHOLE SIZE_MAX

static keel_figure figure_of(const struct keel_simulation *simulation, size_t variant, size_t account, size_t quantity,
                             size_t statistic) {
  return account == WHOLE ? keel_simulation_figure(simulation, variant, quantity, statistic)
                          : keel_simulation_account_figure(simulation, variant, account, quantity, statistic);
}

static json_t *quantity_json(const struct keel_simulation *simulation, size_t variant, size_t account,
                             size_t quantity) {
  json_t *object = json_object(), *errors = json_object();
  for (size_t s = 0; s < simulation->statistic_count; s++) {
    const struct keel_statistic *statistic = &simulation->statistics[s];
    if (!is_said_of(statistic->kind, quantity)) continue;
    keel_figure figure = figure_of(simulation, variant, account, quantity, s);
    json_object_set_new(group_of(object, statistic->kind), statistic->label, real(figure.value));
    if (!has_error(statistic->kind)) continue;
    json_object_set_new(group_of(errors, statistic->kind), statistic->label, real(figure.error));
    if (statistic->kind == KEEL_STATISTIC_MEAN && quantity < KEEL_QUANTITY_EXPLAIN)
      json_object_set_new(object, "stderr", real(figure.error));
  }
  json_object_set_new(object, "errors", errors);
  return object;
}

/* The shares of paths in classes, and beyond them. */
static json_t *histogram_json(const struct keel_simulation *simulation, size_t variant) {
  struct keel_histogram histogram;
  if (!keel_simulation_histogram(simulation, variant, KEEL_HISTOGRAM_MAX, &histogram)) return json_null();
  json_t *object = json_object(), *shares = json_array();
  for (size_t i = 0; i < histogram.classes; i++) json_array_append_new(shares, real(histogram.shares[i]));
  json_object_set_new(object, "from", real(histogram.from));
  json_object_set_new(object, "to", real(histogram.to));
  json_object_set_new(object, "below", real(histogram.below));
  json_object_set_new(object, "above", real(histogram.above));
  json_object_set_new(object, "shares", shares);
  return object;
}

static json_t *price_json(const struct keel_simulation *simulation, size_t variant) {
  json_t *object = json_object(), *errors = json_object();
  for (size_t s = 0; s < simulation->statistic_count; s++) {
    const struct keel_statistic *statistic = &simulation->statistics[s];
    if (!keel_statistic_has_price(statistic->kind)) continue;
    keel_figure price = keel_simulation_price(simulation, variant, s);
    json_object_set_new(group_of(object, statistic->kind), statistic->label, real(price.value));
    json_object_set_new(group_of(errors, statistic->kind), statistic->label, real(price.error));
  }
  json_object_set_new(object, "errors", errors);
  return object;
}

static json_t *theory_json(const struct keel_simulation *simulation, size_t variant) {
  json_t *object = json_object();
  for (size_t i = 0; i < simulation->theory_counts[variant]; i++) {
    const struct keel_theory *theory = &simulation->theories[variant][i];
    const char *dot = strchr(theory->name, '.');
    char formula[40];
    keel_assert(dot && (size_t)(dot - theory->name) < sizeof formula);
    memcpy(formula, theory->name, (size_t)(dot - theory->name));
    formula[dot - theory->name] = '\0';
    if (!json_object_get(object, formula)) json_object_set_new(object, formula, json_object());
    json_t *of = json_object_get(object, formula);
    json_object_set_new(of, dot + 1, real(theory->value));
    json_object_set_new(of, "assumes", json_string(theory->assumes));
  }
  return object;
}

static void quantities_json(const struct keel_simulation *simulation, size_t variant, size_t account, json_t *object) {
  json_t *explain = json_object();
  for (size_t q = 0; q < KEEL_QUANTITY_EXPLAIN; q++)
    json_object_set_new(object, keel_simulation_quantity(simulation, q),
                        quantity_json(simulation, variant, account, q));
  for (size_t q = KEEL_QUANTITY_EXPLAIN; q < simulation->wiring.whole_count; q++)
    json_object_set_new(explain, keel_component_table[q - KEEL_QUANTITY_EXPLAIN].name,
                        quantity_json(simulation, variant, account, q));
  json_object_set_new(object, "explain", explain);
}

static json_t *accounts_json(const struct keel_simulation *simulation, size_t variant) {
  json_t *accounts = json_object();
  for (size_t a = 0; a < keel_simulation_accounts(simulation); a++) {
    json_t *account = json_object();
    quantities_json(simulation, variant, a, account);
    json_object_set_new(accounts, keel_simulation_account(simulation, a), account);
  }
  return accounts;
}

/* The figures of one variant, into `object`. */
static void variant_json(const struct keel_simulation *simulation, size_t variant, json_t *object) {
  quantities_json(simulation, variant, WHOLE, object);
  json_object_set_new(object, "histogram", histogram_json(simulation, variant));
  if (keel_simulation_accounts(simulation)) json_object_set_new(object, "accounts", accounts_json(simulation, variant));
  json_object_set_new(object, "price_of_hedging", price_json(simulation, variant));
  json_object_set_new(object, "theory", theory_json(simulation, variant));
}

static void run_json(const struct keel_simulation *simulation, json_t *document) {
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  double path_steps = (double)facts.paths * (double)facts.steps;
  json_object_set_new(document, "paths", json_integer((json_int_t)facts.paths));
  json_object_set_new(document, "steps", json_integer((json_int_t)facts.steps));
  json_object_set_new(document, "seconds", real(facts.seconds));
  json_object_set_new(document, "path_steps_per_second", real(path_steps / facts.seconds));
  json_object_set_new(document, "seed", json_integer((json_int_t)facts.seed));
  json_object_set_new(document, "interrupted", json_boolean(facts.interrupted));
  json_object_set_new(document, "years", real(facts.years));
  json_object_set_new(document, "premium", real(facts.premium));
}

/* ---- paths shown ---- */

static json_t *series(const double *numbers, size_t count) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(array, real(numbers[i]));
  return array;
}

static json_t *times_json(const struct keel_shown_paths *shown) {
  json_t *array = json_array();
  char time[40];
  for (size_t i = 0; i < shown->instants; i++) {
    keel_time_format(shown->time_ns[i], time);
    json_array_append_new(array, json_string(time));
  }
  return array;
}

/* By instrument, of one account. */
static json_t *account_holdings_json(const struct keel_simulation *simulation, size_t path, size_t variant,
                                     size_t account) {
  const struct keel_wiring *rows = &simulation->wiring.rows;
  size_t room = simulation->wiring.market.steps + 1;
  json_t *object = json_object();
  char name[128];
  for (size_t u = 0; u < rows->underlying_count; u++) {
    if (rows->underlyings[u].account != account) continue;
    struct keel_lane_lines lines = keel_lines_of(rows, u, variant);
    for (uint32_t line = lines.first; line < lines.first + lines.count; line++) {
      keel_contract_format(&rows->rows[rows->lines[line].row].contract, rows->terms->calendar, name, sizeof name);
      const double *held = simulation->shown.holding + (path * rows->line_count + line) * room;
      json_object_set_new(object, name, series(held, simulation->shown.instants));
    }
  }
  return object;
}

/* By instrument; where there are accounts, by account first. */
static json_t *holdings_json(const struct keel_simulation *simulation, size_t path, size_t variant) {
  size_t accounts = keel_simulation_accounts(simulation);
  json_t *object = accounts ? json_object() : account_holdings_json(simulation, path, variant, 0);
  for (size_t a = 0; a < accounts; a++)
    json_object_set_new(object, keel_simulation_account(simulation, a),
                        account_holdings_json(simulation, path, variant, a));
  return object;
}

static json_t *path_json(const struct keel_simulation *simulation, size_t path) {
  const struct keel_shown_paths *shown = &simulation->shown;
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  size_t room = wiring->market.steps + 1;
  json_t *object = json_object(), *spot = json_object(), *pnl = json_object(), *held = json_object();
  for (size_t u = 0; u < shown->underlyings; u++)
    json_object_set_new(spot, wiring->rows.underlyings[u].terms->name,
                        series(shown->spot + (path * shown->underlyings + u) * room, shown->instants));
  for (size_t v = 0; v < shown->variants; v++) {
    json_object_set_new(pnl, wiring->names[v],
                        series(shown->pnl + (path * shown->variants + v) * room, shown->instants));
    json_object_set_new(held, wiring->names[v], holdings_json(simulation, path, v));
  }
  json_object_set_new(object, "path", json_integer((json_int_t)path));
  json_object_set_new(object, "time", times_json(shown));
  json_object_set_new(object, "spot", spot);
  json_object_set_new(object, "book", series(shown->book + path * room, shown->instants));
  json_object_set_new(object, "pnl", pnl);
  json_object_set_new(object, "holdings", held);
  return object;
}

char *keel_simulation_json(const keel_simulation *simulation) {
  json_t *document = json_object(), *variants = json_object(), *notes = json_array(), *paths = json_array();
  run_json(simulation, document);
  variant_json(simulation, 0, document);
  for (size_t v = 0; v < simulation->wiring.variant_count; v++) {
    json_t *variant = json_object();
    variant_json(simulation, v, variant);
    json_object_set_new(variants, simulation->wiring.names[v], variant);
  }
  if (simulation->wiring.variant_count > 1)
    json_object_set_new(document, "variants", variants);
  else
    json_decref(variants);
  for (size_t p = 0; p < simulation->shown.count; p++) json_array_append_new(paths, path_json(simulation, p));
  json_object_set_new(document, "paths_shown", paths);
  for (size_t i = 0; i < simulation->note_count; i++) json_array_append_new(notes, json_string(simulation->notes[i]));
  json_object_set_new(document, "notes", notes);
  keel_result_origin(document, "simulate", simulation->wiring.strategy);
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}

/* ---- CSV ---- */

static void write_header(const struct keel_simulation *simulation, struct keel_text *text) {
  keel_text_add(text, keel_simulation_accounts(simulation) ? "variant,account,quantity" : "variant,quantity");
  for (size_t s = 0; s < simulation->statistic_count; s++) {
    const struct keel_statistic *statistic = &simulation->statistics[s];
    keel_text_printf(text, ",%s", statistic->name);
    if (has_error(statistic->kind)) keel_text_printf(text, ",%s_error", statistic->name);
  }
  keel_text_char(text, '\n');
}

static void write_row(const struct keel_simulation *simulation, size_t variant, size_t account, size_t quantity,
                      struct keel_text *text) {
  const char *name = simulation->wiring.names[variant];
  keel_text_csv(text, name, strlen(name));
  if (keel_simulation_accounts(simulation)) {
    const char *of = account == WHOLE ? "total" : keel_simulation_account(simulation, account);
    keel_text_char(text, ',');
    keel_text_csv(text, of, strlen(of));
  }
  keel_text_printf(text, ",%s", keel_simulation_quantity(simulation, quantity));
  for (size_t s = 0; s < simulation->statistic_count; s++) {
    keel_figure figure = figure_of(simulation, variant, account, quantity, s);
    keel_text_char(text, ',');
    keel_text_number(text, figure.value, "");
    if (!has_error(simulation->statistics[s].kind)) continue;
    keel_text_char(text, ',');
    keel_text_number(text, figure.error, "");
  }
  keel_text_char(text, '\n');
}

char *keel_simulation_csv(const keel_simulation *simulation, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  write_header(simulation, &text);
  for (size_t v = 0; v < simulation->wiring.variant_count; v++) {
    for (size_t q = 0; q < simulation->wiring.whole_count; q++) write_row(simulation, v, WHOLE, q, &text);
    for (size_t a = 0; a < keel_simulation_accounts(simulation); a++)
      for (size_t q = 0; q < simulation->wiring.whole_count; q++) write_row(simulation, v, a, q, &text);
  }
  return keel_text_take(&text, length);
}

keel_status keel_simulation_save(const keel_simulation *simulation, const char *path, keel_error *error) {
  size_t length = 0;
  char *text = keel_simulation_csv(simulation, &length);
  return keel_file_save(path, text, length, error);
}
