/* The models of a strategy: market.model for one underlying, or models and correlation for several. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "book/field_types.h"
#include "drive/strategy_fields.h"

/* A model as its map says it; which parameters it has depends on the kind. */
struct model {
  enum keel_world_kind kind;
  double spot, drift, rate, yield;
  double vol, intensity, jump_mean, jump_std, up_probability, up_rate, down_rate;
  double variance, kappa, theta, xi, rho, hurst, eta;
  const char *file;
  double mean_block;
  int own_drift, max_gap_days;
  struct forced {
    int step;
    int32_t days;
  } forced;
  struct keel_implied_rule implied;
};

/* ---- types ---- */

static keel_status absent_rule(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  ((struct model *)base)->implied = (struct keel_implied_rule){.vol = NAN, .half_life_years = NAN, .premium = 1};
  return KEEL_STATUS_OK;
}

/* A number, `expected`, or a map. */
static keel_status read_rule(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  struct keel_implied_rule *rule = &((struct model *)base)->implied;
  absent_rule(reader, field, node, base);
  if (node->kind == KEEL_CONFIG_MAP) return keel_config_read(reader, field->fields, node, rule);
  rule->kind = KEEL_IMPLIED_EXPECTED;
  if (node->kind == KEEL_CONFIG_SCALAR && strcmp(node->text, "expected") == 0) return KEEL_STATUS_OK;
  rule->kind = KEEL_IMPLIED_CONSTANT;
  return keel_config_read_number(reader, field, node, &rule->vol);
}

static keel_status read_half_life(struct keel_config_reader *reader, const struct keel_config_field *field,
                                  const struct keel_config_node *node, void *base) {
  struct keel_config_field whole = *field;
  int64_t ns;
  whole.offset = 0;
  keel_status status = keel_type_duration.read(reader, &whole, node, &ns);
  if (!status) ((struct keel_implied_rule *)base)->half_life_years = (double)ns / (double)KEEL_NS_PER_YEAR;
  return status;
}

static keel_status read_forced(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  return keel_config_read(reader, field->fields, node, &((struct model *)base)->forced);
}

static keel_status read_date(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_time_text time;
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  if (!keel_time_parse(text, strlen(text), &time) || time.has_time)
    return keel_config_fail(reader->error, node, NULL, "`%.80s` is no date; allowed: a day, as 1987-10-19", text);
  ((struct forced *)base)->days = time.days;
  return KEEL_STATUS_OK;
}

/* Models are read once the book, the rate and the yields are known: keel_strategy_read_models. */
static keel_status read_nothing(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  (void)reader, (void)field, (void)node, (void)base;
  return KEEL_STATUS_OK;
}

static const struct keel_config_type type_rule = {"number, `expected` or map", read_rule, absent_rule};
static const struct keel_config_type type_half_life = {"duration", read_half_life, NULL};
static const struct keel_config_type type_forced = {"map", read_forced, NULL};
static const struct keel_config_type type_date = {"date", read_date, NULL};
const struct keel_config_type keel_type_model = {"map", read_nothing, NULL};
const struct keel_config_type keel_type_models = {"map by underlying", read_nothing, NULL};
const struct keel_config_type keel_type_correlation = {"list of rows", read_nothing, NULL};

/* ---- fields ---- */

static const struct keel_config_choice rules[] = {{"constant", KEEL_IMPLIED_CONSTANT, 0},
                                                  {"expected", KEEL_IMPLIED_EXPECTED, 0},
                                                  {"realised", KEEL_IMPLIED_REALISED, 0},
                                                  {0}};

