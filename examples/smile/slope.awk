# Tables of `keel surface --csv`, one for each day: by how much the vol of a strike next to the forward moved for a move
# of ln spot by 1, from the first day to this one, least squares through 0. Prints the slope last.
FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; day++; nearest[day] = 1e9; next }
{
  k = $c["log_moneyness"]; size = k < 0 ? -k : k
  forward[day] = $c["strike"] / exp(k)
  vol[day, $c["strike"]] = $c["vol"]
  if (size < nearest[day]) { nearest[day] = size; strike[day] = $c["strike"] }
}
END {
  for (d = 2; d <= day; d++) {
    K = strike[d - 1]
    if (!((d, K) in vol)) continue
    x = log(forward[d] / forward[d - 1]); y = vol[d, K] - vol[d - 1, K]
    xx += x * x; xy += x * y
  }
  print (day > 3 ? xy / xx : 0)
}
