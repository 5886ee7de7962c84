/* What commands that run a strategy share: reading it, and putting a result out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cli/cli.h"

int keel_cli_strategy(struct keel_cli *cli, keel_strategy **strategy) {
  keel_error error;
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