#define AT(member) .offset = offsetof(struct keel_implied_rule, member)
static const struct keel_config_field rule_fields[] = {
    {.name = "rule",
     .type = &keel_type_choice,
     AT(kind),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = rules,
     .help = "`vol` itself; the root of the model's expected average variance until the expiry; or that of the squared "
             "returns so far, weighted by their age"},
    {.name = "vol",
     .type = &keel_type_number,
     AT(vol),
     .max = 10,
     .absent = "the model's `vol`, where it has one; else required but for expected",
     .unit = "per year",
     .help = "constant: the vol; realised: that of the start"},
    {.name = "half_life",
     .type = &type_half_life,
     .absent = "required for realised",
     .help = "realised: a return of this age has half the weight"},
    {.name = "premium",
     .type = &keel_type_number,
     AT(premium),
     .preset = "1",
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 10,
     .help = "times the vol of the rule; 1.1 marks options a tenth above it"},
    {.name = "skew",
     .type = &keel_type_number,
     AT(skew),
     .preset = "0",
     .min = -10,
     .max = 10,
     .help = "added to it: skew times ln(strike / spot)"},
    {0}};
#undef AT

static const struct keel_config_choice kinds[] = {{"gbm", KEEL_WORLD_GBM, 0},
                                                  {"merton", KEEL_WORLD_MERTON, 0},
                                                  {"kou", KEEL_WORLD_KOU, 0},
                                                  {"heston", KEEL_WORLD_HESTON, 0},
                                                  {"bates", KEEL_WORLD_BATES, 0},
                                                  {"rough_bergomi", KEEL_WORLD_ROUGH_BERGOMI, 0},
                                                  {"bootstrap", KEEL_WORLD_BOOTSTRAP, 0},
                                                  {0}};
static const struct keel_config_choice yes_or_no[] = {{"true", 1, 0}, {"false", 0, 0}, {0}};

#define AT(member) .offset = offsetof(struct model, member)
#define NUMBER(member) .type = &keel_type_number, AT(member)
static const struct keel_config_field forced_fields[] = {
    {.name = "step",
     .type = &keel_type_count,
     .offset = offsetof(struct forced, step),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "the step of the run, from 0"},
    {.name = "date",
     .type = &type_date,
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "the day of the file whose return every path has in that step, and goes on from"},
    {0}};

