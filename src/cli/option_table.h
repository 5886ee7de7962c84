/* Option tables: rows of CSV in, the same rows with results behind them out, in chunks, so that memory does not grow.
 *
 * Shared by `price` and `implied`, which differ in one column of the input, the results and the kernel. */
#ifndef KEEL_CLI_OPTION_TABLE_H
#define KEEL_CLI_OPTION_TABLE_H

#include "base/csv.h"
#include "base/text.h"
#include "cli/cli.h"
#include "keel/american.h"
#include "keel/bachelier.h"

enum { KEEL_CHUNK_ROWS = 4096, KEEL_RESULTS_MAX = 12 };

/* The numbers of a row, in the order of the arrays of a chunk. The last one is `vol` or `price`. */
enum keel_option_number { SPOT, STRIKE, RATE, YIELD, YEARS, GIVEN, KEEL_OPTION_NUMBERS };

/* What rows that are solved together share. */
struct keel_option_run {
  int american;
  size_t underlying; /* by job->underlying_of; 0 where it is NULL */
};

/* What `price` and `implied` say about themselves. */
struct keel_option_job {
  const char *given;          /* name of the input's last number */
  const char *const *results; /* names, ended by NULL */
  const char *done;           /* "priced": for the count of rows */
  /* results[i][row], in the order of the names; NaN where there is none. */
  void (*solve)(size_t count, struct keel_option_run run, const keel_options *options, const double *given,
                double *const *results);
  /* Why a row of finite numbers has no result, or NULL; may be written to `text`. */
  const char *(*problem)(const keel_option *option, struct keel_option_run run,
                         const double numbers[KEEL_OPTION_NUMBERS], char text[KEEL_PROBLEM_SIZE]);
  /* The number of an underlying; NULL: the column of that name, needed otherwise, is carried through. */
  size_t (*underlying_of)(struct keel_csv_field name);
};

/* What a column of the input is for. */
enum keel_column_role {
  COLUMN_NUMBER, /* + enum keel_option_number */
  COLUMN_KIND = KEEL_OPTION_NUMBERS,
  COLUMN_EXERCISE,
  COLUMN_UNDERLYING, /* where the job asks for it */
  COLUMN_CARRIED,
  COLUMN_REPLACED /* has the name of a result, and gives way to it */
};

struct keel_span {
  size_t start, end;
};

/* Rows on their way. The row's input is kept in the form in which it goes out. */
struct keel_option_chunk {
  size_t count, problems;
  double phi[KEEL_CHUNK_ROWS];
  struct keel_option_run run[KEEL_CHUNK_ROWS]; /* american: 1: may be exercised at any time */
  double numbers[KEEL_OPTION_NUMBERS][KEEL_CHUNK_ROWS];
  double results[KEEL_RESULTS_MAX][KEEL_CHUNK_ROWS];
  struct keel_text csv, json, problem;        /* the rows' input, and what is wrong with them: one after the other */
  struct keel_span csv_span[KEEL_CHUNK_ROWS]; /* where in them each row's part is */
  struct keel_span json_span[KEEL_CHUNK_ROWS], problem_span[KEEL_CHUNK_ROWS];
};

struct keel_option_table {
  const struct keel_option_job *job;
  struct keel_csv *input;
  int *roles; /* by column of the input */
  size_t result_count;
  int wants_csv, wants_json;
  struct keel_option_chunk *chunk;
};

/* ---- option_columns.c ---- */

/* Finds out what each column is for. Errors: KEEL_STATUS_INPUT for a needed column that is missing, a name given twice.
 */
keel_status keel_option_columns(struct keel_option_table *table, keel_error *error);
/* The header of the result, with its line break. */
void keel_option_header(const struct keel_option_table *table, struct keel_text *out);

/* ---- option_rows.c ---- */

/* Adds a row of the input to the chunk. */
void keel_option_row_read(struct keel_option_table *table, const struct keel_csv_field *fields);
/* Computes the results of the chunk's rows from start to before end. */
void keel_option_rows_solve(struct keel_option_table *table, size_t start, size_t end);
/* Says why where there are none. */
void keel_option_chunk_explain(struct keel_option_table *table);
/* A row of the result, as a line of CSV or as a JSON object. */
void keel_option_row_csv(const struct keel_option_table *table, size_t row, struct keel_text *out);
void keel_option_row_json(const struct keel_option_table *table, size_t row, struct keel_text *out);

/* ---- option_table.c ---- */

/* The whole command; returns its exit status. */
int keel_option_table_run(struct keel_cli *cli, const struct keel_option_job *job);
/* The same by --model, which keel_option_models lists: jobs[0] is that of Black-Scholes, jobs[1] Bachelier's. */
int keel_option_table_run_model(struct keel_cli *cli, const struct keel_option_job *jobs);
#define KEEL_OPTION_MODEL \
  { .name = "model", .value = "black_scholes|bachelier", .help = "how the forward moves (default: black_scholes)" }
extern const struct keel_cli_option keel_option_models[];
/* Why an american row has no result by Bachelier's. */
extern const char keel_option_normal_american[];

#endif
