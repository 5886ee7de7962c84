/* What a model says, as a world and a rule of implied vols. */
#include <math.h>
#include <string.h>

#include "book/field_types.h"
#include "drive/strategy_model.h"
#include "world/history.h"

/* ---- which kind has which parameters ---- */

enum { ELSEWHERE = -1 }; /* place: no number of the world */

static const struct parameter {
  enum keel_world_kind kind;
  const char *name;
  long place; /* of the number in a keel_world */
  int optional;
} parameters[] = {
#define AT(member) (long)offsetof(struct keel_world, member)
    {KEEL_WORLD_GBM, "vol", AT(gbm.vol), 0},
    {KEEL_WORLD_MERTON, "vol", AT(merton.vol), 0},
    {KEEL_WORLD_MERTON, "intensity", AT(merton.jumps.intensity), 0},
    {KEEL_WORLD_MERTON, "jump_mean", AT(merton.jumps.mean), 0},
    {KEEL_WORLD_MERTON, "jump_std", AT(merton.jumps.std), 0},
    {KEEL_WORLD_KOU, "vol", AT(kou.vol), 0},
    {KEEL_WORLD_KOU, "intensity", AT(kou.jumps.intensity), 0},
    {KEEL_WORLD_KOU, "up_probability", AT(kou.jumps.up_probability), 0},
    {KEEL_WORLD_KOU, "up_rate", AT(kou.jumps.up_rate), 0},
    {KEEL_WORLD_KOU, "down_rate", AT(kou.jumps.down_rate), 0},
    {KEEL_WORLD_HESTON, "variance", AT(heston.variance), 0},
    {KEEL_WORLD_HESTON, "kappa", AT(heston.kappa), 0},
    {KEEL_WORLD_HESTON, "theta", AT(heston.theta), 0},
    {KEEL_WORLD_HESTON, "xi", AT(heston.xi), 0},
    {KEEL_WORLD_HESTON, "rho", AT(heston.rho), 0},
    {KEEL_WORLD_BATES, "variance", AT(bates.heston.variance), 0},
    {KEEL_WORLD_BATES, "kappa", AT(bates.heston.kappa), 0},
    {KEEL_WORLD_BATES, "theta", AT(bates.heston.theta), 0},
    {KEEL_WORLD_BATES, "xi", AT(bates.heston.xi), 0},
    {KEEL_WORLD_BATES, "rho", AT(bates.heston.rho), 0},
    {KEEL_WORLD_BATES, "intensity", AT(bates.jumps.intensity), 0},
    {KEEL_WORLD_BATES, "jump_mean", AT(bates.jumps.mean), 0},
    {KEEL_WORLD_BATES, "jump_std", AT(bates.jumps.std), 0},
    {KEEL_WORLD_ROUGH_BERGOMI, "variance", AT(rough_bergomi.variance), 0},
    {KEEL_WORLD_ROUGH_BERGOMI, "hurst", AT(rough_bergomi.hurst), 0},
    {KEEL_WORLD_ROUGH_BERGOMI, "eta", AT(rough_bergomi.eta), 0},
    {KEEL_WORLD_ROUGH_BERGOMI, "rho", AT(rough_bergomi.rho), 0},
    {KEEL_WORLD_BOOTSTRAP, "file", ELSEWHERE, 0},
    {KEEL_WORLD_BOOTSTRAP, "mean_block", AT(bootstrap.mean_block), 0},
    {KEEL_WORLD_BOOTSTRAP, "max_gap_days", ELSEWHERE, 1},
    {KEEL_WORLD_BOOTSTRAP, "own_drift", ELSEWHERE, 1},
    {KEEL_WORLD_BOOTSTRAP, "forced", ELSEWHERE, 1},
#undef AT
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

static const struct parameter *parameter_of(enum keel_world_kind kind, const char *name) {
  for (size_t i = 0; i < PARAMETERS; i++)
    if (parameters[i].kind == kind && strcmp(parameters[i].name, name) == 0) return &parameters[i];
  return NULL;
}

/* `heston, bates`: the kinds that have it. */
static void kinds_with(const char *name, char *buffer, size_t size) {
  buffer[0] = '\0';
  for (size_t i = 0; i < PARAMETERS; i++) {
    size_t used = strlen(buffer);
    if (strcmp(parameters[i].name, name) != 0) continue;
    snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", keel_world_name(parameters[i].kind));
  }
}

static int is_parameter(const char *name) {
  size_t i = 0;
  while (i < PARAMETERS && strcmp(parameters[i].name, name) != 0) i++;
  return i < PARAMETERS;
}

static keel_status check_parameters(struct keel_config_reader *reader, const struct keel_config_node *map,
                                    enum keel_world_kind kind) {
  for (const struct keel_config_node *node = map->first; node; node = node->next) {
    if (!is_parameter(node->key) || parameter_of(kind, node->key)) continue;
    char names[160];
    kinds_with(node->key, names, sizeof names);
    return keel_config_fail(reader->error, node, NULL, "belongs to %s; not to %s", names, keel_world_name(kind));
  }
  for (size_t i = 0; i < PARAMETERS; i++) {
    const struct parameter *one = &parameters[i];
    if (one->kind != kind || one->optional || keel_config_child(map, one->name)) continue;
    return keel_config_fail(reader->error, map, one->name, "is missing: required for %s", keel_world_name(kind));
  }
  return KEEL_STATUS_OK;
}

/* ---- the world ---- */

static void fill_world(const struct keel_model_terms *terms, struct keel_world *world) {
  *world = (struct keel_world){.kind = terms->kind, .spot = terms->spot, .drift = terms->drift};
  for (const struct keel_config_field *field = keel_strategy_model_fields; field->name; field++) {
    const struct parameter *one = parameter_of(terms->kind, field->name);
    if (one && one->place != ELSEWHERE)
      memcpy((char *)world + one->place, (const char *)terms + field->offset, sizeof(double));
  }
}

/* The returns, and the row of the day that is forced. A strategy in memory reads no file. */
static keel_status read_returns(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const struct keel_model_terms *terms, struct keel_model *model) {
  struct keel_bootstrap *bootstrap = &model->world.bootstrap;
  if (!((const struct keel_field_context *)reader->context)->folder)
    return keel_config_fail(reader->error, map, "file", "is not read: the strategy is a text in memory");
  struct keel_history_options options = {.max_gap_days = terms->max_gap_days};
  struct keel_history history;
  keel_status status = keel_history_read(reader->arena, terms->file, &options, &history, reader->error);
  if (status) return status;
  bootstrap->returns = history.returns;
  bootstrap->count = history.count;
  model->history = terms->file;
  model->history_days = history.days;
  if (!bootstrap->forced) return KEEL_STATUS_OK;
  long row = keel_history_row(&history, terms->forced.days);
  if (row < 0)
    return keel_config_fail(reader->error, map, "forced.date", "is no day of %.200s that has a return", terms->file);
  bootstrap->forced_row = (size_t)row;
  return KEEL_STATUS_OK;
}

static keel_status fill_bootstrap(struct keel_config_reader *reader, const struct keel_config_node *map,
                                  const struct keel_model_terms *terms, struct keel_model *model) {
  struct keel_bootstrap *bootstrap = &model->world.bootstrap;
  bootstrap->own_drift = terms->own_drift;
  bootstrap->forced = keel_config_child(map, "forced") != NULL;
  bootstrap->forced_step = (size_t)terms->forced.step;
  if (terms->own_drift && keel_config_child(map, "drift"))
    return keel_config_fail(reader->error, map, "drift", "is given beside own_drift; give one of them");
  return read_returns(reader, map, terms, model);
}

/* What the world says of itself, `xi: 0 is not above 0`, at the field that it names. */
static keel_status refuse_world(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const char *problem) {
  const char *colon = strchr(problem, ':');
  char name[40] = "";
  if (!colon || colon - problem >= (long)sizeof name) return keel_config_fail(reader->error, map, NULL, "%s", problem);
  for (long i = 0; i < colon - problem; i++) name[i] = problem[i] == ' ' ? '_' : problem[i];
  if (strcmp(name, "returns") == 0) snprintf(name, sizeof name, "file");
  return keel_config_fail(reader->error, map, name, "%s", colon + 2);
}

static keel_status read_world(struct keel_config_reader *reader, const struct keel_config_node *map,
                              const struct keel_model_terms *terms, struct keel_model *model) {
  char text[KEEL_WORLD_TEXT_SIZE];
  keel_status status = check_parameters(reader, map, terms->kind);
  if (status) return status;
  fill_world(terms, &model->world);
  if (terms->kind == KEEL_WORLD_BOOTSTRAP) status = fill_bootstrap(reader, map, terms, model);
  if (status) return status;
  const char *problem = keel_world_problem(&model->world, text);
  return problem ? refuse_world(reader, map, problem) : KEEL_STATUS_OK;
}

/* ---- the implied vol ---- */

static keel_status default_rule(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const struct keel_model_terms *terms, double market_vol,
                                struct keel_implied_rule *rule) {
  rule->kind = isnan(market_vol) && terms->kind != KEEL_WORLD_GBM ? KEEL_IMPLIED_EXPECTED : KEEL_IMPLIED_CONSTANT;
  rule->vol = market_vol;
  if (rule->kind == KEEL_IMPLIED_CONSTANT && isnan(market_vol)) rule->vol = terms->vol;
  if (terms->kind != KEEL_WORLD_BOOTSTRAP || rule->kind != KEEL_IMPLIED_EXPECTED) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, map, "implied_vol",
                          "is missing: returns say nothing of it; give a number, or a rule as "
                          "{rule: realised, vol: 0.2, half_life: 20d}");
}

