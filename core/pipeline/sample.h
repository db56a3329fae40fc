#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/job.h"
#include "core/engine/pictures.h"

namespace dank {

inline constexpr int kMinSampleRows = 10;
inline constexpr int kMaxSampleRows = 100'000;

/// Writes a synthetic dataset: folder/db.json (TinyDB, the shape of the paper's) and folder/memes/<id>.jpg or .png.
/// All pictures are drawn here, all names and jokes are invented. Same `count` and `seed`, same bytes.
///
/// THE PLANTED RULE. Upvotes follow what can be seen at a glance: warm beats cold, bright beats dark, and large
/// letters help a little. With
///     W in [-1, 1]  warmth of the backdrop, -1 blue … 1 orange       (uniform)
///     B in [-1, 1]  brightness of the backdrop                       (uniform)
///     C in [-1, 1]  size of the caption's letters                    (uniform)
///     a ~ N(0, 0.09²)  how well liked the author is, one for each author (0 where the author is "None")
///     e ~ N(0, 0.20²)  luck, one for each meme
/// a meme gets
///     log10(ups) = 3.5 + 0.70 W + 0.42 B + 0.10 C + a + e,
/// rounded to whole upvotes. The backdrop's mean colour (core/image/meme_painter.h) is linear in W and B:
///     R = m + 0.30 W,  B = m - 0.30 W,  m = 0.52 + 0.20 B.
/// Of the variance of log10(ups), 0.272, colour and brightness explain 0.81, letters 0.01, authors 0.03; 0.15 is luck.
/// Upvotes come out long-tailed: a median of about 3,000, the best of 400 near 100,000.
///
/// Two rows in a hundred, at least six, are broken on purpose, taking turns: its picture missing; a JPEG cut short; a
/// web page named .jpg; no "ups"; negative "ups"; the id of an earlier row.
///
/// `folder` must be missing, empty, or hold an earlier sample that nobody changed the db.json of; that one is replaced.
/// Files come first and db.json last, so that a stopped call leaves no db.json. Throws Error{Format} for a count
/// outside kMinSampleRows … kMaxSampleRows, Error{File|Disk}, Cancelled. Reports stage "sample".
SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed, const JobContext &job);

}  // namespace dank
