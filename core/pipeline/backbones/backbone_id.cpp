#include "core/pipeline/backbones/backbone_id.h"

#include <charconv>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

const char *resizeRuleName(ResizeRule rule) noexcept
{
    switch (rule) {
    case ResizeRule::Warp: return "warp";
    case ResizeRule::Crop: return "crop";
    case ResizeRule::Letterbox: return "letterbox";
    case ResizeRule::Whole: return "whole";
    }
    return "warp";
}

ResizeRule resizeRuleFromName(std::string_view name)
{
    for (const ResizeRule rule : {ResizeRule::Warp, ResizeRule::Crop, ResizeRule::Letterbox})
        if (name == resizeRuleName(rule))
            return rule;
    throw Error(ErrorKind::Format,
                "There is no resize rule \"" + sanitizeUtf8(name) + "\"; choose warp, crop or letterbox.");
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
    const auto refuse = [&] {
        return Error(ErrorKind::Format, "\"" + sanitizeUtf8(text.substr(0, 100)) + "\" is not a backbone id.");
    };
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const auto slash = rest.find('/');
        parts.push_back(rest.substr(0, slash));
        if (slash == std::string_view::npos)
            break;
        rest.remove_prefix(slash + 1);
    }
    if (parts.size() != 4 || parts[0].empty())
        throw refuse();
    BackboneId id;
    id.network = parts[0];
    id.resize = parts[1] == resizeRuleName(ResizeRule::Whole) ? ResizeRule::Whole : resizeRuleFromName(parts[1]);
    id.precision = precisionFromName(parts[2]);
    id.weights = parts[3];
    const auto hasOnly = [&](const char *characters, std::size_t from) {
        return id.weights.find_first_not_of(characters, from) == std::string::npos;
    };
    constexpr const char *kDigits = "0123456789";
    const bool file = id.weights.size() == 34 && id.weights.starts_with("w-") && hasOnly("0123456789abcdef", 2);
    const bool seeded = id.weights.size() > 5 && id.weights.size() <= 25 && id.isUntrained() && hasOnly(kDigits, 5);
    const bool version =
        id.weights.size() > 2 && id.weights.size() <= 10 && id.weights.starts_with("v-") && hasOnly(kDigits, 2);
    if (!(file || seeded || version))
        throw refuse();
    return id;
}

}  // namespace dank
