#include "core/model/network_changes.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"

namespace dank {

namespace {

constexpr std::size_t kMaxTensors = 10'000;
constexpr std::size_t kMaxName = 200;

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

}  // namespace

std::string NetworkChanges::backbone() const
{
    std::string text;
    for (const Tensor &tensor : tensors) {
        text += tensor.name;
        for (const std::int64_t side : tensor.shape)
            text += ' ' + std::to_string(side);
        text += ' ' + hashBytes(std::as_bytes(std::span(tensor.values))) + '\n';
    }
    return base + "+t-" + hashText(text);
}

void NetworkChanges::validate() const
{
    if (tensors.empty() || tensors.size() > kMaxTensors)
        refuse("it changes " + std::to_string(tensors.size()) + " tensors of its network");
    std::set<std::string_view> names;
    for (const Tensor &tensor : tensors) {
        const std::string name = "the tensor '" + printable(tensor.name.substr(0, kMaxName)) + "' of its network";
        if (tensor.name.empty() || tensor.name.size() > kMaxName || !names.insert(tensor.name).second)
            refuse(name + " has no name of its own");
        std::uint64_t count = 1;
        bool fits = !tensor.shape.empty() && tensor.shape.size() <= 4;
        for (const std::int64_t side : tensor.shape) {
            fits = fits && side >= 1 && static_cast<std::uint64_t>(side) <= tensor.values.size();
            count *= fits ? static_cast<std::uint64_t>(side) : 0;
            fits = fits && count <= tensor.values.size();
        }
        if (!fits || count != tensor.values.size())
            refuse(name + " has another shape than its numbers");
        if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); }))
            refuse(name + " holds a number that is not finite");
    }
}

}  // namespace dank
