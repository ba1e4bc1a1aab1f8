# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots of what benchmarks found, as SVG, with nothing but Python: bars for comparisons, lines for growth."""
import html
import math

COLOURS = ['#2b6cb0', '#c05621', '#2f855a', '#805ad5', '#b7791f', '#4a5568', '#b83280']  # one for each curve of bench_worker
FONT = 'font-family="sans-serif" font-size="12"'


def _text(x, y, words, anchor='start', colour='#1a202c'):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}" {FONT}>{html.escape(str(words))}</text>'


def _write(path, width, height, parts):
    with open(path, 'w', encoding='utf-8') as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="100%" height="100%" fill="white"/>'
                  + ''.join(parts) + '</svg>\n')


def bars(path, title, unit, rows):
    """rows: (name, value); longer is more."""
    most = max((value for _, value in rows), default=1) or 1
    parts = [_text(10, 20, f'{title} ({unit})')]
    for i, (name, value) in enumerate(rows):
        y = 36 + 22 * i
        parts.append(_text(290, y + 13, name, 'end'))
        parts.append(f'<rect x="300" y="{y}" width="{380 * value / most:.1f}" height="16" fill="{COLOURS[0 if name.startswith("confer") else 1]}"/>')
        parts.append(_text(306 + 380 * value / most, y + 13, f'{value:.2f}'))
    _write(path, 760, 50 + 22 * len(rows), parts)


def lines(path, title, x_name, unit, series):
    """series: {name: [(x, y)]}, both axes logarithmic."""
    points = [point for values in series.values() for point in values if min(point) > 0]
    if not points:
        return
    low, high = [[pick(math.log10(p[i]) for p in points) for i in (0, 1)] for pick in (min, max)]
    span = [max(high[i] - low[i], 0.1) for i in (0, 1)]

    def place(x, y):
        return 70 + 480 * (math.log10(x) - low[0]) / span[0], 310 - 260 * (math.log10(y) - low[1]) / span[1]

    parts = [_text(10, 20, f'{title} ({unit})'), _text(310, 350, x_name, 'middle')]
    for i, (name, values) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        dots = [place(*point) for point in values if min(point) > 0]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in dots)}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in dots]
        parts.append(_text(570, 60 + 18 * i, name, colour=colour))
    for x in sorted({p[0] for p in points}):
        parts.append(_text(place(x, 10 ** low[1])[0], 330, f'{x:g}', 'middle'))
    for y in (10 ** low[1], 10 ** ((low[1] + high[1]) / 2), 10 ** high[1]):
        parts.append(_text(62, place(10 ** low[0], y)[1] + 4, f'{y:,.0f}' if y >= 100 else f'{y:.3g}', 'end'))
    _write(path, 760, 360, parts)
