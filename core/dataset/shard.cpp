#include "core/dataset/shard.h"

#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {
namespace {

constexpr std::uint32_t kMost = 1'000'000;

std::optional<std::uint64_t> numberIn(std::string_view text, int base)
{
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Shard::holds(std::string_view pictureHash) const
{
    const auto first = numberIn(pictureHash.substr(0, 16), 16);
    return isWhole() || !first || *first % of == number - 1;
}

std::string Shard::text() const
{
    return std::to_string(number) + '/' + std::to_string(of);
}

Shard Shard::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto number = numberIn(text.substr(0, slash), 10);
    const auto of = numberIn(slash == std::string_view::npos ? "" : text.substr(slash + 1), 10);
    const std::string quoted = '"' + printable(text.substr(0, 60)) + "\" ";
    if (!number || !of)
        throw Error(ErrorKind::Format, quoted + "is no part: it is I/N, as 2/8 for the second of eight");
    if (*of < 1 || *of > kMost)
        throw Error(ErrorKind::Format,
                    quoted + "asks for " + std::to_string(*of) + " parts: there may be 1 to 1000000");
    if (*number < 1 || *number > *of)
        throw Error(ErrorKind::Format, quoted + "is no part: with " + std::to_string(*of) + " of them they are 1/"
                                           + std::to_string(*of) + " to " + std::to_string(*of) + '/'
                                           + std::to_string(*of));
    return {static_cast<std::uint32_t>(*number), static_cast<std::uint32_t>(*of)};
}

}  // namespace dank
