# The walk as textbooks print it, from the ledger: what replication costs, with interest, against the premium.
NR == 1 {
  for (i = 1; i <= NF; i++) at[$i] = i
  printf "\n%s\n\n  %4s %8s %8s %10s %12s %14s\n", path, "week", "stock", "delta", "shares", "cost", "with interest"
  next
}
$at["reason"] == "liquidate" { pnl += $at["pnl"]; next }
{
  if (NR == 2) premium = -$at["book_value"]
  pnl += $at["pnl"]
  if ($at["reason"] == "settled") { settle = 1; week++; last = $at["spot"]; next }
  cost = $at["trade"] * $at["spot"]
  total = total * exp(0.05 / 52) + cost
  printf "  %4d %8.2f %8.3f %10d %12.1f %14.1f\n", week++, $at["spot"], -$at["hedge_delta"] / 1e5, $at["trade"], cost, total
  held = $at["holding"]
}
END {
  payoff = last > 50 ? 1e5 * (last - 50) : 0
  total = total * exp(0.05 / 52) - held * last + payoff
  printf "  %4d %8.2f   settles at %.0f against the %d shares held\n\n", week - 1, last, payoff, held
  printf "  replication cost %.0f at expiry, %.0f today; the premium was %.0f; the ledger's P&L is %.0f\n", total, total * exp(-0.05 * 20 / 52), premium, pnl
}
