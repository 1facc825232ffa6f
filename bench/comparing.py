"""What two runs differ by: ratios by more than their noise, questions and bytes by anything worth telling."""

LEAST = 0.15  # a ratio that moves by less is the machine's own restlessness
BYTES = 0.02


def noise_of(found):
    """How far the turns of one measurement lie from their middle, half of them: a share of the ratio."""
    turns = sorted(found["turns"])
    quarter = len(turns) // 4
    return (turns[-1 - quarter] - turns[quarter]) / 2 / found["ratio"]


def compare(before, now):
    """Sentences about what got worse, and what got better, from one run's results to the next (as bench writes them).

    Pages are compared where both runs have them, on the same database and data.
    """
    worse, better = [], []
    for data, pages in now.items():
        for key, found in pages.items():
            if key in before.get(data, {}):
                differ(f"{found['title']} ({data})", before[data][key], found, worse, better)
    return worse, better


def differ(name, before, now, worse, better):
    margin = max(LEAST, noise_of(before) + noise_of(now))
    change = now["ratio"] / before["ratio"] - 1
    if abs(change) > margin:
        text = f"{name}: {before['ratio']:.2f} → {now['ratio']:.2f} golv ({change:+.0%}, bruset är {margin:.0%})"
        (worse if change > 0 else better).append(text)
    if now["queries"] != before["queries"]:
        text = f"{name}: {before['queries']} → {now['queries']} frågor"
        (worse if now["queries"] > before["queries"] else better).append(text)
    if abs(now["bytes"] - before["bytes"]) > BYTES * before["bytes"]:
        text = f"{name}: {before['bytes'] / 1000:.0f} → {now['bytes'] / 1000:.0f} kB"
        (worse if now["bytes"] > before["bytes"] else better).append(text)


def growth(small, large):
    """(page, small, large, faults) of the pages that two sizes of data share.

    The questions must be equal, and the ratio to a floor that reads the same rows may not grow by more than the noise:
    where it does, the rows do not explain the time.
    """
    for key in [key for key in small if key in large]:
        one, two = small[key], large[key]
        margin = 1 + max(LEAST, noise_of(one) + noise_of(two))
        faults = [f"frågorna är {one['queries']} → {two['queries']}"] if one["queries"] != two["queries"] else []
        faults += ["raderna förklarar inte tiden"] if two["ratio"] > one["ratio"] * margin else []
        yield key, one, two, faults