const struct keel_config_field keel_strategy_model_fields[] = {
    {.name = "kind",
     .type = &keel_type_choice,
     AT(kind),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = kinds,
     .help =
         "what spot does: geometric Brownian motion; with normal jumps (Merton); with exponential ones (Kou); with "
         "a variance of its own (Heston); that with normal jumps (Bates); with a rough variance; or real returns by "
         "the stationary block bootstrap"},
    {.name = "spot",
     NUMBER(spot),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .max = 1e15,
     .help = "at the start"},
    {.name = "drift",
     NUMBER(drift),
     .min = -100,
     .max = 100,
     .absent = "rate - yield",
     .unit = "per year, continuous",
     .help = "growth of the expected price"},
    {.name = "rate",
     NUMBER(rate),
     .min = -1,
     .max = 1,
     .absent = "market.rate",
     .unit = "per year, continuous",
     .help = "market.rate may be given here in its place"},
    {.name = "yield",
     NUMBER(yield),
     .min = -1,
     .max = 1,
     .absent = "market.yield, or the underlying's own",
     .unit = "per year, continuous",
     .help = "market.yield may be given here in its place"},
    {.name = "vol",
     NUMBER(vol),
     .max = 10,
     .absent = "required for gbm, merton, kou",
     .unit = "per year",
     .help = "of the moves without jumps"},
    {.name = "intensity",
     NUMBER(intensity),
     .max = INFINITY,
     .absent = "required for merton, kou, bates",
     .unit = "jumps per year",
     .help = "how often spot jumps"},
    {.name = "jump_mean",
     NUMBER(jump_mean),
     .min = -10,
     .max = 10,
     .absent = "required for merton, bates",
     .help = "of a jump of ln spot"},
    {.name = "jump_std",
     NUMBER(jump_std),
     .max = 10,
     .absent = "required for merton, bates",
     .help = "of a jump of ln spot"},
    {.name = "up_probability",
     NUMBER(up_probability),
     .max = 1,
     .absent = "required for kou",
     .help = "of a jump to be one upwards"},
    {.name = "up_rate",
     NUMBER(up_rate),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .min = 1,
     .max = INFINITY,
     .absent = "required for kou",
     .help = "a jump upwards of ln spot is 1 / up_rate on average"},
    {.name = "down_rate",
     NUMBER(down_rate),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "required for kou",
     .help = "a jump downwards of ln spot is 1 / down_rate on average"},
    {.name = "variance",
     NUMBER(variance),
     .max = 100,
     .absent = "required for heston, bates, rough_bergomi",
     .unit = "per year",
     .help = "at the start; of rough_bergomi the forward variance, for all times"},
    {.name = "kappa",
     NUMBER(kappa),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "required for heston, bates",
     .unit = "per year",
     .help = "how fast the variance returns to theta"},
    {.name = "theta",
     NUMBER(theta),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 100,
     .absent = "required for heston, bates",
     .unit = "per year",
     .help = "the variance in the long run"},
    {.name = "xi",
     NUMBER(xi),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "required for heston, bates",
     .help = "vol of the variance"},
    {.name = "rho",
     NUMBER(rho),
     .min = -1,
     .max = 1,
     .absent = "required for heston, bates, rough_bergomi",
     .help = "correlation of spot and its variance"},
    {.name = "hurst",
     NUMBER(hurst),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 0.5,
     .absent = "required for rough_bergomi",
     .help = "how rough: 0.5 is a Brownian motion, 0.1 what is seen in markets"},
    {.name = "eta", NUMBER(eta), .max = 100, .absent = "required for rough_bergomi", .help = "vol of the variance"},
    {.name = "file",
     .type = &keel_type_path,
     AT(file),
     .absent = "required for bootstrap",
     .help = "a CSV of dates and returns, relative to the strategy's file"},
    {.name = "mean_block",
     NUMBER(mean_block),
     .min = 1,
     .max = INFINITY,
     .absent = "required for bootstrap",
     .unit = "returns",
     .help = "how many that follow on each other are taken together on average; 1: each by itself"},
    {.name = "max_gap_days",
     .type = &keel_type_count,
     AT(max_gap_days),
     .min = 1,
     .max = INFINITY,
     .absent = "5, and no session of NYSE may be missing",
     .unit = "days",
     .help = "bootstrap: two rows of the file are at most this far apart"},
    {.name = "own_drift",
     .type = &keel_type_choice,
     AT(own_drift),
     .choices = yes_or_no,
     .absent = "false",
     .help = "bootstrap: spot grows as the returns did; otherwise by `drift` on average"},
    {.name = "forced",
     .type = &type_forced,
     .fields = forced_fields,
     .absent = "none",
     .help = "bootstrap: a day that every path goes through"},
    {.name = "implied_vol",
     .type = &type_rule,
     .fields = rule_fields,
     .max = 10,
     .absent = "the underlying's implied_vol; else `vol` for gbm, `expected` for the others; required for bootstrap",
     .help = "the vol that options are marked at: constant, `expected`, or by a rule of:"},
    {0}};
#undef AT
#undef NUMBER

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

static void fill_world(const struct model *model, struct keel_world *world) {
  *world = (struct keel_world){.kind = model->kind, .spot = model->spot, .drift = model->drift};
  for (const struct keel_config_field *field = keel_strategy_model_fields; field->name; field++) {
    const struct parameter *one = parameter_of(model->kind, field->name);
    if (one && one->place != ELSEWHERE)
      memcpy((char *)world + one->place, (const char *)model + field->offset, sizeof(double));
  }
}

/* The file is read where there is one; of a text in memory it is not. */
static keel_status fill_bootstrap(struct keel_config_reader *reader, const struct keel_config_node *map,
                                  const struct model *model, struct keel_model *out) {
  const struct keel_field_context *context = reader->context;
  struct keel_bootstrap *bootstrap = &out->world.bootstrap;
  bootstrap->own_drift = model->own_drift;
  bootstrap->forced = keel_config_child(map, "forced") != NULL;
  bootstrap->forced_step = (size_t)model->forced.step;
  out->history = model->file;
  if (model->own_drift && keel_config_child(map, "drift"))
    return keel_config_fail(reader->error, map, "drift", "is given beside own_drift; give one of them");
  if (!context->folder)
    return keel_config_fail(reader->error, map, "file", "is not read: the strategy is a text in memory");
  return KEEL_STATUS_OK;
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
                              const struct model *model, struct keel_model *out) {
  char text[KEEL_WORLD_TEXT_SIZE];
  keel_status status = check_parameters(reader, map, model->kind);
  if (status) return status;
  fill_world(model, &out->world);
  if (model->kind == KEEL_WORLD_BOOTSTRAP) return fill_bootstrap(reader, map, model, out);
  const char *problem = keel_world_problem(&out->world, text);
  return problem ? refuse_world(reader, map, problem) : KEEL_STATUS_OK;
}

