/* Feeds files to a fuzzer without libFuzzer: fuzz_X FILE|FOLDER... So inputs once found stay tests of every build. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *what, const char *path) {
  fprintf(stderr, "%s: cannot %s\n", path, what);
  exit(1);
}

static void feed_file(const char *path, size_t size) {
  FILE *file = fopen(path, "rb");
  if (!file) die("open", path);
  uint8_t *data = malloc(size + (size == 0));
  if (!data || fread(data, 1, size, file) != size) die("read", path);
  fclose(file);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
}

static int feed(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) die("find", path);
  if (!S_ISDIR(info.st_mode)) return feed_file(path, (size_t)info.st_size), 1;
  DIR *folder = opendir(path);
  if (!folder) die("open", path);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    char name[4096];
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    count += feed(name);
  }
  closedir(folder);
  return count;
}

int main(int argc, char **argv) {
  int count = 0;
  for (int i = 1; i < argc; i++) count += feed(argv[i]);
  printf("%d inputs fed\n", count);
  return count == 0;
}
