/* keel-mpi under mpirun: the same bits on any ranks, one message for an error, one exit status. They run where
 * KEEL_MPIRUN says which mpirun (make verify does), as MPI may not work where it is installed. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/program.h"

static const char strategy[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, years: 0.25, qty: -10, multiplier: 100}\n"
    "  - {underlying: X, kind: put, strike: 95, years: 0.125, qty: -5, multiplier: 100}\n"
    "market: {model: {kind: gbm, spot: 100, drift: 0.05, vol: 0.2}, rate: 0.03}\n"
    "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 2, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 100000, position_qty_max: 200000}\n"
    "run: {paths: 1400, steps: 10, seed: 7}\n"
    "variants: [{name: band, hedge: {trigger: {band: {shares: 50}}, move: {to: edge}}}]\n";

/* Where they cannot run, says why. */
static void need_mpi(void) {
  const char *why = !getenv("KEEL_MPIRUN")                     ? "KEEL_MPIRUN is not set: make verify runs these"
                    : access(KEEL_BUILD_DIR "/keel-mpi", X_OK) ? "this build has no keel-mpi"
                    : system("$KEEL_MPIRUN --version >/dev/null 2>&1") ? "there is no such mpirun"
                                                                       : NULL;
  if (!why) return;
  print_message("skipped: %s\n", why);
  skip();
}

/* `line` in the folder of s.yaml; $MPI is mpirun for more ranks than cores, for anybody, and quiet about exit status.
 */
static struct keel_program run(const char *line) {
  char all[1600];
  const char *path = keel_scratch_write("s.yaml", strategy, sizeof strategy - 1);
  snprintf(all, sizeof all,
           "cd %.*s && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
           "OMPI_MCA_btl_vader_single_copy_mechanism=none && MPI=\"$KEEL_MPIRUN -q --oversubscribe\" && %s",
           (int)(strrchr(path, '/') - path), path, line);
  return keel_program_run(all, NULL);
}

static void check(const char *line, int status, const char *out, const char *err) {
  struct keel_program program = run(line);
  if (program.status != status || strcmp(program.out, out) != 0 || strcmp(program.err, err) != 0)
    fail_msg("%s: status %d\nstdout: %s\nstderr: %s", line, program.status, program.out, program.err);
  keel_program_free(&program);
}

static void assert_same_output(const char *alone, const char *shared) {
  struct keel_program want = run(alone), got = run(shared);
  assert_int_equal(want.status, 0);
  if (got.status) fail_msg("%s: status %d, %s", shared, got.status, got.err);
  assert_string_equal(got.err, "");
  assert_string_equal(got.out, want.out);
  assert_true(want.out_length > 1000);
  keel_program_free(&want);
  keel_program_free(&got);
}

static void same_bits_on_any_ranks(void **state) {
  (void)state;
  char line[300];
  need_mpi();
  for (int ranks = 1; ranks <= 4; ranks++)
    for (int threads = 1; threads <= 2; threads++) {
      snprintf(line, sizeof line, "$MPI -n %d $KEEL-mpi simulate s.yaml --threads %d --csv -", ranks, threads);
      assert_same_output("$KEEL simulate s.yaml --csv -", line);
    }
}

static void ranks_on_other_machines(void **state) {
  (void)state;
  need_mpi();
  assert_same_output("$KEEL simulate s.yaml --csv -",
                     "$MPI -n 1 $KEEL-mpi simulate s.yaml --csv - : -n 2 $KEEL-mpi simulate s.yaml --cpu base --csv -");
}

static void more_ranks_than_leaves(void **state) {
  (void)state;
  need_mpi();
  assert_same_output("$KEEL simulate s.yaml --set run.paths=300 --csv -",
                     "$MPI -n 6 $KEEL-mpi simulate s.yaml --set run.paths=300 --threads 1 --csv -");
}

