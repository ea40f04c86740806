# SPDX-License-Identifier: GPL-3.0-or-later
"""Small plots as SVG, with the standard library alone."""
from xml.sax.saxutils import escape

LICENCE = "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->"
COLOURS = {"yestermail": "#1f6f54", "restic": "#8a8f98", "borg": "#a9adb5", "bup": "#c6c9cf"}
FONT = 'font-family="sans-serif" font-size="12"'


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def bars(title, values, limit=None):
    """One bar a name, from 0; `limit` is a dashed line."""
    width, row, left = 420, 24, 90
    height = 44 + row * len(values) + (18 if limit else 0)
    most = max([v for _, v in values] + ([limit] if limit else [])) or 1
    scale = (width - left - 70) / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
           LICENCE,
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="10" y="20" {FONT} font-weight="bold">{escape(title)}</text>']
    for i, (name, value) in enumerate(values):
        y = 32 + i * row
        out.append(f'<text x="{left - 8}" y="{y + 14}" {FONT} text-anchor="end">{escape(name)}</text>')
        out.append(f'<rect x="{left}" y="{y}" width="{max(1, value * scale):.1f}" height="{row - 6}" '
                   f'fill="{COLOURS.get(name, "#777777")}"/>')
        out.append(f'<text x="{left + value * scale + 6:.1f}" y="{y + 14}" {FONT}>{number(value)}</text>')
    if limit:
        x, bottom = left + limit * scale, 32 + row * len(values)
        out.append(f'<line x1="{x:.1f}" y1="28" x2="{x:.1f}" y2="{bottom}" stroke="#b03030" stroke-dasharray="4 3"/>')
        out.append(f'<text x="{x + 4:.1f}" y="{bottom + 12}" {FONT} fill="#b03030">limit {number(limit)}</text>')
    out.append("</svg>\n")
    return "\n".join(out)


def lines(title, axis, points):
    """Curves over a logarithmic x axis: `points` is name -> [(x, y)]; each curve is scaled to its own largest value."""
    import math
    width, height, left, bottom = 460, 260, 40, 40
    xs = sorted({x for curve in points.values() for x, _ in curve})
    low, high = math.log10(xs[0]), math.log10(xs[-1])

    def at(x, y, most):
        return (left + (math.log10(x) - low) / ((high - low) or 1) * (width - left - 130),
                height - bottom - y / (most or 1) * (height - bottom - 50))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
           LICENCE,
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="10" y="20" {FONT} font-weight="bold">{escape(title)}</text>']
    colours = ("#1f6f54", "#b03030", "#3050b0", "#a06010", "#703090")
    for i, (name, curve) in enumerate(points.items()):
        most = max(y for _, y in curve)
        places = [at(x, y, most) for x, y in curve]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        colour = colours[i % len(colours)]
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out.append(f'<text x="{width - 124}" y="{44 + 16 * i}" {FONT} fill="{colour}">{escape(name)} ≤ {number(most)}</text>')
    for x in xs:
        out.append(f'<text x="{at(x, 0, 1)[0]:.1f}" y="{height - 20}" {FONT} text-anchor="middle">{x:,}</text>')
    out.append(f'<text x="{left}" y="{height - 5}" {FONT}>{escape(axis)}</text></svg>\n')
    return "\n".join(out)
