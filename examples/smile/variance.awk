# Ledgers of one day each: the P&L of each account (one contract) under each delta. The hedge variance is the mean
# square of these; how much of Black and Scholes's is left, with the error of a jackknife over days.
FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; day++; next }
$c["reason"] == "liquidate" {
  v = $c["variant"]; p = $c["pnl"]
  if (!(v in seen)) { seen[v] = 1; name[++names] = v }
  square[v, day] += p * p; sum[v] += p * p; n[v]++
}
function ratio(v, without) {
  return (sum[v] - (without ? square[v, without] : 0)) / (sum["base"] - (without ? square["base", without] : 0))
}
END {
  printf "%d contracts over %d days, each hedged for a day; money is for a contract\n\n", n["base"] / day, day
  printf "%-18s %14s %10s %18s\n", "delta", "variance", "std", "of Black-Scholes"
  for (i = 1; i <= names; i++) {
    v = name[i]; spread = 0
    for (d = 1; d <= day; d++) spread += (ratio(v, d) - ratio(v, 0)) ^ 2
    printf "%-18s %14.1f %10.2f", v == "base" ? "Black-Scholes" : v, sum[v] / n[v], sqrt(sum[v] / n[v])
    if (v == "base") printf " %18s\n", "1"
    else printf " %9.3f +- %.3f\n", ratio(v, 0), sqrt(spread * (day - 1) / day)
  }
}
