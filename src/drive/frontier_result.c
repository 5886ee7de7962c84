/* What a frontier found, for callers: figures, choice, CSV, JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "drive/frontier.h"
#include "drive/result_origin.h"

/* ---- rules ---- */

size_t keel_frontier_rules(const keel_frontier *frontier) { return frontier->rule_count; }
const char *keel_frontier_name(const keel_frontier *frontier, size_t rule) { return frontier->rules[rule].name; }
size_t keel_frontier_by_cost(const keel_frontier *frontier, size_t place) { return frontier->choice.by_cost[place]; }

static keel_frontier_number number_of(const struct keel_estimate *estimate) {
  return (keel_frontier_number){estimate->value, estimate->error};
}

void keel_frontier_rule(const keel_frontier *frontier, size_t rule, keel_frontier_figures *figures) {
  const struct keel_frontier_rule *from = &frontier->rules[rule];
  const struct keel_frontier_line *line = &frontier->lines[rule];
  *figures = (keel_frontier_figures){.cost = number_of(&from->cost),
                                     .risk = number_of(&from->risk),
                                     .mean = number_of(&line->mean),
                                     .std = number_of(&line->std),
                                     .turnover = number_of(&line->turnover),
                                     .trades = number_of(&line->trades),
                                     .objective = number_of(&from->target),
                                     .on_frontier = from->on_frontier,
                                     .dominated_by = from->dominated_by,
                                     .sureness = from->sureness};
}

/* ---- choice and run ---- */

size_t keel_frontier_recommended(const keel_frontier *frontier) { return frontier->choice.best; }
size_t keel_frontier_next_best(const keel_frontier *frontier) { return frontier->choice.next; }

keel_frontier_number keel_frontier_worse(const keel_frontier *frontier, size_t rule) {
  size_t best = frontier->choice.best;
  if (best == KEEL_NO_RULE) return (keel_frontier_number){NAN, NAN};
  struct keel_estimate worse = keel_estimate_difference(&frontier->rules[rule].target, &frontier->rules[best].target);
  return number_of(&worse);
}

int keel_frontier_is_tied(const keel_frontier *frontier, size_t rule) {
  for (size_t i = 0; i < frontier->choice.tied_count; i++)
    if (frontier->choice.tied[i] == rule) return 1;
  return 0;
}

const char *keel_frontier_sentence(const keel_frontier *frontier) { return frontier->sentence; }
const char *keel_frontier_risk_name(const keel_frontier *frontier) { return frontier->risk_name; }
uint64_t keel_frontier_paths(const keel_frontier *frontier) { return frontier->paths; }
size_t keel_frontier_steps(const keel_frontier *frontier) { return (size_t)frontier->strategy.run.steps; }
double keel_frontier_seconds(const keel_frontier *frontier) { return frontier->seconds; }
int keel_frontier_interrupted(const keel_frontier *frontier) { return frontier->interrupted; }
size_t keel_frontier_notes(const keel_frontier *frontier) { return frontier->note_count; }
const char *keel_frontier_note(const keel_frontier *frontier, size_t index) { return frontier->notes[index]; }

/* ---- the numbers of a rule, by name: for CSV and JSON ---- */

