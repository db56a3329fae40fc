#!/usr/bin/env python3
"""Golden pictures and figures for tests/image/classic_features_test.cpp: scikit-image, SciPy, Pillow and NumPy as the reference.

    python3 tests/reference/classic.py

Writes tests/image/golden/classic-*.png and tests/image/golden/classic.json. The pictures are small enough that the
program describes them unreduced, so that the formulas are compared and not the resizing. Formulas are written here from
docs/classic.md, on floating-point colours; the program's colours are bytes, which is what the test's tolerances are for.
Needs python3-numpy, python3-scipy, python3-skimage and python3-pil.
"""
import json
import pathlib

import numpy as np
from PIL import Image
from scipy import fft, ndimage
from skimage import color, feature, measure

here = pathlib.Path(__file__).resolve().parent.parent / "image"


def pictures():
    rng = np.random.default_rng(11)
    y, x = np.mgrid[0:128, 0:192].astype(float)
    scene = np.stack([120 + 90 * np.sin(x / 23) + y / 4, 90 + 60 * np.cos(y / 17 + x / 60), 40 + x * 0.8], -1)
    scene[30:70, 40:90] = [235, 60, 50]
    scene[80:118, 120:180] = [30, 60, 190]
    scene[(np.hypot(x - 130, y - 40) < 24)] = [245, 240, 235]
    scene += rng.normal(0, 6, scene.shape)
    yield "scene", scene
    y, x = np.mgrid[0:47, 0:61].astype(float)
    odd = np.stack([x * 4, y * 5, 255 - (x + y) * 2], -1) + rng.normal(0, 25, (47, 61, 3))
    odd[10:20] = odd[10:20].mean(-1, keepdims=True)
    yield "odd", odd
    blocks = np.kron(rng.integers(30, 220, (16, 20, 1)), np.ones((8, 8, 1))) + rng.normal(0, 2, (128, 160, 1))
    yield "blocks", np.repeat(blocks, 3, -1)


def moments(v):
    d = v - v.mean()
    return v.mean(), np.sqrt((d ** 2).mean()), np.cbrt((d ** 3).mean())


def cells(plane, n):
    h, w = plane.shape[:2]
    for i in range(n):
        for j in range(n):
            yield plane[i * h // n:(i + 1) * h // n, j * w // n:(j + 1) * w // n]


def luma_of(rgb):
    r, g, b = (rgb[..., c].astype(int) for c in range(3))
    return (299 * r + 587 * g + 114 * b + 500) // 1000


def gradients(luma):
    """Half of the central differences with the border repeated."""
    kernel = [0.5, 0, -0.5]  # convolution turns it round
    f = luma.astype(float)
    return (ndimage.convolve1d(f, kernel, axis=1, mode="nearest"), ndimage.convolve1d(f, kernel, axis=0, mode="nearest"))


def hog(square):
    gx, gy = gradients(square)
    size = np.hypot(gx, gy)
    turn = np.mod(np.arctan2(gy, gx), np.pi) / np.pi * 8
    bins = []
    for s, t in zip(cells(size, 4), cells(turn, 4)):
        for k in range(8):
            distance = np.abs(t - k)
            distance = np.minimum(distance, 8 - distance)
            bins.append((s * np.maximum(0, 1 - distance)).sum())
    v = np.array(bins)
    v = np.minimum(v / np.sqrt((v ** 2).sum() + 64 ** 2), 0.2)
    return v / np.sqrt((v ** 2).sum() + 1e-6) * np.sqrt(128)


def lbp(luma, radius):
    codes = feature.local_binary_pattern(luma, 8, radius, "uniform")[radius:-radius, radius:-radius]
    return np.sqrt(np.bincount(codes.astype(int).ravel(), minlength=10) / codes.size)


def glcm(luma):
    turns = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
    counts = feature.graycomatrix((luma // 16).astype(np.uint8), [1], turns, levels=16, symmetric=True)
    pooled = counts.sum(3, keepdims=True)
    p = pooled / pooled.sum()
    properties = [feature.graycoprops(p, name)[0, 0] for name in ("contrast", "homogeneity", "energy", "correlation")]
    properties[0] /= 8
    return properties + [-(p[p > 0] * np.log2(p[p > 0])).sum() / 8]


def spectrum(square):
    energy = fft.dctn(square / 255, norm="ortho") ** 2
    v, u = np.mgrid[0:64, 0:64]
    rings = [1, 2, 4, 8, 12, 16, 24, 32, 91]
    distance = np.hypot(u, v)
    means = [energy[(distance >= a) & (distance < b)].mean() for a, b in zip(rings, rings[1:])]
    return (np.log10(1e-6 + np.array(means)) + 3) / 3


def texture(luma):
    f = luma.astype(float)
    sharpness = np.log10(1 + ndimage.laplace(f, mode="nearest").var()) / 4
    n = ndimage.convolve(f, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], float))[1:-1, 1:-1]
    noise = np.log1p(np.sqrt(np.pi / 2) / 6 * np.abs(n).mean()) / 3
    blocks = []
    for steps in (np.abs(np.diff(f, axis=1)), np.abs(np.diff(f, axis=0)).T):
        border = np.arange(1, steps.shape[1] + 1) % 8 == 0
        blocks.append(np.log((steps[:, border].mean() + 0.5) / (steps[:, ~border].mean() + 0.5)))
    cross = ndimage.generate_binary_structure(2, 1)
    same = ndimage.minimum_filter(luma, footprint=cross, mode="nearest") == ndimage.maximum_filter(luma, footprint=cross, mode="nearest")
    return [sharpness, sharpness, noise, *blocks, same.mean()]


def layout(luma):
    gx, gy = gradients(luma)
    size = np.hypot(gx, gy)
    h, w = luma.shape
    x, y = np.meshgrid((2 * np.arange(w) + 1) / w - 1, (2 * np.arange(h) + 1) / h - 1)
    angle = np.degrees(np.arctan2(np.abs(gy), np.abs(gx)))
    axis = (np.minimum(angle, 90 - angle) < 11.25) & (size > 0)

    def pull(points):
        bump = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 / 9)) for a, b in points)
        return (size * bump).sum() / size.sum() / bump.mean()

    thirds = [(a, b) for a in (-1 / 3, 1 / 3) for b in (-1 / 3, 1 / 3)]
    mean_x, mean_y = np.average(x, weights=size), np.average(y, weights=size)
    return [(size > 16).mean(), (size > 48).mean(), np.abs(gy).sum() / (np.abs(gx) + np.abs(gy)).sum(),
            size[axis].sum() / size.sum(),
            np.corrcoef(luma.ravel(), luma[:, ::-1].ravel())[0, 1], np.corrcoef(luma.ravel(), luma[::-1].ravel())[0, 1],
            pull(thirds), pull([(0, 0)]), mean_x, mean_y,
            np.sqrt(np.average((x - mean_x) ** 2, weights=size)), np.sqrt(np.average((y - mean_y) ** 2, weights=size))]


