/* The fields of a model. */
#include <math.h>
#include <string.h>

#include "book/field_types.h"
#include "drive/strategy_model.h"

/* ---- types ---- */

static keel_status absent_rule(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  ((struct keel_model_terms *)base)->implied =
      (struct keel_implied_rule){.vol = NAN, .half_life_years = NAN, .premium = 1};
  return KEEL_STATUS_OK;
}

/* A number, `expected`, or a map. */
static keel_status read_rule(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  struct keel_implied_rule *rule = &((struct keel_model_terms *)base)->implied;
  absent_rule(reader, field, node, base);
  if (node->kind == KEEL_CONFIG_MAP) return keel_config_read(reader, field->fields, node, rule);
  rule->kind = KEEL_IMPLIED_EXPECTED;
  if (node->kind == KEEL_CONFIG_SCALAR && strcmp(node->text, "expected") == 0) return KEEL_STATUS_OK;
  rule->kind = KEEL_IMPLIED_CONSTANT;
  return keel_config_read_number(reader, field, node, &rule->vol);
}

static keel_status read_forced(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  return keel_config_read(reader, field->fields, node, &((struct keel_model_terms *)base)->forced);
}

static keel_status read_date(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_time_text time;
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  if (!keel_time_parse(text, strlen(text), &time) || time.has_time)
    return keel_config_fail(reader->error, node, NULL, "`%.80s` is no date; allowed: a day, as 1987-10-19", text);
  ((struct keel_forced_day *)base)->days = time.days;
  return KEEL_STATUS_OK;
}

/* Models are read once the book, the rate and the yields are known: keel_strategy_read_models. */
static keel_status read_nothing(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  (void)reader, (void)field, (void)node, (void)base;
  return KEEL_STATUS_OK;
}

static const struct keel_config_type type_rule = {"number, `expected` or map", read_rule, absent_rule};
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
     .type = &keel_type_duration_years,
     AT(half_life_years),
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

#define AT(member) .offset = offsetof(struct keel_model_terms, member)
#define NUMBER(member) .type = &keel_type_number, AT(member)
static const struct keel_config_field forced_fields[] = {
    {.name = "step",
     .type = &keel_type_count,
     .offset = offsetof(struct keel_forced_day, step),
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
     .help = "a CSV of dates and closes, relative to the strategy's file"},
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