/* ---- the implied vol ---- */

static keel_status default_rule(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const struct model *model, double market_vol, struct keel_implied_rule *rule) {
  rule->kind = isnan(market_vol) && model->kind != KEEL_WORLD_GBM ? KEEL_IMPLIED_EXPECTED : KEEL_IMPLIED_CONSTANT;
  rule->vol = market_vol;
  if (rule->kind == KEEL_IMPLIED_CONSTANT && isnan(market_vol)) rule->vol = model->vol;
  if (model->kind != KEEL_WORLD_BOOTSTRAP || rule->kind != KEEL_IMPLIED_EXPECTED) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, map, "implied_vol",
                          "is missing: returns say nothing of it; give a number, or a rule as "
                          "{rule: realised, vol: 0.2, half_life: 20d}");
}

static keel_status check_expected(struct keel_config_reader *reader, const struct keel_config_node *node,
                                  const struct model *model) {
  if (!isnan(model->implied.vol))
    return keel_config_fail(reader->error, node, "vol",
                            "belongs to constant and realised; the model says the expected");
  if (model->kind == KEEL_WORLD_BOOTSTRAP)
    return keel_config_fail(reader->error, node, NULL,
                            "is expected, and returns have no expected variance; allowed: constant, realised");
  return KEEL_STATUS_OK;
}

static keel_status read_implied(struct keel_config_reader *reader, const struct keel_config_node *map,
                                const struct model *model, double market_vol, struct keel_implied_rule *rule) {
  const struct keel_config_node *node = keel_config_child(map, "implied_vol");
  *rule = model->implied;
  if (!node) return default_rule(reader, map, model, market_vol, rule);
  if (rule->kind != KEEL_IMPLIED_REALISED && !isnan(rule->half_life_years))
    return keel_config_fail(reader->error, node, "half_life", "belongs to realised");
  if (rule->kind == KEEL_IMPLIED_EXPECTED) return check_expected(reader, node, model);
  if (isnan(rule->vol) && model->kind == KEEL_WORLD_GBM) rule->vol = model->vol;
  if (isnan(rule->vol))
    return keel_config_fail(reader->error, node, "vol", "is missing: %s",
                            rule->kind == KEEL_IMPLIED_CONSTANT ? "what options are marked at"
                                                                : "what options are marked at in the beginning");
  if (rule->kind == KEEL_IMPLIED_REALISED && isnan(rule->half_life_years))
    return keel_config_fail(reader->error, node, "half_life",
                            "is missing: after how long a return has half the weight");
  return KEEL_STATUS_OK;
}

/* ---- one model, all models ---- */

struct models {
  struct keel_config_reader *reader;
  const struct keel_config_node *root;
  struct keel_strategy *strategy;
  const struct keel_config_node **maps; /* [underlying] */
  const char *rate_of;                  /* who gave the rate */
};

/* `market.yield`, or the underlying's own, where the file gives it. */
static int has_yield(const struct models *models, const char *name) {
  const struct keel_config_node *market = keel_config_child(models->root, "market");
  const struct keel_config_node *own = keel_config_child(keel_config_child(market, "underlyings"), name);
  return keel_config_child(market, "yield") || keel_config_child(own, "yield");
}

