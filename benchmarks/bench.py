"""Measure speed, memory and quality, print one table and draw the README's two figures.

``make bench`` runs it. It takes a quarter of an hour; leave the machine alone meanwhile.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import quality
from matplotlib.figure import Figure
from tqdm import tqdm

from nst_helpers import load_picture

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SIZE = 256
PAIRS = [
    ("summer_palace", "starry_night"),
    ("flower", "great_wave"),
    ("astronaut", "village_street_auvers"),
]
MILESTONES = {100: 1 / 4, 300: 1 / 6}  # steps of the tutorial: share of its time that is allowed
RUNS = {"ours": 3, "tutorial": 1}  # short ones vary more, so the middle one counts
IMPORTS = 5
JUDGES = {"published": "VGG as published", "changed": "VGG with our border and averages"}
PIECES = {  # measure: pair, rows and columns of the piece that shows it best
    "the border": (1, slice(0, 70), slice(0, 106)),
    "averages": (1, slice(50, 120), slice(75, 181)),
    "coarse to fine": (1, slice(50, 120), slice(75, 181)),
}
SAME_COST = (1, slice(50, 120), slice(75, 181))


def measured(name: str, *arguments: object) -> list[dict]:
    """Run one measurement in a process of its own; clocks count from its start."""
    command = [sys.executable, str(HERE / "measure.py"), name, *map(str, arguments)]
    begin = time.time()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [{**line, "clock": line["clock"] - begin} for line in lines]


def race(content: str, style: str, folder: Path) -> tuple[dict, dict]:
    """Let both programs transfer one pair; return their curves, and their pictures of equal J."""
    files = [folder / f"{name}.npy" for name in (content, style)]
    for name, file in zip((content, style), files):
        np.save(file, load_picture(name, SIZE))
    ends = {who: folder / f"{content}_{who}.npy" for who in ("ours", "tutorial")}
    curves = {}
    for who, end in ends.items():
        runs = [
            [(line["clock"], line["J"]) for line in measured(who, *files, end) if line["J"]]
            for _ in range(RUNS[who])
        ]
        curves[who] = sorted(runs, key=lambda curve: curve[-1])[len(runs) // 2]
    J = curves["tutorial"][-1][1]
    first = next((n for n, (_, cost) in enumerate(curves["ours"]) if cost <= J), -1)
    np.save(ends["ours"], np.load(ends["ours"])[first])
    same = measured("same_cost", *files, *ends.values())[0]
    difference = np.max(np.abs(np.divide(same["ours"], same["plain"]) - 1))
    if difference > 1e-3:
        raise AssertionError(f"the two programs disagree about J by {difference:.1e}")
    return curves, ends


def arrival(curve: list[tuple[float, float]], J: float) -> float:
    """Return when a curve first is at J or below; never is infinitely late."""
    return next((clock for clock, cost in curve if cost <= J), float("inf"))


def table(races: dict) -> list[tuple[str, str, str]]:
    """Measure speed and memory, and return rows: what, measured, demanded."""
    one = measured("evaluation")[0]
    rows = [
        (
            "J and dJ/dG, VGG19, 256 × 256: times faster than the plain form",
            f"{one['plain'] / one['ours']:.2f} ({one['plain']:.2f} s / {one['ours']:.2f} s)",
            "≥ 1.35",
        ),
        (
            "… than the plain form with our border and pooling",
            f"{one['plain_with_edge'] / one['ours']:.2f}",
            "",
        ),
        (
            "… with VGG's own border and pooling on both sides",
            f"{one['plain'] / one['ours_as_vgg']:.2f}",
            "",
        ),
        (
            f"… over the time of its operations at {one['rate'] / 1e9:.0f} GFLOP/s",
            f"{one['ours'] / one['needed']:.2f}",
            "≤ 1.15",
        ),
    ]
    for (content, style), (curves, _) in races.items():
        for steps, share in MILESTONES.items():
            plain, J = curves["tutorial"][steps - 1]
            mine = arrival(curves["ours"], J)
            rows.append(
                (
                    f"{content} + {style}: time to the cost of {steps} plain steps",
                    f"1/{plain / mine:.1f} ({mine:.1f} s / {plain:.0f} s)",
                    f"≤ 1/{1 / share:.0f}",
                )
            )
    seconds = {
        module: statistics.median(measured("imported", module)[0]["clock"] for _ in range(IMPORTS))
        for module in ("tensorflow", "nst_helpers")
    }
    rows.append(
        (
            "import nst_helpers over import tensorflow",
            f"{seconds['nst_helpers'] / seconds['tensorflow']:.2f} "
            f"({seconds['nst_helpers']:.1f} s / {seconds['tensorflow']:.1f} s)",
            "little more than 1",
        )
    )
    for size, limit in ((512, "< 3 GB"), (1024, "< 24 GB")):
        peak = measured("memory", size)[0]["bytes"]
        rows.append((f"peak memory of a transfer, {size} × {size}", f"{peak / 1e9:.2f} GB", limit))
    return rows


def same_cost(races: dict, folder: Path) -> list[tuple[str, str, str]]:
    """Compare the two programs' pictures of the same J, and return rows as `table` does."""
    rows = []
    for (content, style), (_, ends) in races.items():
        pair = f"{content} + {style}, both at the cost of 300 plain steps"
        S = np.load(folder / f"{style}.npy")
        G = {who: np.load(ends[who]) for who in ("tutorial", "ours")}
        for name, measure in (("grain in colour", quality.grain), ("grid", quality.grid)):
            values = [measure(image) for image in (*G.values(), S)]
            values = ", ".join(f"{value:.2f}" for value in values)
            rows.append((f"{pair}: {name} of the plain form's picture, of ours, of S", values, ""))
        costs = measured("held_out", folder / f"{style}.npy", ends["ours"], ends["tutorial"])[0]
        rows += held_out_rows(f"{pair}: style cost of the plain form's picture over ours", costs)
    return rows


