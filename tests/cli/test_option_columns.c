#include "support/program.h"

#define GREEKS "price,delta,gamma,vega,theta,rho,psi,vanna,volga,charm,speed,problem\n"

static void columns_keep_their_order_and_others_are_carried(void **state) {
  (void)state;
  assert_program("$KEEL price - | head -1", "vol,id, years ,kind,yield,note,rate,strike,spot\n", 0,
                 "vol,id,years,kind,yield,note,rate,strike,spot," GREEKS, "");
  assert_program("$KEEL implied - | head -1", "price,kind,spot,strike,rate,yield,years,\"a \"\"b\"\", c\"\n", 0,
                 "price,kind,spot,strike,rate,yield,years,\"a \"\"b\"\", c\",vol,problem\n", "");
}

static void a_byte_order_mark_and_crlf_are_no_part_of_a_name(void **state) {
  (void)state;
  assert_program("$KEEL price -", "\xEF\xBB\xBFkind,spot,strike,rate,yield,years,vol\r\n", 0,
                 "kind,spot,strike,rate,yield,years,vol," GREEKS, "");
}

static void what_is_missing_is_named(void **state) {
  (void)state;
  assert_program("$KEEL price -", "kind,spot,rate,yield,years\n", 1, "",
                 "keel: stdin:1: no column strike, vol; needed are kind, spot, strike, rate, yield, years, vol\n");
  assert_program("$KEEL implied -", "Kind,spot,strike,rate,yield,years,vol\n", 1, "",
                 "keel: stdin:1: no column price, kind; needed are kind, spot, strike, rate, yield, years, price\n");
}

static void a_name_twice_is_refused(void **state) {
  (void)state;
  assert_program("$KEEL price -", "id,kind,spot,strike,rate,yield,years,vol,id\n", 1, "",
                 "keel: stdin:1: the columns 1 and 9 have the same name, 'id'\n");
}

static void a_column_with_the_name_of_a_result_gives_way_to_it(void **state) {
  (void)state;
  static const char input[] = "delta,kind,spot,strike,rate,yield,years,vol,problem\nx,call,100,0,0,0,1,0.2,old\n";
  assert_program("$KEEL price - | cut -d, -f1-9,19-", input, 0,
                 "kind,spot,strike,rate,yield,years,vol,price,delta,problem\ncall,100,0,0,0,1,0.2,100,1,\n",
                 "keel: stdin: the column delta of the input is replaced by the result\n");
  assert_program("$KEEL price --quiet - >/dev/null", input, 0, "", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_keep_their_order_and_others_are_carried),
      cmocka_unit_test(a_byte_order_mark_and_crlf_are_no_part_of_a_name),
      cmocka_unit_test(what_is_missing_is_named),
      cmocka_unit_test(a_name_twice_is_refused),
      cmocka_unit_test(a_column_with_the_name_of_a_result_gives_way_to_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
