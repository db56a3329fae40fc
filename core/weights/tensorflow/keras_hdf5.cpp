#include "core/weights/tensorflow/keras_hdf5.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/weights/readers.h"
#include "core/weights/tensorflow/hdf5_reader.h"

namespace dank {

namespace {

bool isOfInterest(const std::vector<std::string> &group)
{
    return group.size() != 1 || (group[0] != "optimizer_weights" && group[0] != "optimizer");
}

/// What a layer's numbered weights are, by their shapes: the newer layout has no names for them.
std::vector<std::string_view> partsOf(const std::map<int, TensorView> &weights)
{
    const auto rank = [&](int i) { return weights.contains(i) ? weights.at(i).shape.size() : 0; };
    const std::size_t count = weights.size();
    if (rank(0) == 4 && rank(1) == 4)
        return {"depthwise_kernel", "pointwise_kernel", "bias"};
    if (rank(0) == 4 || rank(0) == 2)
        return {"kernel", "bias"};
    if (rank(0) == 1 && count == 4)
        return {"gamma", "beta", "moving_mean", "moving_variance"};
    if (rank(0) == 1 && count == 3)
        return {"beta", "moving_mean", "moving_variance"};
    return {};  // no layer of a network here
}

}  // namespace

KerasLayers readKerasHdf5(std::span<const std::byte> bytes)
{
    KerasLayers layers;
    std::map<std::string, std::map<int, TensorView>> numbered;  // by the layer
    bool unnamed = false;
    for (Hdf5Dataset &dataset : readHdf5(bytes, isOfInterest)) {
        std::vector<std::string> &path = dataset.path;
        if (path.size() >= 2 && path[path.size() - 2] == "vars") {
            const std::string &name = path.back();
            int number = 0;
            const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
            if (problem != std::errc() || end != name.data() + name.size() || number < 0 || path.size() < 3)
                continue;
            unnamed = unnamed || dataset.groupName.empty();
            const std::string &layer = dataset.groupName.empty() ? path[path.size() - 3] : dataset.groupName;
            if (!numbered[layer].emplace(number, std::move(dataset.view)).second)
                refuse("it has two layers " + shownName(layer));
            continue;
        }
        if (path.empty())
            refuse("its root is a table of numbers, not a network");
        if (path.front() == "model_weights")
            path.erase(path.begin());
        std::string joined;
        for (const std::string &name : path)
            joined += (joined.empty() ? "" : "/") + name;
        layers.add(joined, std::move(dataset.view));
    }
    if (unnamed)
        refuse("its layers have no names, as some versions of Keras 3 write .weights.h5; in Python, load it and save "
               "the network as a whole, with model.save('FILE.h5')");
    for (auto &[layer, weights] : numbered) {
        const std::vector<std::string_view> parts = partsOf(weights);
        for (auto &[number, view] : weights)
            if (static_cast<std::size_t>(number) < parts.size())
                layers.add(layer + '/' + std::string(parts[static_cast<std::size_t>(number)]), std::move(view));
    }
    if (layers.all().empty())
        refuse("it is HDF5, and no weights are in it");
    return layers;
}

}  // namespace dank