def held_out_rows(what: str, costs: dict, number: int = 1) -> list[tuple[str, str, str]]:
    """Return a row for each judge: the costs of one picture over those of the first."""
    return [
        (
            f"{what}, in conv2_2, conv3_3, conv4_3 of {words}",
            ", ".join(f"{ratio:.2f}" for ratio in np.divide(costs[judge][number], costs[judge][0])),
            "",
        )
        for judge, words in JUDGES.items()
    ]


def clean(races: dict, folder: Path) -> list[tuple[str, str, str]]:
    """Leave each measure of quality out, draw pieces, and return rows as `table` does."""
    images, rows = [], []
    for content, style in PAIRS:
        files = [folder / f"{name}.npy" for name in (content, style)]
        ends = {name: folder / f"{content}_{name}.npy" for name in quality.WITHOUT}
        for name, options in quality.WITHOUT.items():
            measured("transfer", *files, ends[name], *options)
        G = {name: np.load(end) for name, end in ends.items()}
        images.append(G)
        C, S = (np.load(file) for file in files)
        pair = f"{content} + {style}"
        rows += [
            (
                f"{pair}: frame, in grey levels of 255, without the border, with it, and in C",
                f"{quality.frame(G['the border']):.1f}, {quality.frame(G['default']):.1f}, "
                f"{quality.frame(C):.1f}",
                "",
            ),
            (
                f"{pair}: grid, without averages, with them, and in S",
                f"{quality.grid(G['averages']):.2f}, {quality.grid(G['default']):.2f}, "
                f"{quality.grid(S):.2f}",
                "",
            ),
            (
                f"{pair}: grain in colour, without coarse to fine, with it, and in S",
                f"{quality.grain(G['coarse to fine']):.1f}, {quality.grain(G['default']):.1f}, "
                f"{quality.grain(S):.1f}",
                "",
            ),
        ]
        costs = measured("held_out", files[1], *ends.values())[0]
        for number, name in enumerate(quality.WITHOUT):
            if number:
                what = f"{pair}: style cost without {name} over the default's"
                rows += held_out_rows(what, costs, number)
    pieces = [
        [
            (f"without {name}", images[pair][name][:, i, j]),
            (f"with {name}", images[pair]["default"][:, i, j]),
        ]
        for name, (pair, i, j) in PIECES.items()
    ]
    pair, i, j = SAME_COST
    G = {who: np.load(end)[:, i, j] for who, end in races[PAIRS[pair]][1].items()}
    pieces.append([("plain Adam, 300 steps", G["tutorial"]), ("ours at the same J", G["ours"])])
    quality.draw(pieces, DOCS / "quality.png")
    return rows


def draw_races(races: dict, path: Path) -> None:
    """Draw J against the seconds since the program was started."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    for axes, ((content, style), (curves, _)) in zip(figure.subplots(1, len(races)), races.items()):
        for name, colour, label in (
            ("tutorial", "#D55E00", "plain TensorFlow, Adam"),
            ("ours", "#0072B2", "this package"),
        ):
            clocks, costs = zip(*curves[name])
            axes.loglog(clocks, costs, color=colour, lw=2.5, label=label)
        for steps in MILESTONES:
            clock, J = curves["tutorial"][steps - 1]
            axes.plot(clock, J, "o", color="#D55E00")
            axes.annotate(
                f"{steps} steps", (clock, J), (-6, 6), textcoords="offset points", ha="right"
            )
            axes.hlines(J, arrival(curves["ours"], J), clock, color="0.6", lw=1, ls=":")
        axes.set_title(f"{content} + {style}".replace("_", " "), fontsize=12)
        axes.set_xlabel("seconds since the start", fontsize=12)
    figure.axes[0].set_ylabel("J(G)", fontsize=12)
    figure.axes[0].legend(fontsize=11, frameon=False)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run everything."""
    print(platform.processor() or platform.machine(), "·", platform.python_version())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        races = {pair: race(*pair, folder) for pair in tqdm(PAIRS, desc="pairs")}
        rows = [*table(races), *same_cost(races, folder), *clean(races, folder)]
    draw_races(races, DOCS / "speed.png")
    print("| what | measured | demanded |\n|---|---|---|")
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
