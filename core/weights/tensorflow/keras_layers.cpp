#include "core/weights/tensorflow/keras_layers.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/weights/readers.h"

namespace dank {

void KerasLayers::add(std::string_view path, TensorView view)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0)
        refuse("the weight " + shownName(path) + " belongs to no layer");
    std::string_view part = path.substr(slash + 1), layer = path.substr(0, slash);
    if (part.ends_with(":0"))
        part.remove_suffix(2);
    const std::string_view first = layer.substr(0, layer.find('/'));
    layer = layer.substr(layer.rfind('/') + 1);
    // A network that was built twice in one session of TensorFlow 1: the group has the layer's name.
    if (layer.size() > first.size() && layer.starts_with(first) && layer[first.size()] == '_')
        layer = first;
    if (part.empty() || layer.empty())
        refuse("the weight " + shownName(path) + " has no name");
    if (std::any_of(view.shape.begin(), view.shape.end(), [](std::int64_t side) { return side <= 0; }))
        refuse("the weight " + shownName(path) + " is empty");
    if (m_layers.size() >= kMaxKerasLayers && !m_layers.contains(layer))
        refuse("it has more than " + std::to_string(kMaxKerasLayers) + " layers");
    if (!m_layers[std::string(layer)].emplace(part, std::move(view)).second)
        refuse("it has two weights " + shownName(std::string(layer) + '/' + std::string(part)));
}

const TensorView *KerasLayers::find(std::string_view layer, std::string_view part) const
{
    const auto at = m_layers.find(layer);
    if (at == m_layers.end())
        return nullptr;
    const auto found = at->second.find(part);
    return found == at->second.end() ? nullptr : &found->second;
}

}  // namespace dank