/* Rate and yield may be given in the market or in the model; in both they agree. */
static keel_status settle_terms(struct models *models, size_t u, const struct model *model) {
  struct keel_market_terms *market = &models->strategy->market;
  struct keel_underlying_terms *terms = &market->underlyings[u];
  keel_error *error = models->reader->error;
  if (!isnan(model->rate) && models->rate_of && model->rate != market->rate)
    return keel_config_fail(error, models->maps[u], "rate", "is %g, and %.80s %g; a run has one rate", model->rate,
                            models->rate_of, market->rate);
  if (!isnan(model->rate) && !models->rate_of) {
    market->rate = model->rate;
    models->rate_of = "that of a model before it is";
  }
  if (!isnan(model->yield) && has_yield(models, terms->name) && model->yield != terms->yield)
    return keel_config_fail(error, models->maps[u], "yield", "is %g, and the market's is %g; give it once",
                            model->yield, terms->yield);
  if (!isnan(model->yield)) terms->yield = model->yield;
  return KEEL_STATUS_OK;
}

static keel_status settle_rate(struct models *models, const struct model *read) {
  const struct keel_market_terms *market = &models->strategy->market;
  models->rate_of = isnan(market->rate) ? NULL : "market.rate is";
  for (size_t u = 0; read && u < market->underlying_count; u++) {
    keel_status status = settle_terms(models, u, &read[u]);
    if (status) return status;
  }
  if (models->rate_of) return KEEL_STATUS_OK;
  return keel_config_fail(models->reader->error, models->root, "market.rate",
                          "is missing: of cash and of discounting, per year, continuous");
}

static keel_status read_all(struct models *models) {
  struct keel_strategy *strategy = models->strategy;
  struct keel_config_reader *reader = models->reader;
  size_t count = strategy->market.underlying_count;
  struct model *read = KEEL_ARENA_NEW(reader->arena, struct model, count);
  keel_status status = KEEL_STATUS_OK;
  for (size_t u = 0; u < count && !status; u++)
    status = keel_config_read(reader, keel_strategy_model_fields, models->maps[u], &read[u]);
  if (!status) status = settle_rate(models, read);
  if (status) return status;
  struct keel_model *out = KEEL_ARENA_NEW(reader->arena, struct keel_model, count);
  for (size_t u = 0; u < count && !status; u++) {
    const struct keel_underlying_terms *terms = &strategy->market.underlyings[u];
    if (isnan(read[u].drift)) read[u].drift = strategy->market.rate - terms->yield;
    status = read_world(reader, models->maps[u], &read[u], &out[u]);
    if (!status) status = read_implied(reader, models->maps[u], &read[u], terms->implied_vol, &out[u].implied);
  }
  strategy->simulated.models = out;
  return status;
}

/* The map of each underlying. */
static keel_status find_one(struct models *models, const struct keel_config_node *model) {
  size_t count = models->strategy->market.underlying_count;
  if (count > 1)
    return keel_config_fail(models->reader->error, model, NULL,
                            "is for one underlying, and the book has %zu; give `models`, with one for each", count);
  models->maps[0] = model;
  return KEEL_STATUS_OK;
}

static keel_status find_many(struct models *models, const struct keel_config_node *map) {
  const struct keel_market_terms *market = &models->strategy->market;
  keel_error *error = models->reader->error;
  if (map->kind != KEEL_CONFIG_MAP)
    return keel_config_fail(error, map, NULL, "has to be a map from an underlying's name to its model");
  for (const struct keel_config_node *node = map->first; node; node = node->next) {
    long u = keel_market_underlying(market, node->key);
    if (u < 0) return keel_strategy_unknown_underlying(error, node, market);
    models->maps[u] = node;
  }
  for (size_t u = 0; u < market->underlying_count; u++)
    if (!models->maps[u])
      return keel_config_fail(error, map, NULL, "has none for `%.80s`; every underlying of the book has its model",
                              market->underlyings[u].name);
  return KEEL_STATUS_OK;
}

/* ---- correlation ---- */

static const struct keel_config_field coefficient = {.name = "correlation", .min = -1, .max = 1};

