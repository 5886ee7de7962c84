# Why the share balance is not a delta hedge, in numbers, from the ledger.
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
$at["variant"] == "base" && $at["reason"] != "liquidate" {
  day[++n] = substr($1, 1, 10); spot[n] = $at["spot"]; put[n] = $at["book_value"]; held[n] = $at["holding"]
  delta[n] = $at["delta"]; outside += $at["trade"] * $at["spot"]; paid[n] = outside
}
$at["variant"] == "delta hedge" && $at["reason"] != "liquidate" { hedge[++m] = $at["holding"] }
END {
  print "\nwhy it is not a delta hedge (shares; net delta is shares plus the put's delta; money in USD)\n"
  printf "  %-12s %8s %9s %9s %10s %10s %11s %12s\n", "", "spot", "100 P", "balance", "delta", "net delta", "n S + 100 P", "cash put in"
  for (i = 1; i < n; i++) {
    net = held[i] + delta[i]; sum += net * net; off = net < 0 ? -net : net; if (off > worst) { worst = off; when = i }
    if (i % 6 == 1 || i == n - 1) shown[i] = 1
  }
  shown[when] = 1
  for (i = 1; i < n; i++) if (shown[i])
    printf "  %-12s %8.2f %9.2f %9.3f %10.3f %10.3f %11.4f %12.2f\n", day[i], spot[i], put[i], held[i], hedge[i], held[i] + delta[i], held[i] * spot[i] + put[i], paid[i]
  printf "\n  The balance keeps shares plus put at %.2f by construction, whatever happens: outside cash of %.2f to %.2f pays for it.\n", held[1] * spot[1] + put[1], low(), high()
  printf "  It does so while its net delta strays by %.1f shares (root mean square), %.1f at the worst (%s);\n", sqrt(sum / (n - 1)), worst, day[when]
  printf "  the delta hedge goes from %.1f to %.1f shares on the same path, paid from its own account, and is judged by its P&L.\n", min(), max()
}
function min(  i, m) { m = hedge[1]; for (i = 1; i < n; i++) if (hedge[i] < m) m = hedge[i]; return m }
function max(  i, m) { m = hedge[1]; for (i = 1; i < n; i++) if (hedge[i] > m) m = hedge[i]; return m }
function low(  i, m) { m = paid[1]; for (i = 1; i < n; i++) if (paid[i] < m) m = paid[i]; return m }
function high(  i, m) { m = paid[1]; for (i = 1; i < n; i++) if (paid[i] > m) m = paid[i]; return m }
