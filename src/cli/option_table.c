/* Option tables: the run through the file, chunk by chunk. */
#include "cli/option_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/pool.h"

enum { TASK_ROWS = 256, TASKS = KEEL_CHUNK_ROWS / TASK_ROWS, THREADS_MAX = 8 };

struct run {
  struct keel_cli *cli;
  struct keel_option_table table;
  struct keel_pool *pool;
  struct keel_file *file;                   /* --csv FILE */
  struct keel_text csv[TASKS], json[TASKS]; /* formatted in parallel, written in order */
  uint64_t rows, problems;
};

/* ---- where the result goes ---- */

static keel_status put_stdout(const char *data, size_t length, keel_error *error) {
  errno = 0;
  if (fwrite(data, 1, length, stdout) == length) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_IO, "stdout", "cannot write: %s", strerror(errno ? errno : EIO));
}

static keel_status put_csv(struct run *run, const struct keel_text *text, keel_error *error) {
  if (text->failed) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the rows of the result");
  if (run->file) return keel_file_write(run->file, text->data, text->length, error);
  return put_stdout(text->data, text->length, error);
}

static keel_status put_json(const struct keel_text *text, keel_error *error) {
  if (text->failed) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the rows of the result");
  return put_stdout(text->data, text->length, error);
}

static keel_status put_start(struct run *run, keel_error *error) {
  struct keel_text header;
  keel_status status = KEEL_STATUS_OK;
  keel_text_init(&header);
  keel_option_header(&run->table, &header);
  if (run->table.wants_csv) status = put_csv(run, &header, error);
  if (run->table.wants_json && status == KEEL_STATUS_OK) status = put_stdout("{\"rows\": [", 10, error);
  keel_text_fini(&header);
  return status;
}

static keel_status put_end(struct run *run, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  if (run->table.wants_json) {
    printf("\n], \"%s\": %" PRIu64 ", \"problems\": %" PRIu64 "}\n", run->table.job->done, run->rows - run->problems,
           run->problems);
    status = keel_cli_flush(error);
  }
  if (run->file && status == KEEL_STATUS_OK) {
    status = keel_file_close(run->file, error);
    run->file = NULL;
  }
  return status != KEEL_STATUS_OK ? status : keel_cli_flush(error);
}

/* ---- a chunk ---- */

static keel_status read_chunk(struct run *run, keel_error *error) {
  struct keel_option_table *table = &run->table;
  struct keel_option_chunk *chunk = table->chunk;
  keel_text_clear(&chunk->csv);
  keel_text_clear(&chunk->json);
  keel_text_clear(&chunk->problem);
  for (chunk->count = 0; chunk->count < KEEL_CHUNK_ROWS;) {
    const struct keel_csv_field *fields;
    keel_status status = keel_csv_next(table->input, &fields, error);
    if (status != KEEL_STATUS_OK) return status;
    if (!fields) break;
    keel_option_row_read(table, fields);
  }
  if (chunk->csv.failed || chunk->json.failed || chunk->problem.failed)
    return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %d rows", KEEL_CHUNK_ROWS);
  return KEEL_STATUS_OK;
}

static size_t tasks_of(const struct run *run) { return (run->table.chunk->count + TASK_ROWS - 1) / TASK_ROWS; }

static size_t task_end(const struct run *run, size_t task) {
  size_t end = (task + 1) * TASK_ROWS;
  return end < run->table.chunk->count ? end : run->table.chunk->count;
}

static void solve_task(void *context, size_t task, size_t worker) {
  (void)worker;
  struct run *run = context;
  keel_option_rows_solve(&run->table, task * TASK_ROWS, task_end(run, task));
}

static void format_task(void *context, size_t task, size_t worker) {
  (void)worker;
  struct run *run = context;
  size_t end = task_end(run, task);
  keel_text_clear(&run->csv[task]);
  keel_text_clear(&run->json[task]);
  for (size_t row = task * TASK_ROWS; row < end; row++) {
    if (run->table.wants_csv) keel_option_row_csv(&run->table, row, &run->csv[task]);
    if (!run->table.wants_json) continue;
    keel_text_add(&run->json[task], run->rows + row ? ",\n" : "\n");
    keel_option_row_json(&run->table, row, &run->json[task]);
  }
}

static keel_status write_chunk(struct run *run, keel_error *error) {
  size_t tasks = tasks_of(run);
  keel_pool_run(run->pool, tasks, format_task, run);
  for (size_t task = 0; task < tasks; task++) {
    keel_status status = KEEL_STATUS_OK;
    if (run->table.wants_csv) status = put_csv(run, &run->csv[task], error);
    if (run->table.wants_json && status == KEEL_STATUS_OK) status = put_json(&run->json[task], error);
    if (status != KEEL_STATUS_OK) return status;
  }
  return KEEL_STATUS_OK;
}

