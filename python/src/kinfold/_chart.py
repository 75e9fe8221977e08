"""Small charts for a notebook: SVG, nothing loaded, readable without colour."""

from __future__ import annotations

import html

_WIDTH, _HEIGHT = 560, 160


def stacked_bars(labels: list[int], lower: list[int], upper: list[int], names: tuple[str, str], what: str) -> str:
    """Two counts for each label, one on the other; the upper is hatched, so that no colour is needed."""
    if not labels:
        return ""
    top = max(a + b for a, b in zip(lower, upper)) or 1
    first, last = labels[0], labels[-1]
    step = _WIDTH / (last - first + 1)
    bars = []
    for label, a, b in zip(labels, lower, upper):
        x = (label - first) * step
        for count, base, fill in ((a, 0, "currentColor"), (b, a, "url(#kf-hatch)")):
            height = _HEIGHT * count / top
            y = _HEIGHT - _HEIGHT * base / top - height
            bars.append(f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(step - 1, 1):.1f}' height='{height:.1f}' fill='{fill}'/>")
    return (
        f"<svg role='img' aria-label='{html.escape(what)}' viewBox='0 -4 {_WIDTH} {_HEIGHT + 44}' style='max-width:{_WIDTH}px;width:100%'>"
        "<defs><pattern id='kf-hatch' width='4' height='4' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
        "<rect width='4' height='4' fill='none'/><rect width='1.6' height='4' fill='currentColor'/></pattern></defs>"
        f"{''.join(bars)}<line x1='0' x2='{_WIDTH}' y1='{_HEIGHT}' y2='{_HEIGHT}' stroke='currentColor'/>"
        f"<g font-size='13' fill='currentColor'><text x='0' y='{_HEIGHT + 16}'>{first}</text>"
        f"<text x='{_WIDTH}' y='{_HEIGHT + 16}' text-anchor='end'>{last} bits</text>"
        f"<text x='{_WIDTH / 2}' y='{_HEIGHT + 16}' text-anchor='middle'>weight of the pair (log2)</text>"
        f"<text x='{_WIDTH / 2}' y='{_HEIGHT + 34}' text-anchor='middle'>solid: {names[0]}; hatched: {names[1]}</text></g></svg>"
    )


def waterfall(names: list[str], bits: list[float], what: str) -> str:
    """Steps from the prior to the answer, one below the other."""
    ends, total = [], 0.0
    for step in bits:
        ends.append((total, total + step))
        total += step
    low = min(min(a, b) for a, b in ends + [(0.0, total)])
    high = max(max(a, b) for a, b in ends + [(0.0, total)])
    span = (high - low) or 1.0
    left, row = 230, 20

    def at(value: float) -> float:
        return left + (value - low) / span * (_WIDTH - left - 60)

    rows = []
    for n, (name, step, (begin, end)) in enumerate(zip(names + ["together"], bits + [total], ends + [(0.0, total)])):
        x, width, y = min(at(begin), at(end)), max(abs(at(end) - at(begin)), 1.5), n * row
        fill = "currentColor" if step >= 0 else "none"
        rows.append(
            f"<text x='{left - 8}' y='{y + 13}' text-anchor='end'>{html.escape(name[:32])}</text>"
            f"<rect x='{x:.1f}' y='{y + 3}' width='{width:.1f}' height='12' fill='{fill}' stroke='currentColor'/>"
            f"<text x='{x + width + 4:.1f}' y='{y + 13}'>{step:+.1f}</text>"
        )
    height = row * (len(bits) + 1) + 18
    return (
        f"<svg role='img' aria-label='{html.escape(what)}' viewBox='0 0 {_WIDTH} {height}' style='max-width:{_WIDTH}px;width:100%'>"
        f"<g font-size='12' fill='currentColor'>{''.join(rows)}"
        f"<text x='{left}' y='{height - 4}'>bits: each doubles the odds; hollow: counts against</text></g></svg>"
    )


def intervals(names: list[str], estimates: list[float], lows: list[float], highs: list[float], what: str) -> str:
    """Estimates with their intervals, one below the other, and a line at no effect."""
    if not names:
        return ""
    low, high = min([0.0, *lows]), max([0.0, *highs])
    span = (high - low) or 1.0
    left, row = 250, 20

    def at(value: float) -> float:
        return left + (value - low) / span * (_WIDTH - left - 80)

    rows = []
    for n, (name, estimate, begin, end) in enumerate(zip(names, estimates, lows, highs)):
        y = n * row + 10
        rows.append(
            f"<text x='{left - 10}' y='{y + 4}' text-anchor='end'>{html.escape(name if len(name) <= 40 else name[:39] + '…')}</text>"
            f"<line x1='{at(begin):.1f}' x2='{at(end):.1f}' y1='{y}' y2='{y}' stroke='currentColor' stroke-width='2'/>"
            f"<circle cx='{at(estimate):.1f}' cy='{y}' r='4' fill='currentColor'/>"
            f"<text x='{_WIDTH}' y='{y + 4}' text-anchor='end'>{_figure(estimate)}</text>"
        )
    bottom = row * len(names)
    return (
        f"<svg role='img' aria-label='{html.escape(what)}' viewBox='0 0 {_WIDTH} {bottom + 22}' style='max-width:{_WIDTH}px;width:100%'>"
        f"<g font-size='12' fill='currentColor'>{''.join(rows)}"
        f"<line x1='{at(0):.1f}' x2='{at(0):.1f}' y1='0' y2='{bottom}' stroke='currentColor' stroke-dasharray='3 3'/>"
        f"<text x='{at(0):.1f}' y='{bottom + 15}' text-anchor='middle'>no effect</text></g></svg>"
    )


def _figure(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"
