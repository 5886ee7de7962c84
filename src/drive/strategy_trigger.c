/* `hedge.trigger`, read into the triggers of a policy, of which the first is delta's. */
#include <math.h>
#include <string.h>

#include "book/field_types.h"
#include "drive/strategy_fields.h"

/* ---- types ---- */

/* `step`, whole days (`1d`, `2w`: local dates), or a duration. */
static keel_status read_every(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_trigger *trigger = base;
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  size_t length = strlen(text);
  int64_t ns = 0;
  trigger->every_ns = KEEL_TIME_NONE;
  if (strcmp(text, "step") == 0) {
    trigger->every = KEEL_EVERY_STEP;
  } else if (!keel_duration_parse(text, length, &ns) || ns <= 0) {
    return keel_config_fail(reader->error, node, NULL,
                            "is `%.80s`; allowed: step, or a duration above 0, as 1d, 2w, 4h, 30m or 5s", text);
  } else if (strchr("dw", text[length - 1]) && ns % KEEL_NS_PER_DAY) {
    return keel_config_fail(reader->error, node, NULL,
                            "is `%.80s`; days and weeks are local dates, so whole ones; or give hours", text);
  } else if (strchr("dw", text[length - 1])) {
    trigger->every = KEEL_EVERY_DAYS;
    trigger->every_days = (int)(ns / KEEL_NS_PER_DAY);
  } else {
    trigger->every = KEEL_EVERY_DURATION;
    trigger->every_ns = ns;
  }
  return KEEL_STATUS_OK;
}

static keel_status absent_every(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  ((struct keel_trigger *)base)->every_ns = KEEL_TIME_NONE;
  return KEEL_STATUS_OK;
}

/* Seconds of the day of `10:00` or `15:45:30`; -1 for anything else. */
static int32_t parse_time_of_day(const char *text) {
  int32_t parts[3] = {0, 0, 0};
  size_t length = strlen(text);
  if (length != 5 && length != 8) return -1;
  for (size_t i = 0; i < length; i++) {
    if (i % 3 == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') return -1;
    if (i % 3 != 2) parts[i / 3] = 10 * parts[i / 3] + (text[i] - '0');
  }
  return parts[0] < 24 && parts[1] < 60 && parts[2] < 60 ? 3600 * parts[0] + 60 * parts[1] + parts[2] : -1;
}

static keel_status read_sessions(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_trigger *trigger = base;
  if (node->kind != KEEL_CONFIG_LIST || !node->count)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of local times, as [\"10:00\", \"15:45\"]");
  int32_t *seconds = KEEL_ARENA_NEW(reader->arena, int32_t, node->count);
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    const char *text = keel_config_scalar(reader, item);
    if (!text) return KEEL_STATUS_INPUT;
    seconds[item->index] = parse_time_of_day(text);
    if (seconds[item->index] < 0)
      return keel_config_fail(reader->error, item, NULL, "is `%.80s`; allowed: a local time, as 10:00 or 15:45:30",
                              text);
    if (item->index && seconds[item->index] <= seconds[item->index - 1])
      return keel_config_fail(reader->error, item, NULL, "is not after the time before it; give them in order");
  }
  trigger->sessions_s = seconds;
  trigger->session_count = node->count;
  return KEEL_STATUS_OK;
}

static keel_status read_band_size(struct keel_config_reader *reader, const struct keel_config_field *field,
                                  const struct keel_config_node *node, void *base) {
  struct keel_trigger *trigger = base;
  trigger->band = KEEL_BAND_SHARES; /* or `size` */
  if (strcmp(field->name, "fraction") == 0) trigger->band = KEEL_BAND_FRACTION;
  if (strcmp(field->name, "currency") == 0) trigger->band = KEEL_BAND_CURRENCY;
  return keel_config_read_number(reader, field, node, &trigger->band_size);
}

static keel_status absent_band(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  struct keel_trigger *trigger = base;
  trigger->band_size = trigger->risk_aversion = trigger->cost = NAN;
  return KEEL_STATUS_OK;
}

