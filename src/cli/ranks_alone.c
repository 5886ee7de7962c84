/* The program keel is alone. */
#include "cli/cli.h"

keel_ranks *keel_cli_ranks(void) { return NULL; }

void keel_cli_ranks_open(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
}

int keel_cli_ranks_close(int status) { return status; }

void keel_cli_ranks_describe(char *text, size_t size) {
  if (size) text[0] = '\0';
}