def describe(rgb):
    groups = {}
    h, w = rgb.shape[:2]
    groups["size"] = [np.log2(w / 512), np.log2(h / 512), np.log(w / h), abs(np.log(w / h)), np.log2(1 + w * h / 1e6)]
    unit = rgb / 255
    groups["rgb"] = [*unit.mean((0, 1)), *unit.std((0, 1))]

    hsv = color.rgb2hsv(rgb)
    hue, saturation, value = (hsv[..., c] for c in range(3))
    direction = (saturation * np.exp(2j * np.pi * hue)).mean()
    groups["hsv"] = [*moments(saturation), *moments(value), direction.real, direction.imag,
                     abs(direction) / saturation.mean() if saturation.any() else 0]
    at = hue * 12
    soft = [np.maximum(0, 1 - np.minimum(np.abs(at - k), 12 - np.abs(at - k))) for k in range(12)]
    groups["hue"] = [np.sqrt((saturation * s).mean()) for s in soft]
    grey = (saturation < 0.149) | (value < 0.1)
    shares = [(grey & (np.floor(value * 255 * 6 / 256) == k)).mean() for k in range(6)]
    tone = np.where(value < 0.5, 0, np.where(saturation < 0.5, 1, 2))
    shares += [(~grey & (np.floor(hue * 8 + 0.5) % 8 == k) & (tone == t)).mean() for k in range(8) for t in range(3)]
    groups["palette"] = np.sqrt(shares)

    lab = color.rgb2lab(rgb) / [100, 50, 50]
    groups["lab"] = np.array([moments(lab[..., c]) for c in range(3)]).T.ravel()
    groups["grid_lab"] = np.concatenate([c.mean((0, 1)) for c in cells(lab, 4)])

    r, g, b = (rgb[..., c].astype(float) for c in range(3))
    rg, yb = r - g, (r + g) / 2 - b
    groups["opponent"] = [rg.mean() / 100, rg.std() / 100, yb.mean() / 100, yb.std() / 100,
                          (np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())) / 100]
    groups["warmth"] = [(r - b).mean() / 255, (r - b > 20).mean(), (r - b < -20).mean(),
                        ((saturation >= 0.5) & (value >= 0.5)).mean()]

    luma = luma_of(rgb)
    quantiles = np.quantile(luma, [.01, .05, .25, .5, .75, .95, .99], method="inverted_cdf")
    dark = ndimage.minimum_filter(rgb.min(-1), 15, mode="nearest")
    groups["luma"] = [*(quantiles / 255), luma.std() / 255, measure.shannon_entropy(luma, base=2) / 8, dark.mean() / 255]
    coarse = (rgb >> 3).astype(int) @ [1024, 32, 1]
    counts = np.unique(coarse, return_counts=True)[1]
    groups["variety"] = [np.log2(len(counts)) / 15, counts.max() / coarse.size, measure.shannon_entropy(coarse, base=2) / 15]
    groups["grid_contrast"] = [c.std() / 64 for c in cells(luma, 4)]

    square = luma_of(np.asarray(Image.fromarray(rgb).resize((64, 64), Image.BILINEAR)))
    gx, gy = gradients(luma)
    groups["hog"] = hog(square)
    groups["grid_edges"] = [c.mean() / 16 for c in cells(np.hypot(gx, gy), 4)]
    bands = [slice(i * h // 8, (i + 1) * h // 8) for i in range(8)], [slice(i * w // 8, (i + 1) * w // 8) for i in range(8)]
    groups["edge_rows"] = [np.abs(gy[s]).mean() / 8 for s in bands[0]]
    groups["edge_columns"] = [np.abs(gx[:, s]).mean() / 8 for s in bands[1]]
    groups["layout"] = layout(luma)
    groups["lbp1"], groups["lbp2"] = lbp(luma, 1), lbp(luma, 2)
    groups["texture"] = texture(luma)
    groups["glcm"] = glcm(luma)
    groups["spectrum"] = spectrum(square)
    return {name: [float(v) for v in values] for name, values in groups.items()}


golden = {}
for name, values in pictures():
    rgb = np.clip(np.round(values), 0, 255).astype(np.uint8)
    Image.fromarray(rgb).save(here / "golden" / f"classic-{name}.png", optimize=True)
    golden[name] = describe(rgb)
(here / "golden").mkdir(exist_ok=True)
(here / "golden" / "classic.json").write_text(json.dumps(golden, indent=1) + "\n")