static keel_status read_band(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  absent_band(reader, field, node, base);
  keel_status status = keel_config_read(reader, field->fields, node, base);
  if (status || node->count == 1) return status;
  char names[80];
  keel_config_names(field->fields, names, sizeof names);
  return keel_config_fail(reader->error, node, NULL, "has %zu sizes; give one of %s", node->count, names);
}

static keel_status read_optimal_band(struct keel_config_reader *reader, const struct keel_config_field *field,
                                     const struct keel_config_node *node, void *base) {
  const struct keel_config_node *band = keel_config_child(node->up, "band");
  if (band) return keel_config_fail(reader->error, node, NULL, "is given beside `band`; give one of them");
  return keel_config_read(reader, field->fields, node, base);
}

static const struct keel_config_type type_every = {"`step` or duration", read_every, absent_every};
static const struct keel_config_type type_sessions = {"list of times", read_sessions, NULL};
static const struct keel_config_type type_band_size = {"number", read_band_size, NULL};
static const struct keel_config_type type_band = {"map", read_band, absent_band};
static const struct keel_config_type type_optimal_band = {"map", read_optimal_band, NULL};

/* Where it is missing it stays 0: there is no such trigger. */
static keel_status read_move(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  return keel_type_number.read(reader, field, node, base);
}
static const struct keel_config_type type_move = {"number", read_move, NULL};

/* ---- fields ---- */

#define BAND_SIZE .type = &type_band_size, .flags = KEEL_CONFIG_ABOVE_MIN, .max = INFINITY, .absent = "one of the three"
static const struct keel_config_field delta_band_fields[] = {
    {.name = "shares", BAND_SIZE, .unit = "shares", .help = "of delta"},
    {.name = "fraction", BAND_SIZE, .help = "of the gross delta of the book"},
    {.name = "currency", BAND_SIZE, .unit = "money", .help = "of delta times spot"},
    {0}};
static const struct keel_config_field gamma_band_fields[] = {
    {.name = "size", BAND_SIZE, .unit = "shares per 1.00 of spot", .help = "of gamma"},
    {.name = "fraction", BAND_SIZE, .help = "of the gross gamma of the book"},
    {.name = "currency", BAND_SIZE, .unit = "money", .help = "of the delta's value that a move of spot by 1 % makes"},
    {0}};
static const struct keel_config_field vega_band_fields[] = {
    {.name = "size", BAND_SIZE, .unit = "money per 1.00 of vol", .help = "of vega"},
    {.name = "fraction", BAND_SIZE, .help = "of the gross vega of the book"},
    {.name = "currency", BAND_SIZE, .unit = "money", .help = "of vega for 1 vol point, 0.01"},
    {0}};
#undef BAND_SIZE

