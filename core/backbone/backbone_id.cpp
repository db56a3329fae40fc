#include "core/backbone/backbone_id.h"

#include <charconv>
#include <vector>

#include "core/backbone/convention.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/names.h"

namespace dank {

namespace {

// In the order of their enumerations.
constexpr const char *kPrecisions[] = {"fp32", "bf16", "fp16", "tf32"};
constexpr const char *kResizeRules[] = {"warp", "crop", "letterbox", "whole"};

}  // namespace

const char *precisionName(Precision precision) noexcept
{
    return nameIn(kPrecisions, precision);
}

Precision precisionFromName(std::string_view name)
{
    if (const auto precision = valueIn<Precision>(kPrecisions, name))
        return *precision;
    throw Error(ErrorKind::Format,
                "There is no precision \"" + sanitizeUtf8(name) + "\"; choose auto, fp32, tf32, bf16 or fp16.");
}

const char *resizeRuleName(ResizeRule rule) noexcept
{
    return nameIn(kResizeRules, rule);
}

ResizeRule resizeRuleFromName(std::string_view name)
{
    const auto rule = valueIn<ResizeRule>(kResizeRules, name);
    if (!rule || *rule == ResizeRule::Whole)
        throw Error(ErrorKind::Format,
                    "There is no resize rule \"" + sanitizeUtf8(name) + "\"; choose warp, crop or letterbox.");
    return *rule;
}

std::uint64_t seedOf(std::string_view weights) noexcept
{
    std::uint64_t value = 0;
    if (weights.starts_with("seed-"))
        std::from_chars(weights.data() + 5, weights.data() + weights.size(), value);
    return value;
}

std::string BackboneId::text() const
{
    return network + '/' + resizeRuleName(resize) + '/' + precisionName(precision) + '/' + weights;
}

BackboneId BackboneId::parse(std::string_view text)
{
    if (std::optional<BackboneId> id = tryParse(text))
        return *std::move(id);
    throw Error(ErrorKind::Format, "\"" + printable(text.substr(0, 100)) + "\" is not a backbone id.");
}

std::optional<BackboneId> BackboneId::tryParse(std::string_view text)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size(); at += parts.back().size() + 1)
        parts.push_back(text.substr(at, text.find('/', at) - at));
    if (parts.size() != 4 || parts[0].empty())
        return std::nullopt;
    BackboneId id;
    id.network = parts[0];
    try {
        id.resize = parts[1] == resizeRuleName(ResizeRule::Whole) ? ResizeRule::Whole : resizeRuleFromName(parts[1]);
        id.precision = precisionFromName(parts[2]);
    } catch (const Error &) {
        return std::nullopt;
    }
    id.weights = parts[3];
    constexpr std::string_view kDigits = "0123456789", kHex = "0123456789abcdef";
    const auto is = [](std::string_view word, std::string_view start, std::string_view characters, std::size_t least,
                       std::size_t most) {
        return word.size() >= start.size() + least && word.size() <= start.size() + most && word.starts_with(start)
               && word.find_first_not_of(characters, start.size()) == std::string_view::npos;
    };
    const std::string_view weights = id.weights, base = weights.substr(0, weights.find('+'));
    if (!is(base, "w-", kHex, 32, 32) && !is(base, "keras-", kHex, 32, 32) && !is(base, "unit-", kHex, 32, 32)
        && !is(base, "seed-", kDigits, 1, 20) && !is(base, "v-", kDigits, 1, 8))
        return std::nullopt;
    if (base.size() < weights.size() && !is(weights.substr(base.size()), "+t-", kHex, 32, 32))
        return std::nullopt;
    return id;
}

bool isUntrainedBackbone(std::string_view id) noexcept
{
    return id.substr(id.rfind('/') + 1).starts_with("seed-");
}

}  // namespace dank
