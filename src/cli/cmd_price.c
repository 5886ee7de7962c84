/* keel price: prices and Greeks of the options of a table. */
#include <math.h>
#include <string.h>

#include "cli/option_table.h"
#include "cli/price_engine.h"

static const char *const results[] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                      "psi",   "vanna", "volga", "charm", "speed", NULL};
static const char *const results_on_grids[] = {"price", "delta", "gamma", "vega",  "theta",       "rho", "psi",
                                               "vanna", "volga", "charm", "speed", "price_error", NULL};

static struct keel_price_engine engine; /* one per run of the program */

static void solve(size_t count, struct keel_option_run run, const keel_options *options, const double *vol,
                  double *const *out) {
  (void)vol;
  keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  if (run.american)
    keel_american_price(count, options, engine.scheme, KEEL_GREEK_SET_ALL, &greeks, NULL);
  else
    keel_black_scholes_price(count, options, KEEL_GREEK_SET_ALL, &greeks);
}

static const char *problem(const keel_option *option, struct keel_option_run run,
                           const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  (void)text;
  const char *reason = run.american ? keel_american_problem(option, numbers[SPOT], numbers[GIVEN]) : NULL;
  if (run.american)
    return reason ? reason : "its exercise boundary is not found; another --scheme may, or --engine pde";
  return keel_option_problem(option, numbers[SPOT], numbers[GIVEN]);
}

/* ---- other engines ---- */

static void solve_by_engine(size_t count, struct keel_option_run run, const keel_options *options, const double *vol,
                            double *const *out) {
  (void)vol;
  keel_price_engine_solve(&engine, count, run, options, out);
}

static const char *engine_problem(const keel_option *option, struct keel_option_run run,
                                  const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  (void)text;
  return keel_price_engine_problem(&engine, option, run, numbers[SPOT], numbers[GIVEN]);
}

static size_t underlying_of(struct keel_csv_field name) { return keel_price_engine_underlying(&engine, name); }

/* ---- Bachelier's model ---- */

static void solve_normal(size_t count, struct keel_option_run run, const keel_options *options, const double *vol,
                         double *const *out) {
  (void)vol;
  keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  keel_bachelier_price(count, options, KEEL_GREEK_SET_ALL, &greeks);
  for (size_t i = 0; run.american && i < count; i++) out[0][i] = NAN;
}

static const char *problem_normal(const keel_option *option, struct keel_option_run run,
                                  const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  (void)text;
  if (run.american) return keel_option_normal_american;
  return keel_bachelier_problem(option, numbers[SPOT], numbers[GIVEN]);
}

static int run(struct keel_cli *cli) {
  static const struct keel_option_job closed_forms[] = {{"vol", results, "priced", solve, problem, NULL},
                                                        {"vol", results, "priced", solve_normal, problem_normal, NULL}},
                                      closed = {"vol", results, "priced", solve_by_engine, engine_problem, NULL},
                                      on_grids = {"vol",           results_on_grids, "priced",
                                                  solve_by_engine, engine_problem,   NULL};
  keel_error error;
  if (keel_price_engine_open(&engine, cli, &error) != KEEL_STATUS_OK) {
    keel_price_engine_close(&engine);
    return keel_cli_fail(&error);
  }
  struct keel_option_job job = engine.on_grids ? on_grids : closed;
  if (engine.is_named) job.underlying_of = underlying_of;
  int is_plain = !engine.on_grids && engine.list_count == 0, status;
  if (is_plain)
    status = keel_option_table_run_model(cli, closed_forms);
  else if (keel_cli_value(cli, "model") && strcmp(keel_cli_value(cli, "model"), "black_scholes") != 0)
    status = keel_cli_usage(cli, "--model: only black_scholes has dividends and grids");
  else
    status = keel_option_table_run(cli, &job);
  keel_price_engine_close(&engine);
  return status;
}

static const struct keel_cli_option options[] = {
    KEEL_OPTION_MODEL,
    {.name = "engine",
     .value = "analytic|pde",
     .help = "closed forms and the exercise boundary, or the equation on grids (default: analytic)"},
    {.name = "scheme",
     .value = "fast|accurate|high",
     .help = "of american rows; risk, hedge, simulate, replay use fast (default: accurate)"},
    {.name = "dividends",
     .value = "FILE",
     .help = "cash dividends: CSV with years (to the ex-date), cash, underlying (else of all options)"},
    {.name = "nodes", .value = "N", .help = "of the finest grid of --engine pde (default: 200)"},
    {.name = "steps", .value = "N", .help = "in time of that grid (default: 64)"},
    {.name = NULL},
};

static const char details[] =
    "Reads CSV with a header (- is stdin, .gz is unpacked). Columns, in any order:\n"
    "  kind      call or put (or c, p)\n"
    "  exercise  european (also when empty or absent) or american\n"
    "  spot, strike\n"
    "  rate      annual, continuous\n"
    "  yield     continuous dividend yield; the rate, for an option on a future\n"
    "  years     time to expiry, actual days / 365\n"
    "  vol       annualised, 0.2 is 20 %\n"
    "All other columns are carried through. Behind them come price, delta, gamma, vega, theta, "
    "rho, psi,\n"
    "vanna, volga, charm, speed, all per share and per 1.00, theta and charm per year, and last problem: a row\n"
    "that cannot be priced has empty results and says there why. A column of the input that has the\n"
    "name of a result is replaced by it. --json gives {\"rows\": [...], \"priced\": n, \"problems\": n}.\n"
    "\n"
    "With --dividends spot falls by the cash at each ex-date (by what it has, if that is less) and is lognormal\n"
    "between them: by a fast approximation (1e-8 of spot for dividends of 7 % in all, 2e-6 for half of spot, up to\n"
    "64 dates); american rows, and all with --engine pde, on three grids, extrapolated. Dates rise; those from\n"
    "expiry on do not count. Where the file has a column underlying, so has the table, and dividends are those of\n"
    "the options that name theirs; what none is for pays nothing.\n"
    "With --engine pde there is also price_error, what the grids say of the error of the price.\n"
    "\n"
    "By --model bachelier the forward is normal: spot and strike may be negative, and vol is in units of price\n"
    "per square root of a year; closed forms of european rows only.";

const struct keel_cli_command keel_cmd_price = {
    .name = "price",
    .usage = "FILE|-",
    .summary = "price and Greeks for a CSV of options",
    .details = details,
    .takes = KEEL_CLI_TABLE,
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .run = run,
};
