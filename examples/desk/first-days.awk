# The first days of one underlying in the ledger.
NR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  printf "  %-12s %-12s %9s %10s %10s %9s %10s %10s\n", "", "reason", "spot", "target", "holding", "trade", "cost", "P&L"
  next
}
$at["variant"] == "base" && $at["underlying"] == "OAK" && n++ < 6 {
  printf "  %-12s %-12s %9.2f %10.2f %10d", substr($1, 1, 10), $at["reason"], $at["spot"], $at["target"], $at["holding"]
  printf " %9d %10.2f %10.2f\n", $at["trade"], $at["cost"], $at["pnl"]
}
