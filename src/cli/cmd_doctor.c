/* keel doctor: whether all that is needed is there, what is missing, and what that costs. */
#include "cli/cli.h"
#include "cli/doctor.h"

static const struct keel_doctor_check *const groups[] = {keel_doctor_build, keel_doctor_machine};
enum { GROUPS = sizeof groups / sizeof *groups };

static const char *const health_names[] = {"ok", "less", "bad"};

static void print_finding(const char *subject, const struct keel_finding *finding) {
  static const char marks[] = {' ', '-', '!'};
  printf("%c %-12s%s", marks[finding->health], subject, finding->found);
  if (finding->built[0]) printf(" (built with %s)", finding->built);
  putchar('\n');
  if (finding->costs) printf("  %-12s  %s\n", "", finding->costs);
}

static json_t *finding_json(const struct keel_finding *finding) {
  json_t *json = json_pack("{ss ss}", "found", finding->found, "health", health_names[finding->health]);
  if (finding->built[0]) json_object_set_new(json, "built_with", json_string(finding->built));
  if (finding->costs) json_object_set_new(json, "costs", json_string(finding->costs));
  return json;
}

/* Looks at everything: prints it, or adds it to `checks` where that is not NULL. Returns the worst health. */
static enum keel_health look(json_t *checks) {
  enum keel_health worst = KEEL_HEALTH_OK;
  for (int group = 0; group < GROUPS; group++) {
    for (const struct keel_doctor_check *check = groups[group]; check->subject; check++) {
      struct keel_finding finding = {KEEL_HEALTH_OK, "", "", NULL};
      check->look(&finding);
      if (finding.health > worst) worst = finding.health;
      if (checks)
        json_object_set_new(checks, check->subject, finding_json(&finding));
      else
        print_finding(check->subject, &finding);
    }
  }
  return worst;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  json_t *checks = cli->json ? json_object() : NULL;
  int is_well = look(checks) != KEEL_HEALTH_BAD;
  if (!cli->json)
    puts(is_well ? "\nall that keel needs is there" : "\nnot all that keel needs is there: see what is marked with !");
  else if (keel_cli_print_json(json_pack("{sb so}", "ok", is_well, "checks", checks), &error) != KEEL_STATUS_OK)
    return keel_cli_fail(&error);
  return is_well ? KEEL_EXIT_DONE : KEEL_EXIT_FAILED;
}

const struct keel_cli_command keel_cmd_doctor = {
    .name = "doctor",
    .usage = "",
    .summary = "whether all that is needed is there; what is missing, what it costs",
    .details =
        "Looks at the build (version, compiler, the flags that figures depend on), its libraries, as they are now and\n"
        "as they were then, MPI, the instruction sets of this machine (each has to give the same bits), its "
        "arithmetic,\n"
        "time zones and locale. Marks: - is something that can be done without, ! something that is needed. The exit\n"
        "status is 1 where there is a !. --json gives {\"ok\": true, \"checks\": {\"cpu\": {\"found\": ..., "
        "\"health\":\n"
        "\"ok\", \"less\" or \"bad\", \"costs\": ...}, ...}}.",
    .operands_min = 0,
    .operands_max = 0,
    .run = run,
};