static const struct keel_config_choice optimal_bands[] = {
    {"whalley_wilmott", KEEL_BAND_WHALLEY_WILMOTT, 0}, {"zakamouline", KEEL_BAND_ZAKAMOULINE, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_trigger, member)
static const struct keel_config_field optimal_band_fields[] = {
    {.name = "rule",
     .type = &keel_type_choice,
     AT(band),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = optimal_bands,
     .help = "whose band"},
    {.name = "risk_aversion",
     .type = &keel_type_number,
     AT(risk_aversion),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .unit = "per unit of money",
     .help = "of exponential utility; the larger, the narrower the band"},
    {.name = "cost_bps",
     .type = &keel_type_bps,
     AT(cost),
     .max = 10000,
     .absent = "the half_spread_bps of spot or the future, where it is given",
     .unit = "basis points",
     .help = "cost of a trade, of its value; the larger, the wider the band"},
    {0}};

#define EVERY                                                                                                        \
  {                                                                                                                  \
    .name = "every", .type = &type_every, .absent = "none",                                                          \
    .help =                                                                                                          \
        "`step`; whole days or weeks (`1d`, `2w`): once per that many local dates; a duration (`30m`, `24h`): when " \
        "that much time has passed since it last fired"                                                              \
  }
#define SESSIONS                                                                                                    \
  {                                                                                                                 \
    .name = "sessions", .type = &type_sessions, .absent = "none",                                                   \
    .help = "times of the day, local to the calendar, in order: at the first instant at or after each, once a date" \
  }
#define BAND(of, text) \
  { .name = "band", .type = &type_band, .absent = "none", .fields = of, .help = text }
#define PRICE_MOVE                                                                                                     \
  {                                                                                                                    \
    .name = "price_move", .type = &type_move, AT(price_move), .flags = KEEL_CONFIG_ABOVE_MIN, .max = 10,               \
    .absent = "none", .help = "when spot has moved by this fraction since the exposure was last acted on; 0.01 is 1 %" \
  }
#define VOL_MOVE                                                                                                       \
  {                                                                                                                    \
    .name = "vol_move", .type = &type_move, AT(vol_move), .flags = KEEL_CONFIG_ABOVE_MIN, .max = 10, .absent = "none", \
    .unit = "per year", .help = "when the book's vol has moved by this much since then; 0.01 is one vol point"         \
  }

static const struct keel_config_field gamma_fields[] = {
    EVERY,      SESSIONS, BAND(gamma_band_fields, "when gamma is further than this from the target; one of:"),
    PRICE_MOVE, VOL_MOVE, {0}};
static const struct keel_config_field vega_fields[] = {
    EVERY,      SESSIONS, BAND(vega_band_fields, "when vega is further than this from the target; one of:"),
    PRICE_MOVE, VOL_MOVE, {0}};

const struct keel_config_field keel_strategy_trigger_fields[] = {
    EVERY,
    SESSIONS,
    BAND(delta_band_fields, "when delta is further than this from the target; one of:"),
    {.name = "optimal_band",
     .type = &type_optimal_band,
     .absent = "none",
     .fields = optimal_band_fields,
     .help = "when delta is outside the band that is best for a cost and a risk aversion"},
    PRICE_MOVE,
    VOL_MOVE,
    {.name = "gamma",
     .type = &keel_type_map,
     .offset = KEEL_EXPOSURE_GAMMA * sizeof(struct keel_trigger),
     .fields = gamma_fields,
     .absent = "those above but for the bands",
     .help = "when to act on gamma"},
    {.name = "vega",
     .type = &keel_type_map,
     .offset = KEEL_EXPOSURE_VEGA * sizeof(struct keel_trigger),
     .fields = vega_fields,
     .absent = "those above but for the bands",
     .help = "when to act on vega"},
    {0}};
#undef AT

/* ---- what the target makes of them ---- */

static const char *const own_triggers[KEEL_EXPOSURE_COUNT] = {
    [KEEL_EXPOSURE_GAMMA] = "trigger.gamma", [KEEL_EXPOSURE_VEGA] = "trigger.vega"};

keel_status keel_strategy_settle_triggers(struct keel_config_reader *reader, const struct keel_config_node *hedge,
                                          struct keel_policy *policy) {
  static const char *const bands[] = {"trigger.band", "trigger.optimal_band"};
  const struct keel_target *target = &policy->target;
  if (target->kind == KEEL_TARGET_NONE) return KEEL_STATUS_OK;
  for (size_t i = 0; i < 2 && !keel_strategy_neutralises(target, KEEL_EXPOSURE_DELTA); i++)
    if (keel_config_find(hedge, bands[i]))
      return keel_config_fail(reader->error, hedge, bands[i],
                              "is of delta, which the target leaves alone; a band of gamma is gamma: {band: ...}");
  for (int e = KEEL_EXPOSURE_GAMMA; e < KEEL_EXPOSURE_COUNT; e++) {
    int given = keel_config_find(hedge, own_triggers[e]) != NULL;
    if (given && !keel_strategy_neutralises(target, (enum keel_exposure)e))
      return keel_config_fail(reader->error, hedge, own_triggers[e], "is given, and the target leaves it alone");
    if (given) continue;
    struct keel_trigger *trigger = &policy->triggers[e];
    *trigger = policy->triggers[KEEL_EXPOSURE_DELTA];
    trigger->band = KEEL_BAND_NONE;
    trigger->band_size = trigger->risk_aversion = trigger->cost = NAN;
  }
  return KEEL_STATUS_OK;
}
