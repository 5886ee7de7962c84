#include "support/program.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char *keel_file_content(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  size_t used = 0, room = 1 << 16;
  char *content = malloc(room);
  for (size_t got; (got = fread(content + used, 1, room - used - 1, file)) > 0;) {
    used += got;
    if (room - used < 2) content = realloc(content, room *= 2);
  }
  fclose(file);
  content[used] = '\0';
  if (length) *length = used;
  return content;
}

int keel_scratch_count(const char *prefix) {
  char path[512];
  int count = 0;
  snprintf(path, sizeof path, "%s", keel_scratch("."));
  DIR *folder = opendir(path);
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
  if (folder) closedir(folder);
  return count;
}

static void redirect(const char *path, int flags, int to) {
  int fd = open(path, flags, 0600);
  if (fd < 0 || dup2(fd, to) < 0) _exit(127);
  close(fd);
}

static void child(const char *line, const char *in, const char *out, const char *err) {
  redirect(in, O_RDONLY, 0);
  redirect(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect(err, O_WRONLY | O_CREAT | O_TRUNC, 2);
  signal(SIGINT, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  setenv("KEEL", KEEL_BUILD_DIR "/keel", 1);
  execl("/bin/sh", "sh", "-c", line, (char *)NULL);
  _exit(127);
}

struct keel_program keel_program_run(const char *line, const char *input) {
  char in[512], out[512], err[512];
  snprintf(out, sizeof out, "%s", keel_scratch("program.out"));
  snprintf(err, sizeof err, "%s", keel_scratch("program.err"));
  snprintf(in, sizeof in, "%s", input ? keel_scratch_write("program.in", input, strlen(input)) : "/dev/null");
  fflush(NULL);
  pid_t process = fork();
  if (process < 0) fail_msg("no process");
  if (process == 0) child(line, in, out, err);
  int state;
  waitpid(process, &state, 0);
  struct keel_program program = {.status = WIFSIGNALED(state) ? -WTERMSIG(state) : WEXITSTATUS(state)};
  program.out = keel_file_content(out, &program.out_length);
  program.err = keel_file_content(err, NULL);
  return program;
}

void keel_program_free(struct keel_program *program) {
  free(program->out);
  free(program->err);
}

void keel_program_check(const char *line, const char *input, int status, const char *out, const char *err) {
  struct keel_program program = keel_program_run(line, input);
  if (program.status != status)
    fail_msg("%s: status %d, not %d\nstdout: %s\nstderr: %s", line, program.status, status, program.out, program.err);
  if (out && strcmp(program.out, out) != 0) fail_msg("%s\nstdout: %s\nwanted: %s", line, program.out, out);
  if (err && strcmp(program.err, err) != 0) fail_msg("%s\nstderr: %s\nwanted: %s", line, program.err, err);
  keel_program_free(&program);
}