static void a_frontier_too(void **state) {
  (void)state;
  need_mpi();
  for (int ranks = 2; ranks <= 3; ranks++)
    assert_same_output("$KEEL frontier s.yaml --set frontier.risk_aversion=0.5 --csv -",
                       ranks == 2 ? "$MPI -n 2 $KEEL-mpi frontier s.yaml --set frontier.risk_aversion=0.5 --csv -"
                                  : "$MPI -n 3 $KEEL-mpi frontier s.yaml --set frontier.risk_aversion=0.5 --csv -");
}

static void rank_0_alone_prints(void **state) {
  (void)state;
  need_mpi();
  check("$MPI -n 3 $KEEL-mpi --version", 0, "keel " KEEL_VERSION "\n", "");
  struct keel_program program = run("$MPI -n 3 $KEEL-mpi simulate s.yaml --json");
  json_t *document = json_loads(program.out, 0, NULL); /* one, and nothing else */
  assert_int_equal(program.status, 0);
  assert_non_null(document);
  assert_int_equal(json_integer_value(json_object_get(document, "paths")), 1400);
  json_decref(document);
  keel_program_free(&program);
}

static void an_error_is_said_once_and_ends_all(void **state) {
  (void)state;
  need_mpi();
  check("$MPI -n 3 $KEEL-mpi simulate no.yaml", 1, "", "keel: no.yaml: cannot be opened: No such file or directory\n");
  check("$MPI -n 3 $KEEL-mpi simulate", 2, "",
        "keel simulate: needs STRATEGY\nkeel simulate --help says what is allowed\n");
  check("$MPI -n 3 $KEEL-mpi simulat s.yaml", 2, "",
        "keel: no command \"simulat\"; did you mean simulate?\nkeel --help lists the commands\n");
  check("$MPI -n 1 $KEEL-mpi simulate s.yaml : -n 1 $KEEL-mpi simulate no.yaml", 1, "",
        "keel: no.yaml: cannot be opened: No such file or directory (rank 1)\n");
  check("$MPI -n 1 $KEEL-mpi simulate s.yaml : -n 2 $KEEL-mpi simulate s.yaml --seed 8", 1, "",
        "keel: rank 1 does other work than rank 0; all ranks run one build on one strategy\n");
  check("$MPI -n 1 $KEEL-mpi simulate s.yaml --csv no/such/file : -n 1 $KEEL-mpi simulate s.yaml", 1, "",
        "keel: no/such/file: cannot write: No such file or directory\n");
}

/* As Slurm does before a job's time is up, to every process of it. */
static void a_signal_ends_all_with_what_is_finished(void **state) {
  (void)state;
  need_mpi();
  struct keel_program program =
      run("{ $MPI -n 2 $KEEL-mpi simulate s.yaml --set run.paths=1000000000 --threads 1 --json & } && "
          "sleep 6 && kill -USR1 $! && wait $!");
  json_t *document = json_loads(program.out, 0, NULL);
  if (!document) fail_msg("status %d, stdout %s, stderr %s", program.status, program.out, program.err);
  assert_int_equal(program.status, 1);
  assert_true(json_is_true(json_object_get(document, "interrupted")));
  assert_non_null(strstr(program.err, "keel: stopped after "));
  json_decref(document);
  keel_program_free(&program);
}

static void the_doctor_knows_them(void **state) {
  (void)state;
  need_mpi();
  check("$MPI -n 2 $KEEL-mpi doctor | sed -n 's/^  mpi .*, //p'", 0, "2 ranks\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_bits_on_any_ranks),
      cmocka_unit_test(ranks_on_other_machines),
      cmocka_unit_test(more_ranks_than_leaves),
      cmocka_unit_test(a_frontier_too),
      cmocka_unit_test(rank_0_alone_prints),
      cmocka_unit_test(an_error_is_said_once_and_ends_all),
      cmocka_unit_test(a_signal_ends_all_with_what_is_finished),
      cmocka_unit_test(the_doctor_knows_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
