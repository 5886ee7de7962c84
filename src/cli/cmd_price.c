/* keel price: prices and Greeks of the European options of a table. */
#include "cli/option_table.h"

static const char *const results[] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                      "psi",   "vanna", "volga", "charm", "speed", NULL};

static void solve(size_t count, const keel_options *options, const double *vol, double *const *out) {
  (void)vol;
  keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  keel_black_scholes_price(count, options, KEEL_GREEK_SET_ALL, &greeks);
}

static const char *problem(double phi, const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  (void)text;
  keel_option option = {phi, numbers[STRIKE], numbers[RATE], numbers[YIELD], numbers[YEARS]};
  return keel_option_problem(&option, numbers[SPOT], numbers[GIVEN]);
}

static void solve_normal(size_t count, const keel_options *options, const double *vol, double *const *out) {
  (void)vol;
  keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  keel_bachelier_price(count, options, KEEL_GREEK_SET_ALL, &greeks);
}

static const char *problem_normal(double phi, const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]) {
  (void)text;
  keel_option option = {phi, numbers[STRIKE], numbers[RATE], numbers[YIELD], numbers[YEARS]};
  return keel_bachelier_problem(&option, numbers[SPOT], numbers[GIVEN]);
}

static int run(struct keel_cli *cli) {
  static const struct keel_option_job jobs[] = {{"vol", results, "priced", solve, problem},
                                                {"vol", results, "priced", solve_normal, problem_normal}};
  return keel_option_table_run_model(cli, jobs);
}

static const char details[] =
    "Reads CSV with a header (- is stdin, .gz is unpacked). Columns, in any order:\n"
    "  kind      call or put (or c, p)\n"
    "  exercise  european (also when empty or absent); american is not available yet\n"
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
    "By --model bachelier the forward is normal: spot and strike may be negative, and vol is in units of price\n"
    "per square root of a year.";

const struct keel_cli_command keel_cmd_price = {
    .name = "price",
    .usage = "FILE|-",
    .summary = "price and Greeks for a CSV of options",
    .details = details,
    .options = keel_option_models,
    .takes = KEEL_CLI_TABLE,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
