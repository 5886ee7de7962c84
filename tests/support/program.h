/* Runs the built program as its users do, through a shell. */
#ifndef KEEL_TESTS_PROGRAM_H
#define KEEL_TESTS_PROGRAM_H

#include "support/support.h"

struct keel_program {
  int status; /* exit status; -N when signal N ended it */
  char *out, *err;
  size_t out_length;
};

/* Runs `line` in a shell, where $KEEL is the program, with `input` (NULL: nothing) on stdin. */
struct keel_program keel_program_run(const char *line, const char *input);
void keel_program_free(struct keel_program *program);

/* Runs it, and wants that exit status and those texts on stdout and stderr, exactly; NULL: anything. */
#define assert_program(line, input, status, out, err) keel_program_check((line), (input), (status), (out), (err))
void keel_program_check(const char *line, const char *input, int status, const char *out, const char *err);

/* The content of a file, terminated; to be freed. NULL if there is none. */
char *keel_file_content(const char *path, size_t *length);
/* How many files of the scratch folder begin with `prefix`. */
int keel_scratch_count(const char *prefix);

#endif