static keel_status read_row(struct keel_config_reader *reader, const struct keel_config_node *row, size_t count,
                            double *matrix) {
  if (row->kind != KEEL_CONFIG_LIST || row->count != count)
    return keel_config_fail(reader->error, row, NULL, "has to be a list of %zu numbers: one for each model", count);
  for (const struct keel_config_node *item = row->first; item; item = item->next) {
    size_t i = row->index, j = item->index;
    keel_status status = keel_config_read_number(reader, &coefficient, item, &matrix[i * count + j]);
    if (status) return status;
    if (i == j && matrix[i * count + j] != 1)
      return keel_config_fail(reader->error, item, NULL, "is %s; with itself an underlying has 1", item->text);
    if (j < i && matrix[i * count + j] != matrix[j * count + i])
      return keel_config_fail(reader->error, item, NULL, "is %s, and %g the other way", item->text,
                              matrix[j * count + i]);
  }
  return KEEL_STATUS_OK;
}

/* As the paths will be wired. */
static keel_status check_definite(struct keel_config_reader *reader, const struct keel_config_node *node, size_t count,
                                  const double *matrix) {
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_world *worlds = KEEL_ARENA_NEW(&arena, struct keel_world, count);
  for (size_t i = 0; i < count; i++) worlds[i] = (struct keel_world){.kind = KEEL_WORLD_GBM, .spot = 1};
  const double years = 1;
  struct keel_paths_plan plan = {count, worlds, matrix, {.steps = 1, .years = &years}};
  const struct keel_paths_wiring *wiring;
  keel_error error = {0};
  keel_status status = keel_paths_wire(&arena, &plan, &wiring, &error);
  keel_arena_fini(&arena);
  return status ? keel_config_fail(reader->error, node, NULL, "is %s", error.what) : KEEL_STATUS_OK;
}

/* In the order of `models` in the file; the strategy has that of the market's underlyings. */
static keel_status read_correlation(struct models *models, const struct keel_config_node *node) {
  struct keel_strategy *strategy = models->strategy;
  struct keel_config_reader *reader = models->reader;
  size_t count = strategy->market.underlying_count;
  if (node->kind != KEEL_CONFIG_LIST || node->count != count)
    return keel_config_fail(reader->error, node, NULL,
                            "has to be a list of %zu rows, one for each model, in the order of `models`", count);
  for (size_t u = 0; u < count; u++)
    if (strategy->simulated.models[u].world.kind == KEEL_WORLD_BOOTSTRAP)
      return keel_config_fail(reader->error, node, NULL,
                              "is given, and a bootstrap has that of the rows of its returns; leave it out");
  double *matrix = KEEL_ARENA_NEW(reader->arena, double, count *count);
  double *ordered = KEEL_ARENA_NEW(reader->arena, double, count *count);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *row = node->first; row && !status; row = row->next)
    status = read_row(reader, row, count, matrix);
  if (!status) status = check_definite(reader, node, count, matrix);
  if (status) return status;
  for (size_t u = 0; u < count; u++)
    for (size_t w = 0; w < count; w++)
      ordered[u * count + w] = matrix[models->maps[u]->index * count + models->maps[w]->index];
  strategy->simulated.correlation = ordered;
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_read_models(struct keel_config_reader *reader, const struct keel_config_node *root,
                                      struct keel_strategy *strategy) {
  const struct keel_config_node *one = keel_config_child(keel_config_child(root, "market"), "model");
  const struct keel_config_node *many = keel_config_child(root, "models");
  const struct keel_config_node *correlation = keel_config_child(root, "correlation");
  struct models models = {reader, root, strategy, NULL, NULL};
  if (one && many) return keel_config_fail(reader->error, many, NULL, "is given beside market.model; give one of them");
  if (correlation && !many)
    return keel_config_fail(reader->error, correlation, NULL, "belongs to `models` of several underlyings");
  if (!one && !many) return settle_rate(&models, NULL);
  models.maps = KEEL_ARENA_NEW(reader->arena, const struct keel_config_node *, strategy->market.underlying_count);
  keel_status status = one ? find_one(&models, one) : find_many(&models, many);
  if (!status) status = read_all(&models);
  return status || !correlation ? status : read_correlation(&models, correlation);
}
