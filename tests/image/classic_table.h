#pragma once

#include <array>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/image/classic_features.h"

// The names of classicFeatures()' numbers, which nothing but a test and a benchmark has asked for so far.
namespace dank {

/// Numbers that belong together, at `first` … `first + count - 1`.
struct ClassicGroup {
    const char *name;  ///< first part of its columns' names ("hog")
    int first;
    int count;
    const char *what;    ///< one line for a person
    const char *source;  ///< whose formula it is; empty where it is our own (docs/classic.md has them all)
};

struct Entry {
    const char *name;
    int rows, columns;    ///< of a grid; 1 × 1 where there is none
    const char *details;  ///< names of the numbers, or of each cell's; "#3" stands for 0 1 2
    const char *what;
    const char *source;
};

inline constexpr Entry kEntries[] = {
    {"size", 1, 1, "log_width log_height log_aspect elongation megapixels", "size and aspect", ""},
    {"rgb", 1, 1, "mean.R mean.G mean.B deviation.R deviation.G deviation.B", "red, green and blue: means, deviations",
     ""},
    {"hsv", 1, 1, "mean.S deviation.S skew.S mean.V deviation.V skew.V hue_cos hue_sin hue_focus",
     "saturation and value: moments; the mean hue's direction", "Stricker & Orengo 1995"},
    {"lab", 1, 1, "mean.L mean.a mean.b deviation.L deviation.a deviation.b skew.L skew.a skew.b", "CIE Lab: moments",
     "Stricker & Orengo 1995"},
    {"opponent", 1, 1, "mean.rg deviation.rg mean.yb deviation.yb colourfulness", "opponent colours, colourfulness",
     "Hasler & Suesstrunk 2003"},
    {"warmth", 1, 1, "mean warm cold vivid", "red minus blue; shares of warm, cold and vivid pixels", ""},
    {"luma", 1, 1, "p01 p05 p25 p50 p75 p95 p99 deviation entropy dark_channel",
     "brightness: quantiles, contrast, entropy, dark channel", "Shannon 1948; He, Sun & Tang 2009"},
    {"hue", 1, 1, "#12", "hue histogram weighted by saturation", "Swain & Ballard 1991"},
    {"palette", 1, 1, "#30", "six greys, eight hues dark, pale and vivid", "Barnes et al. 2021"},
    {"variety", 1, 1, "distinct commonest entropy", "how many colours", ""},
    {"grid_lab", 4, 4, "L a b", "mean colour of 4 x 4 cells", ""},
    {"grid_contrast", 4, 4, "", "contrast of 4 x 4 cells", ""},
    {"hog", 4, 4, "#8", "directions of gradients in 4 x 4 cells", "Dalal & Triggs 2005"},
    {"grid_edges", 4, 4, "", "strength of edges in 4 x 4 cells", ""},
    {"edge_rows", 1, 1, "#8", "level edges in eight bands from the top", ""},
    {"edge_columns", 1, 1, "#8", "upright edges in eight bands from the left", ""},
    {"layout", 1, 1,
     "edges strong_edges level axis symmetry_lr symmetry_tb thirds middle centre_x centre_y spread_x spread_y",
     "how much is edges, which way they run, where they lie; symmetry; rule of thirds", "Datta et al. 2006"},
    {"lbp1", 1, 1, "#10", "local binary patterns at radius 1", "Ojala, Pietikaeinen & Maeenpaeae 2002"},
    {"lbp2", 1, 1, "#10", "local binary patterns at radius 2", "Ojala, Pietikaeinen & Maeenpaeae 2002"},
    {"texture", 1, 1, "sharpness sharpness_full noise block_columns block_rows flat",
     "sharpness, noise, JPEG's blocks, flat areas",
     "Pech-Pacheco et al. 2000; Immerkaer 1996; Wang, Sheikh & Bovik 2002"},
    {"glcm", 1, 1, "contrast homogeneity energy correlation entropy", "grey level co-occurrence",
     "Haralick, Shanmugam & Dinstein 1973"},
    {"spectrum", 1, 1, "#8", "energy of the cosine transform in eight rings", "Ahmed, Natarajan & Rao 1974"},
    {"text_grid", 3, 3, "", "share of 3 x 3 cells covered by lines of text", ""},
    {"text_band", 1, 1, "top middle bottom all", "the same for the upper quarter, the middle, the lower quarter", ""},
    {"bright_strokes", 3, 3, "", "nearly white strokes in 3 x 3 cells", "Serra 1982"},
    {"dark_strokes", 3, 3, "", "nearly black strokes in 3 x 3 cells", "Serra 1982"},
    {"text", 1, 1,
     "bright_lines dark_lines letters letter_height letter_height_short largest_letters top_letters bottom_letters "
     "line_width off_centre bright_cover dark_cover highest lowest",
     "lines of text, their letters' height, width and place", ""},
    {"frame", 1, 1,
     "top bottom left right luma.top luma.bottom luma.left luma.right white_top white_bottom black_top black_bottom",
     "plain borders; white and black bars above and below", ""},
    {"panels", 1, 1,
     "row rows row_at column columns column_at row_1_4 row_1_3 row_1_2 row_2_3 row_3_4 "
     "column_1_4 column_1_3 column_1_2 column_2_3 column_3_4",
     "lines right across, as between a comic's panels", ""},
};

/// "#3" is 0 1 2; nothing is one number without a name of its own.
inline std::vector<std::string> detailsOf(const Entry &entry)
{
    std::vector<std::string> details;
    if (entry.details[0] == '#') {
        for (int i = 0; i < std::stoi(entry.details + 1); ++i)
            details.push_back(std::to_string(i));
        return details;
    }
    std::istringstream words(entry.details);
    for (std::string word; words >> word;)
        details.push_back(word);
    if (details.empty())
        details.emplace_back();
    return details;
}

inline std::vector<std::string> namesOf(const Entry &entry)
{
    std::vector<std::string> names;
    const std::vector<std::string> details = detailsOf(entry);
    const bool grid = entry.rows > 1 || entry.columns > 1;
    for (int i = 0; i < entry.rows; ++i)
        for (int j = 0; j < entry.columns; ++j)
            for (const std::string &detail : details) {
                std::string name = entry.name;
                if (grid)
                    name += '.' + std::to_string(i) + '.' + std::to_string(j);
                names.push_back(detail.empty() ? name : name + '.' + detail);
            }
    return names;
}

/// The groups in the order of their columns, without gaps. Formulas, scales and sources: docs/classic.md.
inline std::span<const ClassicGroup> classicGroups()
{
    static const auto groups = [] {
        std::array<ClassicGroup, std::size(kEntries)> result{};
        int first = 0;
        for (std::size_t i = 0; i < result.size(); ++i) {
            const Entry &entry = kEntries[i];
            const int count = static_cast<int>(namesOf(entry).size());
            result[i] = {entry.name, first, count, entry.what, entry.source};
            first += count;
        }
        return result;
    }();
    return groups;
}

/// A stable name for each column, "group.detail". Grids are named row by row from the top left ("grid_lab.0.3.L").
inline std::vector<std::string> classicFeatureNames()
{
    std::vector<std::string> names;
    for (const Entry &entry : kEntries)
        for (std::string &name : namesOf(entry))
            names.push_back(std::move(name));
    return names;
}

}  // namespace dank