static keel_status run_chunks(struct run *run, keel_error *error) {
  struct keel_option_chunk *chunk = run->table.chunk;
  do {
    keel_status status = read_chunk(run, error);
    size_t done = 0, total = 0;
    keel_csv_progress(run->table.input, &done, &total);
    if (keel_cli_tick(run->cli, done, total)) return keel_fail(error, KEEL_STATUS_STOPPED, NULL, "stopped");
    if (status != KEEL_STATUS_OK) return status;
    keel_pool_run(run->pool, tasks_of(run), solve_task, run);
    keel_option_chunk_explain(&run->table);
    status = write_chunk(run, error);
    if (status != KEEL_STATUS_OK) return status;
    run->rows += chunk->count;
    run->problems += chunk->problems;
  } while (chunk->count == KEEL_CHUNK_ROWS);
  return KEEL_STATUS_OK;
}

/* ---- all of it ---- */

static void note_replaced(const struct run *run) {
  const struct keel_csv *input = run->table.input;
  for (size_t i = 0; i < keel_csv_columns(input); i++) {
    struct keel_csv_field name = keel_csv_name(input, i);
    if (run->table.roles[i] == COLUMN_REPLACED && !keel_csv_is(name, "problem"))
      keel_cli_note(run->cli, "%s: the column %.*s of the input is replaced by the result", keel_csv_path(input),
                    (int)name.length, name.text);
  }
}

static keel_status open_run(struct run *run, keel_error *error) {
  const struct keel_cli *cli = run->cli;
  struct keel_option_table *table = &run->table;
  const char *csv = cli->csv && strcmp(cli->csv, "-") != 0 ? cli->csv : NULL;
  table->wants_json = cli->json;
  table->wants_csv = csv || !cli->json;
  while (table->job->results[table->result_count]) table->result_count++;
  table->chunk = calloc(1, sizeof *table->chunk);
  if (!table->chunk) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %d rows", KEEL_CHUNK_ROWS);
  keel_status status = keel_csv_open(cli->operands[0], &table->input, error);
  if (status == KEEL_STATUS_OK) status = keel_option_columns(table, error);
  if (status == KEEL_STATUS_OK)
    status = keel_pool_new((size_t)(cli->threads < THREADS_MAX ? cli->threads : THREADS_MAX), &run->pool, error);
  if (status == KEEL_STATUS_OK && csv) status = keel_file_open(csv, &run->file, error);
  if ((!csv || cli->json) && isatty(STDOUT_FILENO)) keel_cli_bar_off();
  return status;
}

static void close_run(struct run *run) {
  if (run->file) keel_file_abort(run->file);
  if (run->table.input) keel_csv_close(run->table.input);
  for (int task = 0; task < TASKS; task++) {
    keel_text_fini(&run->csv[task]);
    keel_text_fini(&run->json[task]);
  }
  if (run->table.chunk) {
    keel_text_fini(&run->table.chunk->csv);
    keel_text_fini(&run->table.chunk->json);
    keel_text_fini(&run->table.chunk->problem);
  }
  keel_pool_free(run->pool);
  free(run->table.chunk);
  free(run->table.roles);
}

int keel_option_table_run(struct keel_cli *cli, const struct keel_option_job *job) {
  struct run run = {.cli = cli, .table = {.job = job}};
  keel_error error;
  keel_status status = open_run(&run, &error);
  if (status == KEEL_STATUS_OK) {
    note_replaced(&run);
    status = put_start(&run, &error);
  }
  if (status == KEEL_STATUS_OK) status = run_chunks(&run, &error);
  if (status == KEEL_STATUS_OK) status = put_end(&run, &error);
  close_run(&run);
  if (status != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (run.problems)
    keel_cli_note(cli, "%" PRIu64 " of %" PRIu64 " rows could not be %s", run.problems, run.rows, job->done);
  return KEEL_EXIT_DONE;
}

const struct keel_cli_option keel_option_models[] = {
    KEEL_OPTION_MODEL,
    {0},
};
const char keel_option_normal_american[] = "american exercise is not available by --model bachelier";

int keel_option_table_run_model(struct keel_cli *cli, const struct keel_option_job *jobs) {
  const char *model = keel_cli_value(cli, "model");
  if (!model || strcmp(model, "black_scholes") == 0) return keel_option_table_run(cli, &jobs[0]);
  if (strcmp(model, "bachelier") == 0) return keel_option_table_run(cli, &jobs[1]);
  return keel_cli_usage(cli, "--model: \"%s\" is not allowed, only black_scholes or bachelier", model);
}
