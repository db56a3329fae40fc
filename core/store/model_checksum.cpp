#include "core/store/model_checksum.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/store/model_head.h"

namespace dank {

namespace {

using Bytes = std::span<const std::byte>;

/// Where the digits begin. In no text of the header can this be found: there, quotation marks are escaped.
std::optional<std::size_t> digitsIn(Bytes bytes)
{
    const std::string entry = std::string("\"") + kModelHashKey + "\":\"";
    const auto found = std::ranges::search(bytes, std::as_bytes(std::span(entry)));
    const auto at = static_cast<std::size_t>(found.begin() - bytes.begin()) + entry.size();
    return found.empty() || at + kModelHashBlank.size() > bytes.size() ? std::nullopt : std::optional(at);
}

/// Of `bytes`, whose digits are at `at`, and what follows them.
std::string sumOf(Bytes bytes, std::size_t at, std::span<const Bytes> more)
{
    std::vector<Bytes> pieces{bytes.first(at), std::as_bytes(std::span(kModelHashBlank)),
                              bytes.subspan(at + kModelHashBlank.size())};
    pieces.insert(pieces.end(), more.begin(), more.end());
    return hashPieces(pieces);
}

}  // namespace

void sealModel(std::vector<std::byte> &header, std::span<const Bytes> tensors)
{
    const auto at = digitsIn(header);
    if (!at)
        throw Error(ErrorKind::Shape, "A model's header has no place for its checksum.");
    const std::string sum = sumOf(header, *at, tensors);
    std::ranges::copy(std::as_bytes(std::span(sum)), header.begin() + static_cast<std::ptrdiff_t>(*at));
}

void checkModelSeal(Bytes file, const std::map<std::string, std::string> &metadata)
{
    const auto sum = metadata.find(kModelHashKey);
    if (sum == metadata.end())
        return;
    const auto at = digitsIn(file);
    if (!at || sum->second != sumOf(file, *at, {}))
        refuseModel("it is not as it was written, for its checksum is another: the file is damaged. Copy or fetch it "
                    "again, or take the model of its run from the library");
}

}  // namespace dank
