/* What commands that run a strategy share: reading it, and putting a result out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "cli/cli.h"

static int is_same_file(const char *one, const char *other) {
  struct stat a, b;
  if (strcmp(one, other) == 0) return 1;
  return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
         S_ISREG(a.st_mode);
}

/* What a command writes replaces neither the strategy nor another of its files. */
static int check_outputs(const struct keel_cli *cli) {
  const char *names[] = {"tape", "ledger", "csv"};
  const char *files[] = {keel_cli_value(cli, "tape"), keel_cli_value(cli, "ledger"), cli->csv};
  for (size_t i = 0; i < 3; i++) {
    if (!files[i]) continue;
    if (i < 2 && strcmp(files[i], "-") == 0)
      return keel_cli_usage(cli, "--%s: \"-\" is not allowed, only a file's name", names[i]);
    if (is_same_file(files[i], cli->operands[0]))
      return keel_cli_usage(cli, "--%s: %s is the strategy itself", names[i], files[i]);
    for (size_t k = 0; k < i; k++)
      if (files[k] && is_same_file(files[i], files[k]) && strcmp(files[i], "/dev/null") != 0)
        return keel_cli_usage(cli, "--%s and --%s: both are %s", names[k], names[i], files[i]);
  }
  return KEEL_EXIT_DONE;
}

int keel_cli_strategy(struct keel_cli *cli, keel_strategy **strategy) {
  keel_error error;
  int status = check_outputs(cli);
  if (status != KEEL_EXIT_DONE) return status;
  if (keel_strategy_load(cli->operands[0], cli->sets, cli->set_count, strategy, &error) != KEEL_STATUS_OK)
    return keel_cli_fail(&error);
  for (size_t i = 0; i < keel_strategy_warning_count(*strategy); i++)
    keel_cli_note(cli, "%s", keel_strategy_warning(*strategy, i));
  return KEEL_EXIT_DONE;
}

int keel_cli_put(char *text, size_t length) {
  keel_error error;
  if (!text) return keel_cli_fail(&(keel_error){.status = KEEL_STATUS_MEMORY, .what = "no memory for the result"});
  errno = 0;
  int failed = fwrite(text, 1, length, stdout) != length, why = errno;
  if (!failed && length && text[length - 1] != '\n') failed = fputc('\n', stdout) < 0;
  free(text);
  if (!failed) return KEEL_EXIT_DONE;
  keel_fail(&error, KEEL_STATUS_IO, "stdout", "cannot write: %s", strerror(why ? why : EIO));
  return keel_cli_fail(&error);
}

int keel_cli_partial(uint64_t paths) {
  fflush(stdout);
  fprintf(stderr, "keel: stopped after %llu paths; the result is that of these\n", (unsigned long long)paths);
  return KEEL_EXIT_FAILED;
}
