#include "core/dataset/feature_matrix.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/rows.h"

namespace dank {

namespace {

/// NPY 1.0: magic, version, length of the header, then a Python dictionary padded to a multiple of 64 bytes
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
std::string npyHeader(std::size_t rows, std::size_t columns)
{
    std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", "
                             + std::to_string(columns) + "), }";
    constexpr std::size_t kPreamble = 10;
    const std::size_t used = kPreamble + dictionary.size() + 1;
    dictionary.append((64 - used % 64) % 64, ' ');
    dictionary.push_back('\n');
    std::string header = "\x93NUMPY";
    header.push_back('\x01');
    header.push_back('\x00');
    header.push_back(static_cast<char>(dictionary.size() & 0xff));
    header.push_back(static_cast<char>(dictionary.size() >> 8));
    return header + dictionary;
}

}  // namespace

std::vector<float> FeatureMatrix::gathered(std::span<const std::size_t> rows) const
{
    std::vector<float> result;
    result.reserve(rows.size() * columns);
    for (const std::size_t i : rows) {
        const auto from = row(i);
        result.insert(result.end(), from.begin(), from.end());
    }
    return result;
}

void FeatureMatrix::dropUnused()
{
    std::vector<std::size_t> firstRows;
    std::vector<std::uint32_t> renumbered(vectorOf.size());
    for (const auto &sharing : rowsByKey(vectorOf.size(), [&](std::size_t row) { return vectorOf[row]; })) {
        for (const std::size_t row : sharing)
            renumbered[row] = static_cast<std::uint32_t>(firstRows.size());
        firstRows.push_back(sharing.front());
    }
    if (renumbered == vectorOf && firstRows.size() * columns == values.size())
        return;
    values = gathered(firstRows);
    vectorOf = std::move(renumbered);
}

void FeatureMatrix::check() const
{
    const std::size_t vectors = columns == 0 ? 0 : values.size() / columns;
    const bool shares = !vectorOf.empty();
    if (vectors * columns != values.size() || (shares ? vectorOf.size() : vectors) != rows()
        || std::ranges::any_of(vectorOf, [&](std::uint32_t vector) { return vector >= vectors; }))
        throw Error(ErrorKind::Shape, "The feature matrix holds " + std::to_string(values.size())
                                          + " numbers instead of " + std::to_string(rows()) + " times "
                                          + std::to_string(columns) + ".");
}

void writeNpy(const FeatureMatrix &matrix, const std::filesystem::path &npy)
{
    static_assert(std::endian::native == std::endian::little && sizeof(float) == 4
                      && std::numeric_limits<float>::is_iec559,
                  "the values are written as they lie in memory");
    matrix.check();
    std::string ids;
    for (const MemeId &id : matrix.ids) {
        if (id.find('\n') != MemeId::npos)
            throw Error(ErrorKind::Format, "An id with a line break in it cannot be written to a list of ids.", npy);
        ids += id;
        ids += '\n';
    }
    const std::string header = npyHeader(matrix.rows(), matrix.columns);
    std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span(header))};
    if (matrix.vectorOf.empty())
        pieces.push_back(std::as_bytes(std::span(matrix.values)));
    for (std::size_t i = 0; i < matrix.vectorOf.size(); ++i)
        pieces.push_back(std::as_bytes(matrix.row(i)));
    writeFileAtomically(npy, pieces);

    std::filesystem::path list = npy;
    list.replace_extension(npy.extension() == ".npy" ? ".ids.txt" : npy.extension().native() + ".ids.txt");
    writeFileAtomically(list, ids);
}

}  // namespace dank