static keel_status check_expected(struct keel_config_reader *reader, const struct keel_config_node *node,
                                  const struct keel_model_terms *terms) {
  if (!isnan(terms->implied.vol))
    return keel_config_fail(reader->error, node, "vol",
                            "belongs to constant and realised; the model says the expected");
  if (terms->kind == KEEL_WORLD_BOOTSTRAP)
    return keel_config_fail(reader->error, node, NULL,
                            "is expected, and returns have no expected variance; allowed: constant, realised");
  return KEEL_STATUS_OK;
}

static keel_status read_implied(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const struct keel_model_terms *terms, double market_vol,
                                struct keel_implied_rule *rule) {
  const struct keel_config_node *node = keel_config_child(map, "implied_vol");
  *rule = terms->implied;
  if (!node) return default_rule(reader, map, terms, market_vol, rule);
  if (rule->kind != KEEL_IMPLIED_REALISED && !isnan(rule->half_life_years))
    return keel_config_fail(reader->error, node, "half_life", "belongs to realised");
  if (rule->kind == KEEL_IMPLIED_EXPECTED) return check_expected(reader, node, terms);
  if (isnan(rule->vol) && terms->kind == KEEL_WORLD_GBM) rule->vol = terms->vol;
  if (isnan(rule->vol))
    return keel_config_fail(reader->error, node, "vol", "is missing: %s",
                            rule->kind == KEEL_IMPLIED_CONSTANT ? "what options are marked at"
                                                                : "what options are marked at in the beginning");
  if (rule->kind == KEEL_IMPLIED_REALISED && isnan(rule->half_life_years))
    return keel_config_fail(reader->error, node, "half_life",
                            "is missing: after how long a return has half the weight");
  return KEEL_STATUS_OK;
}

keel_status keel_model_read(struct keel_config_reader *reader, const struct keel_config_node *map,
                            const struct keel_model_terms *terms, double market_vol, struct keel_model *model) {
  keel_status status = read_world(reader, map, terms, model);
  return status ? status : read_implied(reader, map, terms, market_vol, &model->implied);
}
