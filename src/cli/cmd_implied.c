/* keel implied: the vols that give the prices of a table of options. */
#include <math.h>

#include "cli/option_table.h"

static const char *const results[] = {"vol", NULL};

static void solve(size_t count, struct keel_option_run run, const keel_options *options, const double *price,
                  double *const *out) {
  if (run.american)
    keel_american_implied_vol(count, options, KEEL_AMERICAN_ACCURATE, price, out[0]);
  else
    keel_implied_vol_solve(count, options, price, out[0]);
}

static const char *problem(const keel_option *option, struct keel_option_run run,
                           const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  if (run.american) return keel_american_implied_problem(option, numbers[SPOT], numbers[GIVEN], text);
  return keel_implied_problem(option, numbers[SPOT], numbers[GIVEN], text);
}

static void solve_normal(size_t count, struct keel_option_run run, const keel_options *options, const double *price,
                         double *const *out) {
  keel_bachelier_implied_solve(count, options, price, out[0]);
  for (size_t i = 0; run.american && i < count; i++) out[0][i] = NAN;
}

static const char *problem_normal(const keel_option *option, struct keel_option_run run,
                                  const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  if (run.american) return keel_option_normal_american;
  return keel_bachelier_implied_problem(option, numbers[SPOT], numbers[GIVEN], text);
}

static int run(struct keel_cli *cli) {
  static const struct keel_option_job jobs[] = {{"price", results, "solved", solve, problem, NULL},
                                                {"price", results, "solved", solve_normal, problem_normal, NULL}};
  return keel_option_table_run_model(cli, jobs);
}

static const char details[] =
    "Reads CSV with a header (- is stdin, .gz is unpacked). Columns, in any order:\n"
    "  kind      call or put (or c, p)\n"
    "  exercise  european (also when empty or absent) or american\n"
    "  spot, strike\n"
    "  rate      annual, continuous\n"
    "  yield     continuous dividend yield; the rate, for an option on a future\n"
    "  years     time to expiry, actual days / 365\n"
    "  price     per share\n"
    "All other columns are carried through. Behind them come vol (annualised, 0.2 is 20 %), and last problem: a\n"
    "row that has no vol has an empty one and says there why. A column vol of the input is not read, and is\n"
    "replaced by the result. --json gives {\"rows\": [...], \"solved\": n, \"problems\": n}.\n"
    "By --model bachelier the forward is normal: spot and strike may be negative, and vol is in units of price\n"
    "per square root of a year; european rows only.";

const struct keel_cli_command keel_cmd_implied = {
    .name = "implied",
    .usage = "FILE|-",
    .summary = "implied vols for a CSV of prices",
    .details = details,
    .options = keel_option_models,
    .takes = KEEL_CLI_TABLE,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