static const struct column {
  const char *name;
  size_t offset;
} columns[] = {
    {"cost", offsetof(keel_frontier_figures, cost)},          {"risk", offsetof(keel_frontier_figures, risk)},
    {"mean", offsetof(keel_frontier_figures, mean)},          {"std", offsetof(keel_frontier_figures, std)},
    {"turnover", offsetof(keel_frontier_figures, turnover)},  {"trades", offsetof(keel_frontier_figures, trades)},
    {"objective", offsetof(keel_frontier_figures, objective)}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static keel_frontier_number column_of(const keel_frontier_figures *figures, size_t column) {
  keel_frontier_number number;
  memcpy(&number, (const char *)figures + columns[column].offset, sizeof number);
  return number;
}

/* ---- CSV ---- */

static void write_header(struct keel_text *text) {
  keel_text_add(text, "rule");
  for (size_t c = 0; c < COLUMNS; c++) keel_text_printf(text, ",%s,%s_stderr", columns[c].name, columns[c].name);
  keel_text_add(text, ",on_frontier,dominated_by,sureness,choice\n");
}

static const char *choice_of(const struct keel_frontier *frontier, size_t rule) {
  if (rule == frontier->choice.best) return "recommended";
  return keel_frontier_is_tied(frontier, rule) ? "tied" : "";
}

static void write_row(const struct keel_frontier *frontier, size_t rule, struct keel_text *text) {
  keel_frontier_figures figures;
  keel_frontier_rule(frontier, rule, &figures);
  keel_text_csv(text, frontier->rules[rule].name, strlen(frontier->rules[rule].name));
  for (size_t c = 0; c < COLUMNS; c++) {
    keel_frontier_number number = column_of(&figures, c);
    keel_text_char(text, ',');
    keel_text_number(text, number.value, "");
    keel_text_char(text, ',');
    keel_text_number(text, isfinite(number.value) ? number.error : NAN, "");
  }
  keel_text_add(text, figures.on_frontier ? ",1," : ",0,");
  if (figures.dominated_by != KEEL_NO_RULE) {
    const char *name = frontier->rules[figures.dominated_by].name;
    keel_text_csv(text, name, strlen(name));
    keel_text_char(text, ',');
    keel_text_number(text, figures.sureness, "");
  } else {
    keel_text_char(text, ',');
  }
  keel_text_printf(text, ",%s\n", choice_of(frontier, rule));
}

char *keel_frontier_csv(const keel_frontier *frontier, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  write_header(&text);
  for (size_t i = 0; i < frontier->rule_count; i++) write_row(frontier, frontier->choice.by_cost[i], &text);
  return keel_text_take(&text, length);
}

keel_status keel_frontier_save(const keel_frontier *frontier, const char *path, keel_error *error) {
  size_t length = 0;
  char *text = keel_frontier_csv(frontier, &length);
  return keel_file_save(path, text, length, error);
}

/* ---- JSON ---- */

static json_t *real(double number) { return isfinite(number) ? json_real(number) : json_null(); }

static json_t *name_json(const struct keel_frontier *frontier, size_t rule) {
  return rule == KEEL_NO_RULE ? json_null() : json_string(frontier->rules[rule].name);
}

static json_t *names_json(const struct keel_frontier *frontier, const size_t *list, size_t count) {
  json_t *names = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(names, name_json(frontier, list[i]));
  return names;
}

static json_t *risk_json(const struct keel_frontier *frontier) {
  static const char *const measures[] = {
      [KEEL_FRONTIER_STD] = "std", [KEEL_FRONTIER_CVAR] = "cvar", [KEEL_FRONTIER_ENTROPIC] = "entropic"};
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  json_t *risk = json_object();
  json_object_set_new(risk, "measure", json_string(measures[terms->risk]));
  if (terms->risk == KEEL_FRONTIER_CVAR) json_object_set_new(risk, "level", real(terms->level));
  json_object_set_new(risk, "risk_aversion", real(terms->risk_aversion));
  json_object_set_new(risk, "budget", real(terms->budget));
  return risk;
}

static json_t *rule_json(const struct keel_frontier *frontier, size_t rule) {
  keel_frontier_figures figures;
  json_t *object = json_object(), *errors = json_object();
  keel_frontier_rule(frontier, rule, &figures);
  json_object_set_new(object, "name", name_json(frontier, rule));
  for (size_t c = 0; c < COLUMNS; c++) {
    keel_frontier_number number = column_of(&figures, c);
    json_object_set_new(object, columns[c].name, real(number.value));
    json_object_set_new(errors, columns[c].name, real(isfinite(number.value) ? number.error : NAN));
  }
  json_object_set_new(object, "stderr", errors);
  json_object_set_new(object, "on_frontier", json_boolean(figures.on_frontier));
  json_object_set_new(object, "dominated_by", name_json(frontier, figures.dominated_by));
  if (figures.dominated_by != KEEL_NO_RULE)
    json_object_set_new(object, "dominated_surely", json_boolean(figures.sureness > KEEL_SURE_ERRORS));
  return object;
}

/* What is had for more cost, from step to step along the hull of the frontier. */
static json_t *exchange_json(const struct keel_frontier *frontier) {
  json_t *steps = json_array();
  for (size_t i = 1; i < frontier->choice.hull_count; i++) {
    size_t from = frontier->choice.hull[i - 1], to = frontier->choice.hull[i];
    struct keel_estimate cost = keel_estimate_difference(&frontier->rules[to].cost, &frontier->rules[from].cost);
    struct keel_estimate risk = keel_estimate_difference(&frontier->rules[from].risk, &frontier->rules[to].risk);
    double rate = risk.value / cost.value;
    struct keel_estimate linear = keel_estimate_combine(1 / cost.value, &risk, -rate / cost.value, &cost);
    json_t *step = json_object();
    json_object_set_new(step, "from", name_json(frontier, from));
    json_object_set_new(step, "to", name_json(frontier, to));
    json_object_set_new(step, "risk_per_cost", real(rate));
    json_object_set_new(step, "stderr", real(linear.error));
    json_array_append_new(steps, step);
  }
  return steps;
}

static json_t *recommended_json(const struct keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  if (choice->best == KEEL_NO_RULE) return json_null();
  const struct keel_estimate *target = &frontier->rules[choice->best].target;
  double reach = KEEL_SURE_ERRORS * target->error;
  json_t *object = json_object(), *interval = json_array();
  int has_next = choice->next != KEEL_NO_RULE;
  json_array_append_new(interval, real(target->value - reach));
  json_array_append_new(interval, real(target->value + reach));
  json_object_set_new(object, "name", name_json(frontier, choice->best));
  json_object_set_new(object, "objective", real(target->value));
  json_object_set_new(object, "interval", interval);
  json_object_set_new(object, "next_best", name_json(frontier, choice->next));
  json_object_set_new(object, "difference", real(has_next ? choice->difference.value : NAN));
  json_object_set_new(object, "error", real(has_next ? choice->difference.error : NAN));
  json_object_set_new(object, "tied", names_json(frontier, choice->tied, choice->tied_count));
  json_object_set_new(object, "times_paths_to_separate", real(has_next ? choice->more_paths : NAN));
  if (!isnan(frontier->strategy.frontier.budget))
    json_object_set_new(object, "surely_within_budget", json_boolean(choice->is_surely_affordable));
  return object;
}

char *keel_frontier_json(const keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  json_t *document = json_object(), *rules = json_array(), *notes = json_array();
  for (size_t i = 0; i < frontier->rule_count; i++)
    json_array_append_new(rules, rule_json(frontier, choice->by_cost[i]));
  for (size_t i = 0; i < frontier->note_count; i++) json_array_append_new(notes, json_string(frontier->notes[i]));
  json_object_set_new(document, "paths", json_integer((json_int_t)frontier->paths));
  json_object_set_new(document, "steps", json_integer(frontier->strategy.run.steps));
  json_object_set_new(document, "seconds", real(frontier->seconds));
  json_object_set_new(document, "risk", risk_json(frontier));
  json_object_set_new(document, "rules", rules);
  json_object_set_new(document, "frontier", names_json(frontier, choice->frontier, choice->frontier_count));
  json_object_set_new(document, "exchange", exchange_json(frontier));
  json_object_set_new(document, "recommended", recommended_json(frontier));
  json_object_set_new(document, "sentence", json_string(frontier->sentence));
  json_object_set_new(document, "notes", notes);
  json_object_set_new(document, "interrupted", json_boolean(frontier->interrupted));
  keel_result_origin(document, "frontier", &frontier->strategy);
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}
