#!/usr/bin/env python3
"""Writes market.csv: a GENERATED market of three stocks and their options, for the desk example. Nothing here is real.

Stocks follow geometric Brownian motion, implied vols wander around a smile, quotes have spreads and a few faults
(crossed, one-sided, missing), as real ones do. The same seed gives the same file.
"""
import datetime
import math
import random
import sys

RATE = 0.04
STOCKS = {  # spot, vol of the path, implied vol at the money, half-spread of the stock
    "OAK": (100.0, 0.18, 0.20, 0.01),
    "ELM": (50.0, 0.38, 0.36, 0.01),
    "ASH": (200.0, 0.50, 0.55, 0.05),
}
DIVIDENDS = {"ELM": (datetime.date(2025, 2, 10), 0.60)}
EXPIRIES = (datetime.date(2025, 2, 21), datetime.date(2025, 3, 21))
HOLIDAYS = {datetime.date(2025, 1, 9), datetime.date(2025, 1, 20), datetime.date(2025, 2, 17)}
FIRST, LAST = datetime.date(2025, 1, 2), datetime.date(2025, 3, 21)


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def price(call, spot, strike, years, vol):
    if years <= 0:
        return max(spot - strike if call else strike - spot, 0.0)
    total = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + RATE * years) / total + 0.5 * total
    sign = 1 if call else -1
    return sign * (spot * normal(sign * d1) - strike * math.exp(-RATE * years) * normal(sign * (d1 - total)))


def days():
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5 and day not in HOLIDAYS:
            yield day
        day += datetime.timedelta(days=1)


def escrow(name, day, expiry):
    ex, cash = DIVIDENDS.get(name, (None, 0))
    return cash * math.exp(-RATE * (ex - day).days / 365) if ex and day < ex <= expiry else 0.0


def quote(rng, value):
    """Bid and ask around a value, as text; now and then a fault."""
    half = max(0.01, 0.01 * value)
    bid, ask = math.floor((value - half) * 100) / 100, math.ceil((value + half) * 100) / 100
    fault = rng.random()
    if fault < 0.004:
        bid, ask = ask, bid
    if fault > 0.995:
        return "", ""
    return f"{max(bid, 0):.2f}", f"{max(ask, 0.01):.2f}"


def main():
    rng = random.Random(2025)
    spots = {name: terms[0] for name, terms in STOCKS.items()}
    levels = {name: terms[2] for name, terms in STOCKS.items()}
    steps = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15)
    strikes = {name: [round(spot * step, 1) for step in steps] for name, spot in spots.items()}
    out = open(sys.argv[1], "w", encoding="ascii") if len(sys.argv) > 1 else sys.stdout
    out.write("date,symbol,spot_bid,spot_ask,kind,strike,expiry,bid,ask\n")
    last = None
    for day in days():
        for name, (_, vol, implied, half) in STOCKS.items():
            if last:
                years = (day - last).days / 365
                ex, cash = DIVIDENDS.get(name, (None, 0))
                if ex and last < ex <= day:
                    spots[name] -= cash
                spots[name] *= math.exp((RATE - vol * vol / 2) * years + vol * math.sqrt(years) * rng.gauss(0, 1))
                levels[name] += 0.15 * (implied - levels[name]) + 0.25 * implied * math.sqrt(years) * rng.gauss(0, 1)
            spot = round(spots[name], 2)
            for expiry in EXPIRIES:
                if day > expiry:
                    continue
                years = (expiry - day).days / 365
                for strike in strikes[name]:
                    smile = levels[name] * (1 - 0.3 * math.log(strike / spot))
                    for kind in ("call", "put"):
                        value = price(kind == "call", spot - escrow(name, day, expiry), strike, years, smile)
                        bid, ask = quote(rng, value)
                        stock = f"{spot - half:.2f},{spot + half:.2f}"
                        out.write(f"{day},{name},{stock},{kind},{strike},{expiry},{bid},{ask}\n")
        last = day


main()
